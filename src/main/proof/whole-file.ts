/** Writes a file whole or not at all: under a temporary name, synced, and then given its own. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure, isFailure } from '../../contract/errors.ts';
import { writeTrouble } from '../journal/journal.ts';

export interface WholeFileOptions {
  /** `new`: a file of that name is never replaced. */
  readonly mode: 'new' | 'replace';
}

/** Names that are never taken for a journal. */
export const temporaryName = (file: string): string => `${file}.${randomBytes(6).toString('hex')}.tmp`;

/** Removes what was not finished. That it cannot be removed says no more than what went wrong before. */
export const discard = (temporary: string): Promise<void> =>
  rm(temporary, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);

/** The folder's list of names is on disk when this returns. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Gives a file that was written under a temporary name its own.
 * @throws STATE_FILE_THERE, and what the file system says
 */
export async function giveName(
  temporary: string,
  file: string,
  mode: WholeFileOptions['mode'],
): Promise<void> {
  if (mode === 'replace') await rename(temporary, file);
  else {
    // Unlike rename, link never takes the place of what is there.
    try {
      await link(temporary, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw failure('STATE_FILE_THERE', { file });
      throw error;
    }
    await rm(temporary);
  }
  await syncFolder(dirname(file));
}

/** The error of the table for a file that could not be written. */
export function unwritable(file: string, error: unknown) {
  if (isFailure(error)) return error;
  return failure('STATE_FILE_UNWRITABLE', { file, reason: writeTrouble(error) }, {}, error);
}

/**
 * @throws STATE_FILE_THERE, STATE_FILE_UNWRITABLE
 */
export async function writeWhole(
  file: string,
  content: Buffer | string,
  { mode }: WholeFileOptions,
): Promise<void> {
  const temporary = temporaryName(file);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await giveName(temporary, file, mode);
  } catch (error) {
    await discard(temporary);
    throw unwritable(file, error);
  }
}
