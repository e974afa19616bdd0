/** Before and at the part: a proxy that was left parted is rejoined first, and a part that fails is tried again. */
import { isFailure } from '../../../contract/errors.ts';
import { isProxyJoined } from '../plan/checks.ts';
import { performCommands, type Performer } from './perform-commands.ts';
import { performWatch } from './perform-watch.ts';

/** Rejoins what is parted, and waits until every proxy is in sync. */
export const performSynchronise: Performer = async (context, step) => {
  const world = await context.observer.look(step.id, ['primaries', 'backup']);
  const rejoins = step.commands.filter(({ changes }) => changes);
  const left = rejoins.filter((command) => !command.isDone?.(world, context.marks));
  await performCommands(context, { ...step, commands: left });
  await performWatch(context, { ...step, commands: step.commands.filter(({ changes }) => !changes) });
};

/** As often as the job says; never again where some of the proxies were parted nevertheless. */
export const performPart: Performer = async (context, step) => {
  const { tries, everySeconds } = context.assignment.job.part;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await performCommands(context, step);
    } catch (error) {
      if (attempt >= tries || !isFailure(error, 'COMMAND_FAILED', 'SDX_ERROR_PRINTED')) throw error;
      const world = await context.observer.look(step.id, ['primaries']);
      if (!isProxyJoined(context.assignment, world)) throw error;
      const text = `${error.message}; tried again in ${everySeconds} s (${attempt} of ${tries} tries)`;
      context.journal.append({ type: 'warning', step: step.id, text });
      await context.pause(step.id, everySeconds);
    }
  }
};
