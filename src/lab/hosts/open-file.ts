import { IoError } from '../faults/io-error.ts';

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

/** What an open file can do; an absent method was not requested at open. */
export interface FileEnds {
  /** See ByteReader. @param killed ends a wait, and nothing is taken then */
  readonly read?: (limit: number, killed: AbortSignal) => Promise<Buffer>;
  /** See ByteWriter. @param killed ends a wait */
  readonly write?: (bytes: Buffer | string, killed: AbortSignal) => Promise<void>;
  readonly close?: () => Promise<void> | void;
}

/** An open file of a host. Several processes may hold it, as after fork(2): the last one that releases it closes it. */
export class OpenFile {
  readonly #ends: FileEnds;
  #holders = 1;

  constructor(ends: FileEnds) {
    this.#ends = ends;
  }

  hold(): this {
    this.#holders += 1;
    return this;
  }

  async release(): Promise<void> {
    this.#holders -= 1;
    if (this.#holders === 0) await this.#ends.close?.();
  }

  /** The file as a process reads it. @param killed the process: its end ends a wait */
  readerFor(killed: AbortSignal): ByteReader {
    return { read: (limit) => orKilled(killed, this.#read(limit, killed)) };
  }

  /** The file as a process writes to it. @param killed the process: its end ends a wait */
  writerFor(killed: AbortSignal): ByteWriter {
    return { write: (bytes) => orKilled(killed, this.#write(bytes, killed)) };
  }

  async #read(limit: number, killed: AbortSignal): Promise<Buffer> {
    if (!this.#ends.read) throw new IoError('EBADF');
    return this.#ends.read(limit, killed);
  }

  async #write(bytes: Buffer | string, killed: AbortSignal): Promise<void> {
    if (!this.#ends.write) throw new IoError('EBADF');
    await this.#ends.write(bytes, killed);
  }
}

/** An end of file at once: /dev/null for reading. */
export const emptyFile = (): OpenFile => new OpenFile({ read: () => Promise.resolve(Buffer.alloc(0)) });

/** Settles as `work` does, or rejects with the signal's reason where that comes first. */
export function orKilled<Result>(killed: AbortSignal, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(killed.reason as Error);
    if (killed.aborted) end();
    else killed.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => killed.removeEventListener('abort', end));
  });
}

/** The open files of a process by their numbers: 0 input, 1 output, 2 errors. It holds each of them. */
export class Descriptors {
  readonly #files: Map<number, OpenFile>;

  /** Takes the files over; `close` releases them. */
  constructor(files: Iterable<readonly [number, OpenFile]>) {
    this.#files = new Map(files);
  }

  /** The same files held again, for a child. */
  copy(): Descriptors {
    return new Descriptors([...this.#files].map(([number, file]) => [number, file.hold()]));
  }

  get(number: number): OpenFile | undefined {
    return this.#files.get(number);
  }

  /** Puts a file, which is taken over, in place of what was there. */
  async put(number: number, file: OpenFile): Promise<void> {
    const before = this.#files.get(number);
    this.#files.set(number, file);
    await before?.release();
  }

  async close(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    for (const file of files) await file.release();
  }
}
