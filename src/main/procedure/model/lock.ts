/**
 * A lock on a host: a folder, made by mkdir, which either creates it or fails. A folder inside it names the owner, so
 * the host needs only mkdir, ls and rmdir. One run per class at a time, and one user per drive.
 */
import { userInfo } from 'node:os';
import { livenessOf, thisProcess, type Liveness, type ProcessPlace } from '../../owner/process-owner.ts';
import { phrase } from '../../../contract/text/say.ts';

export interface LockOwner {
  /** The run, or `command:NAME` for a command outside of any run that uses the drive. */
  readonly run: string;
  readonly user: string;
  /** The host name of the machine that the console runs on. */
  readonly console: string;
  readonly processId: number;
  /** When the lock was made, in ISO 8601; missing in early locks. */
  readonly since?: string | undefined;
  /** Missing in locks of release 0.1.0: see ProcessOwner. */
  readonly machine?: string | undefined;
  readonly boot?: string | undefined;
  readonly namespace?: string | undefined;
  readonly started?: string | undefined;
  readonly consoleId?: string | undefined;
}

const commandPrefix = 'command:';

/** Where locks are on a host. */
export const lockParent = '/var/tmp';

/** @param className the class of the primary domain */
export function lockFolder(className: string): string {
  return `${lockParent}/shadowtape-${className}.lock`;
}

/**
 * Run -> when this process first named itself its owner: the folder must have the same name when it is made and when it
 * is removed.
 */
const sinceOf = new Map<string, string>();

export function thisOwner(run: string): LockOwner {
  const since = sinceOf.get(run) ?? `${new Date().toISOString().slice(0, 19)}Z`;
  // Each invocation of a command has a name of its own.
  if (!run.startsWith(commandPrefix)) sinceOf.set(run, since);
  const { host, process: processId, console: consoleId, ...place } = thisProcess();
  return { run, user: userInfo().username, console: host, processId, since, ...place, consoleId };
}

const part = (text: string) => encodeURIComponent(text).replaceAll('%', '=');

/**
 * Host name and identity in one field, separated by a character that no host name contains. Release 0.1.0 reads it as
 * the name of another machine, so it never considers the lock stale.
 */
function consoleField(owner: LockOwner): string {
  const { console, machine, boot, namespace, started, consoleId } = owner;
  const facts = [machine, boot, namespace, started, consoleId];
  return facts.every((fact) => fact === undefined)
    ? console
    : [console, ...facts.map((fact) => fact ?? '')].join('/');
}

/** One file name: run, user, console, process id and time, separated by commas. */
export function ownerName(owner: LockOwner): string {
  const { run, user, processId, since } = owner;
  const time = since === undefined ? [] : [since.replaceAll(/[-:]/g, '')];
  return [run, user, consoleField(owner), String(processId), ...time].map(part).join(',');
}

const compactTime = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const identity = /^([^/]+)\/([0-9a-f]*)\/([0-9a-f]*)\/(\d*)\/(\d*)\/([0-9a-f]*)$/;

function readConsole(field: string): Omit<LockOwner, 'run' | 'user' | 'processId'> {
  const [, console, ...facts] = identity.exec(field) ?? [];
  if (console === undefined) return { console: field };
  const [machine, boot, namespace, started, consoleId] = facts.map((fact) => fact || undefined);
  return { console, machine, boot, namespace, started, consoleId };
}

/** The names that `ls` prints of a folder. */
export const namesIn = (listing: string): string[] =>
  listing.split('\n').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));

const markPrefix = 'restore,';

/** The entry of a lock's folder that marks an unfinished restore: the lock stays as long as the entry exists. */
export const restoreMark = (run: string): string => `${markPrefix}${part(run)}`;

/** True for an entry that is the mark of a restore. */
export const isRestoreMark = (entry: string): boolean => entry.startsWith(markPrefix);

/** The restores that are marked in a lock's folder. @param listing what `ls` prints of it */
export const restoresMarked = (listing: string): string[] =>
  namesIn(listing).flatMap((entry) =>
    isRestoreMark(entry) ? (readPart(entry.slice(markPrefix.length)) ?? []) : [],
  );

/** The entry of a lock's folder that names its owner. */
export const ownerEntry = (listing: string): string | undefined =>
  namesIn(listing).find((entry) => [4, 5].includes(entry.split(',').length));

/** Reads what `ls` prints of the lock folder; undefined if it names no owner. */
export function parseOwner(listing: string): LockOwner | undefined {
  const [run, user, console, processId, time] = (ownerEntry(listing) ?? '').split(',').map(readPart);
  if (run === undefined || user === undefined || console === undefined || !/^\d+$/.test(processId ?? ''))
    return undefined;
  const owner = { run, user, processId: Number(processId), ...readConsole(console) };
  if (time === undefined || !compactTime.test(time)) return owner;
  return { ...owner, since: time.replace(compactTime, '$1-$2-$3T$4:$5:$6Z') };
}

/** `marion on jump1 (process 4711)`. */
export function ownerWords({ user, console, processId }: LockOwner): string {
  return phrase('{user} on {console} (process {processId})', { user, console, processId });
}

/** The name under which a command outside of any run locks the drive. */
export const commandRun = (name: string): string => `${commandPrefix}${name}`;

/** True if the owner is a command outside of any run: it leaves nothing to resume. */
export const isOfCommand = ({ run }: LockOwner): boolean => run.startsWith(commandPrefix);

/** `run 20261122-020004-volume2`, `shadowtape label`. */
export const doingWords = (owner: LockOwner): string =>
  isOfCommand(owner)
    ? `shadowtape ${owner.run.slice(commandPrefix.length)}`
    : phrase('run {run}', { run: owner.run });

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
  return phrase('{since} ({now} days ago)', {
    since,
    now: Math.floor((now.getTime() - Date.parse(since)) / millisecondsOfDay),
  });
}

function readPart(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim().replaceAll('=', '%'));
  } catch {
    return undefined;
  }
}

/**
 * Whether the process of an owner is running.
 * @param here where this process runs
 */
export function livenessOfOwner(owner: LockOwner, here?: ProcessPlace): Liveness {
  const { console: host, processId, consoleId: console, machine, boot, namespace, started } = owner;
  return livenessOf({ host, process: processId, console, machine, boot, namespace, started }, here);
}
