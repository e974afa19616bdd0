/** Hints of errors with which a run ends that could not be rolled back: whoever reads them must not start another run of the job. Pure. */
import { ShadowtapeError } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';

const instead = phrase('resume the run or roll it back');

/** How hints say that the job is run once more. */
const another = [/\bstart the (?:run|job) again(?: when ready)?/g, /\b(?:run|start) again\b/g];

/** @returns the hint of an error of the table, as it reads while the run is still to be resumed or rolled back */
export function hintWhileOpen(hint: string): string {
  return another.reduce((text, words) => text.replace(words, instead), hint);
}

/** The error with which a run ends that is still to be resumed or rolled back. */
export function whileOpen(error: ShadowtapeError): ShadowtapeError {
  const hint = hintWhileOpen(error.hint);
  const onScreen = error.onScreen === undefined ? undefined : hintWhileOpen(error.onScreen);
  if (hint === error.hint && onScreen === error.onScreen) return error;
  return new ShadowtapeError({ ...error.toInfo(), hint, onScreen }, error);
}
