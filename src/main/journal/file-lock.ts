/** A lock between the processes of one machine that share a state folder: a file that names its owner. */
import { open, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

const millisecondsBetween = 20;
const longestWaitMilliseconds = 10_000;
/** Between the making of a lock and its owner's name in it lies one write. */
const namelessMilliseconds = 5000;

/** True where a process of this machine has that number. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // A process of somebody else lives, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function take(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(`${hostname()} ${process.pid}\n`);
    } catch (error) {
      // A lock that names nobody would stay.
      await rm(file, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** True for the lock of a process of this machine that is gone, and for one whose process died before it had put its name into it. */
async function isAbandoned(file: string): Promise<boolean> {
  const [text, found] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
  if (text === '') return Date.now() - found.mtimeMs > namelessMilliseconds;
  const [host, processId] = text.trim().split(' ');
  return host === hostname() && processId !== undefined && !isAlive(Number(processId));
}

async function removeAbandoned(file: string): Promise<void> {
  if (await isAbandoned(file).catch(() => false)) await rm(file, { force: true });
}

/**
 * @param file the lock; its folder is there
 * @throws what the file system says; EBUSY where somebody else holds it for longer than ten seconds
 */
export async function whileLocked<Value>(file: string, work: () => Promise<Value>): Promise<Value> {
  const givesUpAt = performance.now() + longestWaitMilliseconds;
  while (!(await take(file))) {
    if (performance.now() > givesUpAt)
      throw Object.assign(new Error(`${file} is held by another process`), { code: 'EBUSY' });
    await removeAbandoned(file);
    await pause(millisecondsBetween);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}
