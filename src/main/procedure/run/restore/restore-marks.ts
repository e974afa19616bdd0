/**
 * The marks of a restore that is not finished: a folder in the lock of the class, on every host of the class. While it
 * exists, the lock cannot be removed by removing its owner's name, so the restore stays marked.
 */
import type { RunContext } from '../../hosts/run-context.ts';
import { restoreMark, restoresMarked } from '../../model/lock.ts';
import { giveBackPlace, leaveAsFound } from '../../hosts/remote-lock.ts';
import { lockPlaces, placeKey, type LockPlace } from '../../model/lock-places.ts';
import type { Performer } from '../perform-commands.ts';

/** Commands that make and remove marks may finish when the run is canceled, as with locks: hence `changes`. */
const changing = (host: string, ...argv: string[]) => ({ host, argv, changes: true });

async function marksOf({ runner }: RunContext, step: string, { host, folder }: LockPlace): Promise<string[]> {
  const look = await runner.send(step, { host, argv: ['ls', folder], changes: false });
  return restoresMarked(look.stdout.toString('utf8'));
}

/** Marks the restore on each host. The marks of earlier ones that it replaces are removed when it ends. */
export const performRestoreMark: Performer = async (context, { id: step }) => {
  const { assignment, runner, journal } = context;
  for (const place of lockPlaces(assignment).filter(({ what }) => what === 'class')) {
    const { host, folder } = place;
    // Two hosts of a site may be the same machine.
    if ((await marksOf(context, step, place)).includes(journal.run)) continue;
    await runner.send(step, changing(host, 'mkdir', `${folder}/${restoreMark(journal.run)}`));
  }
};

/**
 * Releases a lock of a restore, without its mark. If the restore has not replaced an earlier, unfinished one, the lock
 * is left as that one left it: the proxy may still hold what it wrote.
 * @throws COMMAND_FAILED, and the errors of a session
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
