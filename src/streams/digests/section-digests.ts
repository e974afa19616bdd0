/** Hashes the sections of a stream one by one: what a dump that was continued on its tape is compared with. */
import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { hexadecimal, type Digest } from './digest.ts';
import { createObserver } from '../stage.ts';
import type { Stage } from '../stage.ts';

/** A section that is being hashed. */
class Section {
  readonly #hash: Hash = createHash('sha256');
  readonly #length: number;
  #bytes = 0;
  #crc = 0;

  constructor(length: number) {
    this.#length = length;
  }

  get isWhole(): boolean {
    return this.#bytes === this.#length;
  }

  /** @returns how many bytes of the piece belong to the section */
  take(piece: Buffer): number {
    const own = piece.subarray(0, this.#length - this.#bytes);
    this.#hash.update(own);
    this.#crc = crc32(own, this.#crc);
    this.#bytes += own.length;
    return own.length;
  }

  digest(): Digest {
    return { bytes: this.#bytes, crc32: hexadecimal(this.#crc), sha256: this.#hash.copy().digest('hex') };
  }
}

/**
 * Makes a stage that hashes consecutive sections; the bytes pass unchanged. Bytes after the last section are not
 * hashed, and an incomplete section has the digest of what arrived.
 * @param lengths in bytes, from the first byte of the stream on
 */
export function createSectionDigests(lengths: readonly number[]): Stage<Digest[]> {
  const sections = lengths.map((length) => new Section(length));
  let current = 0;
  return createObserver<Digest[]>('section digests', {
    isCostly: true,
    piece(piece) {
      for (let rest = piece; rest.length > 0;) {
        while (sections[current]?.isWhole) current += 1;
        const section = sections[current];
        if (!section) return;
        rest = rest.subarray(section.take(rest));
      }
    },
    result: () => sections.map((section) => section.digest()),
  });
}
