/**
 * The tapes of a second copy while they are written: each is checked before its first byte, labeled, and recorded in
 * the inventory.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { CopiedTape } from '../../../contract/tape/copied-tape.ts';
import { failure, isFailure, type Evidence } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { finishOf, handTo } from '../../../streams/also-into.ts';
import type { ByteSink, ProcessEnd } from '../../../streams/stage.ts';
import { endInTime } from '../../../streams/stream-failure.ts';
import { judgeTapeWrite } from '../../../streams/tape/tape-writer.ts';
import { changeTape, type TapeChanging } from '../../procedure/drive/change-tape.ts';
import { requireReadyDrive } from '../../procedure/drive/drive-ready.ts';
import { writeRecords } from '../../procedure/drive/own-file.ts';
import { lookAtTape } from '../../procedure/drive/tape-look.ts';
import { goToFile, standAtFile } from '../../procedure/drive/tape-position.ts';
import {
  close,
  evidenceOf,
  open,
  writer,
  type DataRoom,
  type Opened,
} from '../../procedure/hosts/remote-data.ts';
import { noteByHand } from '../../procedure/model/tape/by-hand.ts';
import { writeRecordsCommand } from '../../procedure/model/tape/tape-commands.ts';
import type { FoundTape } from '../../tape/overwrite-rule.ts';
import { encodeLabel, type TapeLabel } from '../../tape/tape-label.ts';
import type { CopyPlan, PlannedPart, PlannedTape } from './copy-plan.ts';
import { volumesOnCopy } from './copy-label.ts';
import { refusalOfCopy } from './copy-target.ts';
import type { OpenedFile } from './split-into-files.ts';

/** Events of the tapes of a copy, as they are written. */
export interface CopyListener {
  /** The contents of the tape are lost with the next command. */
  onLoss(found: FoundTape): void;
  /** From here on the tape may be written, whatever follows. */
  onWrite(): void;
  /** The label is on the tape. */
  onLabel(tape: CopiedTape, label: TapeLabel, found: FoundTape): void;
}

export interface TargetOrder {
  readonly plan: CopyPlan;
  readonly site: string;
  readonly keepUntil: string | undefined;
  readonly unfinished: ReadonlySet<string>;
  readonly listener: CopyListener;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export class TargetTapes {
  readonly #room: DataRoom;
  readonly #changing: TapeChanging;
  readonly #order: TargetOrder;
  #sink: Opened<ByteSink> | undefined;
  readonly written: CopiedTape[] = [];

  constructor(room: DataRoom, changing: TapeChanging, order: TargetOrder) {
    this.#room = room;
    this.#changing = changing;
    this.#order = order;
  }

  get #drive() {
    return this.#changing.drive;
  }

