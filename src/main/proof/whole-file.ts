/** Writes a file whole or not at all: under a temporary name, synced, and then given its own. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure, isFailure } from '../../contract/errors.ts';
import { writeTrouble } from '../journal/journal.ts';
import type { StateFolder } from '../journal/state-folder.ts';

export interface WholeFileOptions {
  /** `new`: a file of that name is never replaced. */
  readonly mode: 'new' | 'replace';
  /** Permission bits, of which the umask takes its own away; this user alone if they are omitted. */
  readonly access?: number;
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
  { mode, access = 0o600 }: WholeFileOptions,
): Promise<void> {
  const temporary = temporaryName(file);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(temporary, 'wx', access);
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

/** Temporary names, and those of the folders that an archive is unpacked into. */
const temporaryNames = /(?:\.[0-9a-f]{12}\.tmp|^import-[A-Za-z0-9]{6})$/;

/** A younger one may be written right now. */
const millisecondsKept = 3_600_000;

async function removeIn(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!temporaryNames.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > millisecondsKept)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Removes what processes have left that were killed while they wrote a file whole, or unpacked an archive. Nothing of
 * it is of use: a file that was whole has its own name. That one cannot be removed hinders nothing.
 */
export async function removeLeftOver(state: StateFolder): Promise<void> {
  await removeIn(state.path);
  await removeIn(state.runsFolder);
}
