/** Output that could not be written: reported once, as soon as it is known. */
import { failure } from '../../../contract/errors.ts';
import { say } from '../../../contract/text/say.ts';
import { outputWritten, standardOutput } from './output.ts';
import { showError } from './shown-error.ts';

const lostReasons: Readonly<Record<string, string>> = {
  ENOSPC: say('the disk is full'),
  EDQUOT: say('the quota of this user is exhausted'),
  EFBIG: say('the file is too large'),
};

let isTold = false;

/**
 * Waits until the output is written, and reports if it could not be. No report is needed for a reader that is gone. A
 * command that waits for a signal calls this after its first lines, since its caller may wait for them.
 */
export async function tellLostOutput(): Promise<void> {
  await outputWritten();
  const { trouble, isGone } = standardOutput;
  if (trouble === undefined || isGone || isTold) return;
  isTold = true;
  showError(failure('OUTPUT_UNWRITABLE', { reason: lostReasons[trouble] ?? trouble }));
  await outputWritten();
}
