/** The locks of a site's classes: who holds them, since when, whether he lives; and how one is removed that nobody needs any more. */
import { failure } from '../../../contract/errors.ts';
import type { CommandResult } from './hosts.ts';
import { troubleOf, type CommandRunner } from './command-runner.ts';
import {
  isDead,
  isOfThisMachine,
  isOld,
  lockFolder,
  lockParent,
  ownerWords,
  parseOwner,
  type LockOwner,
} from '../model/lock.ts';

/** `elsewhere`: its process is of another machine, and only that one can tell. */
export type LockHolder = 'lives' | 'gone' | 'elsewhere' | 'nameless';

export interface ClassLock {
  readonly class: string;
  readonly host: string;
  /** Undefined where the lock names nobody. */
  readonly owner: LockOwner | undefined;
  readonly holder: LockHolder;
  /** Held for longer than any run takes. */
  readonly old: boolean;
  /** What lies in the lock's folder; removed with it. */
  readonly names: readonly string[];
}

const step = 'lock';

function holderOf(owner: LockOwner | undefined): LockHolder {
  if (!owner) return 'nameless';
  if (!isOfThisMachine(owner)) return 'elsewhere';
  return isDead(owner) ? 'gone' : 'lives';
}

const linesOf = ({ stdout }: CommandResult) =>
  stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');

function lockOf(className: string, host: string, names: readonly string[]): ClassLock {
  const owner = parseOwner(names.join('\n'));
  return { class: className, host, owner, holder: holderOf(owner), old: isOld(owner?.since), names };
}

/**
 * The locks of classes that are held. Looks, and changes nothing.
 * @param host the backup server, where the locks are
 * @throws COMMAND_FAILED and what a session can end with
 */
export async function listLocks(
  runner: CommandRunner,
  host: string,
  classes: readonly string[],
): Promise<ClassLock[]> {
  const present = new Set(
    linesOf(await runner.send(step, { host, argv: ['ls', lockParent], changes: false })),
  );
  const locks: ClassLock[] = [];
  for (const className of new Set(classes)) {
    const folder = lockFolder(className);
    if (!present.has(folder.slice(lockParent.length + 1))) continue;
    const look = await runner.send(step, { host, argv: ['ls', folder], changes: false }, { anyStatus: true });
    // Given back between the two looks.
    if (look.status === 0) locks.push(lockOf(className, host, linesOf(look)));
  }
  return locks;
}

/** @throws LOCK_HELD where the process that holds the lock lives on this machine */
export function requireLeftBehind({ class: className, host, owner, holder }: ClassLock): void {
  if (holder !== 'lives' || !owner) return;
  const folder = lockFolder(className);
  throw failure('LOCK_HELD', {
    class: className,
    host,
    run: owner.run,
    owner: ownerWords(owner),
    remedy: `rmdir ${folder}/* ${folder}`,
  });
}

/**
 * Removes a lock as it was listed. One that has another owner by now stays.
 * @throws LOCK_CHANGED, and what a session can end with
 */
export async function clearLock(runner: CommandRunner, lock: ClassLock): Promise<void> {
  const { host, names } = lock;
  const folder = lockFolder(lock.class);
  for (const path of [...names.map((name) => `${folder}/${name}`), folder]) {
    const result = await runner.send(
      step,
      { host, argv: ['rmdir', path], changes: true },
      { anyStatus: true },
    );
    const trouble = troubleOf({ host, argv: ['rmdir', path] }, result);
    if (trouble) throw failure('LOCK_CHANGED', { class: lock.class, host }, trouble.evidence, trouble);
  }
}
