/** Whether the process that a lock names still works on its run: only a lock that nobody works under may be taken over. */
import type { ShadowtapeError } from '../../../contract/errors.ts';
import { livenessOfOwner, type LockOwner } from '../model/lock.ts';
import type { LockPlace } from '../model/lock-places.ts';

/** What only the state folder tells of the lock of a run. */
export interface LockKnowledge {
  /**
   * Says why the lock of a run must stay on which no process works any more; undefined where that run has left nothing. Where it is left
   * out, each such lock stays.
   */
  readonly whyLockStays?:
    ((owner: LockOwner, place: LockPlace) => Promise<ShadowtapeError | undefined>) | undefined;
  /**
   * True where the process of the owner has ended its run and left the lock: it may live on, as a desktop does. Where it is left out, a process
   * that lives is taken to work on the run.
   */
  readonly hasEnded?: ((owner: LockOwner) => Promise<boolean>) | undefined;
}

/** True where it is certain that the process of the owner no longer works under the lock: it is gone, or has ended the run. */
export async function isLeft(
  owner: LockOwner,
  { hasEnded }: Pick<LockKnowledge, 'hasEnded'>,
): Promise<boolean> {
  return livenessOfOwner(owner) === 'gone' || (hasEnded !== undefined && (await hasEnded(owner)));
}
