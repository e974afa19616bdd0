/** Where the tests keep their folders: in memory if there is room. */
import { accessSync, constants, readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const inMemory = '/dev/shm';
/** What the folders of one whole run of the tests need at the same time, with room to spare. */
const neededBytes = 4 * 1024 ** 3;

/** True if a mount table allows programs of the folder to be run: some tests write a small program, and start it. */
export function isForPrograms(mountTable: string, folder: string): boolean {
  const mount = mountTable
    .split('\n')
    .map((line) => line.split(' '))
    .findLast(([, point]) => point === folder);
  return mount?.[2] === 'tmpfs' && mount[3]?.split(',').includes('noexec') === false;
}

/**
 * A folder in memory on Linux, else the usual one. A run syncs every line of its journal to disk, and the tests play runs by the
 * hundred: a third of their time would be spent waiting for the disk.
 */
export function temporaryFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(inMemory);
    accessSync(inMemory, constants.W_OK);
    const isFit =
      bavail * bsize >= neededBytes && isForPrograms(readFileSync('/proc/mounts', 'utf8'), inMemory);
    return isFit ? inMemory : tmpdir();
  } catch {
    return tmpdir();
  }
}
