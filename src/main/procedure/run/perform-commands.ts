/** How steps are performed that send commands, ask about services, or look at something before anything is touched. */
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import { tellSaid } from '../hosts/remote-data.ts';
import { mastersOf } from '../model/assignment.ts';
import { listed } from '../../../contract/words.ts';
import { fsckEnd } from '../plan/step-6-commands.ts';
import { troubleOf, wordsOf } from '../hosts/command-runner.ts';
import { commandLine } from '../../ssh/quoting.ts';
import type { Question } from '../hosts/questions.ts';
import type { RunContext } from '../hosts/run-context.ts';
import type { Step, StepCommand } from '../model/step.ts';
import {
  requireMountedOnce,
  requireNotMoved,
  resumesWhereStopped,
  stopsWhereMounted,
} from './service-places.ts';

export type Performer = (context: RunContext, step: Step) => Promise<void>;

async function isAlreadyDone(context: RunContext, step: Step, command: StepCommand): Promise<boolean> {
  if (!(context.unwinding || context.again) || !command.isDone) return false;
  const looks = step.unwinds?.looks ?? step.before?.looks ?? [];
  return command.isDone(await context.observer.look(step.id, looks), context.marks);
}

/** Commands that fail as long as somebody holds the shadow open, and change nothing then. */
const needsClosed = new Set(['umount', 'sdxshadowvolume']);

/**
 * Judges after a wait whether a command is still to be sent. A guarded step has judged both sides already; any other judges its own checks: that
 * nothing but the shadow is mounted where `umount` is sent, and that nothing is mounted where the shadow is stopped and removed. A shadow that
 * somebody has built anew meanwhile under the names of the run is removed with the run's: `-F` and `-R` fail on a volume in use, and they
 * change its definition alone, no block.
 * @returns false where it has nothing left to do
 * @throws CHECK_FAILED
 */
async function isStillDue(context: RunContext, step: Step, { isDone }: StepCommand): Promise<boolean> {
  await context.judgeBefore?.();
  if (!isDone) return true;
  const looks = step.unwinds?.looks ?? step.before?.looks ?? [];
  return !isDone(await context.observer.look(step.id, looks), context.marks);
}

/** What a console that died was reading may be held open a little longer, until the reader notices that nobody listens. */
async function sendPatiently(context: RunContext, step: Step, command: StepCommand): Promise<void> {
  for (;;) {
    try {
      await context.runner.send(step.id, command);
      return;
    } catch (error) {
      const mayPass =
        isFailure(error, 'COMMAND_FAILED', 'SDX_ERROR_PRINTED') && needsClosed.has(command.argv[0] ?? '');
      if (!mayPass || context.patience === 0 || !(await context.waitForHost(0.25))) throw error;
      context.patience -= 1;
      context.observer.forget();
      if (!(await isStillDue(context, step, command))) return;
      context.journal.append({ type: 'warning', step: step.id, text: `${error.message}; trying again` });
    }
  }
}

/**
 * Sends the step's commands one after the other; while unwinding, and in a run that is taken up again, those that have nothing left
 * to do are passed over.
 */
export const performCommands: Performer = async (context, step) => {
  for (const [index, command] of step.commands.entries()) {
    context.throwIfCancelled(step.id);
    if (await isAlreadyDone(context, step, command)) continue;
    // A rejoin may take its time, and the next one needs a backup server without a shadow as well.
    if (index > 0 && step.before?.holdThroughout) context.steadiness.disturb();
    try {
      await sendPatiently(context, step, command);
    } finally {
      if (command.changes) context.observer.forget(command.host);
    }
  }
};

function notCleanFailure({ host, argv }: StepCommand, trouble: ShadowtapeError): ShadowtapeError {
  const { evidence } = trouble;
  const words = (evidence.stdout ?? '').split('\n').filter((line) => /[?]|UNEXPECTED/.test(line));
  const said = words.join('; ').trim() || wordsOf(evidence);
  return failure('FILE_SYSTEM_NOT_CLEAN', { host, device: argv.at(-1) ?? '', said }, evidence, trouble);
}

/** Without -y fsck asks, nobody answers, and it leaves the file system as it found it; fsck.ext3 -p leaves what is not safe to repair. */
export const performFileSystemCheck: Performer = async (context, step) => {
  const [check] = step.commands;
  if (!check) throw new Error('the step has its fsck command');
  try {
    const result = await context.runner.send(step.id, check, { anyStatus: true });
    const end = fsckEnd(check.argv, result.status);
    const trouble = end === 'clean' ? undefined : troubleOf(check, result);
    if (trouble) throw end === 'not-clean' ? notCleanFailure(check, trouble) : trouble;
    tellSaid(context, step.id, check, result.stderr);
  } finally {
    context.observer.forget(check.host);
  }
};

