/**
 * Holds the shadows of a run open on the backup server, from before their verification until they are checked after the
 * dump: a volume in use can be neither stopped nor removed. If the host does not allow it, journal, run and report say
 * so. For 6a the comparison with the cluster remains as proof; the other methods have none, so the job must allow it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { failure, isFailure } from '../../../../contract/errors.ts';
import type { NewEvent } from '../../../../contract/events.ts';
import { phrase } from '../../../../contract/text/say.ts';
import { rawDevice } from '../../../gds/commands.ts';
import { processListCommand } from '../../detached/detached-script.ts';
import { triesWhileHeldOpen, type RunContext } from '../../hosts/run-context.ts';
import { ShadowHolder } from '../../hosts/shadow-holder.ts';
import { volumeNamed, type VolumeAssignment, volumeCheck } from '../../model/assignment.ts';
import { holdersIn, mostHeld } from '../../model/shadow-holder.ts';
import { holdersLeft, holdingOf, lastHold } from '../../model/shadow-holding.ts';
import type { Step } from '../../model/step.ts';
import { asTableError } from '../run-end.ts';
import { anyAnswer } from '../../hosts/command-runner.ts';

type HoldFields = Omit<Extract<NewEvent, { type: 'hold' }>, 'type' | 'step' | 'host' | 'volume' | 'device'>;

function record(
  { assignment, journal }: RunContext,
  step: string,
  { proxy, shadow }: VolumeAssignment,
  fields: HoldFields,
): void {
  const device = rawDevice(shadow.class, shadow.volume);
  const host = assignment.backupServer;
  journal.append({ type: 'hold', step, host, volume: proxy, device, ...fields });
}

function recordRefusal(context: RunContext, step: string, volume: VolumeAssignment, reason: string): void {
  const last = lastHold(context.journal.events, volume.proxy);
  record(context, step, volume, { what: 'refused', reason });
  if (last?.what === 'refused' && last.reason === reason) return;
  const text = phrase('The shadow of {proxy} could not be held open: {reason}', {
    proxy: volume.proxy,
    reason,
  });
  context.journal.append({ type: 'warning', step, text });
}

/** True if only holding the shadow open shows that the dump is of this shadow. */
const needsHold = ({ assignment }: RunContext, { method }: VolumeAssignment): boolean =>
  method !== '6a' && assignment.job.verify.unheld === 'refuse';

const unheld = (step: string, { proxy }: VolumeAssignment, reason: string) =>
  failure('SHADOW_NOT_HELD', { step, proxy, reason });

/** @throws SHADOW_NOT_HELD if the host does not allow it, and the job requires it */
async function take(context: RunContext, step: string, volume: VolumeAssignment): Promise<void> {
  const { holders } = context;
  if (holders.size >= mostHeld) {
    // Its turn comes after the dump of another one.
    const reason = phrase('at most {mostHeld} shadows are held open at once', { mostHeld });
    return recordRefusal(context, step, volume, reason);
  }
  const first = await ShadowHolder.start(context, step, volume);
  // The connection may have been lost: the next attempt uses another one.
  const isTriedAgain = !(first instanceof ShadowHolder) && needsHold(context, volume);
  const held = isTriedAgain ? await ShadowHolder.start(context, step, volume) : first;
  if (held instanceof ShadowHolder) {
    holders.set(volume.proxy, held);
    record(context, step, volume, { what: 'taken', pid: held.pid });
    return;
  }
  recordRefusal(context, step, volume, held.reason);
  if (needsHold(context, volume)) throw unheld(step, volume, held.reason);
}

/**
 * To be called right before the dump of a volume begins. A shadow whose holder was just lost is checked and held open
 * again.
 * @throws what the checks throw; SHADOW_NOT_HELD if its shadow is not held open, its records are not compared, and the
 *   job requires it
 */
export async function requireHeld(context: RunContext, step: Step, volume: VolumeAssignment): Promise<void> {
  if (!needsHold(context, volume)) return;
  const current = () => context.holders.get(volume.proxy);
  if (current()?.lost) {
    await context.judgeAgain?.();
    if (await reopenShadows(context, step)) await context.judgeAgain?.();
  }
  const holder = current();
  if (holder && !holder.lost) return;
  throw unheld(step.id, volume, holder?.lost ?? holdingOf(context.journal.events, volume.proxy).text);
}

