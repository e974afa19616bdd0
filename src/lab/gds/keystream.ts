import { createCipheriv, createHash } from 'node:crypto';

/**
 * Endless seeded bytes that never repeat: AES-128 in counter mode over zeros.
 *
 * Any place of the stream can be computed without the bytes before it, so that a block identifies its place.
 */
export class Keystream {
  readonly #key: Buffer;

  constructor(seed: string) {
    this.#key = createHash('sha256').update(seed).digest().subarray(0, 16);
  }

  /**
   * The stream's bytes of one range.
   * @param position where it begins, in bytes, a multiple of 16
   * @param length in bytes
   */
  bytes(position: number, length: number): Buffer {
    const counter = Buffer.alloc(16);
    counter.writeBigUInt64BE(BigInt(position) / 16n, 8);
    return createCipheriv('aes-128-ctr', this.#key, counter).update(Buffer.alloc(length));
  }
}
