/** The refusal for a locked class or drive: by whom, since when. */
import { failure, type ShadowtapeError } from '../../../contract/errors.ts';
import { phrase, phrases } from '../../../contract/text/say.ts';
import {
  doingWords,
  isOfCommand,
  ownerWords,
  parseOwner,
  restoresMarked,
  sinceWords,
  type LockOwner,
} from '../model/lock.ts';
import type { LockPlace } from '../model/lock-places.ts';

type Locked = Pick<LockPlace, 'what' | 'name' | 'host'>;

/** `marion on jump1 (process 4711), since 2026-11-22T02:00:04Z`. */
export const ownerSince = (owner: LockOwner): string =>
  phrases(
    [
      ownerWords(owner),
      owner.since === undefined ? '' : phrase(', since {since}', { since: sinceWords(owner.since) }),
    ],
    '',
  );

function driveFailure({ name: device, host }: Locked, owner: LockOwner | undefined): ShadowtapeError {
  if (!owner) return failure('DRIVE_LOCKED_NAMELESS', { device, host });
  const unlock = `shadowtape unlock ${device}`;
  const { run } = owner;
  const rest = isOfCommand(owner)
    ? phrase('remove the lock with {unlock}', { unlock })
    : phrase(
        'resume or roll back that run on the machine where it was started: shadowtape resume {run}, shadowtape rollback {run}. To discard it instead: {unlock} --discard {run}',
        { run, unlock },
      );
  const remedy = `shadowtape locks shows whether its process is running. If it is not, ${rest}`;
  return failure('DRIVE_IN_USE', {
    device,
    host,
    user: phrase('{doing} of {ownerSince}', { doing: doingWords(owner), ownerSince: ownerSince(owner) }),
    remedy,
    remedyOnScreen: isOfCommand(owner)
      ? phrase('if its process is gone, the lock is removed on the command line, see docs/recovery.md')
      : phrase(
          'if its process is gone or the run needs action, resume or roll it back on the console that started it',
        ),
  });
}

/** @param listing what `ls` prints of the lock folder */
export function lockedFailure(place: Locked, listing: string): ShadowtapeError {
  const owner = parseOwner(listing);
  if (place.what === 'drive') return driveFailure(place, owner);
  const { name: className, host } = place;
  const [marked] = restoresMarked(listing);
  if (!owner && marked !== undefined)
    return failure('RESTORE_PENDING', { class: className, host, run: marked });
  if (!owner) return failure('CLASS_LOCKED_NAMELESS', { class: className, host });
  return failure('CLASS_LOCKED', { class: className, host, run: owner.run, owner: ownerSince(owner) });
}

/**
 * @param listing what `ls` prints of the lock folder
 * @param since when work on the run began, from its journal: for a lock without a time
 */
export function busyFailure(place: Locked, run: string, listing: string, since: string): ShadowtapeError {
  const owner = parseOwner(listing);
  if (owner?.run !== run) return lockedFailure(place, listing);
  return failure('RUN_BUSY', {
    run,
    owner: ownerWords(owner),
    since: sinceWords(owner.since ?? since),
  });
}