/** Journals that a holder has ended that was needed. */
async function recordLoss(
  context: RunContext,
  step: string,
  volume: VolumeAssignment,
  holder: ShadowHolder,
): Promise<void> {
  context.holders.delete(volume.proxy);
  const { pid, lost: reason = phrase('it does not answer') } = holder;
  const isEndSeen = await holder.release();
  record(context, step, volume, { what: isEndSeen ? 'ended' : 'lost', pid, reason });
  const text = phrase('The process that held the shadow of {proxy} open has ended: {reason}', {
    proxy: volume.proxy,
    reason,
  });
  context.journal.append({ type: 'warning', step, text });
}

async function release(
  context: RunContext,
  step: string,
  volume: VolumeAssignment,
  holder: ShadowHolder,
): Promise<void> {
  if (holder.lost) return recordLoss(context, step, volume, holder);
  context.holders.delete(volume.proxy);
  const { pid } = holder;
  if (await holder.release()) return record(context, step, volume, { what: 'released', pid });
  record(context, step, volume, { what: 'lost', pid, reason: phrase('its end was not seen') });
}

/** Seconds within which a signaled process must have ended, and between two queries for it. */
const [endSeconds, lookSeconds] = [10, 0.25];

async function livingHolders(context: RunContext, step: string, pids: readonly number[]): Promise<number[]> {
  const command = { host: context.assignment.backupServer, argv: processListCommand(pids), changes: false };
  const limits = { ...anyAnswer, timeLimitSeconds: 60 };
  const { stdout } = await context.runner.send(step, command, limits);
  return holdersIn(stdout.toString('utf8'), context.journal.run).filter((pid) => pids.includes(pid));
}

async function endHolders(context: RunContext, step: string, pids: readonly number[]): Promise<number[]> {
  const { assignment, runner, options } = context;
  let living = await livingHolders(context, step, pids);
  if (living.length === 0) return [];
  const argv = ['kill', '-TERM', ...living.map(String)];
  // kill complains about one that has just ended.
  await runner.send(step, { host: assignment.backupServer, argv, changes: true }, anyAnswer);
  for (const until = performance.now() + endSeconds * 1000; performance.now() < until;) {
    living = await livingHolders(context, step, pids);
    if (living.length === 0 || options.halt.aborted) return living;
    await wait(lookSeconds * 1000);
  }
  return living;
}

/**
 * Ends what an earlier connection or console has left: an sshd that does not notice that its client is gone keeps the
 * process running, and the volume stays in use.
 */
async function endLeftHolders(context: RunContext, step: string): Promise<void> {
  const left = holdersLeft(context.journal.events).filter(
    ({ pid }) => ![...context.holders.values()].some((holder) => holder.pid === pid),
  );
  if (left.length === 0) return;
  try {
    const living = await endHolders(
      context,
      step,
      left.flatMap(({ pid }) => pid ?? []),
    );
    for (const { volume, pid = 0 } of left.filter((one) => !living.includes(one.pid ?? 0)))
      record(context, step, volumeNamed(context.assignment, volume), { what: 'ended', pid });
    if (living.length > 0) context.patience = triesWhileHeldOpen;
  } catch (error) {
    if (!isFailure(error) || error.code === 'JOURNAL_UNWRITABLE') throw error;
    const text = phrase('Whether a process still holds the shadow open is not known: {reason}', {
      reason: asTableError(error).message,
    });
    context.journal.append({ type: 'warning', step, text });
  }
}

const volumesOf = ({ assignment }: RunContext, proxies: readonly string[] = []): VolumeAssignment[] =>
  proxies.map((proxy) => volumeNamed(assignment, proxy));

/** The shadows to be held open whose holder has ended. */
const lostOf = (context: RunContext, step: Step): VolumeAssignment[] =>
  volumesOf(context, step.holds).filter(({ proxy }) => context.holders.get(proxy)?.lost);

/** True if the shadow was held open and no longer is, without having been released on purpose. */
function wasLost({ journal }: RunContext, { proxy }: VolumeAssignment): boolean {
  const last = lastHold(journal.events, proxy);
  return last !== undefined && last.what !== 'released';
}

