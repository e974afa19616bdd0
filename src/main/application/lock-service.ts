/** The locks of a site's classes, outside of any run: who holds them, and how one goes that was left behind. */
import { failure } from '../../contract/errors.ts';
import type { CommandRunner } from '../procedure/hosts/command-runner.ts';
import { clearLock, listLocks, requireLeftBehind, type ClassLock } from '../procedure/hosts/lock-list.ts';
import type { Site } from '../site/site-schema.ts';

export type { ClassLock };

export interface LockServiceOptions {
  readonly site: Site;
  readonly runner: CommandRunner;
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
   * @throws LOCK_MISSING, LOCK_HELD, UNLOCK_NOT_CONFIRMED, LOCK_CHANGED, and what a session can end with
   */
  async remove(className: string, confirm: (lock: ClassLock) => Promise<boolean>): Promise<ClassLock> {
    const lock = (await this.list()).find((each) => each.class === className);
    if (!lock) {
      const classes = this.#classes.join(', ') || 'none';
      throw failure('LOCK_MISSING', { class: className, host: this.#host, classes });
    }
    requireLeftBehind(lock);
    if (!(await confirm(lock))) throw failure('UNLOCK_NOT_CONFIRMED', { class: className });
    await clearLock(this.#options.runner, lock);
    return lock;
  }
}
