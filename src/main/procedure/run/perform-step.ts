/** Performs one step: queries, checks, sends, queries again; and writes all of it to the journal. */
import { isBlocking } from '../../../contract/checks.ts';
import { failure, isFailure } from '../../../contract/errors.ts';
import { errorFields } from '../hosts/command-runner.ts';
import {
  performCommands,
  performFileSystemCheck,
  performMountPointCheck,
  performToolsCheck,
  type Performer,
} from './perform-commands.ts';
import { performResumeServices, performStopServices } from './perform-services.ts';
import { performActivate } from './perform-activate.ts';
import { performDump } from './dump/perform-dump.ts';
import { performLock, performUnlock } from './perform-lock.ts';
import { performLabel } from './tape/perform-label.ts';
import { performManifest } from './tape/perform-manifest.ts';
import { performPart, performSynchronise } from './perform-part.ts';
import { performReadBack } from './tape/perform-read-back.ts';
import { performClearWork, performDumpEnded } from './server/perform-server-dump.ts';
import { performHealthAfter, performHealthBefore } from './tape/perform-health.ts';
import { performLoadTape, performUnloadTape } from './tape/perform-library.ts';
import { performTapeCheck } from './tape/perform-tape-check.ts';
import { performFingerprint, performVerification } from './shadow/perform-verification.ts';
import { performWatch } from './perform-watch.ts';
import { performRestoreMark } from './restore/restore-marks.ts';
import { performReadVolume, performRestoreWrite } from './restore/perform-restore-data.ts';
import { performMakeFileSystem, performRestoreFiles } from './restore/perform-restore-files.ts';
import { performRestoreTape } from './restore/perform-restore-tape.ts';
import {
  performApproveOverwrite,
  performApproveReplace,
  performRejoinRestore,
  performStopMaster,
  performWatchRestore,
} from './restore/perform-replace.ts';
import { performStopHashed, performWholeHash } from './server/perform-whole-hash.ts';
import { requireDown } from './missing-nodes.ts';
import { checkFailure, recordChecks, troubleOfShadow } from './check-failure.ts';
import { writeThrough } from './shadow/shadow-baseline.ts';
import { volumeNamed } from '../model/assignment.ts';
import { missingVerdicts } from '../model/missing-node.ts';
import { layoutSeen } from '../model/layout-seen.ts';
import { judgeRebootSinceCreation } from '../plan/shadow-guard.ts';
import { cancelled, type RunContext } from '../hosts/run-context.ts';
import type { Look, Performance, Step, StepChecks } from '../model/step.ts';
import type { World } from '../model/world.ts';
import { closeShadows, concludeHold, openShadows } from './shadow/shadow-hold.ts';

const performers: Readonly<Record<Performance, Performer>> = {
  commands: performCommands,
  synchronise: performSynchronise,
  part: performPart,
  lock: performLock,
  unlock: performUnlock,
  'tape-check': performTapeCheck,
  'health-before': performHealthBefore,
  'health-after': performHealthAfter,
  'load-tape': performLoadTape,
  'unload-tape': performUnloadTape,
  'tools-check': performToolsCheck,
  'mount-point-check': performMountPointCheck,
  'stop-services': performStopServices,
  'resume-services': performResumeServices,
  activate: performActivate,
  'check-file-system': performFileSystemCheck,
  fingerprint: performFingerprint,
  verification: performVerification,
  label: performLabel,
  dump: performDump,
  'dump-ended': performDumpEnded,
  'clear-work': performClearWork,
  manifest: performManifest,
  'read-back': performReadBack,
  'whole-hash': performWholeHash,
  'stop-hashed': performStopHashed,
  watch: performWatch,
  'restore-tape': performRestoreTape,
  'restore-mark': performRestoreMark,
  'approve-overwrite': performApproveOverwrite,
  'restore-write': performRestoreWrite,
  'make-file-system': performMakeFileSystem,
  'restore-files': performRestoreFiles,
  'read-volume': performReadVolume,
  'approve-replace': performApproveReplace,
  'stop-master': performStopMaster,
  'rejoin-restore': performRejoinRestore,
  'watch-restore': performWatchRestore,
};

function recordLayout({ assignment, journal }: RunContext, step: Step, world: World): void {
  const boot = world.backup?.boot;
  const spaces = layoutSeen(world, assignment);
  journal.append({ type: 'layout', step: step.id, ...(boot === undefined ? {} : { boot }), spaces });
}

