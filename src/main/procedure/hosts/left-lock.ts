/** Whether the process that a lock names still works on its run: only a lock without a working process may be taken over. */
import { failure, type ShadowtapeError } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { isOfCommand, livenessOfOwner, restoresMarked, type LockOwner } from '../model/lock.ts';
import type { LockPlace } from '../model/lock-places.ts';
import { lockedFailure } from './lock-refusal.ts';
import type { FoundLock } from './remote-lock.ts';

/** What only the state folder shows of the lock of a run. */
export interface LockKnowledge {
  /**
   * Why the lock of a run without a process must stay; undefined if that run has left nothing. By default, each such
   * lock stays.
   */
  readonly whyLockStays?:
    | ((owner: LockOwner, place: LockPlace) => Promise<ShadowtapeError | undefined>)
    | undefined;
  /**
   * True if the process of the owner has ended its run and left the lock; it may still be running, like a desktop. By
   * default, a running process is assumed to work on the run.
   */
  readonly hasEnded?: ((owner: LockOwner) => Promise<boolean>) | undefined;
}

/** True if it is certain that the process of the owner no longer works under the lock: it is gone, or has ended the run. */
export async function isLeft(
  owner: LockOwner,
  { hasEnded }: Pick<LockKnowledge, 'hasEnded'>,
): Promise<boolean> {
  return livenessOfOwner(owner) === 'gone' || (hasEnded !== undefined && (await hasEnded(owner)));
}

/** What a run that begins knows of locks that it may find. */
export interface TakingOver extends LockKnowledge {
  /** Restores that did not finish, and that it replaces. */
  readonly supersedes?: readonly string[] | undefined;
}

/**
 * Whether a run that begins may take a lock over that it finds.
 * @returns a warning: the lock was left by a process that has left nothing else, or by a restore that this one replaces
 * @throws the reason why the lock must stay
 */
export async function mayTakeOver(
  { place, owner, listing }: FoundLock,
  options: TakingOver,
): Promise<string | undefined> {
  const { supersedes = [], whyLockStays } = options;
  const marked = restoresMarked(listing);
  const foreign = marked.find((run) => !supersedes.includes(run));
  const replacing = phrase('restore {marked} did not finish; this restore replaces it', {
    marked: marked.join(', '),
  });
  if (!owner && marked.length > 0 && foreign === undefined) return replacing;
  if (!owner || !(await isLeft(owner, options))) throw lockedFailure(place, listing);
  if (foreign !== undefined)
    throw failure('RESTORE_PENDING', { class: place.name, host: place.host, run: foreign });
  if (marked.length > 0) return replacing;
  // Its console died while the tape was moving. The drive is queried before the tape is read: it may still be busy.
  if (place.what === 'drive' && supersedes.includes(owner.run))
    return phrase('restore {run} did not finish and left its lock; the lock was removed', { run: owner.run });
  // A command for the drive leaves nothing but its lock.
  if (isOfCommand(owner)) return undefined;
  const reason = whyLockStays ? await whyLockStays(owner, place) : lockedFailure(place, listing);
  if (reason) throw reason;
  return phrase('run {run} ended and left its lock; the lock was removed', { run: owner.run });
}
