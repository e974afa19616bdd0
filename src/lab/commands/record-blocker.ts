import type { RecordTarget } from '../hosts/data-files.ts';

/** Collects bytes into records and pads the last one with zeros, as tar and ufsdump do for a tape and for a pipe. */
export class Blocker {
  readonly #target: RecordTarget;
  readonly #record: Buffer;
  #length = 0;

  constructor(target: RecordTarget, recordBytes: number) {
    this.#target = target;
    // a stream is written in larger pieces, which are whole records
    const records = target.keepsRecords ? 1 : Math.max(1, Math.floor(262_144 / recordBytes));
    this.#record = Buffer.alloc(records * recordBytes);
  }

  async write(bytes: Buffer): Promise<void> {
    for (let place = 0; place < bytes.length;) {
      const taken = bytes.copy(this.#record, this.#length, place);
      place += taken;
      this.#length += taken;
      if (this.#length === this.#record.length) await this.#flush(this.#length);
    }
  }

  async end(recordBytes: number): Promise<void> {
    if (this.#length === 0) return;
    const padded = Math.ceil(this.#length / recordBytes) * recordBytes;
    this.#record.fill(0, this.#length, padded);
    await this.#flush(padded);
  }

  async #flush(length: number): Promise<void> {
    this.#length = 0;
    await this.#target.write(this.#record.subarray(0, length));
  }
}
