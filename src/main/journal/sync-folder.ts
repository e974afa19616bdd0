import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** What file systems say that cannot sync a folder (some network file systems, Windows): their names are safe by other means, or never. */
const cannot = new Set(['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EACCES']);

function syncOne(folder: string): void {
  let handle: number;
  try {
    handle = openSync(folder, 'r');
  } catch (error) {
    if (cannot.has((error as NodeJS.ErrnoException).code ?? '')) return;
    throw error;
  }
  try {
    fsyncSync(handle);
  } catch (error) {
    if (!cannot.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    closeSync(handle);
  }
}

/**
 * The name of a new file is on disk when this returns: without it a crash leaves the bytes, and no file that has them.
 * @param made the topmost folder that was made for it, as mkdirSync returns it; its name is synced, too
 * @throws what the file system says
 */
export function syncNameOf(file: string, made?: string): void {
  let folder = dirname(file);
  syncOne(folder);
  if (made === undefined) return;
  for (const top = dirname(made); folder !== top && folder !== dirname(folder);) {
    folder = dirname(folder);
    syncOne(folder);
  }
}
