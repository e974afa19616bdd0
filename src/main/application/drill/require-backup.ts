/** A drill of a run that is a restore is refused, with the backup that was probably meant: `latest` may be a restore. */
import { failure, isFailure } from '../../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import { beginningOf, readRun } from '../../journal/run-history.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import { drillSources } from '../../restore/drill.ts';
import type { KnownTapes } from '../../restore/source-tapes.ts';
import { lossesOfRuns } from '../../tape/tape-holders.ts';

type RunStart = EventOf<'run-started'>;

interface Backup {
  readonly run: string;
  readonly start: RunStart;
}

/** Runs of 0.1.0 have no number: they are older than those that have one. */
const newestFirst = (one: Backup, other: Backup): number =>
  (other.start.order ?? 0) - (one.start.order ?? 0) || (one.start.at < other.start.at ? 1 : -1);

async function isDrillable(state: StateFolder, run: string): Promise<boolean> {
  try {
    drillSources(run, (await readRun(state, run)).events, undefined);
    return true;
  } catch (error) {
    if (!isFailure(error)) throw error;
    return false;
  }
}

/** @returns undefined if none is known */
async function newestDrillable(
  state: StateFolder,
  { job, site }: RunStart,
  known: KnownTapes,
): Promise<string | undefined> {
  const lost = lossesOfRuns(known);
  const runs = await state.runs();
  const begun = await Promise.all(
    runs.map(async (run): Promise<Backup[]> => {
      const start = await beginningOf(state, run);
      const isMeant = start && !start.restore && start.job === job && start.site === site && !lost.has(run);
      return isMeant ? [{ run, start }] : [];
    }),
  );
  for (const { run } of begun.flat().toSorted(newestFirst)) if (await isDrillable(state, run)) return run;
  return undefined;
}

/** @throws DRILL_OF_RESTORE */
export async function requireBackup(
  state: StateFolder,
  run: string,
  [start]: readonly RunEvent[],
  known: KnownTapes,
): Promise<void> {
  if (start?.type !== 'run-started' || !start.restore) return;
  const backup = (await newestDrillable(state, start, known)) ?? start.restore.run;
  throw failure('DRILL_OF_RESTORE', { run, job: start.job, backup });
}
