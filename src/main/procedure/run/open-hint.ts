/** Hints of errors that end a run which could not be rolled back: they must not suggest another run of the job. Pure. */
import { ShadowtapeError } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';

const instead = phrase('resume the run or roll it back');

/** How hints suggest to run the job again. */
const another = [/\bstart the (?:run|job) again(?: when ready)?/g, /\b(?:run|start) again\b/g];

/** @returns the hint of an error of the table, for a run that must still be resumed or rolled back */
export function hintWhileOpen(hint: string): string {
  return another.reduce((text, words) => text.replace(words, instead), hint);
}

/** The error of a run that must still be resumed or rolled back. */
export function whileOpen(error: ShadowtapeError): ShadowtapeError {
  const hint = hintWhileOpen(error.hint);
  const onScreen = error.onScreen === undefined ? undefined : hintWhileOpen(error.onScreen);
  if (hint === error.hint && onScreen === error.onScreen) return error;
  return new ShadowtapeError({ ...error.toInfo(), hint, onScreen }, error);
}
