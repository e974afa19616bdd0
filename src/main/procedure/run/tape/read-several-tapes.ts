/** Reads back the dumps of a run on several tapes: the tapes are requested one by one, and their labels are checked. */
import type { Duplex } from 'node:stream';
import { failure } from '../../../../contract/errors.ts';
import { phrase } from '../../../../contract/text/say.ts';
import type { SpanningReadBackResult } from '../../../../streams/tape/spanning-read-back.ts';
import type { TapeChanging } from '../../drive/change-tape.ts';
import {
  requireSameAsWritten,
  sectionLengths,
  type OfCluster,
  type WrittenDigest,
} from '../../drive/compare-read-back.ts';
import { requireManifestOf, type Writer } from '../../drive/read-labelled-tape.ts';
import {
  TapesInOrder,
  type PartToRead,
  type ReadingTapes,
  type TapeToRead,
} from '../../drive/tapes-in-order.ts';
import type { DataRoom } from '../../hosts/remote-data.ts';
import { currentTape, partsOf, segmentsOf, tapeWithUuid, type RunTape } from '../../model/tape/run-tapes.ts';
import type { FoundTape } from '../../../tape/overwrite-rule.ts';

export class SeveralTapes {
  readonly #room: DataRoom;
  readonly #changing: TapeChanging;
  readonly #writer: Writer;
  readonly #tapes: TapesInOrder;

  constructor(room: DataRoom, changing: TapeChanging, writer: Writer, reading: ReadingTapes) {
    this.#room = room;
    this.#changing = changing;
    this.#writer = writer;
    this.#tapes = new TapesInOrder(room, changing, reading);
  }

  #refusal(tape: RunTape, found: FoundTape) {
    if (found.label?.uuid === tape.uuid) return undefined;
    const { tapeHost: host, tapeDevice: device } = this.#changing.drive;
    return failure('TAPE_IS_ANOTHER', { host, device, found: found.found, wanted: this.#words(tape) });
  }

  #words = ({ number, name }: RunTape) =>
    phrase('tape {number} of run {run}, "{name}"', { number, run: this.#writer.run, name });

  #tape(uuid: string): TapeToRead {
    const tape = tapeWithUuid(this.#writer.events, uuid);
    if (!tape) throw failure('RUN_HAS_NO_TAPE', { run: this.#writer.run });
    const { name, slot } = tape;
    return {
      key: uuid,
      words: this.#words(tape),
      name,
      slot,
      refusal: (found) => this.#refusal(tape, found),
    };
  }

  /** What is read of a volume, in order. */
  #parts(volume: string): PartToRead[] {
    const parts = partsOf(this.#writer.events, volume);
    return segmentsOf(parts).flatMap((segment, index) => {
      const part = parts[index];
      return part ? [{ tape: this.#tape(part.uuid), file: part.file, segment }] : [];
    });
  }

  /** Gets the first tape of a volume into the drive. @throws errors of changing tapes */
  async insertFirst(volume: string): Promise<void> {
    const [first] = this.#parts(volume);
    if (first) await this.#tapes.insert(first.tape);
  }

  /**
   * Reads a volume's dump through a stream that consumes it. The caller compares what was read.
   * @throws TAPE_READBACK_MISCOUNTED, TAPE_READ_FAILED, what `through` fails with, and errors of changing tapes
   */
  readThrough(volume: string, through: Duplex): Promise<SpanningReadBackResult> {
    return this.#tapes.read(this.#parts(volume), { through });
  }

  /**
   * Reads a volume's dump and compares it with what was sent to tape.
   * @param ofCluster records that are compared with the cluster, if any
   * @returns SHA-256 (hex) of the whole
   * @throws what `ofCluster` throws, TAPE_DIFFERS, TAPE_READBACK_MISCOUNTED, TAPE_READ_FAILED, and errors of changing
   *   tapes
   */
  async read(volume: string, written: WrittenDigest, ofCluster?: OfCluster): Promise<string> {
    const { step } = this.#changing;
    const read = await this.#tapes.read(this.#parts(volume), {
      sections: sectionLengths(written),
      samples: ofCluster?.samples,
    });
    const { bytes, records, crc32, sha256 } = read;
    this.#room.journal.append({
      type: 'digest',
      step,
      volume,
      hop: 'readback',
      bytes,
      records,
      crc32,
      sha256,
    });
    requireSameAsWritten(written, read);
    ofCluster?.compare(read.sampled);
    return sha256;
  }

  /** Compares the manifest, which is on the last tape. @throws TAPE_DIFFERS, RUN_HAS_NO_TAPE */
  async readManifest(): Promise<void> {
    const last = currentTape(this.#writer.events);
    if (!last) throw failure('RUN_HAS_NO_TAPE', { run: this.#writer.run });
    await this.#tapes.insert(this.#tape(last.uuid));
    const { runner, step, drive } = this.#changing;
    await requireManifestOf(runner, step, drive, this.#writer);
  }
}
