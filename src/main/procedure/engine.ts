/**
 * Performs the steps of a run, one after the other; on failure brings the cluster back, and says what stands where.
 *
 * Exit statuses: 0 done; 1 refused before anything was touched; 2 failed, and the cluster is in its normal state; 3 failed, and an
 * operator must act; 4 the tape does not hold what was read.
 */
import { isBlocking, type RuleVerdict } from '../../contract/checks.ts';
import { failure, isFailure, ShadowtapeError } from '../../contract/errors.ts';
import type { RunVerdict } from '../../contract/events.ts';
import { errorFields } from './command-runner.ts';
import { performCommands, performLock, performMountPointCheck, performResumeServices, performStopServices, performUnlock, type Performer } from './perform-commands.ts';
import { performDump } from './perform-dump.ts';
import { performReadBack, provesTapeBad } from './perform-read-back.ts';
import { performTapeCheck } from './perform-tape-check.ts';
import { performFingerprint, performVerification } from './perform-verification.ts';
import { performWatch } from './perform-watch.ts';
import { remedyOf } from './rule-remedies.ts';
import { RunContext, type RunOptions } from './run-context.ts';
import type { Performance, Step, StepChecks } from './step.ts';
import { commandsByHand, isNormal, whatStands } from './what-stands.ts';
import type { World } from './world.ts';

const performers: Readonly<Record<Performance, Performer>> = {
  commands: performCommands,
  lock: performLock,
  unlock: performUnlock,
  'tape-check': performTapeCheck,
  'mount-point-check': performMountPointCheck,
  'stop-services': performStopServices,
  'resume-services': performResumeServices,
  fingerprint: performFingerprint,
  verification: performVerification,
  dump: performDump,
  'read-back': performReadBack,
  watch: performWatch,
};

export interface RunEnd {
  readonly verdict: RunVerdict;
  readonly exitStatus: 0 | 1 | 2 | 3 | 4;
  readonly sentence: string;
  readonly error: ShadowtapeError | undefined;
  /** What stands where, a sentence each. */
  readonly stands: readonly string[];
}

function checkFailure(context: RunContext, step: Step, verdicts: readonly RuleVerdict[]): ShadowtapeError {
  const [first] = verdicts;
  if (!first) throw new Error('a check fails by a verdict');
  const { title, expected, actual } = first;
  const values = { step: step.id, proxy: context.assignment.proxy, title, expected, actual, remedy: remedyOf(first.rule) };
  return failure(step.performance === 'verification' ? 'SHADOW_DIFFERS' : 'CHECK_FAILED', values, { expected, actual });
}

async function judge(context: RunContext, step: Step, checks: StepChecks | undefined): Promise<void> {
  if (!checks) return;
  const verdicts = checks.judge(await context.observer.look(step.id, checks.looks));
  for (const { rule, title, expected, actual, verdict, source } of verdicts) {
    context.journal.append({ type: 'check', step: step.id, rule, title, expected, actual, verdict, source });
  }
  const blocking = verdicts.filter(isBlocking);
  if (blocking.length > 0) throw checkFailure(context, step, blocking);
}

/** What a cancelled command or stream throws becomes the one error that says who cancelled. */
function asRunError(context: RunContext, step: Step, error: unknown): unknown {
  const cancelled = isFailure(error, 'COMMAND_CANCELLED', 'COPY_CANCELLED', 'RUN_CANCELLED') || (error as Error).name === 'AbortError';
  if (cancelled && context.abort.aborted) return failure('RUN_CANCELLED', { step: step.id }, {}, error);
  return error;
}

async function performStep(context: RunContext, step: Step): Promise<void> {
  const startedAt = performance.now();
  const { journal, unwinding } = context;
  const finish = (result: 'done' | 'failed', error?: unknown) =>
    journal.append({
      type: 'step-finished',
      step: step.id,
      result,
      milliseconds: Math.round(performance.now() - startedAt),
      ...(error === undefined ? {} : { error: errorFields(error) }),
    });
  try {
    journal.append({ type: 'step-started', step: step.id, title: step.title, phase: step.phase, unwinding });
    context.throwIfCancelled(step.id);
    await judge(context, step, step.before);
    await performers[step.performance](context, step);
    await judge(context, step, step.after);
  } catch (error) {
    const shown = asRunError(context, step, error);
    finish('failed', shown);
    throw shown;
  }
  finish('done');
}

/** @returns what proved the tape bad, where the run went on nevertheless */
async function performAll(context: RunContext, steps: readonly Step[]): Promise<unknown> {
  let tapeTrouble: unknown;
  for (const step of steps) {
    if (step.leftOut !== undefined) {
      context.journal.append({ type: 'step-started', step: step.id, title: step.title, phase: step.phase, unwinding: false });
      context.journal.append({ type: 'step-finished', step: step.id, result: 'skipped', reason: step.leftOut, milliseconds: 0 });
      continue;
    }
    try {
      await performStep(context, step);
    } catch (error) {
      // A bad tape is no reason to leave the cluster as it is: the shadow is removed and the proxy rejoined all the same.
      if (step.performance !== 'read-back' || !provesTapeBad(error)) throw error;
      tapeTrouble = error;
    }
  }
  return tapeTrouble;
}

