/** Which run is meant by part of a name. */
import { failure } from '../../contract/errors.ts';
import { nearestWord } from '../../contract/nearest-word.ts';
import { phrase } from '../../contract/text/say.ts';
import { newestRun } from '../journal/run-history.ts';
import type { StateFolder } from '../journal/state-folder.ts';

/** At most this many names of an ambiguous beginning are shown. */
const shownNames = 5;

/**
 * @param word the name of a run, the unique beginning of one, or `latest`: the run that began last
 * @returns the name of the run; the word itself if no name matches
 * @throws RUN_NAME_AMBIGUOUS, RUN_NONE, STATE_FILE_UNREADABLE
 */
export async function runNamed(state: StateFolder, word: string): Promise<string> {
  const runs = await state.runs();
  if (word === '' || runs.includes(word)) return word;
  if (word === 'latest') {
    const newest = await newestRun(state);
    if (newest === undefined) throw failure('RUN_NONE', { folder: state.path });
    return newest;
  }
  const meant = runs.filter((run) => run.startsWith(word)).sort();
  if (meant.length > 1) {
    const names = meant.slice(-shownNames).reverse();
    const more = meant.length > names.length ? phrase(' and older ones') : '';
    throw failure('RUN_NAME_AMBIGUOUS', { word, count: meant.length, names: `${names.join(', ')}${more}` });
  }
  return meant[0] ?? word;
}

/**
 * The name of a run that must exist.
 * @throws RUN_MISSPELT if one is similar; RUN_NAME_AMBIGUOUS, RUN_NONE, STATE_FILE_UNREADABLE
 */
export async function existingRunNamed(state: StateFolder, word: string): Promise<string> {
  const run = await runNamed(state, word);
  const runs = await state.runs();
  const nearest = runs.includes(run) ? undefined : nearestWord(run, [...runs, 'latest']);
  if (nearest !== undefined) throw failure('RUN_MISSPELT', { run, nearest });
  return run;
}
