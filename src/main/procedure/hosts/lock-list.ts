/** The locks of a site: their owners, since when, whether these are running; and how a stale one is removed. */
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import { isElsewhere } from '../../owner/process-owner.ts';
import {
  doingWords,
  isOld,
  livenessOfOwner,
  lockParent,
  namesIn,
  ownerWords,
  parseOwner,
} from '../model/lock.ts';
import type { LockOwner } from '../model/lock.ts';
import type { LockPlace } from '../model/lock-places.ts';
import { troubleOf, type CommandRunner } from './command-runner.ts';

/**
 * `ended`: its process has ended the run, and may still be running; only the state folder shows that. `elsewhere`: its
 * process is on another machine, and only that one can tell. `unknown`: it has the name of this machine, but may be of
 * an earlier boot, of a clone, or of another container.
 */
type LockHolder = 'lives' | 'ended' | 'gone' | 'elsewhere' | 'unknown' | 'nameless';

export interface HeldLock {
  /** Set for the lock of a class. */
  readonly class?: string;
  /** Set for the lock of a drive. */
  readonly drive?: string;
  readonly host: string;
  readonly folder: string;
  /** Undefined if the lock has no owner. */
  readonly owner: LockOwner | undefined;
  readonly holder: LockHolder;
  /** Held for longer than any run takes. */
  readonly old: boolean;
  /** The contents of the lock's folder; removed with it. */
  readonly names: readonly string[];
}

/** A host that could not be queried: it may have locks. */
export interface UnseenHost {
  readonly host: string;
  readonly error: ShadowtapeError;
}

export interface ListedLocks {
  readonly locks: readonly HeldLock[];
  readonly unseen: readonly UnseenHost[];
}

const step = 'lock';

/** The class or the drive that a lock is of. */
export const nameOf = (lock: HeldLock): string => lock.class ?? lock.drive ?? '';

function holderOf(owner: LockOwner | undefined): LockHolder {
  if (!owner) return 'nameless';
  const liveness = livenessOfOwner(owner);
  if (liveness === 'unknown') return isElsewhere({ host: owner.console }) ? 'elsewhere' : 'unknown';
  return liveness === 'alive' ? 'lives' : 'gone';
}

function lockOf({ what, name, host, folder }: LockPlace, names: readonly string[]): HeldLock {
  const owner = parseOwner(names.join('\n'));
  const of = what === 'class' ? { class: name } : { drive: name };
  return { ...of, host, folder, owner, holder: holderOf(owner), old: isOld(owner?.since), names };
}

/** @throws COMMAND_FAILED and errors of a session */
async function locksOn(
  runner: CommandRunner,
  host: string,
  places: readonly LockPlace[],
): Promise<HeldLock[]> {
  const ls = (path: string, anyStatus: boolean) =>
    runner.send(step, { host, argv: ['ls', path], changes: false }, { anyStatus });
  const present = async () => new Set(namesIn((await ls(lockParent, false)).stdout.toString('utf8')));
  const nameIn = ({ folder }: LockPlace) => folder.slice(lockParent.length + 1);
  const there = await present();
  const locks: HeldLock[] = [];
  for (const place of places) {
    if (!there.has(nameIn(place))) continue;
    const look = await ls(place.folder, true);
    if (look.status === 0) locks.push(lockOf(place, namesIn(look.stdout.toString('utf8'))));
    else if ((await present()).has(nameIn(place)))
      throw (
        troubleOf({ host, argv: ['ls', place.folder] }, look) ??
        failure('LOCK_CHANGED', { name: place.name, host })
      );
    // Otherwise it was released between the two queries.
  }
  return locks;
}

/**
 * The locks that are held. Only queries.
 * @param places where locks may be; those of one host are queried together
 */
export async function listLocks(runner: CommandRunner, places: readonly LockPlace[]): Promise<ListedLocks> {
  const hosts = [...new Set(places.map(({ host }) => host))];
  const looks = hosts.map(async (host): Promise<readonly HeldLock[] | UnseenHost> => {
    try {
      return await locksOn(
        runner,
        host,
        places.filter((place) => place.host === host),
      );
    } catch (error) {
      if (!isFailure(error)) throw error;
      return { host, error };
    }
  });
  const found = await Promise.all(looks);
  return {
    locks: found.flatMap((each) => ('error' in each ? [] : each)),
    unseen: found.flatMap((each) => ('error' in each ? [each] : [])),
  };
}

/** @throws LOCK_HELD if the process that holds the lock is running on this machine */
export function requireLeftBehind(lock: HeldLock): void {
  const { host, owner, holder, folder } = lock;
  if (holder !== 'lives' || !owner) return;
  throw failure('LOCK_HELD', {
    name: nameOf(lock),
    host,
    what: doingWords(owner),
    owner: ownerWords(owner),
    remedy: `rmdir ${folder}/* ${folder}`,
  });
}

/**
 * Removes a lock as it was listed. One that has another owner by now stays.
 * @throws LOCK_CHANGED, and errors of a session
 */
export async function clearLock(runner: CommandRunner, lock: HeldLock): Promise<void> {
  const { host, names, folder } = lock;
  for (const path of [...names.map((name) => `${folder}/${name}`), folder]) {
    const argv = ['rmdir', path];
    const result = await runner.send(step, { host, argv, changes: true }, { anyStatus: true });
    const trouble = troubleOf({ host, argv }, result);
    if (trouble) throw failure('LOCK_CHANGED', { name: nameOf(lock), host }, trouble.evidence, trouble);
  }
}
