/** How the locks of a run are taken before anything is touched, and released when it ends. */
import { failure } from '../../../contract/errors.ts';
import { ownerName, thisOwner } from '../model/lock.ts';
import { lockPlaces, placesHeld, type LockPlace } from '../model/lock-places.ts';
import { driveOf } from '../../tape/tape-device.ts';
import { driveName } from '../hosts/drive-name.ts';
import { mayTakeOver } from '../hosts/left-lock.ts';
import { giveBackPlace, takePlace, type FoundLock, type LockOrder } from '../hosts/remote-lock.ts';
import type { RunContext } from '../hosts/run-context.ts';
import type { Performer } from './perform-commands.ts';
import { giveRestoreBack } from './restore/restore-marks.ts';
import { anyAnswer } from '../hosts/command-runner.ts';

/** The step under which the journal records taking locks. */
const lockStep = 'lock';

const orderOf = (context: RunContext, step: string): Pick<LockOrder, 'runner' | 'step' | 'own'> => ({
  runner: context.runner,
  step,
  own: ownerName(thisOwner(context.journal.run)),
});

/** True if the place is on a node that does not answer: the run has no lock there until it does. */
function isOutOfReach({ nodes, unlocked }: RunContext, { what, host }: LockPlace): boolean {
  if (what !== 'class' || !nodes.isMissing(host)) return false;
  unlocked.add(host);
  return true;
}

/**
 * A tape host that did not answer when the run was planned is queried now for the name of its drive: the lock must have
 * the name that all devices of the drive share.
 * @throws DRIVE_NAME_LATE if it is not the planned one, and the errors of a session
 */
async function requireDriveName({ assignment, runner }: RunContext, step: string): Promise<void> {
  const { tapeHost: host, tapeDevice: device } = assignment;
  if (assignment.driveName !== undefined) return;
  const name = await driveName(runner, step, { host, device });
  if (name !== driveOf(device)) throw failure('DRIVE_NAME_LATE', { host, device, name });
}

/** If one of them is refused, the end of the run releases those before it. */
export const performLock: Performer = async (context, { id: step }) => {
  const order: LockOrder = {
    ...orderOf(context, step),
    mayTakeOver: (found) => mayTakeOver(found, context.options),
  };
  const reported = new Set<string>();
  const places = lockPlaces(context.assignment);
  for (const [index, place] of places.entries()) {
    if (isOutOfReach(context, place)) continue;
    if (place.what === 'drive') await requireDriveName(context, step);
    const taken = await takePlace(order, place, places.slice(0, index)).catch((error: unknown) => {
      if (!context.nodes.isGone(step, place.host, error)) throw error;
      return undefined;
    });
    if (isOutOfReach(context, place)) continue;
    if (taken?.former && context.options.supersedes) context.replacedLocks.push(taken);
    const text = taken?.warning;
    if (text !== undefined && !reported.has(text)) context.journal.append({ type: 'warning', step, text });
    if (text !== undefined) reported.add(text);
  }
  context.lockGuard.hold();
};

/**
 * Takes the lock of the class on a node that answers again.
 * @throws the error that refuses the lock if nothing was changed yet; otherwise LOCK_LOST: somebody else is working on
 *   the class
 */
export async function lockReturned(context: RunContext, node: string): Promise<void> {
  const { lockGuard, unlocked, marks, journal } = context;
  lockGuard.answersAgain(node);
  if (!lockGuard.isHeld || !unlocked.has(node)) return;
  const place = lockPlaces(context.assignment).find(({ what, host }) => what === 'class' && host === node);
  if (!place) return;
  const lost = (listing: string) => lockGuard.lose(lockStep, place, listing);
  const order: LockOrder = {
    ...orderOf(context, lockStep),
    async mayTakeOver(found) {
      // Left by the process that performed the run before: its other locks were taken over already.
      if (marks.locks.takenUp && found.owner?.run === journal.run) return undefined;
      try {
        return await mayTakeOver(found, context.options);
      } catch (error) {
        throw marks.changed ? lost(found.listing) : error;
      }
    },
    ...(marks.changed ? { refusal: ({ listing }: FoundLock) => lost(listing) } : {}),
  };
  const { warning: text } = await takePlace(order, place);
  unlocked.delete(node);
  if (text !== undefined) journal.append({ type: 'warning', step: lockStep, text });
}

/** The locks that the run has, or may have. */
export const heldPlaces = ({ assignment, marks }: RunContext): LockPlace[] =>
  placesHeld(lockPlaces(assignment), marks.locks);

/** Journals which locks are no longer the run's, while it keeps the others. */
export async function tellLost(context: RunContext, step: string): Promise<void> {
  const { own } = orderOf(context, step);
  for (const { host, folder } of context.lockGuard.lostPlaces) {
    const look = { host, argv: ['ls', '-d', `${folder}/${own}`], changes: false };
    // A host that does not answer shows nothing: the lock is then reported as one that may still exist.
    await context.runner.send(step, look, anyAnswer).catch(() => undefined);
  }
}

/** The locks that the run releases when it ends. */
export const placesGivenBack = (context: RunContext): LockPlace[] =>
  heldPlaces(context).filter(
    ({ what }) => context.keeps === 'none' || (context.keeps === 'class' && what === 'drive'),
  );

/** Each of them is tried, the last one first. */
export const performUnlock: Performer = async (context, { id: step }) => {
  // A node that answers from now on gets no lock any more.
  context.nodes.meet = undefined;
  const { assignment } = context;
  const order = orderOf(context, step);
  const troubles: unknown[] = [];
  for (const place of placesGivenBack(context).toReversed()) {
    try {
      await (assignment.restore ? giveRestoreBack(context, order, place) : giveBackPlace(order, place));
    } catch (error) {
      troubles.push(error);
    }
  }
  if (troubles.length > 0) throw troubles[0];
};