export const performMountPointCheck: Performer = async (context, step) => {
  const [look] = step.commands;
  if (!look) return;
  const result = await context.runner.send(step.id, look, { anyStatus: true });
  const { mountPoint } = context.assignment.job;
  if (result.status === 0) throw failure('MOUNT_POINT_TAKEN', { host: look.host, mountPoint });
};

/** @throws TOOLS_MISSING */
export const performToolsCheck: Performer = async (context, step) => {
  const missing: string[] = [];
  for (const command of step.commands)
    if ((await context.runner.send(step.id, command, { anyStatus: true })).status !== 0)
      missing.push(command.argv.at(-1) ?? '');
  const host = context.assignment.backupServer;
  if (missing.length > 0) throw failure('TOOLS_MISSING', { host, tools: missing.join(', ') });
};

function stopQuestion(context: RunContext, step: Step): Question {
  const { assignment, nodes } = context;
  const missing = nodes.missing.map(({ node }) => ` ${node} does not answer.`).join('');
  return {
    id: 'services-stopped',
    step: step.id,
    text: `Stop everything that uses ${listed(mastersOf(assignment))} on ${nodes.answering.join(' and ')}; unmount file systems.${missing}`,
    choices: [
      { id: 'stopped', label: 'Services are stopped' },
      { id: 'stop', label: 'End the run' },
    ],
  };
}

function resumeQuestion(context: RunContext, step: Step): Question {
  return {
    id: 'services-resumed',
    step: step.id,
    text: `Start again what was stopped in step 3-2; mount the file systems on ${listed(mastersOf(context.assignment))}.`,
    choices: [{ id: 'resumed', label: 'Services are running' }],
  };
}

/** Services that are known to be stopped stay stopped when the run is taken up again. */
function withoutStopped({ again, marks }: RunContext, step: Step): Step {
  if (!again) return step;
  const isStopped = ({ host, argv }: StepCommand) =>
    marks.servicesStopped.some(
      (stopped) => stopped.sure && stopped.host === host && stopped.line === commandLine(argv),
    ) && !marks.servicesResumed.some((resumed) => resumed.host === host);
  return { ...step, commands: step.commands.filter((command) => !isStopped(command)) };
}

/** Services of a node that does not answer are not stopped; the run has told what that leaves unchecked. */
function onAnsweringNodes({ nodes, journal }: RunContext, step: Step): Step {
  const unsent = step.commands.filter(({ host }) => nodes.isMissing(host));
  if (unsent.length === 0) return step;
  const lines = unsent.map(({ host, argv }) => `${host}: ${commandLine(argv)}`);
  const text = `not sent, since the node does not answer: ${lines.join('; ')}`;
  journal.append({ type: 'warning', step: step.id, text });
  return { ...step, commands: step.commands.filter((command) => !unsent.includes(command)) };
}

export const performStopServices: Performer = async (context, step) => {
  if (context.assignment.job.services !== 'ask') {
    const placed = await stopsWhereMounted(context, withoutStopped(context, step));
    await performCommands(context, onAnsweringNodes(context, placed));
    return requireNotMoved(context, step);
  }
  if (context.again && context.marks.operatorStopped) return;
  const answer = await context.ask(stopQuestion(context, step));
  if (answer.choice !== 'stopped') throw failure('OPERATOR_DECLINED', { step: step.id, by: answer.by });
};

/** All of them are tried, even when one fails: a service that can run shall run. */
export const performResumeServices: Performer = async (context, step) => {
  if (context.assignment.job.services === 'ask') {
    if (context.marks.operatorStopped) await context.ask(resumeQuestion(context, step));
    return;
  }
  let trouble: unknown;
  const due = step.commands.filter((command) => !command.isDone?.(context.observer.lastSeen, context.marks));
  for (const command of await resumesWhereStopped(context, step, due)) {
    try {
      await context.runner.send(step.id, command);
    } catch (error) {
      trouble ??= error;
    } finally {
      context.observer.forget(command.host);
    }
  }
  if (trouble !== undefined) throw trouble;
  await requireMountedOnce(context, step);
};
