/** How the locks of a run are taken before anything is touched, and given back at its end. */
import { isOfCommand, livenessOfOwner, ownerName, thisOwner } from '../model/lock.ts';
import { lockPlaces, placesHeld, type LockPlace } from '../model/lock-places.ts';
import { lockedFailure } from '../hosts/lock-refusal.ts';
import { giveBackPlace, takePlace, type FoundLock, type LockOrder } from '../hosts/remote-lock.ts';
import type { RunContext } from '../hosts/run-context.ts';
import type { Performer } from './perform-commands.ts';

/** @returns a warning: the lock was left by whoever has left nothing else. @throws what the lock must stay for */
async function mayTakeOver(
  { options }: RunContext,
  { place, owner, listing }: FoundLock,
): Promise<string | undefined> {
  if (!owner || livenessOfOwner(owner) !== 'gone') throw lockedFailure(place, listing);
  // A command for the drive has left nothing but its lock.
  if (isOfCommand(owner)) return undefined;
  const { whyLockStays } = options;
  const reason = whyLockStays ? await whyLockStays(owner, place) : lockedFailure(place, listing);
  if (reason) throw reason;
  return `run ${owner.run} has ended, and left its lock; the lock was removed`;
}

const orderOf = (context: RunContext, step: string): Pick<LockOrder, 'runner' | 'step' | 'own'> => ({
  runner: context.runner,
  step,
  own: ownerName(thisOwner(context.journal.run)),
});

/** Where one of them is refused, the end of the run gives those before it back. */
export const performLock: Performer = async (context, { id: step }) => {
  const order: LockOrder = {
    ...orderOf(context, step),
    mayTakeOver: (found) => mayTakeOver(context, found),
  };
  const told = new Set<string>();
  const places = lockPlaces(context.assignment);
  for (const [index, place] of places.entries()) {
    const text = await takePlace(order, place, places.slice(0, index));
    if (text !== undefined && !told.has(text)) context.journal.append({ type: 'warning', step, text });
    if (text !== undefined) told.add(text);
  }
  context.lockGuard.hold();
};

/** The locks that the run has, or may have. */
export const heldPlaces = ({ assignment, marks }: RunContext): LockPlace[] =>
  placesHeld(lockPlaces(assignment), marks.locks);

/** All of them are tried, the last one first. */
export const performUnlock: Performer = async (context, { id: step }) => {
  const order = orderOf(context, step);
  const troubles: unknown[] = [];
  for (const place of heldPlaces(context).toReversed()) {
    try {
      await giveBackPlace(order, place);
    } catch (error) {
      troubles.push(error);
    }
  }
  if (troubles.length > 0) throw troubles[0];
};
