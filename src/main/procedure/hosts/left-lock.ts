/** Whether the process that a lock names still works on its run: only a lock without a working process may be taken over. */
import type { ShadowtapeError } from '../../../contract/errors.ts';
import { livenessOfOwner, type LockOwner } from '../model/lock.ts';
import type { LockPlace } from '../model/lock-places.ts';

/** What only the state folder shows of the lock of a run. */
export interface LockKnowledge {
  /**
   * Why the lock of a run without a process must stay; undefined if that run has left nothing. By default, each such
   * lock stays.
   */
  readonly whyLockStays?:
    ((owner: LockOwner, place: LockPlace) => Promise<ShadowtapeError | undefined>) | undefined;
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
