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
  /** The command that has the drive, for whoever is refused meanwhile. */
  readonly command: string;
}

/** What this console has at the moment: a lock of it that is not among these could not be given back. */
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

/** Looks right before each write whether the lock is still this command's. */
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
 * @param work is given what a runner of commands that write calls before each of them; it throws DRIVE_LOCK_LOST
 * @throws DRIVE_IN_USE, DRIVE_LOCKED_NAMELESS, RUN_INTERRUPTED, LOCK_OF_UNKNOWN_RUN where somebody else holds it, COMMAND_FAILED where it
 *   cannot be taken, what a session can end with, and what the work throws
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
    // It may have been made, and name nobody.
    if (isFailure(error, ...connectionLostCodes)) await giveBackPlace(taking, place).catch(() => undefined);
    throw error;
  }
  inUse.add(own);
  try {
    return await work(lockCheck(order, own));
  } finally {
    inUse.delete(own);
    // A lock that cannot be given back is removed by the next command, once this process has ended.
    await giveBackPlace(taking, place).catch(() => undefined);
  }
}
