/** The locks of a site, outside any run: who holds them, and how to remove a stale one. */
import { userInfo } from 'node:os';
import { failure, isFailure } from '../../contract/errors.ts';
import type { CommandRunner } from '../procedure/hosts/command-runner.ts';
import {
  clearLock,
  listLocks,
  nameOf,
  requireLeftBehind,
  type HeldLock,
  type ListedLocks,
  type UnseenHost,
} from '../procedure/hosts/lock-list.ts';
import { mayTakeOver } from '../procedure/hosts/left-lock.ts';
import { doingWords, isOfCommand, ownerWords, type LockOwner } from '../procedure/model/lock.ts';
import { driveName } from '../procedure/hosts/drive-name.ts';
import { classPlaces, drivePlace, type LockPlace } from '../procedure/model/lock-places.ts';
import { driveOf } from '../tape/tape-device.ts';
import type { InterruptedRuns } from './interrupted-runs.ts';
import type { LockRefusal } from './job-refusals.ts';
import type { Site } from '../site/site-schema.ts';

export type { HeldLock, ListedLocks, UnseenHost };
export { doingWords, isOfCommand, ownerWords };

export interface LockServiceOptions {
  readonly site: Site;
  readonly runner: CommandRunner;
  readonly interrupted: InterruptedRuns;
}

/** @returns the removed locks, and the hosts that could not be checked: they may still have one */
export interface Unlocked {
  readonly locks: readonly HeldLock[];
  readonly unseen: readonly UnseenHost[];
}

export class LockService {
  readonly #options: LockServiceOptions;

  constructor(options: LockServiceOptions) {
    this.#options = options;
  }

  get #classes(): string[] {
    return [...new Set(Object.values(this.#options.site.jobs).map((job) => job.class))];
  }

  #hosts(role: string): string[] {
    const hosts = Object.entries(this.#options.site.hosts);
    return hosts.flatMap(([name, host]) => (host.role === role ? [name] : []));
  }

  /** Where shadows of the site's classes are. */
  get backupServer(): string {
    return this.#hosts('backup')[0] ?? '';
  }

  /** The drive by the name of its lock. If its host does not answer, the query of its locks reports that. */
  async #drive(): Promise<string> {
    const { site, runner } = this.#options;
    try {
      return await driveName(runner, 'locks', site.tape);
    } catch (error) {
      if (!isFailure(error)) throw error;
      return driveOf(site.tape.device);
    }
  }

  /** @param askDrive false where the tape host must not be asked what its drive is called */
  async #places(askDrive = true): Promise<LockPlace[]> {
    const { tape } = this.#options.site;
    const [backupServer, primaryNodes] = [this.backupServer, this.#hosts('primary')];
    const ofClasses = this.#classes.flatMap((name) =>
      classPlaces({ class: name, backupServer, primaryNodes }),
    );
    const drive = askDrive ? await this.#drive() : driveOf(tape.device);
    return [...ofClasses, drivePlace(tape.host, drive)];
  }

