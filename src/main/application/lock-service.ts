/** The locks of a site's classes, outside of any run: who holds them, and how one goes that was left behind. */
import { userInfo } from 'node:os';
import { failure, isFailure } from '../../contract/errors.ts';
import type { CommandRunner } from '../procedure/hosts/command-runner.ts';
import { clearLock, listLocks, requireLeftBehind, type ClassLock } from '../procedure/hosts/lock-list.ts';
import type { InterruptedRuns } from './interrupted-runs.ts';
import type { Site } from '../site/site-schema.ts';

export type { ClassLock };

export interface LockServiceOptions {
  readonly site: Site;
  readonly runner: CommandRunner;
  readonly interrupted: InterruptedRuns;
}

export class LockService {
  readonly #options: LockServiceOptions;

  constructor(options: LockServiceOptions) {
    this.#options = options;
  }

  get #classes(): string[] {
    return [...new Set(Object.values(this.#options.site.jobs).map((job) => job.class))];
  }

  get #host(): string {
    const hosts = Object.entries(this.#options.site.hosts);
    return hosts.find(([, { role }]) => role === 'backup')?.[0] ?? '';
  }

  /** The locks that are held of classes of this site. @throws what a session can end with */
  list(): Promise<ClassLock[]> {
    return listLocks(this.#options.runner, this.#host, this.#classes);
  }

  /**
   * Removes the lock of a class.
   * @param confirm is shown the lock, and says whether it is to be removed
   * @param discard the run that is given up with its lock; without it the lock of an interrupted run stays
   * @throws LOCK_MISSING, LOCK_HELD, RUN_INTERRUPTED, DISCARD_OTHER_RUN, UNLOCK_NOT_CONFIRMED, LOCK_CHANGED, and what a
   *   session can end with
   */
  async remove(
    className: string,
    confirm: (lock: ClassLock) => Promise<boolean>,
    discard?: string,
  ): Promise<ClassLock> {
    const lock = (await this.list()).find((each) => each.class === className);
    if (!lock) {
      const classes = this.#classes.join(', ') || 'none';
      throw failure('LOCK_MISSING', { class: className, host: this.#host, classes });
    }
    requireLeftBehind(lock);
    await this.#requireDiscarded(lock, discard);
    if (!(await confirm(lock))) throw failure('UNLOCK_NOT_CONFIRMED', { class: className });
    await clearLock(this.#options.runner, lock);
    if (discard !== undefined) await this.#options.interrupted.giveUp(discard, userInfo().username);
    return lock;
  }

  /**
   * Gives an interrupted run up: its lock is removed where it has one, and its journal says so. What it left on the hosts stays.
   * @throws RUN_UNKNOWN, LOCK_HELD, LOCK_CHANGED, JOURNAL_UNWRITABLE, JOURNAL_BROKEN, and what a session can end with
   */
  async discard(run: string): Promise<void> {
    const className = await this.#options.interrupted.classOf(run);
    const lock = (await this.list()).find(
      ({ class: name, owner }) => name === className && owner?.run === run,
    );
    if (lock) {
      requireLeftBehind(lock);
      await clearLock(this.#options.runner, lock);
    }
    await this.#options.interrupted.giveUp(run, userInfo().username);
  }

  async #requireDiscarded(
    { class: className, host, owner, holder }: ClassLock,
    discard: string | undefined,
  ): Promise<void> {
    if (discard !== undefined && discard !== owner?.run)
      throw failure('DISCARD_OTHER_RUN', {
        class: className,
        host,
        locked: owner?.run ?? 'unknown',
        run: discard,
      });
    if (discard !== undefined || !owner || holder !== 'gone') return;
    const reason = await this.#options.interrupted.whyLockStays(className, owner);
    // Of a run without a journal here nothing is known but its name, which is shown before anybody confirms.
    if (isFailure(reason, 'RUN_INTERRUPTED')) throw reason;
  }
}
