/** Before and during the part: a proxy that was left parted is rejoined first, and a part that fails is retried. */
import { isFailure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { RunContext } from '../hosts/run-context.ts';
import type { Step } from '../model/step.ts';
import { isProxyJoined } from '../plan/cluster-checks.ts';
import { performCommands, type Performer } from './perform-commands.ts';
import { requireNotMoved } from './service-places.ts';
import { performWatch } from './perform-watch.ts';

/** Rejoins what is parted, and waits until every proxy is in sync. */
export const performSynchronise: Performer = async (context, step) => {
  // Uses what the check before the step has just seen: another query would come between the check and the rejoin.
  const world = context.observer.lastSeen;
  const rejoins = step.commands.filter(({ changes }) => changes);
  const left = rejoins.filter((command) => !command.isDone?.(world, context.marks));
  await performCommands(context, { ...step, commands: left });
  await performWatch(context, { ...step, commands: step.commands.filter(({ changes }) => !changes) });
};

/** The proxies were seen joined after the part that failed: if one is parted from now on, this run must not rejoin it. */
function tellNotParted({ journal }: RunContext, { id }: Step): void {
  const failed = journal.events.findLast(
    (event) => event.type === 'intent' && event.step === id && event.changes,
  );
  if (failed) journal.append({ type: 'observed', findings: [], settled: [{ of: failed.seq, ended: 'bad' }] });
}

/**
 * After a part that failed. Somebody else may have parted the proxies first.
 * @returns false if some of the proxies are parted nevertheless, or if that is not known
 */
async function areJoined({ observer, assignment }: RunContext, { id }: Step): Promise<boolean> {
  try {
    return isProxyJoined(assignment, await observer.look(id, ['primaries']));
  } catch {
    // The journal has the reason. What failed is the part.
    return false;
  }
}

/** As often as the job says; never if some of the proxies were parted nevertheless, or by somebody else meanwhile. */
async function part(context: RunContext, step: Step): Promise<void> {
  const { tries, everySeconds } = context.assignment.job.part;
  for (let attempt = 1; ; attempt += 1) {
    await requireNotMoved(context, step);
    try {
      return await performCommands(context, step);
    } catch (error) {
      if (!isFailure(error, 'COMMAND_FAILED', 'SDX_ERROR_PRINTED')) throw error;
      if (!(await areJoined(context, step))) throw error;
      tellNotParted(context, step);
      if (attempt >= tries) throw error;
      const text = phrase('{reason}; trying again in {everySeconds} s ({attempt} of {tries} tries)', {
        reason: error.message,
        everySeconds,
        attempt,
        tries,
      });
      context.journal.append({ type: 'warning', step: step.id, text });
      await context.pause(step.id, everySeconds);
      await context.judgeBefore?.();
    }
  }
}

/** A file system that was mounted during the part is in the snapshot as it was at that moment. */
export const performPart: Performer = async (context, step) => {
  await part(context, step);
  await requireNotMoved(context, step);
};
