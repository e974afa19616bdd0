/** The runs whose journals lie in the state folder. */
import { failure } from '../contract/errors.ts';
import { readJournal, type ReadJournal } from './procedure/journal-reader.ts';
import { summarise, type RunSummary } from './procedure/run-summary.ts';
import type { StateFolder } from './state-folder.ts';

/** @throws RUN_UNKNOWN, JOURNAL_BROKEN */
export async function readRun(state: StateFolder, run: string): Promise<ReadJournal> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(run)) throw failure('RUN_UNKNOWN', { run });
  return readJournal(state.journalFile(run), run);
}

/** A run whose journal cannot be read, with the reason. */
export interface UnreadableRun {
  readonly run: string;
  readonly trouble: string;
}

/** All runs, newest first. */
export async function listRuns(state: StateFolder): Promise<(RunSummary | UnreadableRun)[]> {
  const names = (await state.runs()).reverse();
  return Promise.all(
    names.map(async (run) => {
      try {
        const { events } = await readRun(state, run);
        return summarise(events) ?? { run, trouble: 'the journal has no beginning' };
      } catch (error) {
        return { run, trouble: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}
