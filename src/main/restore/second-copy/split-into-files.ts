/** A stage that passes its data to one tape file after another: each gets as many bytes as on the original tape. */
import { Transform } from 'node:stream';

/** A tape file that is being written. */
export interface OpenedFile {
  /** Resolves when more may be written. */
  write(piece: Buffer): Promise<void>;
  /** Resolves when the file is closed, and the tape host has counted all of its records. */
  finish(): Promise<void>;
}

class Splitter {
  readonly #lengths: readonly number[];
  readonly #open: (index: number) => Promise<OpenedFile>;
  #index = 0;
  #written = 0;
  #file: OpenedFile | undefined;

  constructor(lengths: readonly number[], open: (index: number) => Promise<OpenedFile>) {
    this.#lengths = lengths;
    this.#open = open;
  }

  async take(piece: Buffer): Promise<void> {
    for (let rest = piece; rest.length > 0;) {
      const left = (this.#lengths[this.#index] ?? 0) - this.#written;
      // More than was written: the reader compares the lengths, and reports it.
      if (left === 0) return;
      this.#file ??= await this.#open(this.#index);
      const some = rest.subarray(0, left);
      await this.#file.write(some);
      this.#written += some.length;
      rest = rest.subarray(some.length);
      if (some.length === left) await this.#next();
    }
  }

  async #next(): Promise<void> {
    await this.#file?.finish();
    this.#file = undefined;
    this.#index += 1;
    this.#written = 0;
  }
}

/**
 * @param lengths in bytes, of the files in their order
 * @param open gets the tape ready; its rejection fails the stage
 */
export function splitIntoFiles(
  lengths: readonly number[],
  open: (index: number) => Promise<OpenedFile>,
): Transform {
  const splitter = new Splitter(lengths, open);
  return new Transform({
    transform: (piece: Buffer, _encoding, done) =>
      void splitter.take(piece).then(() => done(null, piece), done),
  });
}
