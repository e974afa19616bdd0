/** Which runs have parted the proxies of a restore. A journal that cannot be read proves nothing, and may disprove what others prove. */
import { failure } from '../../../contract/errors.ts';
import { readRuns, type ReadRuns } from '../../journal/run-history.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import type { Assignment } from '../model/assignment.ts';
import { partProof, type KnownRun } from '../model/restore-source.ts';

const numberOf = (start: KnownRun['events'][0] | undefined): number =>
  start?.type === 'run-started' ? (start.order ?? 0) : 0;

/** All runs, oldest first. @throws STATE_FILE_UNREADABLE */
export async function runsInOrder(state: StateFolder): Promise<ReadRuns> {
  const { known, unread } = await readRuns(state, await state.runs());
  return {
    known: known.toSorted(
      (one, other) => numberOf(one.events[0]) - numberOf(other.events[0]) || (one.run < other.run ? -1 : 1),
    ),
    unread,
  };
}

/**
 * The run that has parted a proxy, with pjrm=off.
 * @param of the run that is restored
 * @throws RESTORE_PROXY_PARTED if no journal proves it, RESTORE_PART_UNREAD if an unreadable one may be of a later part
 */
export function partedBy(
  { known, unread }: ReadRuns,
  of: KnownRun,
  { class: className }: Pick<Assignment, 'class'>,
  proxy: string,
): string {
  const proof = partProof(known, of, className, proxy);
  if (proof === undefined) throw failure('RESTORE_PROXY_PARTED', { proxy });
  const order = numberOf(known.find(({ run }) => run === proof)?.events[0]);
  const later = unread.find(
    ({ start }) => start === undefined || (start.class === className && numberOf(start) >= order),
  );
  if (later) {
    const { run, reason } = later;
    throw failure('RESTORE_PART_UNREAD', { proxy, proof, run, reason });
  }
  return proof;
}
