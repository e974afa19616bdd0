import type { Faults } from './faults.ts';
import { IoError } from './io-error.ts';
import type { IoErrorCode } from './io-error.ts';
import type { TapeModel } from './lab-model.ts';
import { Pace } from './pace.ts';
import type { TapeReading, VirtualTape } from './virtual-tape.ts';

/**
 * The drive: how the tape behaves behind /dev/rmt/0 (Solaris mtio(4I): Read, Write and Close Operation).
 *
 * Where the early warning of the end of the medium is met, mtio(4I) has a write return 0 bytes and the next one succeed, by turns,
 * until the physical end; here the refused writes fail with ENOSPC, as Linux has it.
 */

/** Sense keys of mt(1). */
export const senseKeys = {
  none: 0x0,
  mediaError: 0x3,
  blankCheck: 0x8,
  endOfFile: 0x12,
  endOfTape: 0x13,
} as const;

/** Bytes between the early warning and the physical end. */
const trailerBytes = 1_048_576;

/** True for the special files of the one drive: /dev/rmt/0 with density, b and n behind it. */
export function isTapeDevice(path: string): boolean {
  return /^\/dev\/rmt\/0[lmhuc]?b?n?$/.test(path);
}

export type TapeAccess = 'read' | 'write';

export class TapeDrive {
  readonly #tape: VirtualTape;
  readonly #faults: Faults;
  readonly #model: TapeModel;
  /** Data bytes that fit before the early warning. */
  readonly #capacity: number;
  #isOpen = false;

  constructor(tape: VirtualTape, model: TapeModel, faults: Faults, capacity: number) {
    this.#tape = tape;
    this.#model = model;
    this.#faults = faults;
    this.#capacity = capacity;
  }

  get isLoaded(): boolean {
    return this.#model.loaded && !this.#faults.has('no-tape');
  }

