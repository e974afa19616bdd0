/** A step has failed, the job halts, and an operator can be asked: retry, skip, roll back, or halt here. */
import { isFailure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { provesTapeBad } from './tape/perform-read-back.ts';
import { performStep, skipStep } from './perform-step.ts';
import type { Answer, Choice } from '../hosts/questions.ts';
import type { RunContext } from '../hosts/run-context.ts';
import { asTableError } from './run-end.ts';
import type { Step } from '../model/step.ts';

/**
 * Errors without a question: an operator who canceled or declined has decided already, and without a journal nothing
 * can continue.
 */
const decidedCodes = [
  'RUN_CANCELLED',
  'RUN_HALTED',
  'OPERATOR_DECLINED',
  'JOURNAL_UNWRITABLE',
  'LOCK_LOST',
] as const;

const skipWords: Readonly<Partial<Record<Step['performance'], string>>> = {
  'read-back': phrase('Skip the read-back; the run ends unverified'),
  // GDS guide 6.6.3.7, step 6b-2: "this step can be skipped".
  'check-file-system': phrase('Skip the check: the file system was unmounted at the part'),
};

function isAskedAbout(context: RunContext, step: Step, error: unknown): boolean {
  const { options, assignment, marks, dumpRefused } = context;
  if (!options.canAsk || assignment.job.onFailure !== 'halt') return false;
  if (isFailure(error, ...decidedCodes) || provesTapeBad(step, error)) return false;
  return marks.dumpBegun || dumpRefused || step.performance === 'check-file-system';
}

/** What remains to be rolled back: after the rejoin there is no shadow any more. */
const rollBackLabel = ({ marks }: RunContext): string =>
  marks.rejoined.length > 0
    ? phrase('Roll back: watch the copy again')
    : phrase('Roll back: remove the shadow and rejoin');

/** Reading a tape with a proven mismatch cannot be skipped: the run could then end unverified. */
function choicesOf(context: RunContext, step: Step, error: unknown): Choice[] {
  const skip = isFailure(error, 'DUMP_DIFFERS') ? undefined : skipWords[step.performance];
  return [
    { id: 'retry', label: phrase('Retry step {id}', { id: step.id }) },
    ...(skip === undefined ? [] : [{ id: 'skip', label: skip, asksReason: true }]),
    { id: 'unwind', label: rollBackLabel(context) },
    { id: 'halt', label: phrase('Halt here and leave everything as it is') },
  ];
}

async function askWhatNext(context: RunContext, step: Step, error: unknown): Promise<Answer | undefined> {
  if (!isAskedAbout(context, step, error)) return undefined;
  const { message, hint } = asTableError(error);
  try {
    return await context.ask({
      id: 'step-failed',
      step: step.id,
      text: phrase('Step {id} has failed: {message} ({hint})', { id: step.id, message, hint }),
      choices: choicesOf(context, step, error),
    });
  } catch (trouble) {
    // An operator who cancels instead of answering wants the cluster rolled back.
    return isFailure(trouble, 'RUN_CANCELLED') ? { choice: 'unwind', by: 'cancel' } : undefined;
  }
}

/** A partly written tape is checked before it is written again. */
async function performAgain(context: RunContext, step: Step): Promise<void> {
  context.again = true;
  context.observer.forget();
  const look = context.options.steps.find(({ performance: kind }) => kind === 'tape-check');
  if (step.performance === 'dump' && look) await performStep(context, look);
  await performStep(context, step);
}

/**
 * Performs a step, and repeats it after a failure if the operator says so.
 * @throws the last failure; the context has what to do then
 */
export async function performAsked(context: RunContext, step: Step): Promise<void> {
  let perform = performStep;
  for (;;) {
    try {
      await perform(context, step);
      return;
    } catch (error) {
      const answer = await askWhatNext(context, step, error);
      if (answer?.choice === 'skip') {
        skipStep(context, step, `${answer.by}: ${answer.reason ?? phrase('no reason was given')}`);
        return;
      }
      if (answer?.choice !== 'retry') {
        if (answer?.choice === 'unwind' || answer?.choice === 'halt') context.afterFailure = answer.choice;
        throw error;
      }
      perform = performAgain;
    }
  }
}
