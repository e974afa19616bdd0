import { IoError } from '../faults/io-error.ts';
import { OpenFile } from './open-file.ts';

/** What a pipe takes before its writer has to wait, in bytes. */
const capacity = 65_536;

interface Piece {
  bytes: Buffer;
  /** Notifies the waiting writer that its bytes were read; undefined if they were copied and there is no waiting writer. */
  readonly settle: ((error?: IoError) => void) | undefined;
}

/**
 * A pipe between processes: the nameless one of `a | b`, and what is after the name of a FIFO.
 *
 * A small piece is copied and its writer continues; a piece for which there is no room is passed to the reader as it
 * is, and its writer waits until it was used. So no more than `capacity` is held in addition to what the writers hold
 * themselves.
 */
export class Pipe {
  readonly #pieces: Piece[] = [];
  #copiedBytes = 0;
  #readers = 0;
  #writers = 0;
  #readersCame = 0;
  #writersCame = 0;
  readonly #watchers = new Set<() => void>();

  /** Both ends of a nameless pipe. */
  static ends(): { reader: OpenFile; writer: OpenFile } {
    const pipe = new Pipe();
    return { reader: pipe.#addReader(), writer: pipe.#addWriter() };
  }

  /** Opens a FIFO for reading: waits until a writer opens it too (open(2), O_RDONLY). @param killed ends the wait */
  async openReader(killed: AbortSignal): Promise<OpenFile> {
    const before = this.#writersCame;
    const file = this.#addReader();
    return this.#whenMet(file, () => this.#writers > 0 || this.#writersCame > before, killed);
  }

  /** Opens a FIFO for writing: waits until a reader opens it too (open(2), O_WRONLY). @param killed ends the wait */
  async openWriter(killed: AbortSignal): Promise<OpenFile> {
    const before = this.#readersCame;
    const file = this.#addWriter();
    return this.#whenMet(file, () => this.#readers > 0 || this.#readersCame > before, killed);
  }

  async #whenMet(file: OpenFile, isMet: () => boolean, killed: AbortSignal): Promise<OpenFile> {
    try {
      while (!isMet()) await this.#change(killed);
      return file;
    } catch (error) {
      await file.release();
      throw error;
    }
  }

  #addReader(): OpenFile {
    this.#readers += 1;
    this.#readersCame += 1;
    this.#tell();
    /** The writer of the piece that this reader got last: its bytes are in use until the next call. */
    let lender: Piece['settle'];
    const giveBack = (): void => {
      lender?.();
      lender = undefined;
    };
    return new OpenFile({
      read: async (limit, killed) => {
        giveBack();
        while (this.#pieces.length === 0 && this.#writers > 0) await this.#change(killed);
        const { bytes, settle } = this.#take(limit);
        lender = settle;
        return bytes;
      },
      close: () => {
        giveBack();
        this.#readers -= 1;
        if (this.#readers === 0) this.#refuseWaiting();
        this.#tell();
      },
    });
  }

  #addWriter(): OpenFile {
    this.#writers += 1;
    this.#writersCame += 1;
    this.#tell();
    return new OpenFile({
      write: (bytes, killed) => this.#write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, killed),
      close: () => {
        this.#writers -= 1;
        // unread data is gone once the last process has closed the pipe
        if (this.#writers === 0 && this.#readers === 0) this.#clear();
        this.#tell();
      },
    });
  }

  async #write(bytes: Buffer, killed: AbortSignal): Promise<void> {
    if (this.#readers === 0) throw new IoError('EPIPE');
    if (bytes.length === 0) return;
    if (this.#copiedBytes + bytes.length <= capacity) {
      this.#copiedBytes += bytes.length;
      this.#pieces.push({ bytes: Buffer.from(bytes), settle: undefined });
      this.#tell();
      return;
    }
    await this.#lend(bytes, killed);
  }

  #lend(bytes: Buffer, killed: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const withdraw = (): void => {
        const place = this.#pieces.indexOf(piece);
        if (place >= 0) this.#pieces.splice(place, 1);
        reject(killed.reason as Error);
      };
      const piece: Piece = {
        bytes,
        settle: (error) => {
          killed.removeEventListener('abort', withdraw);
          if (error) reject(error);
          else resolve();
        },
      };
      killed.addEventListener('abort', withdraw, { once: true });
      this.#pieces.push(piece);
      this.#tell();
    });
  }

  /** The next bytes, `limit` at most; empty if there are none. `settle` comes with the last bytes of a lent piece. */
  #take(limit: number): Piece {
    const piece = this.#pieces[0];
    if (!piece) return { bytes: Buffer.alloc(0), settle: undefined };
    const bytes = piece.bytes.subarray(0, limit);
    piece.bytes = piece.bytes.subarray(bytes.length);
    if (!piece.settle) this.#copiedBytes -= bytes.length;
    if (piece.bytes.length > 0) return { bytes, settle: undefined };
    this.#pieces.shift();
    return { bytes, settle: piece.settle };
  }

  /** The last reader has gone: waiting writers get EPIPE. */
  #refuseWaiting(): void {
    if (this.#writers === 0) return this.#clear();
    const waiting = this.#pieces.filter(({ settle }) => settle);
    const copied = this.#pieces.filter(({ settle }) => !settle);
    this.#pieces.splice(0, this.#pieces.length, ...copied);
    for (const { settle } of waiting) settle?.(new IoError('EPIPE'));
  }

  #clear(): void {
    this.#pieces.length = 0;
    this.#copiedBytes = 0;
  }

  #tell(): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const watcher of watchers) watcher();
  }

  /** Resolves when something has come or gone. */
  #change(killed: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#watchers.delete(changed);
        reject(killed.reason as Error);
      };
      const changed = (): void => {
        killed.removeEventListener('abort', end);
        resolve();
      };
      if (killed.aborted) return end();
      killed.addEventListener('abort', end, { once: true });
      this.#watchers.add(changed);
    });
  }
}
