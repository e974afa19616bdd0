/** The data types of the ssh protocol (RFC 4251, 5), as keys, signatures and agents use them. */

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A string or any bytes, with the length in front. */
export function string(value: Buffer | string): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** Reads what the wire writes; each read throws an Error where too few bytes are left. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** All bytes that are left. */
  get rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new Error('it is truncated');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  uint32 = (): number => this.take(4).readUInt32BE();
  uint64 = (): bigint => this.take(8).readBigUInt64BE();
  string = (): Buffer => this.take(this.uint32());
}
