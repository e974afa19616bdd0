/**
 * A tape medium in a file, in SIMH .tap format.
 *
 * A record is its length (4 bytes, little-endian), its data padded to an even number of bytes, and its length again; a file
 * mark is a length of 0; the end of what is recorded is 0xFFFFFFFF, or the end of the file. Writing at a place erases
 * everything after it, as a tape does.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { TapePosition } from '../gds/lab-model.ts';

const windowBytes = 1_048_576;
const endOfMedium = 0xff_ff_ff_ff;
const lengthBytes = 4;

export const beginningOfTape: Readonly<TapePosition> = { offset: 0, file: 0, block: 0, bytes: 0 };

/** What is at the head: a record (valid until the next call), a file mark, nothing, or a record longer than the buffer. */
export type TapeReading =
  | { readonly kind: 'record'; readonly bytes: Buffer }
  | { readonly kind: 'file-mark' }
  | { readonly kind: 'blank' }
  | { readonly kind: 'too-long'; readonly length: number };

const padded = (length: number): number => length + (length % 2);

export class VirtualTape {
  readonly #handle: FileHandle;
  #position: TapePosition;
  /** What is written but not yet in the file, and where it goes. */
  #pending = Buffer.alloc(0);
  #pendingLength = 0;
  #pendingStart = 0;
  #isAppending = false;
  #recordedBytes: number | undefined;
  /** A stretch of the file that was read ahead. */
  #window = Buffer.alloc(0);
  #windowStart = 0;

  private constructor(handle: FileHandle, position: TapePosition) {
    this.#handle = handle;
    this.#position = { ...position };
  }

