/**
 * Volumes with backups in several runs: which run has which, so that they can be restored one after the other. Pure.
 */
import { isFailure } from '../../../contract/errors.ts';
import type { EventOf } from '../../../contract/events.ts';
import { isSameCluster } from './later-runs.ts';
import { restorableOf, type KnownRun } from './restore-source.ts';

/** A run, and the masters to restore from it. */
export interface NeededRun {
  readonly run: string;
  readonly masters: readonly string[];
}

const beginningOf = ({ events: [start] }: KnownRun): EventOf<'run-started'> | undefined =>
  start?.type === 'run-started' ? start : undefined;

const mastersOf = (run: KnownRun): readonly string[] =>
  beginningOf(run)?.volumes.map(({ master }) => master) ?? [];

function isRestorable(run: KnownRun, master: string): boolean {
  try {
    restorableOf(run, [master]);
    return true;
  } catch (error) {
    if (!isFailure(error)) throw error;
    return false;
  }
}

/** The newest run that has a backup of a master of the same class. */
const newestWith = (master: string, first: KnownRun, known: readonly KnownRun[]): string | undefined =>
  known.findLast(
    (run) =>
      beginningOf(run)?.class === beginningOf(first)?.class &&
      mastersOf(run).includes(master) &&
      isSameCluster(first.events, run.events) &&
      isRestorable(run, master),
  )?.run;

/**
 * Which runs a restore would need. A part is one instant, and a restore returns that instant, so it uses one run.
 * @param first the run that is restored
 * @param further runs that were also named
 * @param masters that may be replaced
 * @param known all runs of the state folder, oldest first
 * @returns a single run if it has all the volumes, or if no run has the others
 */
export function runsNeeded(
  first: KnownRun,
  further: readonly KnownRun[],
  masters: readonly string[],
  known: readonly KnownRun[],
): readonly NeededRun[] {
  const others = further.filter(({ run }) => run !== first.run);
  if (others.length > 0)
    return [first, ...others].map((each) => {
      const chosen = mastersOf(each).filter((master) => masters.includes(master));
      return { run: each.run, masters: chosen.length > 0 ? chosen : mastersOf(each) };
    });
  const own = { run: first.run, masters: mastersOf(first).filter((master) => masters.includes(master)) };
  // If the run has none of them, another run or another volume was meant: that is refused with its own error.
  if (own.masters.length === 0) return [own];
  const byRun = new Map<string, string[]>();
  for (const master of masters.filter((name) => !own.masters.includes(name))) {
    const run = newestWith(master, first, known);
    if (run !== undefined) byRun.set(run, [...(byRun.get(run) ?? []), master]);
  }
  return [own, ...[...byRun].map(([run, names]) => ({ run, masters: names }))];
}
