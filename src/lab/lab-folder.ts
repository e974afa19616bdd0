import { mkdir, open, readFile, realpath, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../contract/errors.ts';

/** Folders that labs of this very process hold: a lock of our own pid is stale unless it is here. */
const held = new Set<string>();

async function ownerOf(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function writeLock(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(`${process.pid}\n`);
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Locks the folder for one lab; the lock of a dead process is taken over.
 * @returns releases the folder
 * @throws LAB_FOLDER_BUSY
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const place = await realpath(folder);
  const file = join(place, 'lab.lock');
  for (let attempt = 0; !(await writeLock(file)); attempt += 1) {
    const owner = await ownerOf(file);
    const busy = owner !== undefined && (owner === process.pid ? held.has(place) : isAlive(owner));
    if (busy || attempt > 3) throw failure('LAB_FOLDER_BUSY', { folder, pid: owner ?? 'unknown' });
    await unlink(file).catch(() => undefined);
  }
  held.add(place);
  return async () => {
    held.delete(place);
    await unlink(file).catch(() => undefined);
  };
}

/**
 * Refuses before anything is written where the file system has too little room.
 * @param neededBytes what the lab is about to write, in bytes
 * @throws LAB_DISK_FULL
 */
export async function requireSpace(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= neededBytes) return;
  const mebibytes = (bytes: number): string => Math.ceil(bytes / 1_048_576).toLocaleString('en-GB');
  throw failure('LAB_DISK_FULL', { folder, needed: mebibytes(neededBytes), free: mebibytes(free) });
}
