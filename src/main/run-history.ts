/** The runs whose journals lie in the state folder. */
import { failure } from '../contract/errors.ts';
import { readJournal, type ReadJournal } from './procedure/journal-reader.ts';
import type { StateFolder } from './state-folder.ts';

/** @throws RUN_UNKNOWN, JOURNAL_BROKEN */
export async function readRun(state: StateFolder, run: string): Promise<ReadJournal> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(run)) throw failure('RUN_UNKNOWN', { run });
  return readJournal(state.journalFile(run), run);
}
