/**
 * Performs the steps of a run, one after the other; on failure brings the cluster back, and says what stands where.
 *
 * Exit statuses: 0 done; 1 refused before anything was touched; 2 failed, and the cluster is in its normal state; 3 failed, and an
 * operator must act; 4 the tape does not hold what was read.
 */
import { isBlocking, type RuleVerdict } from '../../contract/checks.ts';
import { failure, isFailure, type ShadowtapeError } from '../../contract/errors.ts';
import { errorFields } from './command-runner.ts';
import {
  performCommands,
  performFileSystemCheck,
  performLock,
  performMountPointCheck,
  performResumeServices,
  performStopServices,
  performUnlock,
  type Performer,
} from './perform-commands.ts';
import { performDump } from './perform-dump.ts';
import { performReadBack, provesTapeBad } from './perform-read-back.ts';
import { performTapeCheck } from './perform-tape-check.ts';
import { performFingerprint, performVerification } from './perform-verification.ts';
import { performWatch } from './perform-watch.ts';
import { remedyOf } from './rule-remedies.ts';
import { asTableError, failedEnd, goodEnd, haltedEnd, refusedEnd, type RunEnd } from './run-end.ts';
import { RunContext, type RunOptions } from './run-context.ts';
import type { Performance, Step, StepChecks, Unwinding } from './step.ts';
import type { World } from './world.ts';

export type { RunEnd } from './run-end.ts';

const performers: Readonly<Record<Performance, Performer>> = {
  commands: performCommands,
  lock: performLock,
  unlock: performUnlock,
  'tape-check': performTapeCheck,
  'mount-point-check': performMountPointCheck,
  'stop-services': performStopServices,
  'resume-services': performResumeServices,
  'check-file-system': performFileSystemCheck,
  fingerprint: performFingerprint,
  verification: performVerification,
  dump: performDump,
  'read-back': performReadBack,
  watch: performWatch,
};

function checkFailure(context: RunContext, step: Step, verdicts: readonly RuleVerdict[]): ShadowtapeError {
  const [first] = verdicts;
  if (!first) throw new Error('a check fails by a verdict');
  const { title, expected, actual } = first;
  const { proxy, jobName } = context.assignment;
  const remedy = remedyOf(first.rule).replace('jobs.JOB.', `jobs.${jobName}.`);
  const values = { step: step.id, proxy, title, expected, actual, remedy };
  return failure(step.performance === 'verification' ? 'SHADOW_DIFFERS' : 'CHECK_FAILED', values, {
    expected,
    actual,
  });
}

async function judge(context: RunContext, step: Step, checks: StepChecks | undefined): Promise<void> {
  if (!checks) return;
  if (checks.fresh) context.observer.forget();
  const verdicts = checks.judge(await context.observer.look(step.id, checks.looks));
  for (const { rule, title, expected, actual, verdict, source } of verdicts) {
    context.journal.append({ type: 'check', step: step.id, rule, title, expected, actual, verdict, source });
  }
  const blocking = verdicts.filter(isBlocking);
  if (blocking.length > 0) throw checkFailure(context, step, blocking);
}

/** What a cancelled command or stream throws becomes the one error that says who cancelled. */
function asRunError(context: RunContext, step: Step, error: unknown): unknown {
  const cancelled =
    isFailure(error, 'COMMAND_CANCELLED', 'COPY_CANCELLED', 'RUN_CANCELLED') ||
    (error as Error).name === 'AbortError';
  if (!cancelled || !context.abort.aborted) return error;
  return failure(context.options.halt.aborted ? 'RUN_HALTED' : 'RUN_CANCELLED', { step: step.id }, {}, error);
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

/** Writes a step that is not performed into the journal, with the reason. */
function skipStep(context: RunContext, step: Step, reason: string): void {
  const { journal, unwinding } = context;
  journal.append({ type: 'step-started', step: step.id, title: step.title, phase: step.phase, unwinding });
  journal.append({ type: 'step-finished', step: step.id, result: 'skipped', reason, milliseconds: 0 });
}

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
      await performStep(context, step);
    } catch (error) {
      // A bad tape is no reason to leave the cluster as it is: the shadow is removed and the proxy rejoined all the same.
      if (step.performance !== 'read-back' || !provesTapeBad(error)) throw error;
      tapeTrouble = error;
    }
  }
  return tapeTrouble;
}

