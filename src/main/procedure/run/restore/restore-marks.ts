/**
 * The marks of a restore that is not finished: a folder in the lock of the class, on every host of the class. As long as it is there the lock
 * cannot be removed by removing its owner's name, so that it outlives the lock.
 */
import type { RunContext } from '../../hosts/run-context.ts';
import { restoreMark, restoresMarked } from '../../model/lock.ts';
import { lockPlaces, type LockPlace } from '../../model/lock-places.ts';
import type { Performer } from '../perform-commands.ts';

/** What makes and removes marks is let finish when the run is cancelled, as with locks: hence `changes`. */
const changing = (host: string, ...argv: string[]) => ({ host, argv, changes: true });

async function marksOf({ runner }: RunContext, step: string, { host, folder }: LockPlace): Promise<string[]> {
  const look = await runner.send(step, { host, argv: ['ls', folder], changes: false });
  return restoresMarked(look.stdout.toString('utf8'));
}

/** Marks the restore on each host; the marks of an earlier one that it replaces go. */
export const performRestoreMark: Performer = async (context, { id: step }) => {
  const { assignment, runner, journal } = context;
  for (const place of lockPlaces(assignment).filter(({ what }) => what === 'class')) {
    const { host, folder } = place;
    const marked = await marksOf(context, step, place);
    // Two hosts of a site may be one machine.
    if (!marked.includes(journal.run))
      await runner.send(step, changing(host, 'mkdir', `${folder}/${restoreMark(journal.run)}`));
    for (const run of marked.filter((other) => other !== journal.run))
      await runner.send(step, changing(host, 'rmdir', `${folder}/${restoreMark(run)}`));
  }
};

/** Removes the mark of this run from a lock that is about to be given back. */
export async function removeRestoreMark(
  context: RunContext,
  step: string,
  { what, host, folder }: LockPlace,
): Promise<void> {
  const { assignment, runner, journal } = context;
  if (!assignment.restore || what !== 'class') return;
  const argv = ['rmdir', `${folder}/${restoreMark(journal.run)}`];
  // A run that was refused early has no mark.
  await runner.send(step, { host, argv, changes: true }, { anyStatus: true });
}
