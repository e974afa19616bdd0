/** The runs whose journals are in the state folder. */
import { failure } from '../../contract/errors.ts';
import type { RunEvent } from '../../contract/events.ts';
import { readJournal, type ReadJournal } from './journal-reader.ts';
import { runsBegunAfter } from './run-order.ts';
import type { StateFolder } from './state-folder.ts';

/** @throws RUN_UNKNOWN, JOURNAL_BROKEN */
export async function readRun(state: StateFolder, run: string): Promise<ReadJournal> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(run)) throw failure('RUN_UNKNOWN', { run });
  return readJournal(state.journalFile(run), run);
}

/** The events of all runs that were begun after a run. A journal that cannot be read is passed over. */
export async function laterRuns(state: StateFolder, run: string): Promise<(readonly RunEvent[])[]> {
  const later = await runsBegunAfter(state, run);
  const read = await Promise.allSettled(later.map((name) => readRun(state, name)));
  return read.flatMap((result) => (result.status === 'fulfilled' ? [result.value.events] : []));
}
