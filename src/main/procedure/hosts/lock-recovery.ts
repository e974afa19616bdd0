/**
 * Takes over the locks of a run: a process that resumes the run, or rolls it back, holds the locks that its first
 * process held.
 */
import { isOfCommand, livenessOfOwner, ownerName, ownerWords, parseOwner, thisOwner } from '../model/lock.ts';
import type { LockPlace } from '../model/lock-places.ts';
import { anyAnswer, type CommandRunner } from './command-runner.ts';
import { isLeft, type LockKnowledge } from './left-lock.ts';
import { busyFailure, lockedFailure } from './lock-refusal.ts';
import { leaveAsFound, takePlaces, type FoundLock, type LockOrder } from './remote-lock.ts';
import { phrase } from '../../../contract/text/say.ts';

export interface LockRecovery extends LockKnowledge {
  readonly runner: CommandRunner;
  /** The locks that the run needs, in their order. */
  readonly places: readonly LockPlace[];
  readonly run: string;
  /** When work on the run began, from its journal: for the refusal by a lock without a time. */
  readonly since: string;
  /** True if the run may have made that lock and died before it put its name on it. */
  readonly mayBeNameless: (place: LockPlace) => boolean;
  /** Takes the locks from any owner, as long as they are this run's. */
  readonly force: boolean;
}

const step = 'take-up';

/** A drive lock that another process left may be taken over: the resumed run does not depend on its previous owner. */
async function mayTakeDrive(order: LockRecovery, found: FoundLock): Promise<boolean> {
  const { place, owner } = found;
  const { whyLockStays } = order;
  if (place.what !== 'drive' || !owner || !(await isLeft(owner, order))) return false;
  if (isOfCommand(owner)) return true;
  return whyLockStays !== undefined && (await whyLockStays(owner, place)) === undefined;
}

async function mayTakeOver(order: LockRecovery, found: FoundLock): Promise<string | undefined> {
  const { run, mayBeNameless, force } = order;
  const { place, owner, listing } = found;
  const refused = () => busyFailure(place, run, listing, order.since);
  if (!owner) {
    if (listing.trim() !== '' || !(mayBeNameless(place) || force)) throw refused();
    return undefined;
  }
  if (owner.run !== run) {
    if (await mayTakeDrive(order, found)) return undefined;
    throw refused();
  }
  if (livenessOfOwner(owner) === 'gone')
    return phrase('the lock was left by {owner}, whose process has ended; it was taken over', {
      owner: ownerWords(owner),
    });
  if (await isLeft(owner, order))
    return phrase('the lock was left by {owner}, which has ended the run; it was taken over', {
      owner: ownerWords(owner),
    });
  if (!force) throw refused();
  return phrase('the lock of {owner} was taken over (--take-over-lock)', { owner: ownerWords(owner) });
}

/**
 * A rollback moves no tape: it takes the lock of the drive only if that is the run's own, in order to release it.
 * @returns the place, if its lock is to be taken
 */
async function ownDrive({ runner, run }: LockRecovery, place: LockPlace): Promise<LockPlace[]> {
  const command = { host: place.host, argv: ['ls', place.folder], changes: false };
  const look = await runner.send(step, command, anyAnswer);
  return parseOwner(look.stdout.toString('utf8'))?.run === run ? [place] : [];
}

/**
 * Takes the locks for a run that is resumed or rolled back. A lock whose process is proven gone is taken over.
 * @param mode a rollback goes without the drive
 * @returns warnings, if there was an owner; and a function that leaves the locks as they were found
 * @throws RUN_BUSY while another process works on the run, CLASS_LOCKED, CLASS_LOCKED_NAMELESS, DRIVE_IN_USE and
 *   DRIVE_LOCKED_NAMELESS if a lock is not this run's
 */
export async function recoverLocks(
  order: LockRecovery,
  mode: 'resume' | 'unwind',
): Promise<{ warnings: readonly string[]; release: () => Promise<void> }> {
  const { runner, run, since } = order;
  const places: LockPlace[] = [];
  for (const place of order.places)
    places.push(...(mode === 'unwind' && place.what === 'drive' ? await ownDrive(order, place) : [place]));
  const taking: LockOrder = {
    runner,
    step,
    own: ownerName(thisOwner(run)),
    mayTakeOver: (found) => mayTakeOver(order, found),
    refusal: ({ place, listing }) =>
      place.what === 'drive' ? lockedFailure(place, listing) : busyFailure(place, run, listing, since),
  };
  const taken = await takePlaces(taking, places);
  const warnings = [...new Set(taken.flatMap(({ warning }) => warning ?? []))];
  return { warnings, release: () => leaveAsFound(taking, taken) };
}
