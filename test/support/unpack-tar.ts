/** What GNU tar extracts from an archive, and restore(8) from a dump. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from './lab-run.ts';

/** @param words program and options, in front of the file; it unpacks into the folder that it runs in */
async function unpackedBy(
  [program = '', ...options]: readonly string[],
  archive: Buffer,
): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'shadowtape-unpacked-'));
  try {
    const file = join(folder, 'archive');
    await writeFile(file, archive);
    await promisify(execFile)(program, [...options, file], { cwd: folder });
    await rm(file);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const digests = files.map(
      async (path) => [relative(folder, path), sha256(await readFile(path))] as const,
    );
    return Object.fromEntries(await Promise.all(digests));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** SHA-256 of every file of the archive, by its path below the root. */
export const unpackedFiles = (archive: Buffer): Promise<Record<string, string>> =>
  unpackedBy(['tar', 'xf'], archive);

/** The same of a dump of level 0. */
export async function restoredFiles(dump: Buffer): Promise<Record<string, string>> {
  // What restore keeps for the next level lies next to the files.
  const { restoresymtable, ...files } = await unpackedBy(['restore', '-rf'], dump);
  if (restoresymtable === undefined) throw new Error('restore has not restored a whole file system');
  return files;
}
