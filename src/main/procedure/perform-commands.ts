/** How steps are performed that send commands, ask about services, or look at something before anything is touched. */
import { failure, type ShadowtapeError } from '../../contract/errors.ts';
import { isDead, lockFolder, ownerName, parseOwner, thisOwner } from './lock.ts';
import type { Question } from './questions.ts';
import type { RunContext } from './run-context.ts';
import type { Step, StepCommand } from './step.ts';

export type Performer = (context: RunContext, step: Step) => Promise<void>;

async function isAlreadyDone(context: RunContext, step: Step, command: StepCommand): Promise<boolean> {
  if (!context.unwinding || !command.isDone) return false;
  return command.isDone(await context.observer.look(step.id, step.unwinds?.looks ?? []), context.marks);
}

/** Sends the step's commands one after the other; while unwinding, those that have nothing left to do are passed over. */
export const performCommands: Performer = async (context, step) => {
  for (const command of step.commands) {
    context.throwIfCancelled(step.id);
    if (await isAlreadyDone(context, step, command)) continue;
    try {
      await context.runner.send(step.id, command);
    } finally {
      if (command.changes) context.observer.forget();
    }
  }
};

function lockedFailure(context: RunContext, listing: string): ShadowtapeError {
  const { class: className, backupServer: host } = context.assignment;
  const owner = parseOwner(listing);
  const folder = lockFolder(className);
  return failure('CLASS_LOCKED', {
    class: className,
    host,
    run: owner?.run ?? 'unknown',
    owner: owner ? `${owner.user} on ${owner.console} (process ${owner.processId})` : 'an unknown owner',
    remedy: listing.trim() === '' ? `rmdir ${folder}` : `rmdir ${folder}/* ${folder}`,
  });
}

/** Removes the lock of a process of this machine that is gone. */
async function removeDeadLock(context: RunContext, step: Step, listing: string): Promise<void> {
  const { backupServer: host, class: className } = context.assignment;
  const folder = lockFolder(className);
  const names = listing.split('\n').filter((name) => name !== '');
  const folders = [...names.map((name) => `${folder}/${name}`), folder];
  for (const path of folders) await context.runner.send(step.id, { host, argv: ['rmdir', path], changes: true });
}

export const performLock: Performer = async (context, step) => {
  const { backupServer: host, class: className } = context.assignment;
  const folder = lockFolder(className);
  const make = (argv: readonly string[]) => context.runner.send(step.id, { host, argv, changes: true }, { anyStatus: true });
  const first = await make(['mkdir', folder]);
  if (first.status !== 0) {
    const listing = (await context.runner.send(step.id, { host, argv: ['ls', folder], changes: false })).stdout.toString('utf8');
    const owner = parseOwner(listing);
    if (!owner || !isDead(owner)) throw lockedFailure(context, listing);
    await removeDeadLock(context, step, listing);
    context.journal.append({ type: 'warning', step: step.id, text: `the lock of run ${owner.run} was left by a process that is gone; it was removed` });
    if ((await make(['mkdir', folder])).status !== 0) throw lockedFailure(context, '');
  }
  await make(['mkdir', `${folder}/${ownerName(thisOwner(context.journal.run))}`]);
};

export const performUnlock: Performer = async (context, step) => {
  const { backupServer: host, class: className } = context.assignment;
  const folder = lockFolder(className);
  const owner = `${folder}/${ownerName(thisOwner(context.journal.run))}`;
  for (const path of [owner, folder]) await context.runner.send(step.id, { host, argv: ['rmdir', path], changes: true });
};

export const performMountPointCheck: Performer = async (context, step) => {
  const [look] = step.commands;
  if (!look) return;
  const result = await context.runner.send(step.id, look, { anyStatus: true });
  const { mountPoint } = context.assignment.job;
  if (result.status === 0) throw failure('MOUNT_POINT_TAKEN', { host: look.host, mountPoint });
};

function stopQuestion(context: RunContext, step: Step): Question {
  const { master, primaryNodes } = context.assignment;
  return {
    id: 'services-stopped',
    step: step.id,
    text: `Stop everything that uses ${master} on ${primaryNodes.join(' and ')}; unmount it where it is a file system.`,
    choices: [
      { id: 'stopped', label: 'The services are stopped' },
      { id: 'stop', label: 'End the run' },
    ],
  };
}

function resumeQuestion(context: RunContext, step: Step): Question {
  return {
    id: 'services-resumed',
    step: step.id,
    text: `Start what was stopped in step 3-2 again; mount ${context.assignment.master} where it is a file system.`,
    choices: [{ id: 'resumed', label: 'The services run again' }],
  };
}

export const performStopServices: Performer = async (context, step) => {
  if (context.assignment.job.services !== 'ask') return performCommands(context, step);
  const answer = await context.ask(stopQuestion(context, step));
  if (answer.choice !== 'stopped') throw failure('OPERATOR_DECLINED', { step: step.id, by: answer.by });
};

/**
 * The resume commands of the nodes whose services were stopped. Where a node has as many resume as stop commands, the
 * last resumes what the first stopped, and so on: then only what was stopped is resumed.
 */
export function resumeCommands(context: RunContext, step: Step): StepCommand[] {
  const stopped = context.marks.servicesStopped;
  const stops = context.options.steps.find(({ id }) => id === '3-2')?.commands ?? [];
  return step.commands.filter((command) => {
    const ofNode = step.commands.filter(({ host }) => host === command.host);
    const stopCount = stops.filter(({ host }) => host === command.host).length;
    const mirror = stopCount - 1 - ofNode.indexOf(command);
    return stopped.some(({ host, place }) => host === command.host && (ofNode.length !== stopCount || place === mirror));
  });
}

/** All of them are tried, even when one fails: a service that can run shall run. */
export const performResumeServices: Performer = async (context, step) => {
  if (context.assignment.job.services === 'ask') {
    if (context.marks.operatorStopped) await context.ask(resumeQuestion(context, step));
    return;
  }
  let trouble: unknown;
  for (const command of resumeCommands(context, step)) {
    try {
      await context.runner.send(step.id, command);
    } catch (error) {
      trouble ??= error;
    }
  }
  context.observer.forget();
  if (trouble !== undefined) throw trouble;
};
