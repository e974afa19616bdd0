/**
 * Performs the steps of a run, one after the other; on failure brings the cluster back, and says what stands where.
 *
 * Exit statuses: 0 done; 1 refused before anything was touched; 2 failed, and the cluster is in its normal state; 3 failed, and an
 * operator must act; 4 the tape does not hold what was read.
 */
import { connectionLostCodes, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import { provesTapeBad } from './perform-read-back.ts';
import { skipStep } from './perform-step.ts';
import { beginningFields, consoleFields } from './run-began.ts';
import { RunContext, triesWhileHeldOpen, type RunOptions } from '../hosts/run-context.ts';
import { asTableError, failedEnd, goodEnd, haltedEnd, refusedEnd, type RunEnd } from './run-end.ts';
import { settle } from './settle.ts';
import type { Step } from '../model/step.ts';
import { performAsked } from './step-failed.ts';
import { lastLook, removeLock, unwind } from './unwind.ts';

export type { RunEnd } from './run-end.ts';

/** @returns what proved the tape bad, where the run went on nevertheless */
async function performAll(context: RunContext, steps: readonly Step[]): Promise<unknown> {
  let tapeTrouble: unknown;
  for (const step of steps) {
    if (step.leftOut !== undefined) {
      skipStep(context, step, step.leftOut);
      continue;
    }
    if (step.performance === 'unlock') {
      context.finish();
      await removeLock(context, steps);
      continue;
    }
    try {
      await performAsked(context, step);
    } catch (error) {
      // A bad tape is no reason to leave the cluster as it is: the shadow is removed and the proxy rejoined all the same.
      if (step.performance !== 'read-back' || !provesTapeBad(error)) throw error;
      tapeTrouble = error;
    }
  }
  return tapeTrouble;
}

/** The operator who cancels wants the cluster back; what fails by itself may be left as it stands, for somebody to look at. */
function staysAsItStands(context: RunContext, error: ShadowtapeError): boolean {
  if (context.options.halt.aborted) return true;
  if (context.afterFailure !== undefined) return context.afterFailure === 'halt';
  return (
    context.assignment.job.onFailure === 'halt' &&
    context.marks.dumpBegun &&
    !isFailure(error, 'RUN_CANCELLED')
  );
}

/** What nobody heard the end of is looked at where it can be seen, so that nothing is undone that was never done, nor done twice. */
async function settleUnheard({ runner, assignment, journal }: RunContext): Promise<void> {
  try {
    const settled = await settle(runner, assignment, journal.events);
    if (settled.length > 0) journal.append({ type: 'observed', findings: [], settled });
  } catch (error) {
    journal.append({ type: 'warning', step: 'unwind', text: asTableError(error).message });
  }
}

async function endOfFailure(context: RunContext, trouble: unknown): Promise<RunEnd> {
  const { steps, halt } = context.options;
  const error = asTableError(trouble);
  const untouched = !context.marks.changed;
  context.unwinding = true;
  // What the host was doing then may go on for a while, and hold the shadow open.
  const mayGoOn = isFailure(error, ...connectionLostCodes, 'COMMAND_TIMED_OUT', 'QUERY_UNANSWERED');
  if (mayGoOn || context.marks.tape === 'incomplete') context.patience = triesWhileHeldOpen;
  context.journal.carryOn();
  const stays = untouched || staysAsItStands(context, error);
  if (!stays) await settleUnheard(context);
  const troubles = stays ? [] : await unwind(context, steps);
  await removeLock(context, steps);
  if (untouched) return refusedEnd(context, error);
  const world = await lastLook(context);
  return halt.aborted ? haltedEnd(context, error) : failedEnd(context, error, world, 2, troubles);
}

function recordStart({ assignment, journal, operator, version }: RunOptions): void {
  journal.append({
    type: 'run-started',
    ...beginningFields(assignment),
    operator,
    version,
    ...consoleFields(),
  });
}

/** Writes the last line of a run, or of its taking up. */
export function recordEnd(context: RunContext, end: RunEnd): void {
  const { verdict, exitStatus, sentence, error, stands } = end;
  context.journal.append({
    type: 'run-finished',
    verdict,
    exitStatus,
    sentence,
    ...(error ? { code: error.code, hint: error.hint } : {}),
    stands: [...stands],
  });
}

/**
 * Performs steps to the end of the run. Settles in every case; failures are in its end.
 * @param steps all of them, or those that are left
 */
export async function performToEnd(context: RunContext, steps: readonly Step[]): Promise<RunEnd> {
  let end: RunEnd;
  try {
    const tapeTrouble = await performAll(context, steps);
    context.finish();
    const world = await lastLook(context);
    end =
      tapeTrouble === undefined
        ? goodEnd(context, world)
        : failedEnd(context, asTableError(tapeTrouble), world, 4);
  } catch (error) {
    end = await endOfFailure(context, error);
  }
  recordEnd(context, end);
  return end;
}

/**
 * Performs a whole run.
 * @throws JOURNAL_UNWRITABLE where not even the beginning could be written
 */
export async function performRun(options: RunOptions): Promise<RunEnd> {
  recordStart(options);
  return performToEnd(new RunContext(options), options.steps);
}