  #refusal(found: FoundTape, { name }: PlannedTape) {
    const { plan, unfinished } = this.#order;
    return refusalOfCopy(found, { run: plan.run, name, unfinished }, new Date());
  }

  /** The first tape must be in the drive: a tape is only ejected once it is known that it may not be written. */
  async #firstTape(tape: PlannedTape): Promise<FoundTape> {
    const { runner, step } = this.#changing;
    await requireReadyDrive(runner, step, this.#drive, 'write');
    const found = await lookAtTape(runner, step, this.#drive);
    const refusal = this.#refusal(found, tape);
    if (refusal) throw refusal;
    return found;
  }

  /** Every further tape is requested. */
  async #nextTape(tape: PlannedTape): Promise<FoundTape> {
    const refusal = (found: FoundTape) => this.#refusal(found, tape);
    const words = phrase('the tape "{name}" for the copy, or a blank one', { name: tape.name });
    const wanted = { words, name: tape.name, use: 'write' as const, slot: undefined, refusal };
    return (await changeTape(this.#changing, wanted)).found;
  }

  /** The tape that the first label would be written to. @throws the refusal; nothing is written then */
  async requireFirst(): Promise<void> {
    const [first] = this.#order.plan.tapes;
    if (first) await this.#firstTape(first);
  }

  async #label(tape: PlannedTape): Promise<void> {
    const found = tape.number === 1 ? await this.#firstTape(tape) : await this.#nextTape(tape);
    const { runner, step } = this.#changing;
    const write = writeRecordsCommand(this.#drive);
    // A copy that has lost the lock of the drive must not overwrite anything.
    await runner.beforeSending(step, write);
    if (!found.blank) this.#order.listener.onLoss(found);
    const label = this.#labelOf(tape);
    const record = encodeLabel(label);
    await goToFile(runner, step, this.#drive, 0);
    this.#order.listener.onWrite();
    await writeRecords(this.#room, step, write, record);
    const { tapeHost: host, tapeDevice: device } = this.#drive;
    const { uuid, writtenAt, keepUntil } = label;
    const copied = { ...tape, uuid, writtenAt, keepUntil, host, device, labelSha256: sha256(record) };
    this.written.push(copied);
    this.#order.listener.onLabel(copied, label, found);
  }

  #labelOf(tape: PlannedTape): TapeLabel {
    const { name, number, copyOf } = tape;
    const { plan, site, keepUntil } = this.#order;
    const { tapeHost, tapeDevice } = this.#drive;
    return {
      name,
      uuid: randomUUID(),
      writtenAt: new Date().toISOString(),
      run: plan.run,
      site,
      volumes: volumesOnCopy(plan, tape, tapeDevice),
      recordBytes: plan.recordBytes,
      byHandNote: noteByHand(tapeHost, { mayContinue: false }),
      copyOf,
      ...(keepUntil === undefined ? {} : { keepUntil }),
      ...(number === 1 ? {} : { number }),
    };
  }

  /** The tape is in the drive, and has its label. @throws errors of changing and writing a tape */
  async ready(number: number): Promise<CopiedTape> {
    for (const tape of this.#order.plan.tapes.slice(this.written.length, number)) await this.#label(tape);
    const tape = this.written.at(-1);
    if (tape?.number !== number) throw new Error('the tapes of a copy are written in their order');
    return tape;
  }

  /** Opens a tape file for the corresponding file of the original tape. @throws errors of changing and writing a tape */
  async openFile(part: PlannedPart): Promise<OpenedFile> {
    const { name } = await this.ready(part.number);
    const { runner, step } = this.#changing;
    const { recordBytes } = this.#order.plan;
    await standAtFile(runner, step, this.#drive, part.file);
    const command = writeRecordsCommand(this.#drive, recordBytes);
    const sink = await open(this.#room, step, command, writer(this.#room, step));
    this.#sink = sink;
    const { stream, ended } = sink.end;
    const judge = async () => this.#judge(name, part, await endInTime(ended), evidenceOf(command));
    // A command that ends early closes its input: its end shows the reason.
    const orJudge = async (error: unknown): Promise<never> => {
      if (!this.#room.abort.aborted) await judge();
      throw error;
    };
    return {
      write: (piece) => handTo(stream, piece).catch(orJudge),
      finish: async () => {
        await finishOf(stream).catch(orJudge);
        await ended;
        await this.release();
        await judge();
      },
    };
  }

  #judge(name: string, { records, bytes }: PlannedPart, end: ProcessEnd, evidence: Evidence): void {
    const { recordBytes, run } = this.#order.plan;
    const lastRecordBytes = bytes - (records - 1) * recordBytes;
    try {
      judgeTapeWrite(end, { records, bytes, recordBytes, lastRecordBytes }, evidence);
    } catch (error) {
      throw tooShort(name, run, error);
    }
  }

  /** Ends the command that still writes: waiting for data, it would keep the drive. */
  async release(): Promise<void> {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.end.stream.destroy();
    if (sink) await close(this.#room, this.#changing.step, sink);
  }

  /** Writes the last file. @returns where it is */
  async writeManifest(bytes: Buffer): Promise<NonNullable<CopiedTape['manifest']>> {
    const { tapes, manifestFile: file, run } = this.#order.plan;
    const { name } = await this.ready(tapes.length);
    const { runner, step } = this.#changing;
    await standAtFile(runner, step, this.#drive, file);
    try {
      await writeRecords(this.#room, step, writeRecordsCommand(this.#drive), bytes);
    } catch (error) {
      throw tooShort(name, run, error);
    }
    const manifest = { file, bytes: bytes.length, sha256: sha256(bytes) };
    const last = this.written.pop();
    if (last) this.written.push({ ...last, manifest });
    return manifest;
  }
}

/** The tape ended before it held the whole original: its cartridge is smaller. */
function tooShort(name: string, run: string, error: unknown): unknown {
  if (!isFailure(error, 'TAPE_END_OF_MEDIUM')) return error;
  return failure('COPY_TAPE_TOO_SHORT', { name, run }, error.evidence, error);
}
