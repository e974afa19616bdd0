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
  /** When the lock was made, in ISO 8601; earlier releases did not write it down. */
  readonly since?: string | undefined;
}

/** Where locks are on the backup server. */
export const lockParent = '/var/tmp';

/** @param className the class of the primary domain */
export function lockFolder(className: string): string {
  return `${lockParent}/shadowtape-${className}.lock`;
}

/** Run -> when this process first named itself its owner: the folder bears the same name when it is made and when it is removed. */
const sinceOf = new Map<string, string>();

export function thisOwner(run: string): LockOwner {
  const since = sinceOf.get(run) ?? `${new Date().toISOString().slice(0, 19)}Z`;
  sinceOf.set(run, since);
  return { run, user: userInfo().username, console: hostname(), processId: process.pid, since };
}

const part = (text: string) => encodeURIComponent(text).replaceAll('%', '=');

/** One file name: run, user, console, process id and the time, parted by commas. */
export function ownerName({ run, user, console, processId, since }: LockOwner): string {
  const time = since === undefined ? [] : [since.replaceAll(/[-:]/g, '')];
  return [run, user, console, String(processId), ...time].map(part).join(',');
}

const compactTime = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** Reads what `ls` prints of the lock folder; undefined where it names no owner. */
export function parseOwner(listing: string): LockOwner | undefined {
  const line = listing.split('\n').find((entry) => [4, 5].includes(entry.split(',').length));
  const [run, user, console, processId, time] = (line ?? '').split(',').map(readPart);
  if (run === undefined || user === undefined || console === undefined || !/^\d+$/.test(processId ?? ''))
    return undefined;
  const owner = { run, user, console, processId: Number(processId) };
  if (time === undefined || !compactTime.test(time)) return owner;
  return { ...owner, since: time.replace(compactTime, '$1-$2-$3T$4:$5:$6Z') };
}

/** `marion on jump1 (process 4711)`. */
export function ownerWords({ user, console, processId }: LockOwner): string {
  return `${user} on ${console} (process ${processId})`;
}

/** Longer than a run takes, its tapes and its copying included. */
const oldDays = 3;
const millisecondsOfDay = 86_400_000;

/** True for a lock that is older than any run. */
export function isOld(since: string | undefined, now: Date = new Date()): boolean {
  return since !== undefined && now.getTime() - Date.parse(since) > oldDays * millisecondsOfDay;
}

/** The time, and how many days that is ago where the lock is old. */
export function sinceWords(since: string, now: Date = new Date()): string {
  if (!isOld(since, now)) return since;
  return `${since} (${Math.floor((now.getTime() - Date.parse(since)) / millisecondsOfDay)} days ago)`;
}

export const isOfThisMachine = (owner: LockOwner): boolean => owner.console === hostname();

function readPart(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim().replaceAll('=', '%'));
  } catch {
    return undefined;
  }
}

/** True where the owner was a process of this machine that is gone. */
export function isDead(owner: LockOwner): boolean {
  if (!isOfThisMachine(owner)) return false;
  try {
    process.kill(owner.processId, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
