/**
 * Performs the steps of a run, one after the other. After a failure it rolls the cluster back and reports the current
 * state. Verdict and exit status follow from the facts at the end: see contract/run-outcome.ts.
 */
import { connectionLostCodes, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import { givenOmissions, type RunTrouble } from '../../../contract/run-outcome.ts';
import { phrase } from '../../../contract/text/say.ts';
import { comesAfterBackup } from './tape/after-backup.ts';
import { provesTapeBad } from './tape/perform-read-back.ts';
import { skipStep } from './perform-step.ts';
import { beginningFields, consoleFields } from './run-began.ts';
import { RunContext, triesWhileHeldOpen, type RunOptions } from '../hosts/run-context.ts';
import {
  asTableError,
  endOfRun,
  haltedEnd,
  lostLockEnd,
  nothingSeen,
  refusedEnd,
  type RunEnd,
} from './run-end.ts';
import { identifyHosts, pinHosts } from '../hosts/identify-hosts.ts';
import { meetNodes, tellMissingNodes } from './missing-nodes.ts';
import { settle } from './settle.ts';
import { closeAllShadows } from './shadow/shadow-hold.ts';
import type { Step } from '../model/step.ts';
import { performAsked } from './step-failed.ts';
import { heldPlaces } from './perform-lock.ts';
import { lastLook, leaveLocks, lookAtDriveAtEnd, returnTapeAtEnd, unwind } from './unwind.ts';

export type { RunEnd } from './run-end.ts';

/** Codes that concern the copy or the run; with all others only the copy could not be seen. */
const telling = [
  'RESYNCHRONISATION_FAILED',
  'CHECK_FAILED',
  'RUN_CANCELLED',
  'RUN_HALTED',
  'OPERATOR_DECLINED',
  'JOURNAL_UNWRITABLE',
] as const;

/** The copy runs without the console after the rejoin: the backup is complete even if the copy is not seen. */
function troubleOf(step: Step, error: unknown): RunTrouble {
  return step.performance === 'watch' && isFailure(error) && !isFailure(error, ...telling)
    ? 'unwatched'
    : 'failed';
}

async function performAll(context: RunContext, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (step.leftOut !== undefined) {
      skipStep(context, step, step.leftOut);
      continue;
    }
    // The state that the run leaves decides which locks it releases: see performToEnd.
    if (step.performance === 'unlock') continue;
    const { cancel, halt } = context.options;
    if (comesAfterBackup(step) && cancel.aborted && !halt.aborted) {
      skipStep(context, step, phrase('the run was canceled when all else was done'));
      continue;
    }
    try {
      await performAsked(context, step);
    } catch (error) {
      // A tape mismatch is no reason to leave the cluster as it is: the shadow is removed and the proxy rejoined all
      // the same.
      if (provesTapeBad(step, error)) continue;
      if (comesAfterBackup(step) && isFailure(error, 'RUN_CANCELLED')) continue;
      context.trouble = troubleOf(step, error);
      throw error;
    }
  }
}

/** An operator who cancels wants the cluster rolled back; after an error, everything may be left as it is for inspection. */
function staysAsItIs(context: RunContext, error: ShadowtapeError): boolean {
  if (context.options.halt.aborted) return true;
  if (context.afterFailure !== undefined) return context.afterFailure === 'halt';
  return (
    context.assignment.job.onFailure === 'halt' &&
    (context.marks.dumpBegun || context.dumpRefused) &&
    !isFailure(error, 'RUN_CANCELLED')
  );
}

/**
 * If the end of a command is not known, its effect is checked where it can be seen: nothing must be undone that was
 * never done, or done twice.
 */
async function settleWithoutEnd({ runner, assignment, journal }: RunContext): Promise<void> {
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
  // The host's work at that time may continue for a while, and hold the shadow open.
  const mayGoOn = isFailure(error, ...connectionLostCodes, 'COMMAND_TIMED_OUT', 'QUERY_UNANSWERED');
  if (mayGoOn || context.marks.tape === 'incomplete') context.patience = triesWhileHeldOpen;
  context.journal.carryOn();
  await closeAllShadows(context);
  const stays = untouched || context.lockGuard.lost !== undefined || staysAsItIs(context, error);
  if (!stays) await settleWithoutEnd(context);
  const troubles = stays ? [] : await unwind(context, steps);
  const { lost } = context.lockGuard;
  const world = untouched && !lost ? nothingSeen : await lastLook(context);
  await lookAtDriveAtEnd(context);
  await returnTapeAtEnd(context, world);
  await leaveLocks(context, world);
  if (lost && !halt.aborted) return lostLockEnd(context, world, lost);
  if (untouched) return refusedEnd(context, error);
  return halt.aborted ? haltedEnd(context, error) : endOfRun(context, world, { error, troubles });
}

function recordStart({ assignment, journal, operator, version, order }: RunOptions): void {
  journal.append({
    type: 'run-started',
    ...beginningFields(assignment),
    operator,
    version,
    ...(order === undefined ? {} : { order }),
    ...consoleFields(),
  });
}

/** Writes the last line of a run, or of its resumption. */
export function recordEnd(context: RunContext, end: RunEnd): void {
  const { verdict, exitStatus, sentence, error, stands } = end;
  context.journal.append({
    type: 'run-finished',
    verdict,
    exitStatus,
    sentence,
    ...(error ? { code: error.code, hint: error.hint } : {}),
    ...(error?.onScreen === undefined ? {} : { onScreen: error.onScreen }),
    ...givenOmissions(end),
    ...(context.isPartUnproven && exitStatus === 3 ? { partUnproven: true } : {}),
    stands: [...stands],
  });
}

/**
 * Performs steps until the run ends. Always settles; failures are in its end.
 * @param steps all of them, or those that remain
 * @param begin what comes before them
 */
export async function performToEnd(
  context: RunContext,
  steps: readonly Step[],
  begin?: () => Promise<void>,
): Promise<RunEnd> {
  let end: RunEnd;
  try {
    await begin?.();
    await performAll(context, steps);
    // A step may have ignored a command that was not sent.
    if (context.lockGuard.lost) throw context.lockGuard.lost;
    context.finish();
    await closeAllShadows(context);
    const world = await lastLook(context, 'success');
    await leaveLocks(context, world);
    end = endOfRun(context, world);
  } catch (error) {
    if (context.trouble === 'none') context.trouble = 'failed';
    end = await endOfFailure(context, error);
  }
  recordEnd(context, end);
  return withLocks(context, end);
}

/** The end of a run, with whether locks of it are still on the hosts. */
export const withLocks = (context: RunContext, end: RunEnd): RunEnd => ({
  ...end,
  hasLocks: heldPlaces(context).length > 0,
});

/**
 * Performs a whole run.
 * @throws JOURNAL_UNWRITABLE if not even the beginning could be written
 */
export async function performRun(options: RunOptions): Promise<RunEnd> {
  recordStart(options);
  const context = new RunContext(options);
  const { runner, assignment, journal } = context;
  const { hosts } = options;
  const unpins: (() => void)[] = [];
  try {
    return await performToEnd(context, options.steps, async () => {
      const { nodes } = context;
      await nodes.probe('begin');
      const identities = await identifyHosts({ runner, hosts, assignment, step: 'begin', nodes });
      journal.append({ type: 'hosts-identified', hosts: identities });
      unpins.push(pinHosts(hosts, identities));
      tellMissingNodes(context, 'begin');
      unpins.push(meetNodes(context));
    });
  } finally {
    for (const unpin of unpins) unpin();
  }
}
