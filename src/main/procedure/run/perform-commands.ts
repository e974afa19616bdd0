/** How steps are performed that send commands, or check something before anything is touched. */
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { tellSaid } from '../hosts/remote-data.ts';
import { fsckEnd } from '../plan/step-6-commands.ts';
import { anyAnswer, troubleOf, wordsOf } from '../hosts/command-runner.ts';
import type { RunContext } from '../hosts/run-context.ts';
import type { Step, StepCommand } from '../model/step.ts';

export type Performer = (context: RunContext, step: Step) => Promise<void>;

async function isAlreadyDone(context: RunContext, step: Step, command: StepCommand): Promise<boolean> {
  if (!(context.unwinding || context.again) || !command.isDone) return false;
  const looks = step.unwinds?.looks ?? step.before?.looks ?? [];
  return command.isDone(await context.observer.look(step.id, looks), context.marks);
}

/** Commands that fail, without any change, as long as the shadow is held open. */
const needsClosed = new Set(['umount', 'sdxshadowvolume']);

/**
 * Decides after a wait whether a command must still be sent. A guarded step has checked both sides already; any other
 * makes its own checks: before `umount`, that nothing but the shadow is mounted; before the shadow is stopped and
 * removed, that nothing is mounted. A shadow that somebody has rebuilt meanwhile under the names of the run is removed
 * like the run's own: `-F` and `-R` fail on a volume in use, and they change its definition alone, no block.
 * @returns false if it has nothing left to do
 * @throws CHECK_FAILED
 */
async function isStillDue(context: RunContext, step: Step, { isDone }: StepCommand): Promise<boolean> {
  await context.judgeBefore?.();
  if (!isDone) return true;
  const looks = step.unwinds?.looks ?? step.before?.looks ?? [];
  return !isDone(await context.observer.look(step.id, looks), context.marks);
}

/** What a dead console was reading may be held open a little longer, until the reader notices that its output is closed. */
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
      context.journal.append({
        type: 'warning',
        step: step.id,
        text: phrase('{reason}; trying again', { reason: error.message }),
      });
    }
  }
}

/**
 * Sends the step's commands one after the other. In a rollback and in a resumed run, those with nothing left to do are
 * skipped.
 */
export const performCommands: Performer = async (context, step) => {
  for (const [index, command] of step.commands.entries()) {
    context.throwIfCancelled(step.id);
    if (await isAlreadyDone(context, step, command)) continue;
    // A rejoin may take long, and the next one also needs a backup server without a shadow.
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

/**
 * Without -y fsck asks, gets no answer, and leaves the file system as it found it; fsck.ext3 -p leaves what is not safe
 * to repair.
 */
export const performFileSystemCheck: Performer = async (context, step) => {
  const [check] = step.commands;
  if (!check) throw new Error('the step has its fsck command');
  try {
    const result = await context.runner.send(step.id, check, {
      anyStatus: true,
      isAnswer: ({ status }) => fsckEnd(check.argv, status) === 'clean',
    });
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
  const result = await context.runner.send(step.id, look, anyAnswer);
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
