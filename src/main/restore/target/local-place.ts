/** A place on this computer: what is checked before anything is written there. */
import { access, constants, lstat, mkdir, realpath, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { failure } from '../../../contract/errors.ts';
import { bytesText } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import { isMissing } from '../../journal/kept-file.ts';
import { writeTrouble } from '../../journal/journal.ts';

/** @throws RESTORE_NO_SPACE if fewer bytes are free in a folder, RESTORE_TARGET_UNUSABLE if it is not a folder */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  let free: number;
  try {
    const { bavail, bsize } = await statfs(folder);
    free = bavail * bsize;
  } catch (error) {
    throw failure('RESTORE_TARGET_UNUSABLE', { target: folder, reason: writeTrouble(error) }, {}, error);
  }
  if (free < bytes)
    throw failure('RESTORE_NO_SPACE', { target: folder, needed: bytesText(bytes), free: bytesText(free) });
}

/**
 * A path without links: a link may lead elsewhere once the place has been checked.
 * @param path of a folder, or of a file that may be made in one
 */
export async function withoutLinks(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    (there) => there.isDirectory(),
    () => false,
  );
  try {
    return isFolder ? await realpath(path) : join(await realpath(dirname(path)), basename(path));
  } catch {
    // It is refused by what is checked next.
    return path;
  }
}

/** @param path that had no links when it was checked first @throws RESTORE_TARGET_UNUSABLE if it has one now */
async function requireNoLink(path: string): Promise<void> {
  const now = await withoutLinks(path);
  if (now !== path)
    throw failure('RESTORE_TARGET_UNUSABLE', {
      target: path,
      reason: phrase('it now leads to {now}', { now }),
    });
}

/**
 * What exists stays unless it may be lost.
 * @throws RESTORE_TARGET_EXISTS, RESTORE_TARGET_UNUSABLE
 */
export async function requireImagePlace(file: string, mayReplace: boolean): Promise<void> {
  await requireNoLink(file);
  try {
    const there = await lstat(file);
    if (!there.isFile())
      throw failure('RESTORE_TARGET_UNUSABLE', { target: file, reason: phrase('it is not a regular file') });
    if (!mayReplace) throw failure('RESTORE_TARGET_EXISTS', { target: file });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

const unusable = (target: string, error: unknown) =>
  failure('RESTORE_TARGET_UNUSABLE', { target, reason: writeTrouble(error) }, {}, error);

/** @throws RESTORE_TARGET_UNUSABLE */
async function requireWritable(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(folder, error);
  }
}

/**
 * A missing folder is created when the restore begins, in an existing one.
 * @returns true if it must be made
 * @throws RESTORE_TARGET_UNUSABLE
 */
async function isNewFolder(folder: string): Promise<boolean> {
  try {
    const there = await stat(folder);
    if (there.isDirectory()) return false;
  } catch (error) {
    if (isMissing(error)) return true;
    throw unusable(folder, error);
  }
  throw failure('RESTORE_TARGET_UNUSABLE', { target: folder, reason: phrase('it is not a folder') });
}

/**
 * @param bytes room that is needed
 * @throws RESTORE_TARGET_UNUSABLE, RESTORE_NO_SPACE
 */
export async function requireLocalFolder(folder: string, bytes: number): Promise<void> {
  await requireNoLink(folder);
  const present = (await isNewFolder(folder)) ? dirname(folder) : folder;
  await requireWritable(present);
  await requireSpace(present, bytes);
}

/** @throws RESTORE_TARGET_UNUSABLE, RESTORE_TARGET_EXISTS, RESTORE_NO_SPACE */
export async function requireLocalImage(file: string, bytes: number, mayReplace: boolean): Promise<void> {
  await requireImagePlace(file, mayReplace);
  await requireWritable(dirname(file));
  await requireSpace(dirname(file), bytes);
}

/**
 * @returns true if it was created
 * @throws RESTORE_TARGET_UNUSABLE
 */
export async function makeLocalFolder(folder: string): Promise<boolean> {
  await requireNoLink(folder);
  const isNew = await isNewFolder(folder);
  try {
    if (isNew) await mkdir(folder);
  } catch (error) {
    throw unusable(folder, error);
  }
  return isNew;
}
