/** Rolls the cluster back: the steps that can roll back and are not done; then a last query, and the locks. */
import { connectionLostCodes, failure, isFailure } from '../../../contract/errors.ts';
import { listed } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import { proxiesOf } from '../model/assignment.ts';
import { performStep, skipStep } from './perform-step.ts';
import { leftAtEnd, locksAtEnd } from './locks-at-end.ts';
import { heldPlaces, placesGivenBack, tellLost } from './perform-lock.ts';
import { realClock, usualOutageSeconds } from '../hosts/query-retry.ts';
import type { RunContext } from '../hosts/run-context.ts';
import { asTableError, statusAtEnd } from './run-end.ts';
import type { Step, Unwinding } from '../model/step.ts';
import type { World } from '../model/world.ts';

async function unwindStep(context: RunContext, step: Step, unwinds: Unwinding): Promise<void> {
  // What this run never started is not its own: another one may have parted, or created a shadow.
  if (unwinds.mayBeNeeded?.(context.marks) === false) return;
  const world = await context.observer.look(step.id, unwinds.looks);
  if (unwinds.isDone(world, context.marks)) return;
  if (unwinds.isOwn?.(context.marks) === false) {
    context.isPartUnproven = true;
    throw notProven(context);
  }
  if (unwinds.isDue && !unwinds.isDue(world)) {
    skipStep(context, step, phrase('the previous step did not succeed'));
    return;
  }
  await performStep(context, step);
}

function notProven({ assignment, journal }: RunContext) {
  const { class: name } = assignment;
  return failure('PART_NOT_PROVEN', {
    proxies: listed(proxiesOf(assignment)),
    class: name,
    run: journal.run,
  });
}

/** Codes of a host that may be available again soon: it reboots, or the connection is down. */
const awayCodes = [
  ...connectionLostCodes,
  'HOST_UNREACHABLE',
  'COMMAND_NOT_STARTED',
  'QUERY_UNANSWERED',
] as const;

/**
 * Seconds that a step of the rollback waits for hosts: three outages. A query that hangs uses each of them fully, while
 * the other steps, the exit status and the operator wait.
 */
const mostSeconds = 3 * usualOutageSeconds;

/** A host that is unreachable is waited for, within limits. Its state is queried each time, so that nothing is done twice. */
async function unwindPatiently(context: RunContext, step: Step, unwinds: Unwinding): Promise<void> {
  const clock = context.options.retryClock ?? realClock;
  const until = clock.now() + mostSeconds * 1000;
  for (;;) {
    try {
      return await unwindStep(context, step, unwinds);
    } catch (error) {
      const mayBeBack = isFailure(error, ...awayCodes) && clock.now() < until;
      if (!mayBeBack || !(await context.waitForHost())) throw error;
      context.journal.append({
        type: 'warning',
        step: step.id,
        text: phrase('rollback: {reason}; trying again', { reason: error.message }),
      });
      context.observer.forget();
    }
  }
}

/**
 * Resumes the services, unmounts, removes the shadow, rejoins, watches: everything that is not done. Each is tried.
 * @returns what went wrong meanwhile, one sentence each
 */
export async function unwind(context: RunContext, steps: readonly Step[]): Promise<string[]> {
  const troubles: string[] = [];
  context.observer.forget();
  for (const step of steps) {
    if (!step.unwinds || context.options.halt.aborted) continue;
    try {
      await unwindPatiently(context, step, step.unwinds);
    } catch (error) {
      // A run that has lost the lock of the class changes nothing more.
      if (context.lockGuard.lost) break;
      // Already in the journal if a step was begun; the current state is queried at the end.
      const { message, hint } = asTableError(error);
      context.journal.append({
        type: 'warning',
        step: step.id,
        text: phrase('rollback: {message}', { message }),
      });
      // No other line has this advice: another rollback would end in the same way.
      troubles.push(
        isFailure(error, 'PART_NOT_PROVEN') ? phrase('{message}. To do: {hint}', { message, hint }) : message,
      );
    }
  }
  return troubles;
}

/**
 * What the hosts show at the end; a side that cannot be seen stays empty.
 * @param after `success`: what was just seen need not be queried again
 */
export async function lastLook(
  context: RunContext,
  after: 'success' | 'failure' = 'failure',
): Promise<World> {
  let world: World = { primaries: [], backup: undefined };
  if (context.options.halt.aborted) return world;
  if (after === 'success') context.observer.forgetPast();
  else context.observer.forget();
  for (const look of ['primaries', 'backup'] as const) {
    try {
      world = await context.observer.look('end', [look]);
    } catch {
      // The journal has the reason; what is not seen is reported as not seen.
    }
  }
  return world;
}

/** Queries the health of the drive after a run that failed once the tape may have been written: the drive may be the reason. */
export async function lookAtDriveAtEnd(context: RunContext): Promise<void> {
  const { options, marks, lockGuard } = context;
  const step = options.steps.find(({ performance: kind }) => kind === 'health-after');
  if (!step || marks.tape === 'untouched' || options.halt.aborted || lockGuard.lost) return;
  try {
    await performStep(context, step);
  } catch {
    // The step has journaled it.
  }
}

/**
 * After a failed run, a library stores the tape if the site file says so: not one that a resume may still need, and not
 * one that was already in the drive of a run that changed nothing.
 * @param world what the hosts show at the end
 */
export async function returnTapeAtEnd(context: RunContext, world: World): Promise<void> {
  const { options, marks, lockGuard } = context;
  const step = options.steps.find(({ performance: kind }) => kind === 'unload-tape');
  const isInDrive = marks.cartridge === 'loaded' || marks.tape !== 'untouched';
  if (!step || !isInDrive || options.halt.aborted || lockGuard.lost) return;
  if (statusAtEnd(context, world) === 3) return;
  try {
    await performStep(context, step);
  } catch {
    // The step has journaled it.
  }
}

/**
 * Releases the locks that the run no longer needs, once its final state is known: see locks-at-end. A lock that cannot
 * be released is reported at the end; it harms neither the tape nor the cluster.
 * @param world what the hosts show at the end
 */
export async function leaveLocks(context: RunContext, world: World): Promise<void> {
  const { assignment, marks, journal, lockGuard, options, tapeSteps } = context;
  const left = leftAtEnd({ assignment, marks, events: journal.events, world, tapeSteps });
  const isHalted = options.halt.aborted;
  // A run that has changed nothing leaves nothing, whatever the owner of the lock is now.
  const isLockLost = lockGuard.lost !== undefined && marks.changed;
  context.keeps = locksAtEnd({ ...left, exitStatus: statusAtEnd(context, world), isHalted, isLockLost });
  const step = options.steps.find(({ performance: kind }) => kind === 'unlock');
  if (!step || isHalted) return;
  if (context.keeps !== 'none') await tellLost(context, step.id);
  const { class: name } = assignment;
  if (context.keeps !== 'none' && heldPlaces(context).some(({ what }) => what === 'class')) {
    const text = phrase('{name} stays locked for this run until it is resumed, rolled back or discarded', {
      name,
    });
    journal.append({ type: 'warning', step: step.id, text });
  }
  const given = placesGivenBack(context);
  if (given.length === 0) return;
  const onlyDrive = given.every(({ what }) => what === 'drive');
  try {
    await performStep(context, onlyDrive ? { ...step, title: phrase('Unlock the drive') } : step);
  } catch {
    // The step has journaled it.
  }
}
