/** Which runs have parted the proxies of a restore. A journal that cannot be read proves nothing, and may disprove what others prove. */
import { failure } from '../../../contract/errors.ts';
import type { EventOf } from '../../../contract/events.ts';
import { beginningOf, readRun } from '../../journal/run-history.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import type { Assignment } from '../model/assignment.ts';
import { partProof, type KnownRun } from '../model/restore-source.ts';

/** A run whose journal cannot be read. */
interface UnreadRun {
  readonly run: string;
  /** Undefined if not even that can be read. */
  readonly start: EventOf<'run-started'> | undefined;
  readonly reason: string;
}

/** The runs of a state folder. */
export interface KnownRuns {
  /** Oldest first. */
  readonly known: readonly KnownRun[];
  readonly unread: readonly UnreadRun[];
}

const numberOf = (start: KnownRun['events'][0] | undefined): number =>
  start?.type === 'run-started' ? (start.order ?? 0) : 0;

/** @throws STATE_FILE_UNREADABLE */
export async function runsInOrder(state: StateFolder): Promise<KnownRuns> {
  const known: KnownRun[] = [];
  const unread: UnreadRun[] = [];
  for (const run of await state.runs())
    try {
      known.push({ run, events: (await readRun(state, run)).events });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      unread.push({ run, start: await beginningOf(state, run), reason });
    }
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
  { known, unread }: KnownRuns,
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