  get model(): Readonly<TapeModel> {
    return { ...this.#model, position: this.#tape.position };
  }

  /** Puts the cartridge back that `mt offline` has thrown out. */
  load(): void {
    this.#model.loaded = true;
  }

  /**
   * Opens the drive by one of its special files.
   * @throws IoError EBUSY (second opener), EIO (no cartridge), EACCES (write protection)
   */
  async open(path: string, access: TapeAccess): Promise<TapeHandle> {
    if (this.#isOpen) throw new IoError('EBUSY');
    if (!this.isLoaded) throw new IoError('EIO');
    if (access === 'write' && this.#faults.has('write-protected')) throw new IoError('EACCES');
    this.#isOpen = true;
    if (this.#model.rewindAtOpen) await this.#tape.rewind();
    this.#model.rewindAtOpen = false;
    return new TapeHandle({
      tape: this.#tape,
      model: this.#model,
      faults: this.#faults,
      capacity: this.#capacity,
      rewinds: !path.endsWith('n'),
      isBerkeley: /b/.test(path.slice('/dev/rmt/0'.length)),
      access,
      closed: () => (this.#isOpen = false),
    });
  }

  /** Puts somebody else's file on the tape: what a run must not overwrite unasked. */
  async putForeignFile(): Promise<void> {
    const handle = await this.open('/dev/rmt/0', 'write');
    for (let record = 0; record < 4; record += 1) {
      const text = `record ${record} of the quarterly archive, keep until 2015\n`;
      await this.#tape.writeRecord(Buffer.alloc(10_240, text));
    }
    handle.hasWritten();
    await handle.close();
  }
}

interface TapeSession {
  readonly tape: VirtualTape;
  readonly model: TapeModel;
  readonly faults: Faults;
  readonly capacity: number;
  readonly rewinds: boolean;
  readonly isBerkeley: boolean;
  readonly access: TapeAccess;
  readonly closed: () => void;
}

/** An open drive. */
export class TapeHandle {
  readonly #session: TapeSession;
  readonly #pace: Pace;
  #last: 'none' | 'read' | 'file-mark' | 'written' | 'mark-written' | 'moved' = 'none';
  #hasFailed = false;
  #isWarned = false;
  /** Records that were read or written since the drive was opened. */
  #records = 0;

  constructor(session: TapeSession) {
    this.#session = session;
    this.#pace = new Pace(() => session.faults.numberOf('slow-tape'));
  }

  /**
   * Reads a record; empty at a file mark.
   * @param limit size of the buffer; a longer record is refused
   * @throws IoError EIO (blank place, read error, a second read behind a file mark), EINVAL (buffer too small)
   */
  async read(limit: number, signal?: AbortSignal): Promise<Buffer> {
    const { tape, faults, isBerkeley } = this.#session;
    if (this.#last === 'file-mark' && !isBerkeley) return this.#fail('EIO', senseKeys.endOfFile);
    this.#records += 1;
    if (faults.numberOf('tape-read-error') === this.#records) return this.#fail('EIO', senseKeys.mediaError);
    return this.#taken(await tape.readRecord(limit), signal);
  }

  /**
   * Writes a record.
   * @throws IoError ENOSPC (end of the medium), EIO (write error)
   */
  async write(bytes: Buffer, signal?: AbortSignal): Promise<void> {
    const { tape, faults, capacity, model } = this.#session;
    const limit = faults.numberOf('end-of-medium');
    const isFull = tape.position.bytes >= capacity || (limit !== undefined && this.#records >= limit);
    if (isFull && (!this.#isWarned || tape.position.bytes >= capacity + trailerBytes)) {
      this.#isWarned = true;
      return this.#fail('ENOSPC', senseKeys.endOfTape);
    }
    this.#isWarned = false;
    if (faults.numberOf('tape-error') === this.#records + 1) return this.#fail('EIO', senseKeys.mediaError);
    this.#records += 1;
    await tape.writeRecord(faults.numberOf('tape-corrupt') === this.#records ? flipped(bytes) : bytes);
    this.#last = 'written';
    model.senseKey = senseKeys.none;
    await this.#pace.passed(bytes.length, signal);
  }

  async writeFileMark(): Promise<void> {
    await this.#session.tape.writeFileMark();
    this.#last = 'mark-written';
  }

  /** Notes that something was written behind this handle's back. */
  hasWritten(): void {
    this.#last = 'written';
  }

  /**
   * Moves the tape; a file mark goes first where data was written.
   * @param move resolves with false where the tape ended before the goal
   * @throws IoError EIO then
   */
  async move(move: (tape: VirtualTape) => Promise<boolean>): Promise<void> {
    const { tape, model } = this.#session;
    if (this.#last === 'written') await tape.writeFileMark();
    this.#last = 'moved';
    model.senseKey = senseKeys.none;
    if (!(await move(tape))) await this.#fail('EIO', senseKeys.endOfTape);
  }

  /**
   * Closes the drive: a file mark behind what was written, then rewinding, or moving on to the next file after reading.
   * @param powerLost true: neither happens, the machine went down
   */
  async close(powerLost = false): Promise<void> {
    const { tape, model, rewinds, access, isBerkeley, closed } = this.#session;
    try {
      if (powerLost) return;
      // a file that was opened for writing and got nothing is an empty file: a mark alone
      const needsMark = this.#last === 'written' || (access === 'write' && this.#last === 'none');
      if (needsMark) await tape.writeFileMark();
      else if (this.#last === 'read' && !rewinds && !isBerkeley) await tape.skipFile();
      await tape.flush();
      if (rewinds) await tape.rewind();
      else model.rewindAtOpen = this.#hasFailed;
    } finally {
      model.position = tape.position;
      closed();
    }
  }

  async #taken(reading: TapeReading, signal: AbortSignal | undefined): Promise<Buffer> {
    const { model } = this.#session;
    if (reading.kind === 'blank') return this.#fail('EIO', senseKeys.blankCheck);
    if (reading.kind === 'too-long') return this.#fail('EINVAL', senseKeys.none);
    const isMark = reading.kind === 'file-mark';
    this.#last = isMark ? 'file-mark' : 'read';
    model.senseKey = isMark ? senseKeys.endOfFile : senseKeys.none;
    if (isMark) return Buffer.alloc(0);
    await this.#pace.passed(reading.bytes.length, signal);
    return reading.bytes;
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
