import type { EndOfMedium } from './end-of-medium.ts';
import type { Faults } from '../faults/faults.ts';
import { IoError } from '../faults/io-error.ts';
import type { IoErrorCode } from '../faults/io-error.ts';
import type { TapeModel } from '../gds/lab-model.ts';
import { Pace } from '../faults/pace.ts';
import type { TapeReading, VirtualTape } from './virtual-tape.ts';

/** Sense keys of mt(1). */
export const senseKeys = {
  none: 0x0,
  mediaError: 0x3,
  blankCheck: 0x8,
  endOfFile: 0x12,
  endOfTape: 0x13,
} as const;

export type TapeAccess = 'read' | 'write' | 'read-write';

export interface TapeSession {
  readonly tape: VirtualTape;
  readonly model: TapeModel;
  readonly faults: Faults;
  readonly endOfMedium: EndOfMedium;
  readonly rewinds: boolean;
  readonly isBerkeley: boolean;
  readonly access: TapeAccess;
  readonly closed: () => void;
}

/** An open drive (Solaris mtio(4I): Read, Write and Close Operation; with the fault `linux-tape` st(4) of Linux). */
export class TapeHandle {
  readonly #session: TapeSession;
  readonly #pace: Pace;
  #last: 'none' | 'read' | 'file-mark' | 'written' | 'mark-written' | 'moved' = 'none';
  #hasFailed = false;
  /** Records that were read or written since the drive was opened. */
  #records = 0;

  constructor(session: TapeSession) {
    this.#session = session;
    this.#pace = new Pace(() => session.faults.numberOf('slow-tape'));
  }

  get access(): TapeAccess {
    return this.#session.access;
  }

  /**
   * Reads a record; empty at a file mark.
   * @param limit size of the buffer; a longer record is refused
   * @throws IoError EIO (blank place, read error, a second read after a file mark, no cartridge), EINVAL (buffer too
   *   small; ENOMEM on Linux, and the record counts as read)
   */
  async read(limit: number, signal?: AbortSignal): Promise<Buffer> {
    const { tape, faults, isBerkeley } = this.#session;
    await this.#requireLoaded();
    if (this.#last === 'file-mark' && !isBerkeley && !this.#isLinux)
      return this.#fail('EIO', senseKeys.endOfFile);
    this.#records += 1;
    if (faults.numberOf('tape-read-error') === this.#records) return this.#fail('EIO', senseKeys.mediaError);
    return this.#taken(await tape.readRecord(limit), signal);
  }

  /**
   * Writes a record, for a program that takes less than the whole of it for an error.
   * @throws IoError ENOSPC (end of the medium), EIO (write error, physical end, no cartridge)
   */
  async write(bytes: Buffer, signal?: AbortSignal): Promise<void> {
    if ((await this.transfer(bytes, signal)) < bytes.length) throw new IoError('ENOSPC');
  }

  /**
   * One write(2), which makes one record.
   * @returns bytes that were written: at the end of the medium Solaris writes fewer, or none
   * @throws IoError ENOSPC (end of the medium, Linux), EIO (write error, physical end, no cartridge)
   */
  async transfer(bytes: Buffer, signal?: AbortSignal): Promise<number> {
    const { tape, faults, endOfMedium, model } = this.#session;
    await this.#requireLoaded();
    if (bytes.length === 0) return 0;
    const refusal = endOfMedium.refusal(tape.position.bytes);
    if (typeof refusal === 'string') return this.#fail(refusal, senseKeys.endOfTape);
    if (refusal === 0) {
      model.senseKey = senseKeys.endOfTape;
      return 0;
    }
    const record = this.#records + 1;
    if (faults.numberOf('tape-error') === record) return this.#fail('EIO', senseKeys.mediaError);
    this.#records = record;
    const written = bytes.subarray(0, endOfMedium.admitted(tape.position.bytes, bytes.length, record));
    await tape.writeRecord(faults.numberOf('tape-corrupt') === record ? flipped(written) : written);
    this.#last = 'written';
    model.senseKey = senseKeys.none;
    await this.#pace.passed(written.length, signal);
    return written.length;
  }

  async writeFileMark(): Promise<void> {
    await this.#requireLoaded();
    await this.#session.tape.writeFileMark();
    this.#session.model.blockUnknown = false;
    this.#last = 'mark-written';
  }

  /** Notes that something was written without this handle. */
  hasWritten(): void {
    this.#last = 'written';
  }

  /**
   * Moves the tape; a file mark goes first where data was written.
   * @param move resolves with false where the tape ended before the goal
   * @param endsAt where the head is then: at the end of the data, or elsewhere
   * @throws IoError EIO then
   */
  async move(
    move: (tape: VirtualTape) => Promise<boolean>,
    endsAt: 'data' | 'other' = 'other',
  ): Promise<void> {
    if (await this.#moved(move)) return;
    // Linux reports in its status that the end of the data was reached.
    const isEndOfData = this.#isLinux && endsAt === 'data';
    await this.#fail('EIO', isEndOfData ? senseKeys.blankCheck : senseKeys.endOfTape);
  }

  async #moved(move: (tape: VirtualTape) => Promise<boolean>): Promise<boolean> {
    const { tape, model, endOfMedium } = this.#session;
    await this.#requireLoaded();
    if (this.#last === 'written') await tape.writeFileMark();
    this.#last = 'moved';
    endOfMedium.forget();
    model.blockUnknown = false;
    model.senseKey = senseKeys.none;
    return move(tape);
  }

  /**
   * Moves the tape towards its beginning. The file mark after data that was written is passed back at once, so that
   * what is counted is what was there before.
   * @param over what is passed back over
   */
  async moveBack(move: (tape: VirtualTape) => Promise<boolean>, over: 'records' | 'marks'): Promise<void> {
    const isBehindData = this.#last === 'written';
    const isDone = await this.#moved(async (tape) => {
      if (isBehindData) await tape.skipFileBack();
      return move(tape);
    });
    if (!isDone) await this.#fail('EIO', senseKeys.endOfTape);
    this.#session.model.blockUnknown = this.#isLinux && over === 'marks';
  }

  /** Notes that the head is where nothing more is recorded. */
  endOfDataFound(): void {
    this.#session.model.senseKey = senseKeys.blankCheck;
  }

  /** Ejects the cartridge; the drive must be closed and loaded before it can be used again. */
  unload(): void {
    this.#session.model.loaded = false;
  }

  /**
   * Closes the drive: a file mark after what was written, then rewinding, or moving on to the next file after reading.
   * @param powerLost true: neither happens, the machine went down
   */
  async close(powerLost = false): Promise<void> {
    const { tape, model, rewinds, closed } = this.#session;
    try {
      if (powerLost) return;
      if (this.#needsMark()) {
        await tape.writeFileMark();
        model.blockUnknown = false;
      } else if (this.#goesOnToNextFile()) await tape.skipFile();
      await tape.flush();
      if (rewinds) await tape.rewind();
      else model.rewindAtOpen = this.#hasFailed && !this.#isLinux;
    } finally {
      model.position = tape.position;
      closed();
    }
  }

  get #isLinux(): boolean {
    return this.#session.faults.has('linux-tape');
  }

  /** On Solaris a file that was opened for writing alone and got nothing is an empty file: a mark. */
  #needsMark(): boolean {
    if (!this.#session.model.loaded) return false;
    const isEmptyFile = this.#session.access === 'write' && this.#last === 'none' && !this.#isLinux;
    return this.#last === 'written' || isEmptyFile;
  }

  #goesOnToNextFile(): boolean {
    const { rewinds, isBerkeley } = this.#session;
    return this.#last === 'read' && !rewinds && !isBerkeley && !this.#isLinux;
  }