  /** The locks that are held, of the site's classes and of its drive, and the hosts that could not be checked. */
  async look(): Promise<ListedLocks> {
    const { locks, unseen } = await listLocks(this.#options.runner, await this.#places());
    return { locks: await Promise.all(locks.map((lock) => this.#judged(lock))), unseen };
  }

  /**
   * Locks that would refuse a run that begins now. Runs of this state folder that need a person are omitted: the history shows them.
   * @param hosts those that answer
   */
  async refusals(hosts: ReadonlySet<string>): Promise<LockRefusal[]> {
    const places = (await this.#places(hosts.has(this.#options.site.tape.host))).filter(({ host }) =>
      hosts.has(host),
    );
    const { locks } = await listLocks(this.#options.runner, places);
    const refused = locks.map(async ({ owner, host, folder, names, ...of }): Promise<LockRefusal[]> => {
      const what = of.class === undefined ? 'drive' : 'class';
      const place = { what, name: of.class ?? of.drive ?? '', host, folder } as const;
      try {
        await mayTakeOver({ place, owner, listing: names.join('\n') }, this.#knowledge);
        return [];
      } catch (error) {
        if (!isFailure(error)) throw error;
        return [{ what, name: place.name, error }];
      }
    });
    return (await Promise.all(refused)).flat();
  }

  get #knowledge() {
    const { interrupted } = this.#options;
    return {
      hasEnded: (owner: LockOwner) => interrupted.hasEnded(owner),
      whyLockStays: async (owner: LockOwner, place: LockPlace) =>
        (await interrupted.openClassOf(owner.run)) === undefined
          ? interrupted.whyLockStays(owner, place)
          : undefined,
    };
  }

  /** A running process may have ended the run of its lock; only the state folder shows that. */
  async #judged(lock: HeldLock): Promise<HeldLock> {
    const { owner, holder } = lock;
    if (!owner || holder === 'gone') return lock;
    return (await this.#options.interrupted.hasEnded(owner)) ? { ...lock, holder: 'ended' } : lock;
  }

  /** The locks that are held. @throws errors of a session, where one of the hosts could not be checked */
  async list(): Promise<readonly HeldLock[]> {
    const { locks, unseen } = await this.look();
    if (unseen[0]) throw unseen[0].error;
    return locks;
  }

  /**
   * Removes the lock of a class, or of the drive, from every host that has it; a run that needs an operator, and whose
   * locks are gone, is discarded as it is.
   * @param name the class, or any device of the drive
   * @param confirm gets the locks, none if the run has lost them, and decides whether to remove them
   * @param discard the run that is discarded with its lock; without it the lock of an interrupted run stays
   * @throws LOCK_MISSING, LOCK_HELD, RUN_INTERRUPTED, DISCARD_OTHER_RUN, UNLOCK_NOT_CONFIRMED, LOCK_CHANGED, and errors
   *   of a session where no host shows a lock
   */
  async remove(
    name: string,
    confirm: (locks: readonly HeldLock[]) => Promise<boolean>,
    discard?: string,
  ): Promise<Unlocked> {
    const listed = await this.look();
    // A discarded run loses the lock of its drive with that of its class.
    const isWanted = (lock: HeldLock) =>
      lock.class === name ||
      (lock.drive !== undefined && this.#isDrive(name, lock.drive)) ||
      (discard !== undefined && lock.owner?.run === discard);
    const wanted = listed.locks.filter(isWanted);
    // An interrupted run may have lost its locks: it is discarded nevertheless, and the locks of others stay.
    const isLockless =
      discard !== undefined &&
      !wanted.some(({ owner }) => owner?.run === discard) &&
      (await this.#isOpenRunOf(name, discard));
    const locks = isLockless ? [] : wanted;
    if (locks.length === 0 && !isLockless) throw listed.unseen[0]?.error ?? this.#missing(name);
    for (const lock of locks) {
      requireLeftBehind(lock);
      await this.#requireDiscarded(lock, discard);
    }
    if (!(await confirm(locks))) throw failure('UNLOCK_NOT_CONFIRMED', { name });
    for (const lock of locks.toReversed()) await clearLock(this.#options.runner, lock);
    if (discard !== undefined)
      await this.#options.interrupted.giveUp(discard, userInfo().username, listed.unseen.length === 0);
    return { locks, unseen: listed.unseen };
  }

  /**
   * Discards an interrupted run: its lock is removed if it has one, and its journal says so. What it left on the hosts
   * stays.
   * @throws RUN_UNKNOWN, LOCK_HELD, LOCK_CHANGED, JOURNAL_UNWRITABLE, JOURNAL_BROKEN, and errors of a session
   */
  async discard(run: string): Promise<void> {
    await this.#options.interrupted.classOf(run);
    const { locks, unseen } = await this.look();
    const own = locks.filter(({ owner }) => owner?.run === run);
    for (const lock of own) requireLeftBehind(lock);
    for (const lock of own.toReversed()) await clearLock(this.#options.runner, lock);
    await this.#options.interrupted.giveUp(run, userInfo().username, unseen.length === 0);
  }

  /** True for the name of the drive's lock, and for every device of the site's drive. */
  #isDrive(name: string, drive: string): boolean {
    return driveOf(name) === drive || driveOf(name) === driveOf(this.#options.site.tape.device);
  }

  /** True if the run is interrupted, and has locked the class, or any device of the drive, with that name. */
  async #isOpenRunOf(name: string, run: string): Promise<boolean> {
    const className = await this.#options.interrupted.openClassOf(run);
    const { tape } = this.#options.site;
    return className !== undefined && (className === name || driveOf(tape.device) === driveOf(name));
  }

  #missing(name: string) {
    const { tape } = this.#options.site;
    const drive = driveOf(tape.device);
    const host = name === drive ? tape.host : this.backupServer;
    return failure('LOCK_MISSING', { name, host, classes: this.#classes.join(', ') || 'none', drive });
  }

  async #requireDiscarded(lock: HeldLock, discard: string | undefined): Promise<void> {
    const { host, owner, holder } = lock;
    const name = nameOf(lock);
    if (discard !== undefined && discard !== owner?.run)
      throw failure('DISCARD_OTHER_RUN', {
        class: name,
        host,
        locked: owner?.run ?? 'unknown',
        run: discard,
      });
    const isLeft = holder === 'gone' || holder === 'ended';
    if (discard !== undefined || !owner || !isLeft || isOfCommand(owner)) return;
    const reason = await this.#options.interrupted.whyLockStays(owner, { name, host });
    // Only the name of a run without a journal is known here; it is shown before the confirmation.
    if (isFailure(reason, 'RUN_INTERRUPTED')) throw reason;
  }
}