async function unwindStep(context: RunContext, step: Step, unwinds: Unwinding): Promise<void> {
  const world = await context.observer.look(step.id, unwinds.looks);
  if (unwinds.isDone(world, context.marks)) return;
  if (unwinds.isDue && !unwinds.isDue(world)) {
    skipStep(context, step, 'the step before it has not succeeded');
    return;
  }
  await performStep(context, step);
}

/** Codes of a host that may be back in a while: it reboots, or the way to it is broken. */
const awayCodes = ['CONNECTION_LOST', 'HOST_UNREACHABLE', 'COMMAND_NOT_STARTED'] as const;

/** A host that is away is waited for, a while. What it shows is looked at anew each time, so that nothing is done twice. */
async function unwindPatiently(context: RunContext, step: Step, unwinds: Unwinding): Promise<void> {
  for (;;) {
    try {
      return await unwindStep(context, step, unwinds);
    } catch (error) {
      if (!isFailure(error, ...awayCodes) || !(await context.waitForHost())) throw error;
      context.journal.append({
        type: 'warning',
        step: step.id,
        text: `unwinding: ${error.message}; tried again`,
      });
      context.observer.forget();
    }
  }
}

/**
 * Resumes the services, unmounts, removes the shadow, rejoins, watches: whatever of it is not done. Each is tried.
 * @returns what went wrong meanwhile, a sentence each
 */
async function unwind(context: RunContext, steps: readonly Step[]): Promise<string[]> {
  const troubles: string[] = [];
  context.observer.forget();
  for (const step of steps) {
    if (!step.unwinds || context.options.halt.aborted) continue;
    try {
      await unwindPatiently(context, step, step.unwinds);
    } catch (error) {
      // Already in the journal where a step was begun; what stands where is looked at in the end.
      const { message } = asTableError(error);
      context.journal.append({ type: 'warning', step: step.id, text: `unwinding: ${message}` });
      troubles.push(message);
    }
  }
  return troubles;
}

/** What the hosts show in the end; a side that cannot be seen stays empty. */
async function lastLook(context: RunContext): Promise<World> {
  let world: World = { primaries: [], backup: undefined };
  if (context.options.halt.aborted) return world;
  context.observer.forget();
  for (const look of ['primaries', 'backup'] as const) {
    try {
      world = await context.observer.look('end', [look]);
    } catch {
      // The journal has why; what is not seen is told as not seen.
    }
  }
  return world;
}

/** A lock that stays is told in the end; it spoils neither the tape nor the cluster. */
async function removeLock(context: RunContext, steps: readonly Step[]): Promise<void> {
  const step = steps.find(({ performance: kind }) => kind === 'unlock');
  if (!step || !context.marks.lockMade || context.options.halt.aborted) return;
  try {
    await performStep(context, step);
  } catch {
    // The step has it in the journal.
  }
}

/** The operator who cancels wants the cluster back; what fails by itself may be left as it stands, for somebody to look at. */
function staysAsItStands(context: RunContext, error: ShadowtapeError): boolean {
  if (context.options.halt.aborted) return true;
  return (
    context.assignment.job.onFailure === 'halt' &&
    context.marks.dumpBegun &&
    !isFailure(error, 'RUN_CANCELLED')
  );
}

async function endOfFailure(context: RunContext, trouble: unknown): Promise<RunEnd> {
  const { steps, halt } = context.options;
  const error = asTableError(trouble);
  const untouched = !context.marks.changed;
  context.unwinding = true;
  context.journal.carryOn();
  const troubles = untouched || staysAsItStands(context, error) ? [] : await unwind(context, steps);
  await removeLock(context, steps);
  if (untouched) return refusedEnd(context, error);
  const world = await lastLook(context);
  return halt.aborted ? haltedEnd(context, error) : failedEnd(context, error, world, 2, troubles);
}

function recordStart({ assignment, journal, operator, version }: RunOptions): void {
  const {
    jobName,
    siteName,
    route,
    method,
    class: className,
    master,
    proxy,
    tapeHost,
    tapeDevice,
    job,
  } = assignment;
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
