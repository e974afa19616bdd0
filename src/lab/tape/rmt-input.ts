import type { ByteReader } from '../hosts/open-file.ts';

/** How much is requested from the channel at once, in bytes. */
const pieceBytes = 262_144;

/** The standard input of rmt(8): bytes, words that end with their line, and data, in whatever pieces they come. */
export class RmtInput {
  readonly #reader: ByteReader;
  readonly #killed: Promise<never>;
  #piece: Buffer = Buffer.alloc(0);

  constructor(reader: ByteReader, killed: AbortSignal) {
    this.#reader = reader;
    this.#killed = new Promise((_, reject) => {
      const end = (): void => reject(killed.reason as Error);
      if (killed.aborted) end();
      else killed.addEventListener('abort', end, { once: true });
    });
    // a signal that comes while nothing is awaited is found by the next read
    this.#killed.catch(() => undefined);
  }

  /** The next byte, as a letter; undefined at the end. */
  async letter(): Promise<string | undefined> {
    if (!(await this.#more())) return undefined;
    const letter = this.#piece.toString('latin1', 0, 1);
    this.#piece = this.#piece.subarray(1);
    return letter;
  }

  /**
   * What comes before the next newline, which is taken too; undefined if the input ends before it.
   * @param limit letters at most; what is longer is cut, and the rest is taken for what comes next (rmt.c, getstring)
   */
  async word(limit: number): Promise<string | undefined> {
    let word = '';
    while (word.length < limit) {
      const letter = await this.letter();
      if (letter === undefined) return undefined;
      if (letter === '\n') break;
      word += letter;
    }
    return word;
  }

  /** Fills a buffer. @returns false where the input ends before */
  async fill(target: Buffer): Promise<boolean> {
    for (let done = 0; done < target.length;) {
      if (!(await this.#more())) return false;
      const taken = this.#piece.copy(target, done);
      this.#piece = this.#piece.subarray(taken);
      done += taken;
    }
    return true;
  }

  async #more(): Promise<boolean> {
    if (this.#piece.length > 0) return true;
    this.#piece = await Promise.race([this.#reader.read(pieceBytes), this.#killed]);
    return this.#piece.length > 0;
  }
}
