/** Hashes of paths, and a table from hash to number that holds millions of them in typed arrays. */

/** 64 bits in two halves; of ten million paths two share a hash with a probability of 3 in a million. */
export interface PathHash {
  readonly high: number;
  readonly low: number;
}

export const emptyHash: PathHash = { high: 0x811c9dc5 | 0, low: 0x9747b28c | 0 };

/** Continues a hash: that of a directory with the name of a file. */
export function hashOn({ high, low }: PathHash, text: string): PathHash {
  let one = high;
  let other = low;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    one = Math.imul(one ^ unit, 0x01000193);
    other = Math.imul(other ^ unit, 0x5bd1e995);
    other ^= other >>> 15;
  }
  // The end of a text counts: "a" and "b" in it are not "ab".
  one = Math.imul(one ^ 0x2f ^ (one >>> 13), 0x01000193);
  other = Math.imul(other ^ text.length ^ (other >>> 13), 0x5bd1e995);
  return { high: one, low: other };
}

const smallest = 1 << 12;
const fullest = 0.6;

export class IdTable {
  #highs = new Int32Array(smallest);
  #lows = new Int32Array(smallest);
  /** 0: free. */
  #ids = new Uint32Array(smallest);
  #count = 0;

  /** @returns 0 where it is not known */
  get(hash: PathHash): number {
    return this.#ids[this.#slotOf(hash)] ?? 0;
  }

  /** @param id from 1 */
  set(hash: PathHash, id: number): void {
    if (this.#count >= this.#ids.length * fullest) this.#grow();
    const slot = this.#slotOf(hash);
    if (this.#ids[slot] === 0) this.#count += 1;
    this.#highs[slot] = hash.high;
    this.#lows[slot] = hash.low;
    this.#ids[slot] = id;
  }

  /** Where the hash is, or where it would be. */
  #slotOf({ high, low }: PathHash): number {
    const mask = this.#ids.length - 1;
    let slot = (low ^ (high >>> 7)) & mask;
    while (this.#ids[slot] !== 0 && (this.#lows[slot] !== low || this.#highs[slot] !== high))
      slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [highs, lows, ids] = [this.#highs, this.#lows, this.#ids];
    this.#highs = new Int32Array(ids.length * 2);
    this.#lows = new Int32Array(ids.length * 2);
    this.#ids = new Uint32Array(ids.length * 2);
    this.#count = 0;
    for (let slot = 0; slot < ids.length; slot += 1) {
      const id = ids[slot] ?? 0;
      if (id !== 0) this.set({ high: highs[slot] ?? 0, low: lows[slot] ?? 0 }, id);
    }
  }
}
