/**
 * One run a class at a time: a folder on the backup server, made by mkdir, which either makes it or fails. A folder inside it
 * names the owner, so that nothing but mkdir, ls and rmdir is needed on the host.
 */
import { hostname, userInfo } from 'node:os';

export interface LockOwner {
  readonly run: string;
  readonly user: string;
  /** The machine that the console runs on. */
  readonly console: string;
  readonly processId: number;
}

/** @param className the class of the primary domain */
export function lockFolder(className: string): string {
  return `/var/tmp/shadowtape-${className}.lock`;
}

export function thisOwner(run: string): LockOwner {
  return { run, user: userInfo().username, console: hostname(), processId: process.pid };
}

const part = (text: string) => encodeURIComponent(text).replaceAll('%', '=');

/** One file name: run, user, console and process id, parted by commas. */
export function ownerName(owner: LockOwner): string {
  return [owner.run, owner.user, owner.console, String(owner.processId)].map(part).join(',');
}

/** Reads what `ls` prints of the lock folder; undefined where it names no owner. */
export function parseOwner(listing: string): LockOwner | undefined {
  const line = listing.split('\n').find((entry) => entry.split(',').length === 4);
  const [run, user, console, processId] = (line ?? '').split(',').map(readPart);
  if (run === undefined || user === undefined || console === undefined || !/^\d+$/.test(processId ?? ''))
    return undefined;
  return { run, user, console, processId: Number(processId) };
}

function readPart(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim().replaceAll('=', '%'));
  } catch {
    return undefined;
  }
}

/** True where the owner was a process of this machine that is gone. */
export function isDead(owner: LockOwner): boolean {
  if (owner.console !== hostname()) return false;
  try {
    process.kill(owner.processId, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