/**
 * Holds the shadows open that a step needs held. Checks afterwards then apply to what is held.
 * @param judge checks both sides again: if a holder was lost, before there is another one
 * @throws what `judge` throws
 */
export async function openShadows(
  context: RunContext,
  step: Step,
  judge: () => Promise<void>,
): Promise<void> {
  for (const volume of lostOf(context, step)) await loseHolder(context, step, volume);
  const missing = volumesOf(context, step.holds).filter(({ proxy }) => !context.holders.has(proxy));
  if (missing.length === 0) return;
  await endLeftHolders(context, step.id);
  // The verification makes its own checks, and nothing was verified before it.
  const isJudged = step.performance === 'verification';
  if (!isJudged && missing.some((volume) => wasLost(context, volume))) await judge();
  for (const volume of missing) await take(context, step.id, volume);
}

async function loseHolder(context: RunContext, step: Step, volume: VolumeAssignment): Promise<void> {
  const holder = context.holders.get(volume.proxy);
  if (holder) await recordLoss(context, step.id, volume, holder);
}

/** Releases the shadows that a step needs closed. */
export async function closeShadows(context: RunContext, step: Step): Promise<void> {
  const closed = step.needsClosed ?? [];
  if (closed.length === 0) return;
  for (const volume of volumesOf(context, closed)) {
    const holder = context.holders.get(volume.proxy);
    if (holder) await release(context, step.id, volume, holder);
  }
  await endLeftHolders(context, step.id);
}

/**
 * To be called during a step, after both sides were checked again: holds shadows open again whose holder has ended.
 * @returns true if there is a new holder, so that what it holds must still be checked
 */
export async function reopenShadows(context: RunContext, step: Step): Promise<boolean> {
  const lost = lostOf(context, step);
  for (const volume of lost) await loseHolder(context, step, volume);
  if (lost.length === 0) return false;
  await endLeftHolders(context, step.id);
  for (const volume of lost) await take(context, step.id, volume);
  return lost.some(({ proxy }) => context.holders.has(proxy));
}

/** The processes that hold the shadows open for the step. */
export const holdersOf = (context: RunContext, step: Step): ShadowHolder[] =>
  (step.holds ?? []).flatMap((proxy) => context.holders.get(proxy) ?? []);

/**
 * The end of a dump: checks whether the same process has held the shadow all the time, journals the result, and
 * releases the shadow.
 * @param judge checks both sides again if the holder turns out to be gone
 * @throws what `judge` throws
 */
export async function concludeHold(
  context: RunContext,
  step: Step,
  judge: () => Promise<void>,
): Promise<void> {
  for (const volume of volumesOf(context, step.holds)) {
    const { proxy } = volume;
    const holder = context.holders.get(proxy);
    if (holder && !(await holder.answers())) {
      context.throwIfCancelled(step.id);
      await recordLoss(context, step.id, volume, holder);
      await judge();
    }
    recordHolding(context, step, proxy);
    const held = context.holders.get(proxy);
    if (held) await release(context, step.id, volume, held);
  }
}

function recordHolding({ assignment, journal }: RunContext, step: Step, proxy: string): void {
  const { isUnbroken, text } = holdingOf(journal.events, proxy);
  journal.append({
    type: 'check',
    step: step.id,
    rule: 'shadow-held',
    ...volumeCheck(assignment, proxy, phrase('Shadow held open')),
    expected: phrase('held open from the verification to the end of the dump'),
    actual: text,
    verdict: isUnbroken ? 'holds' : 'not-shown',
    why: phrase('a volume in use cannot be stopped or removed (sdxshadowvolume -F)'),
    source: 'GDS guide 4.5, D.17',
  });
}

/** Releases every shadow: the run is over, or is rolled back. Errors are journaled, and do no harm. */
export async function closeAllShadows(context: RunContext): Promise<void> {
  for (const [proxy, holder] of [...context.holders]) {
    try {
      await release(context, holder.step, volumeNamed(context.assignment, proxy), holder);
    } catch (error) {
      const { message } = asTableError(error);
      context.journal.append({ type: 'warning', step: holder.step, text: message });
    }
  }
}
