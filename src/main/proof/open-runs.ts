/** Runs of a state folder that need somebody: their journals are needed to resume them, or to roll them back. */
import { failure, isFailure } from '../../contract/errors.ts';
import type { RunEvent } from '../../contract/events.ts';
import { phrase } from '../../contract/text/say.ts';
import { readRun } from '../journal/run-history.ts';
import { lastOf, summarise, type RunSummary } from '../journal/run-summary.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { leftMarkOf } from './live-runs.ts';

/** Exit statuses of runs that left nothing behind. */
const normalStatuses: readonly (number | undefined)[] = [0, 1, 2, 4];

/** True if a run, interrupted or ended, may have left something on the hosts that is not given up. */
export function mayHaveLeft(events: readonly RunEvent[], { finishedAt, exitStatus }: RunSummary): boolean {
  if (finishedAt !== undefined && normalStatuses.includes(exitStatus)) return false;
  // Who discards a run says that nothing of it is waited for any more.
  if (finishedAt !== undefined && lastOf(events, 'run-finished')?.discarded === true) return false;
  return events.some((event) => event.type === 'intent' && event.changes);
}

/**
 * Requires that the journal of a run is not needed any more. A journal that cannot be read is of no use.
 * @throws STATE_RUN_OPEN where the run was interrupted, or ended with action required and keeps locks
 */
export async function requireNotOpen(state: StateFolder, run: string): Promise<void> {
  const mark = await leftMarkOf(state, run);
  if (!mark) return;
  const events = await readRun(state, run).then(
    (journal) => journal.events,
    (error: unknown) => {
      if (isFailure(error, 'RUN_UNKNOWN', 'JOURNAL_BROKEN')) return [];
      throw error;
    },
  );
  const summary = summarise(events);
  if (!summary || !mayHaveLeft(events, summary)) return;
  const isInterrupted = summary.finishedAt === undefined;
  if (!isInterrupted && mark.ended !== true) return;
  const how = isInterrupted ? phrase('was interrupted') : phrase('ended with action required');
  throw failure('STATE_RUN_OPEN', { run, how, class: summary.class });
}