async function judge(context: RunContext, step: Step, checks: StepChecks | undefined): Promise<void> {
  if (!checks) return;
  for (const side of checks.fresh ?? []) context.observer.forgetSide(side);
  if (checks.last) context.observer.askLast(checks.last);
  const world = await lookSteadily(context, step, checks.looks);
  const isVerification = step.performance === 'verification';
  // The drawing of the verification must show what was checked, also if it differs.
  if (isVerification && checks === step.before) recordLayout(context, step, world);
  await requireDown(context, step);
  const verdicts = [
    ...(isVerification ? judgeRebootSinceCreation(context.assignment, world, context.journal.events) : []),
    ...checks.judge(world),
    ...missingVerdicts(world.missing),
  ];
  recordChecks(context, step, verdicts);
  const blocking = verdicts.filter(isBlocking);
  const code = isVerification ? 'SHADOW_DIFFERS' : 'CHECK_FAILED';
  if (blocking[0]) throw checkFailure(context, step, blocking[0], code);
}

/** Observations from before a lost connection are no longer valid. */
function lookSteadily({ observer, steadiness }: RunContext, { id }: Step, looks: readonly Look[]) {
  return steadiness.steadily((isAnew) => {
    if (isAnew) observer.forget();
    return observer.look(id, looks);
  });
}

/** @throws CHECK_FAILED if the proxy has changed, SHADOW_CHANGED if the shadow has */
async function guard(context: RunContext, step: Step): Promise<void> {
  context.observer.forget();
  const world = await lookSteadily(context, step, ['primaries', 'backup']);
  await requireDown(context, step);
  const trouble = troubleOfShadow(context, step, world, true);
  if (trouble) throw trouble;
}

async function performUnguarded(
  context: RunContext,
  step: Step,
  perform: () => Promise<void>,
): Promise<void> {
  const { steadiness, observer } = context;
  context.judgeBefore = () => {
    observer.forget();
    return judge(context, step, step.before);
  };
  try {
    await steadiness.relying(
      () => judge(context, step, step.before),
      step.before?.holdThroughout ? 'end' : 'first-change',
      perform,
    );
  } finally {
    context.judgeBefore = undefined;
  }
}

/** Performs a step that needs the shadow: what was true before a wait is checked again after it. */
async function performGuarded(context: RunContext, step: Step): Promise<void> {
  const { steadiness } = context;
  const perform = () =>
    step.writesThrough === undefined
      ? performers[step.performance](context, step)
      : writeThrough(context, step, volumeNamed(context.assignment, step.writesThrough), () =>
          performers[step.performance](context, step),
        );
  if (step.guarded !== undefined) await guard(context, step);
  await closeShadows(context, step);
  if (step.guarded === undefined) return performUnguarded(context, step, perform);
  context.judgeAgain = () => guard(context, step);
  try {
    await steadiness.relying(() => guard(context, step), 'end', perform);
  } finally {
    context.judgeAgain = undefined;
  }
  if (step.guarded !== 'around') return;
  await guard(context, step);
  await concludeHold(context, step, () => guard(context, step));
}

/** What a canceled command or stream throws becomes the one error that names who canceled. */
function asRunError(context: RunContext, step: Step, error: unknown): unknown {
  const isCancelled =
    isFailure(error, 'COMMAND_CANCELLED', 'COPY_CANCELLED', 'RUN_CANCELLED') ||
    (error as Error).name === 'AbortError';
  if (!isCancelled || !context.abort.aborted) return error;
  return context.options.halt.aborted
    ? failure('RUN_HALTED', { step: step.id }, {}, error)
    : cancelled(step.id, context.options.cancel, error);
}

/** @throws the failure of the step, once its end is in the journal */
export async function performStep(context: RunContext, step: Step): Promise<void> {
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
    await context.nodes.probe(step.id);
    await requireDown(context, step);
    await openShadows(context, step, () => guard(context, step));
    context.throwIfCancelled(step.id);
    await judge(context, step, step.before);
    await performGuarded(context, step);
    await judge(context, step, step.after);
  } catch (error) {
    const shown = asRunError(context, step, error);
    finish('failed', shown);
    throw shown;
  }
  finish('done');
}

/** Writes a step that is not performed to the journal, with the reason. */
export function skipStep(context: RunContext, step: Step, reason: string): void {
  const { journal, unwinding } = context;
  journal.append({ type: 'step-started', step: step.id, title: step.title, phase: step.phase, unwinding });
  journal.append({ type: 'step-finished', step: step.id, result: 'skipped', reason, milliseconds: 0 });
}
