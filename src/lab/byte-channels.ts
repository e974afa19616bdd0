import { IoError } from './io-error.ts';

/** Where a command reads from. */
export interface ByteReader {
  /**
   * The next bytes, `limit` at most, as soon as there are any; empty at the end. What is returned is valid until the next call.
   */
  read(limit: number): Promise<Buffer>;
}

/** Where a command writes to. */
export interface ByteWriter {
  /** Resolves when the bytes may be reused. @throws IoError EPIPE where nobody reads any more */
  write(bytes: Buffer | string): Promise<void>;
}

export const emptyReader: ByteReader = { read: () => Promise.resolve(Buffer.alloc(0)) };

/** Keeps what is written, as text. */
export class TextWriter implements ByteWriter {
  #pieces: Buffer[] = [];

  write(bytes: Buffer | string): Promise<void> {
    this.#pieces.push(Buffer.from(bytes));
    return Promise.resolve();
  }

  get text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }
}

/** Reads bytes that are there already. */
export class BytesReader implements ByteReader {
  #rest: Buffer;

  constructor(bytes: Buffer | string) {
    this.#rest = Buffer.from(bytes);
  }

  read(limit: number): Promise<Buffer> {
    const piece = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(piece.length);
    return Promise.resolve(piece);
  }
}

/** The pipe between two commands: holds one piece, so that the writer goes no faster than the reader. */
export class BytePipe implements ByteReader, ByteWriter {
  #piece: Buffer | undefined;
  #pieceTaken: (() => void) | undefined;
  #pieceCame: (() => void) | undefined;
  #isWriterGone = false;
  #isReaderGone = false;

  async write(bytes: Buffer | string): Promise<void> {
    if (this.#isReaderGone) throw new IoError('EPIPE');
    if (bytes.length === 0) return;
    const taken = new Promise<void>((resolve) => (this.#pieceTaken = resolve));
    this.#piece = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    this.#pieceCame?.();
    await taken;
    if (this.#isReaderGone) throw new IoError('EPIPE');
  }

  async read(limit: number): Promise<Buffer> {
    if (this.#piece?.length === 0) this.#release();
    while (!this.#piece && !this.#isWriterGone) {
      await new Promise<void>((resolve) => (this.#pieceCame = resolve));
    }
    const taken = this.#piece?.subarray(0, limit) ?? Buffer.alloc(0);
    this.#piece = this.#piece?.subarray(taken.length);
    return taken;
  }

  closeWriter(): void {
    this.#isWriterGone = true;
    this.#pieceCame?.();
  }

  closeReader(): void {
    this.#isReaderGone = true;
    this.#release();
  }

  #release(): void {
    this.#piece = undefined;
    this.#pieceTaken?.();
  }
}
