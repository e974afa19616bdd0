/** The lock of a drive for what an operator does with it outside of a run: label, identify, import, verify, drive-check. */
import { connectionLostCodes, isFailure } from '../../../contract/errors.ts';
import { commandRun, isOfCommand, ownerName, thisOwner, type LockOwner } from '../model/lock.ts';
import type { LockPlace } from '../model/lock-places.ts';
import type { CommandRunner, RunnerOptions } from './command-runner.ts';
import { isLeft, type LockKnowledge } from './left-lock.ts';
import { LockGuard } from './lock-guard.ts';
import { lockedFailure } from './lock-refusal.ts';
import { giveBackPlace, takePlace, type FoundLock } from './remote-lock.ts';

export interface DriveOrder extends LockKnowledge {
  readonly runner: CommandRunner;
  readonly place: LockPlace;
  /** The command that has locked the drive, to be named in refusals. */
  readonly command: string;
}

/** The locks that this console holds at the moment: any other lock of it could not be released. */
const inUse = new Set<string>();

function isLeftByThisConsole(owner: LockOwner): boolean {
  const { processId, consoleId, started } = thisOwner(owner.run);
  const isOurs = owner.processId === processId && owner.consoleId === consoleId && owner.started === started;
  return isOurs && isOfCommand(owner) && !inUse.has(ownerName(owner));
}

async function mayTakeOver(order: DriveOrder, found: FoundLock): Promise<undefined> {
  const { place, owner, listing } = found;
  if (owner && isLeftByThisConsole(owner)) return undefined;
  if (!owner || !(await isLeft(owner, order))) throw lockedFailure(place, listing);
  if (isOfCommand(owner)) return undefined;
  const { whyLockStays } = order;
  const reason = whyLockStays ? await whyLockStays(owner, place) : lockedFailure(place, listing);
  if (reason) throw reason;
  return undefined;
}

/** Checks right before each write whether the lock is still this command's. */
function lockCheck({ runner, place }: DriveOrder, own: string): NonNullable<RunnerOptions['beforeChange']> {
  const guard = new LockGuard({
    patient: runner,
    quick: runner,
    places: () => [place],
    own,
    run: undefined,
    needsDrive: () => true,
    freshMilliseconds: 0,
  });
  guard.hold();
  return (step, command) => guard.check(step, command);
}

/**
 * Holds the lock of the drive while the work is done.
 * @param work gets a check to call before each command that writes; it throws DRIVE_LOCK_LOST
 * @throws DRIVE_IN_USE, DRIVE_LOCKED_NAMELESS, RUN_INTERRUPTED, LOCK_OF_UNKNOWN_RUN if somebody else holds it,
 *   COMMAND_FAILED if it cannot be taken, errors of a session, and what the work throws
 */
export async function whileDriveLocked<Value>(
  order: DriveOrder,
  work: (beforeChange: NonNullable<RunnerOptions['beforeChange']>) => Promise<Value>,
): Promise<Value> {
  const { runner, place, command } = order;
  const own = ownerName(thisOwner(commandRun(command)));
  const taking = { runner, step: 'drive-lock', own };
  try {
    await takePlace({ ...taking, mayTakeOver: (found) => mayTakeOver(order, found) }, place);
  } catch (error) {
    // It may exist without an owner.
    if (isFailure(error, ...connectionLostCodes)) await giveBackPlace(taking, place).catch(() => undefined);
    throw error;
  }
  inUse.add(own);
  try {
    return await work(lockCheck(order, own));
  } finally {
    inUse.delete(own);
    // A lock that cannot be released is removed by the next command, once this process has ended.
    await giveBackPlace(taking, place).catch(() => undefined);
  }
}
