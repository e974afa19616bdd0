/** A step has failed, the job halts, and somebody can be asked: once more, leave it out, roll the cluster back, or halt here. */
import { isFailure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { provesTapeBad } from './tape/perform-read-back.ts';
import { performStep, skipStep } from './perform-step.ts';
import type { Answer, Choice } from '../hosts/questions.ts';
import type { RunContext } from '../hosts/run-context.ts';
import { asTableError } from './run-end.ts';
import type { Step } from '../model/step.ts';

/** What nobody is asked about: who cancelled, declined or has no journal any more has said what is to happen. */
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

/** What is left to be rolled back: after the rejoin there is no shadow any more. */
const rollBackLabel = ({ marks }: RunContext): string =>
  marks.rejoined.length > 0
    ? phrase('Roll back: watch the copy once more')
    : phrase('Roll back: remove the shadow and rejoin');

/** A tape that was proven not to hold the volume is not left unread: the run could then end unverified. */
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
    // Who cancels instead of answering wants the cluster back.
    return isFailure(trouble, 'RUN_CANCELLED') ? { choice: 'unwind', by: 'cancel' } : undefined;
  }
}

/** A tape that was written to in part is looked at before it is written to again. */
async function performAgain(context: RunContext, step: Step): Promise<void> {
  context.again = true;
  context.observer.forget();
  const look = context.options.steps.find(({ performance: kind }) => kind === 'tape-check');
  if (step.performance === 'dump' && look) await performStep(context, look);
  await performStep(context, step);
}

/**
 * Performs a step; where it fails, and the operator says so, once more.
 * @throws what it failed with last; what is then to happen stands in the context
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