/** Resumes the services, unmounts, removes the shadow, rejoins, watches: whatever of it is not done. Each is tried. */
async function unwind(context: RunContext, steps: readonly Step[]): Promise<void> {
  context.unwinding = true;
  context.observer.forget();
  for (const step of steps) {
    if (!step.unwinds || context.options.halt.aborted) continue;
    try {
      const world = await context.observer.look(step.id, step.unwinds.looks);
      if (!step.unwinds.isDone(world, context.marks)) await performStep(context, step);
    } catch (error) {
      if (!isFailure(error)) throw error;
      // Already in the journal where a step was begun; what stands where is looked at in the end.
      context.journal.append({ type: 'warning', step: step.id, text: `unwinding: ${error.message}` });
    }
  }
}

/** What the hosts show in the end; a side that cannot be seen stays empty. */
async function lastLook(context: RunContext): Promise<World> {
  if (context.options.halt.aborted) return context.observer.lastSeen;
  context.observer.forget();
  let world: World = { primaries: [], backup: undefined };
  for (const look of ['primaries', 'backup'] as const) {
    try {
      world = await context.observer.look('end', [look]);
    } catch (error) {
      if (!isFailure(error)) throw error;
    }
  }
  return world;
}

async function removeLock(context: RunContext, steps: readonly Step[]): Promise<void> {
  const step = steps.find(({ performance: kind }) => kind === 'unlock');
  if (!step || !context.marks.lockMade || context.options.halt.aborted) return;
  try {
    await performStep(context, step);
  } catch (error) {
    if (!isFailure(error)) throw error;
  }
}

function asTableError(error: unknown): ShadowtapeError {
  if (isFailure(error)) return error;
  const sentence = error instanceof Error ? error.message : String(error);
  return failure('UNEXPECTED', { sentence }, {}, error);
}

async function endOfFailure(context: RunContext, trouble: unknown): Promise<RunEnd> {
  const { steps } = context.options;
  const error = asTableError(trouble);
  const untouched = !context.marks.changed;
  const halts = context.assignment.job.onFailure === 'halt' && context.marks.dumpBegun;
  context.unwinding = true;
  if (!untouched && !halts) await unwind(context, steps);
  await removeLock(context, steps);
  if (untouched) {
    return { verdict: 'failed', exitStatus: 1, sentence: error.message, error, stands: ['nothing was touched'] };
  }
  const world = await lastLook(context);
  const { marks, assignment } = context;
  const normal = isNormal(assignment, world, marks);
  const stands = whatStands(assignment, world, marks);
  return {
    verdict: 'failed',
    exitStatus: normal ? 2 : 3,
    sentence: error.message,
    error,
    stands: normal ? stands : [...stands, ...commandsByHand(steps, world, marks)],
  };
}

function endOfTapeTrouble(context: RunContext, trouble: unknown, world: World): RunEnd {
  const error = asTableError(trouble);
  const { marks, assignment } = context;
  return {
    verdict: 'failed',
    exitStatus: isNormal(assignment, world, marks) ? 4 : 3,
    sentence: error.message,
    error,
    stands: whatStands(assignment, world, marks),
  };
}

async function endOfSuccess(context: RunContext): Promise<RunEnd> {
  const { assignment, marks } = context;
  const verified = assignment.job.verify.readback;
  const { proxy, tapeDevice, tapeHost } = assignment;
  const world = await lastLook(context);
  return {
    verdict: verified ? 'verified' : 'unverified',
    exitStatus: 0,
    sentence: verified
      ? `${proxy} is on the tape in ${tapeDevice} on ${tapeHost}, and every record was read back and compared`
      : `${proxy} is on the tape in ${tapeDevice} on ${tapeHost}; it was not read back`,
    error: undefined,
    stands: whatStands(assignment, world, marks),
  };
}

function recordStart({ assignment, journal, operator, version }: RunOptions): void {
  const { jobName, siteName, route, method, class: className, master, proxy, tapeHost, tapeDevice, job } = assignment;
  journal.append({
    type: 'run-started',
    job: jobName,
    site: siteName,
    route,
    layout: job.media.layout,
    method,
    volumes: [{ master, proxy }],
    operator,
    version,
    class: className,
    tape: { host: tapeHost, device: tapeDevice },
    recordBytes: job.media.recordBytes,
  });
}

function recordEnd(context: RunContext, end: RunEnd): void {
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
 * Performs a whole run. Settles in every case; failures are in its end.
 * @throws JOURNAL_UNWRITABLE where not even the beginning could be written
 */
export async function performRun(options: RunOptions): Promise<RunEnd> {
  recordStart(options);
  const context = new RunContext(options);
  let end: RunEnd;
  try {
    const tapeTrouble = await performAll(context, options.steps);
    end = tapeTrouble === undefined ? await endOfSuccess(context) : endOfTapeTrouble(context, tapeTrouble, await lastLook(context));
  } catch (error) {
    end = await endOfFailure(context, error);
  }
  recordEnd(context, end);
  return end;
}
