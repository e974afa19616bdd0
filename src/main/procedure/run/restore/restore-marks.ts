/**
 * The marks of a restore that is not finished: a folder in the lock of the class, on every host of the class. As long as it is there the lock
 * cannot be removed by removing its owner's name, so that it outlives the lock.
 */
import type { RunContext } from '../../hosts/run-context.ts';
import { restoreMark, restoresMarked } from '../../model/lock.ts';
import { giveBackPlace, leaveAsFound } from '../../hosts/remote-lock.ts';
import { lockPlaces, placeKey, type LockPlace } from '../../model/lock-places.ts';
import type { Performer } from '../perform-commands.ts';

/** What makes and removes marks is let finish when the run is cancelled, as with locks: hence `changes`. */
const changing = (host: string, ...argv: string[]) => ({ host, argv, changes: true });

async function marksOf({ runner }: RunContext, step: string, { host, folder }: LockPlace): Promise<string[]> {
  const look = await runner.send(step, { host, argv: ['ls', folder], changes: false });
  return restoresMarked(look.stdout.toString('utf8'));
}

/** Marks the restore on each host. The marks of earlier ones that it replaces go when it ends. */
export const performRestoreMark: Performer = async (context, { id: step }) => {
  const { assignment, runner, journal } = context;
  for (const place of lockPlaces(assignment).filter(({ what }) => what === 'class')) {
    const { host, folder } = place;
    // Two hosts of a site may be one machine.
    if ((await marksOf(context, step, place)).includes(journal.run)) continue;
    await runner.send(step, changing(host, 'mkdir', `${folder}/${restoreMark(journal.run)}`));
  }
};

/**
 * Gives a lock of a restore back, without its mark. Where the restore has not replaced an earlier one that did not finish, the lock is left as
 * that one has left it: the proxy may still hold what it wrote.
 * @throws COMMAND_FAILED, and what a session can end with
 */
export async function giveRestoreBack(
  context: RunContext,
  order: Parameters<typeof giveBackPlace>[0],
  place: LockPlace,
): Promise<void> {
  const { runner, journal, marks, replacedLocks } = context;
  const { what, host, folder } = place;
  if (what !== 'class') return giveBackPlace(order, place);
  const marked = await marksOf(context, order.step, place);
  const others = marked.filter((run) => run !== journal.run);
  const removed = marks.masterProven ? marked : marked.filter((run) => run === journal.run);
  for (const run of removed)
    await runner.send(order.step, changing(host, 'rmdir', `${folder}/${restoreMark(run)}`));
  if (others.length === 0 || marks.masterProven) return giveBackPlace(order, place);
  await leaveAsFound(
    order,
    replacedLocks.filter((taken) => placeKey(taken.place) === placeKey(place)),
  );
}
