/** Why a run is refused that finds its class locked: by whom, since when. */
import { failure, type ShadowtapeError } from '../../../contract/errors.ts';
import type { Assignment } from '../model/assignment.ts';
import { ownerWords, parseOwner, sinceWords } from '../model/lock.ts';

/** @param listing what `ls` prints of the lock folder */
export function lockedFailure(
  { class: className, backupServer: host }: Pick<Assignment, 'class' | 'backupServer'>,
  listing: string,
): ShadowtapeError {
  const owner = parseOwner(listing);
  if (!owner) return failure('CLASS_LOCKED_NAMELESS', { class: className, host });
  const since = owner.since === undefined ? '' : `, since ${sinceWords(owner.since)}`;
  return failure('CLASS_LOCKED', {
    class: className,
    host,
    run: owner.run,
    owner: `${ownerWords(owner)}${since}`,
  });
}

/**
 * @param listing what `ls` prints of the lock folder
 * @param since since when the run is worked on, as its journal has it: for a lock that does not say it
 */
export function busyFailure(
  { class: className, backupServer }: Pick<Assignment, 'class' | 'backupServer'>,
  run: string,
  listing: string,
  since: string,
): ShadowtapeError {
  const owner = parseOwner(listing);
  if (owner?.run !== run) return lockedFailure({ class: className, backupServer }, listing);
  return failure('RUN_BUSY', {
    run,
    owner: ownerWords(owner),
    since: sinceWords(owner.since ?? since),
  });
}