  async #requireLoaded(): Promise<void> {
    if (!this.#session.model.loaded) await this.#fail('EIO', senseKeys.none);
  }

  async #taken(reading: TapeReading, signal: AbortSignal | undefined): Promise<Buffer> {
    const { model } = this.#session;
    if (reading.kind === 'blank') return this.#blank();
    if (reading.kind === 'too-long') return this.#tooLong();
    const isMark = reading.kind === 'file-mark';
    this.#last = isMark ? 'file-mark' : 'read';
    model.senseKey = isMark ? senseKeys.endOfFile : senseKeys.none;
    if (isMark) model.blockUnknown = false;
    if (isMark) return Buffer.alloc(0);
    await this.#pace.passed(reading.bytes.length, signal);
    return reading.bytes;
  }

  /** Linux: after the last file mark, the read that meets the end of the data gives nothing, and each further one fails. */
  #blank(): Promise<Buffer> {
    const { tape, model } = this.#session;
    const { file, block } = tape.position;
    const isFirst = this.#isLinux && file > 0 && block === 0 && model.senseKey !== senseKeys.blankCheck;
    if (!isFirst) return this.#fail('EIO', senseKeys.blankCheck);
    this.#last = 'file-mark';
    model.senseKey = senseKeys.blankCheck;
    return Promise.resolve(Buffer.alloc(0));
  }

  async #tooLong(): Promise<never> {
    if (!this.#isLinux) return this.#fail('EINVAL', senseKeys.none);
    await this.#session.tape.skipRecord();
    this.#last = 'read';
    return this.#fail('ENOMEM', senseKeys.none);
  }

  #fail(code: IoErrorCode, senseKey: number): Promise<never> {
    this.#hasFailed = true;
    this.#session.model.senseKey = senseKey;
    return Promise.reject(new IoError(code));
  }
}

/** A copy with one bit turned over. */
function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const place = Math.floor(copy.length / 2);
  copy.writeUInt8(copy.readUInt8(place) ^ 0x10, place);
  return copy;
}
