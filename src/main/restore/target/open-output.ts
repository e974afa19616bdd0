/** A file that is written from its first byte to its last: pieces of zeros become holes, and the content is hashed. */
import { createHash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { ownFlags } from '../../journal/own-files.ts';

/** Zeros are searched for in pieces of this size. A file system allocates no block for holes. */
const pieceBytes = 65_536;
const zeros = Buffer.alloc(pieceBytes);

export class OpenOutput {
  readonly path: Buffer;
  readonly #handle: FileHandle;
  readonly #hash = createHash('sha256');
  #length = 0;

  private constructor(path: Buffer, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Creates a new file. Nobody else may read it while it is written. @throws what the file system says */
  static async create(path: Buffer): Promise<OpenOutput> {
    return new OpenOutput(path, await open(path, ownFlags.create, 0o600));
  }

  get bytes(): number {
    return this.#length;
  }

  /** @throws what the file system says */
  async write(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes);
    for (let from = 0; from < bytes.length;) {
      const piece = bytes.subarray(from, from + pieceBytes);
      if (!piece.equals(zeros.subarray(0, piece.length))) await this.#put(piece);
      from += piece.length;
      this.#length += piece.length;
    }
  }

  async #put(piece: Buffer): Promise<void> {
    for (let done = 0; done < piece.length;) {
      const at = this.#length + done;
      done += (await this.#handle.write(piece, done, piece.length - done, at)).bytesWritten;
    }
  }

  /**
   * The file has its full length after this.
   * @param synced true: it is on disk
   * @returns SHA-256 (hex) of what was written; to be called once
   */
  async finish(synced: boolean): Promise<string> {
    await this.#handle.truncate(this.#length);
    if (synced) await this.#handle.sync();
    await this.#handle.close();
    return this.#hash.digest('hex');
  }

  /** Removes the file. If that fails, the earlier error says more. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.path, { force: true }).catch(() => undefined);
  }
}

/** SHA-256 (hex) and length of a file, read from its beginning. */
export async function digestOfFile(path: Buffer): Promise<{ sha256: string; bytes: number }> {
  const handle = await open(path, ownFlags.read);
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, bytes);
      if (bytesRead === 0) return { sha256: hash.digest('hex'), bytes };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
