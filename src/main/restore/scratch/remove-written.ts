/** Removes from a folder of this computer what was written into it, and nothing else. No link is followed. */
import { lstat, readdir, rmdir, unlink, chmod } from 'node:fs/promises';
import { nameOfBytes } from '../../../contract/file-names.ts';
import { pathKey } from '../../../streams/tar/tar-contents.ts';
import type { RestoredFile } from '../restored-file.ts';

const slash = Buffer.from('/');

const below = (folder: Buffer, name: Buffer): Buffer => Buffer.concat([folder, slash, name]);

/** An archive may have folders that their owner may not change: only root removes files from those. */
async function openUp(folder: Buffer): Promise<void> {
  const { mode } = await lstat(folder);
  if ((mode & 0o700) !== 0o700) await chmod(folder, 0o700);
}

/** @returns paths that were not written, and stay */
async function empty(folder: Buffer, path: string, written: ReadonlySet<string>): Promise<string[]> {
  await openUp(folder);
  const others: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  for (const entry of entries) {
    const place = below(folder, entry.name);
    const key = path === '' ? nameOfBytes(entry.name) : `${path}/${nameOfBytes(entry.name)}`;
    if (entry.isDirectory()) {
      const left = await empty(place, key, written);
      if (left.length === 0) await rmdir(place);
      others.push(...left);
    } else if (written.has(key)) await unlink(place);
    else others.push(key);
  }
  return others;
}

/**
 * Removes the folder, if it then is empty.
 * @param files that were written into it
 * @returns paths below it that were not written, and stay with their folders
 * @throws what the file system says
 */
export async function removeWritten(
  folder: string,
  files: readonly Pick<RestoredFile, 'path' | 'what'>[],
): Promise<string[]> {
  const written = new Set(files.filter(({ what }) => what === 'written').map(({ path }) => pathKey(path)));
  const others = await empty(Buffer.from(folder), '', written);
  if (others.length === 0) await rmdir(folder);
  return others;
}
