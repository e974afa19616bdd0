/** The journal of a run that begins. */
import { isFailure } from '../../contract/errors.ts';
import { Journal } from '../journal/journal.ts';
import type { StateFolder } from '../journal/state-folder.ts';

/** Runs that begin in the same second get different names. @throws JOURNAL_UNWRITABLE */
export function newJournal(state: StateFolder, name: string): Journal {
  for (let number = 1; ; number += 1) {
    const run = number === 1 ? name : `${name}-${number}`;
    try {
      return new Journal({ file: state.journalFile(run), run });
    } catch (error) {
      if (!isFailure(error, 'JOURNAL_EXISTS')) throw error;
    }
  }
}
