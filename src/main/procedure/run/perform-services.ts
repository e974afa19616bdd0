/** How services are stopped and resumed: by the commands of the site file, or by the operator on request. */
import { failure } from '../../../contract/errors.ts';
import { listed } from '../../../contract/words.ts';
import { phrase, phrases } from '../../../contract/text/say.ts';
import { commandLine } from '../../ssh/quoting.ts';
import type { Question } from '../hosts/questions.ts';
import type { RunContext } from '../hosts/run-context.ts';
import { mastersOf } from '../model/assignment.ts';
import type { Step, StepCommand } from '../model/step.ts';
import { performCommands, type Performer } from './perform-commands.ts';
import {
  requireMountedOnce,
  requireNotMoved,
  resumesWhereStopped,
  stopsWhereMounted,
} from './service-places.ts';

function stopQuestion(context: RunContext, step: Step): Question {
  const { assignment, nodes } = context;
  const missing = nodes.missing.map(({ node }) => phrase('{node} does not answer.', { node }));
  return {
    id: 'services-stopped',
    step: step.id,
    text: phrase('Stop everything that uses {masters} on {answering}; unmount file systems.{missing}', {
      masters: listed(mastersOf(assignment)),
      answering: listed(nodes.answering),
      missing: missing.length === 0 ? '' : phrases(['', ...missing], ' '),
    }),
    choices: [
      { id: 'stopped', label: phrase('Services are stopped') },
      { id: 'stop', label: phrase('End the run') },
    ],
  };
}

function resumeQuestion(context: RunContext, step: Step): Question {
  return {
    id: 'services-resumed',
    step: step.id,
    text: phrase('Start again what was stopped in step 3-2; mount the file systems on {masters}.', {
      masters: listed(mastersOf(context.assignment)),
    }),
    choices: [{ id: 'resumed', label: phrase('Services are running') }],
  };
}

/** A resumed run does not stop services again that it has already stopped. */
function withoutStopped({ again, marks }: RunContext, step: Step): Step {
  if (!again) return step;
  const isStopped = ({ host, argv }: StepCommand) =>
    marks.servicesStopped.some(
      (stopped) => stopped.sure && stopped.host === host && stopped.line === commandLine(argv),
    ) && !marks.servicesResumed.some((resumed) => resumed.host === host);
  return { ...step, commands: step.commands.filter((command) => !isStopped(command)) };
}

/** Services of a node that does not answer are not stopped; the run has reported what that leaves unchecked. */
function onAnsweringNodes({ nodes, journal }: RunContext, step: Step): Step {
  const unsent = step.commands.filter(({ host }) => nodes.isMissing(host));
  if (unsent.length === 0) return step;
  const lines = unsent.map(({ host, argv }) => `${host}: ${commandLine(argv)}`);
  const text = phrase('not sent, since the node does not answer: {lines}', { lines: lines.join('; ') });
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

/** All of them are tried, even if one fails: as many services as possible must run. */
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
