/** Runs on the command line may be named by `latest`, or by the beginning of a name. */
import type { Command } from 'commander';
import { say } from '../../contract/text/say.ts';
import type { StateFolder } from '../application/console.ts';
import { note } from './terminal/output.ts';

/** Names of the arguments, and of the option, that accept a run. */
const runArguments = new Set(['run', 'other']);
const runOption = 'discard';

/**
 * The run that a word stands for, which is shown on the standard error.
 * @param mustExist false for a run of another state folder, which may be known only to the hosts
 * @throws RUN_NAME_AMBIGUOUS, RUN_NONE, RUN_MISSPELT, STATE_FILE_UNREADABLE
 */
export async function named(state: StateFolder, word: string, mustExist = true): Promise<string> {
  const { existingRunNamed, runNamed } = await import('../application/run-names.ts');
  const run = await (mustExist ? existingRunNamed : runNamed)(state, word);
  if (run !== word) note(say('{word}: run {run}', { word, run }));
  return run;
}

/** Paths do not look like the names of runs. */
export const isRunWord = (word: string): boolean => word === 'latest' || /^\d{8}-/.test(word);

/** A word that may be a run or a path. */
export const runWord = (state: StateFolder, word: string): Promise<string> =>
  isRunWord(word) ? named(state, word) : Promise.resolve(word);

/**
 * Replaces abbreviations of runs by their names, before the command begins.
 * @throws RUN_NAME_AMBIGUOUS, RUN_NONE, RUN_MISSPELT, STATE_FILE_UNREADABLE
 */
export async function nameRuns(command: Command, state: StateFolder): Promise<void> {
  const given = command.processedArgs as (string | readonly string[] | undefined)[];
  for (const [index, argument] of command.registeredArguments.entries()) {
    const words = given[index];
    if (!runArguments.has(argument.name()) || words === undefined) continue;
    if (typeof words === 'string') given[index] = await named(state, words);
    else given[index] = await Promise.all(words.map((word) => named(state, word)));
  }
  const option: unknown = command.getOptionValue(runOption);
  if (typeof option === 'string') command.setOptionValue(runOption, await named(state, option, false));
}