  /**
   * Opens the medium; a file that is not there becomes a blank one.
   * @param position where the head was left
   */
  static async open(file: string, position: TapePosition = beginningOfTape): Promise<VirtualTape> {
    const handle = await open(file, 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return open(file, 'wx+', 0o600);
      throw error;
    });
    return new VirtualTape(handle, position);
  }

  /** Where the head is. */
  get position(): TapePosition {
    return { ...this.#position };
  }

  /** Data bytes on the whole medium; undefined until something was written since it was opened. */
  get recordedBytes(): number | undefined {
    return this.#recordedBytes;
  }

  /** Writes one record; its bytes may be reused when this resolves. */
  async writeRecord(bytes: Buffer): Promise<void> {
    const space = await this.#reserve(padded(bytes.length) + 2 * lengthBytes);
    space.writeUInt32LE(bytes.length, 0);
    bytes.copy(space, lengthBytes);
    if (bytes.length % 2 === 1) space[lengthBytes + bytes.length] = 0;
    space.writeUInt32LE(bytes.length, space.length - lengthBytes);
    this.#position.offset += space.length;
    this.#position.block += 1;
    this.#position.bytes += bytes.length;
    this.#recordedBytes = this.#position.bytes;
  }

  async writeFileMark(): Promise<void> {
    const space = await this.#reserve(lengthBytes);
    space.writeUInt32LE(0, 0);
    this.#passMark(1);
    this.#recordedBytes = this.#position.bytes;
  }

  /**
   * Reads what is at the head and moves past it. The head stays before a blank place, and before a record that is
   * longer than `limit`: such a read is refused.
   */
  async readRecord(limit: number): Promise<TapeReading> {
    await this.flush();
    const length = await this.#lengthAt(this.#position.offset);
    if (length === endOfMedium) return { kind: 'blank' };
    if (length === 0) {
      this.#passMark(1);
      return { kind: 'file-mark' };
    }
    if (length > limit) return { kind: 'too-long', length };
    const bytes = await this.#bytesAt(this.#position.offset + lengthBytes, length);
    if (bytes.length < length) return { kind: 'blank' };
    this.#passRecord(length, 1);
    return { kind: 'record', bytes };
  }

  async rewind(): Promise<void> {
    await this.flush();
    this.#position = { ...beginningOfTape };
  }

  /** Moves after the next file mark. @returns false if the recorded part ends before one */
  async skipFile(): Promise<boolean> {
    await this.flush();
    for (;;) {
      const length = await this.#lengthAt(this.#position.offset);
      if (length === endOfMedium) return false;
      if (length === 0) {
        this.#passMark(1);
        return true;
      }
      this.#passRecord(length, 1);
    }
  }

  /** Moves after the next record. @returns false at a file mark (the head is then after it) or at a blank place */
  async skipRecord(): Promise<boolean> {
    await this.flush();
    const length = await this.#lengthAt(this.#position.offset);
    if (length === endOfMedium) return false;
    if (length === 0) this.#passMark(1);
    else this.#passRecord(length, 1);
    return length > 0;
  }

  /** Moves before the last file mark that was passed. @returns false where the tape begins before one */
  async skipFileBack(): Promise<boolean> {
    await this.flush();
    while (this.#position.offset > 0) {
      if (!(await this.#passItemBack())) return true;
    }
    return false;
  }

  /** Moves before the last record. @returns false at a file mark (the head is then before it) or at the tape's beginning */
  async skipRecordBack(): Promise<boolean> {
    await this.flush();
    return this.#position.offset > 0 && this.#passItemBack();
  }

  /** Moves past everything that is recorded. */
  async skipToEnd(): Promise<void> {
    while (await this.skipFile());
  }

  /** Erases the whole tape. */
  async erase(): Promise<void> {
    await this.rewind();
    await this.#handle.truncate(0);
    this.#recordedBytes = 0;
    this.#window = Buffer.alloc(0);
  }

  /** Writes everything to the file, with the mark of its end. */
  async flush(): Promise<void> {
    if (!this.#isAppending) return;
    await this.#writePending();
    const mark = Buffer.alloc(lengthBytes, 0xff);
    await this.#handle.write(mark, 0, lengthBytes, this.#pendingStart);
    this.#isAppending = false;
    this.#window = Buffer.alloc(0);
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#handle.close();
  }

  async #reserve(length: number): Promise<Buffer> {
    if (!this.#isAppending) {
      await this.#handle.truncate(this.#position.offset);
      this.#isAppending = true;
      this.#pendingStart = this.#position.offset;
    }
    if (this.#pendingLength + length > this.#pending.length) {
      await this.#writePending();
      if (length > this.#pending.length) this.#pending = Buffer.allocUnsafe(Math.max(length, windowBytes));
    }
    const space = this.#pending.subarray(this.#pendingLength, this.#pendingLength + length);
    this.#pendingLength += length;
    return space;
  }

  async #writePending(): Promise<void> {
    for (let done = 0; done < this.#pendingLength;) {
      const left = this.#pendingLength - done;
      const { bytesWritten } = await this.#handle.write(this.#pending, done, left, this.#pendingStart + done);
      done += bytesWritten;
    }
    this.#pendingStart += this.#pendingLength;
    this.#pendingLength = 0;
  }

  async #lengthAt(offset: number): Promise<number> {
    const bytes = await this.#bytesAt(offset, lengthBytes);
    return bytes.length < lengthBytes ? endOfMedium : bytes.readUInt32LE(0);
  }

  /** Length of the record that ends there. Read alone: a window begins where it is read, and is of no use for what is before. */
  async #lengthBefore(offset: number): Promise<number> {
    const bytes = Buffer.allocUnsafe(lengthBytes);
    await this.#handle.read(bytes, 0, lengthBytes, offset - lengthBytes);
    return bytes.readUInt32LE(0);
  }

  /** A stretch of the file, from the window where it is in it; shorter where the file ends. */
  async #bytesAt(offset: number, length: number): Promise<Buffer> {
    const inside = offset - this.#windowStart;
    if (inside < 0 || inside + length > this.#window.length) {
      const bytes = Buffer.allocUnsafe(Math.max(length, windowBytes));
      const { bytesRead } = await this.#handle.read(bytes, 0, bytes.length, offset);
      this.#window = bytes.subarray(0, bytesRead);
      this.#windowStart = offset;
    }
    const start = offset - this.#windowStart;
    return this.#window.subarray(start, start + length);
  }

  #passRecord(length: number, direction: 1 | -1): void {
    this.#position.offset += direction * (padded(length) + 2 * lengthBytes);
    this.#position.block += direction;
    this.#position.bytes += direction * length;
  }

  #passMark(direction: 1 | -1): void {
    this.#position.offset += direction * lengthBytes;
    this.#position.file += direction;
    this.#position.block = 0;
  }

  /** Moves before the record or file mark that ends at the head. @returns true for a record */
  async #passItemBack(): Promise<boolean> {
    const length = await this.#lengthBefore(this.#position.offset);
    if (length > 0) {
      this.#passRecord(length, -1);
      return true;
    }
    this.#position.offset -= lengthBytes;
    this.#position.file -= 1;
    this.#position.block = await this.#countRecordsBefore();
    return false;
  }

  /** Records between the head and the file mark (or the tape's beginning) before it. */
  async #countRecordsBefore(): Promise<number> {
    let records = 0;
    for (let offset = this.#position.offset; offset > 0; records += 1) {
      const length = await this.#lengthBefore(offset);
      if (length === 0) break;
      offset -= padded(length) + 2 * lengthBytes;
    }
    return records;
  }
}
