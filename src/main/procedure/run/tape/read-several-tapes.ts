/** Reads the dumps of a run back that lie on several tapes: each tape is asked for in its turn, and its label looked at. */
import { failure, isFailure } from '../../../../contract/errors.ts';
import { readBackSegments } from '../../../../streams/tape/spanning-read-back.ts';
import { changeTape, type TapeChanging } from '../../drive/change-tape.ts';
import {
  requireSameAsWritten,
  sectionLengths,
  type OfCluster,
  type WrittenDigest,
} from '../../drive/compare-read-back.ts';
import { readDataCommands } from '../../model/tape-commands.ts';
import { requireManifestOf, type Writer } from '../../drive/read-labelled-tape.ts';
import { close, evidenceOf, open, reader, showProgress, type DataRoom } from '../../hosts/remote-data.ts';
import {
  currentTape,
  partsOf,
  segmentsOf,
  tapeWithUuid,
  type RunTape,
  type TapePart,
} from '../../model/run-tapes.ts';
import { lookAtTape } from '../../drive/tape-look.ts';
import type { FoundTape } from '../../../tape/overwrite-rule.ts';

export class SeveralTapes {
  readonly #room: DataRoom;
  readonly #changing: TapeChanging;
  readonly #writer: Writer;
  readonly #recordBytes: number;
  /** uuid of the tape in the drive, once its label was read. */
  #inDrive: string | undefined;

  constructor(room: DataRoom, changing: TapeChanging, writer: Writer, recordBytes: number) {
    this.#room = room;
    this.#changing = changing;
    this.#writer = writer;
    this.#recordBytes = recordBytes;
  }

  #refusal(tape: RunTape, found: FoundTape) {
    if (found.label?.uuid === tape.uuid) return undefined;
    const { tapeHost: host, tapeDevice: device } = this.#changing.drive;
    return failure('TAPE_IS_ANOTHER', { host, device, found: found.found, wanted: this.#words(tape) });
  }

  #words = ({ number, name }: RunTape) => `tape ${number} of run ${this.#writer.run}, "${name}"`;

  /** What is in the drive is looked at first: it may be the right one. */
  async #isThere(tape: RunTape): Promise<boolean> {
    try {
      const { runner, step, drive } = this.#changing;
      return this.#refusal(tape, await lookAtTape(runner, step, drive)) === undefined;
    } catch (error) {
      if (!isFailure(error, 'TAPE_STATE_UNKNOWN', 'COMMAND_FAILED')) throw error;
      return false;
    }
  }

  async #insert(uuid: string): Promise<void> {
    if (this.#inDrive === uuid) return;
    const tape = tapeWithUuid(this.#writer.events, uuid);
    if (!tape) throw failure('RUN_HAS_NO_TAPE', { run: this.#writer.run });
    if (!(await this.#isThere(tape)))
      await changeTape(this.#changing, {
        words: this.#words(tape),
        name: tape.name,
        use: 'read',
        slot: tape.slot,
        refusal: (found) => this.#refusal(tape, found),
      });
    this.#inDrive = uuid;
  }

  async #openPart(part: TapePart) {
    const { step, drive } = this.#changing;
    const room = this.#room;
    await this.#insert(part.uuid);
    const commands = readDataCommands(drive, this.#recordBytes, part.file);
    for (const command of commands.slice(0, -1)) await room.runner.send(step, command);
    const read = commands.at(-1);
    if (!read) throw new Error('reading takes a command');
    const opened = await open(room, step, read, reader(room, step));
    void close(room, step, opened).catch(() => undefined);
    return opened.end;
  }

  /**
   * Reads a volume's dump and compares it with what was handed to the tapes.
   * @param ofCluster records that are compared with the cluster, where any are
   * @returns SHA-256 (hex) of the whole
   * @throws what `ofCluster` throws, TAPE_DIFFERS, TAPE_READBACK_MISCOUNTED, TAPE_READ_FAILED, and what changing tapes can end with
   */
  async read(volume: string, written: WrittenDigest, ofCluster?: OfCluster): Promise<string> {
    const { step, drive } = this.#changing;
    const parts = partsOf(this.#writer.events, volume);
    const read = await readBackSegments({
      segments: segmentsOf(parts),
      recordBytes: this.#recordBytes,
      sections: sectionLengths(written),
      samples: ofCluster?.samples,
      openSegment: (segment) => {
        const part = parts[segment.tape];
        if (!part) throw new Error('a segment is made of a part');
        return this.#openPart(part);
      },
      persist: async (segment, readPart) => {
        // Outside of what is repeated: changing tapes is not, as little as any other change.
        await this.#insert(parts[segment.tape]?.uuid ?? '');
        await this.#room.runner.persist(step, { host: drive.tapeHost, argv: ['dd'] }, async () => {
          try {
            await readPart();
          } catch (error) {
            // While the connection was lost, somebody may have changed the tape: its label is read again.
            this.#inDrive = undefined;
            throw error;
          }
        });
      },
      evidence: () => evidenceOf({ host: drive.tapeHost, argv: ['dd'], guide: false, changes: false }),
      onProgress: showProgress(this.#room, step, 'read-back'),
      abort: this.#room.abort,
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
    await this.#insert(last.uuid);
    const { runner, step, drive } = this.#changing;
    await requireManifestOf(runner, step, drive, this.#writer);
  }
}
