/**
 * The contents of a host's files. A short text is in the model, so that it can be read there. Anything else is in a
 * file of the lab's folder: the model is written whole at each change. Files of several names share it, and zeros are
 * holes in it.
 */
import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { IoError } from '../faults/io-error.ts';
import type { HostModel, LabModel } from '../gds/lab-model.ts';

export type FileContent = HostModel['files'][string];

/** In bytes; a longer text is stored. */
const mostTextBytes = 65_536;
/** Zeros are looked for in pieces of this many bytes. */
const pieceBytes = 65_536;
const zeros = Buffer.alloc(pieceBytes);

/** Reads a content from any place, whatever happens to its file's names meanwhile. */
export interface OpenContent {
  /** @returns how many bytes were read; 0 at the end */
  read(target: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

/** In bytes; of base64, which earlier labs have, near enough for a limit. */
export const contentLength = (content: FileContent): number => {
  if (typeof content === 'string') return Buffer.byteLength(content);
  return 'stored' in content ? content.bytes : (content.base64.length * 3) / 4;
};

/** The free space of the root file system beyond the system, as df shows it. */
export const rootKilobytes = 2_500_011;

/** @param contents of all its files, of several names of one of them the same one */
export function freeKilobytes(contents: readonly FileContent[]): number {
  const used = [...new Set(contents)].reduce((sum: number, content) => sum + contentLength(content), 0);
  return Math.max(0, rootKilobytes - Math.ceil(used / 1024));
}

const isStored = (content: FileContent): content is { stored: string; bytes: number } =>
  typeof content === 'object' && 'stored' in content;

function openMemory(bytes: Buffer): OpenContent {
  return {
    read: (target, position) => Promise.resolve(bytes.copy(target, 0, position)),
    close: () => Promise.resolve(),
  };
}

export class FileContents {
  readonly #folder: string;
  readonly #model: LabModel;

  /** @param model its files of several names share one content after this, and what none of them has is removed */
  constructor(folder: string, model: LabModel) {
    this.#folder = folder;
    this.#model = model;
    const known = new Map<string, FileContent>();
    for (const { files } of Object.values(model.hosts))
      for (const [path, content] of Object.entries(files)) {
        if (!isStored(content)) continue;
        const shared = known.get(content.stored) ?? content;
        known.set(content.stored, shared);
        files[path] = shared;
      }
    for (const name of this.#names()) if (!known.has(name)) rmSync(this.#file(name), { force: true });
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }

  /** All of it. */
  bytesOf(content: FileContent): Buffer {
    if (typeof content === 'string') return Buffer.from(content, 'utf8');
    if (!isStored(content)) return Buffer.from(content.base64, 'base64');
    return readFileSync(this.#file(content.stored)).subarray(0, content.bytes);
  }

  async open(content: FileContent): Promise<OpenContent> {
    if (!isStored(content)) return openMemory(this.bytesOf(content));
    const handle = await open(this.#file(content.stored), 'r');
    return {
      async read(target, position) {
        const length = Math.max(0, Math.min(target.length, content.bytes - position));
        return length === 0 ? 0 : (await handle.read(target, 0, length, position)).bytesRead;
      },
      close: () => handle.close(),
    };
  }

  /** @param hasSeveralNames true: what is written by one of them is read by the others @throws IoError ENOSPC */
  of(bytes: Buffer, hasSeveralNames = false): FileContent {
    if (!hasSeveralNames && bytes.length <= mostTextBytes && isUtf8(bytes)) return bytes.toString('utf8');
    return this.#stored(bytes);
  }

  #stored(bytes: Buffer): FileContent {
    mkdirSync(this.#folder, { recursive: true });
    const content = { stored: randomBytes(8).toString('hex'), bytes: 0 };
    return this.#add(content, bytes);
  }

  /** @returns what the file holds then @throws IoError ENOSPC */
  append(content: FileContent, bytes: Buffer): FileContent {
    if (isStored(content)) return this.#add(content, bytes);
    const isText = typeof content === 'string' && isUtf8(bytes);
    if (isText && content.length + bytes.length <= mostTextBytes) return content + bytes.toString('utf8');
    return this.#add(this.#stored(this.bytesOf(content)), bytes);
  }

  #add(content: FileContent, bytes: Buffer): FileContent {
    if (!isStored(content)) throw new Error('only a stored content is added to');
    const handle = openSync(this.#file(content.stored), constants.O_WRONLY | constants.O_CREAT, 0o600);
    try {
      for (let from = 0; from < bytes.length; from += pieceBytes) {
        const piece = bytes.subarray(from, from + pieceBytes);
        if (!piece.equals(zeros.subarray(0, piece.length)))
          writeSync(handle, piece, 0, piece.length, content.bytes + from);
      }
      content.bytes += bytes.length;
      ftruncateSync(handle, content.bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      throw new IoError('ENOSPC');
    } finally {
      closeSync(handle);
    }
    return content;
  }

  /** Removes one of its names; with the last one, the file is gone. A reader that has it open can continue. */
  forget(content: FileContent): void {
    if (!isStored(content)) return;
    const isUsed = Object.values(this.#model.hosts).some(({ files }) =>
      Object.values(files).includes(content),
    );
    if (!isUsed) rmSync(this.#file(content.stored), { force: true });
  }
}
