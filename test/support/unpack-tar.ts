/** What GNU tar makes of an archive. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from './lab-run.ts';

/** SHA-256 of every file of the archive, by its path below the root. */
export async function unpackedFiles(archive: Buffer): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'shadowtape-unpacked-'));
  try {
    const file = join(folder, 'archive.tar');
    await writeFile(file, archive);
    await promisify(execFile)('tar', ['xf', file, '-C', folder]);
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
