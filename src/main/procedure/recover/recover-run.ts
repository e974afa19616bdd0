/**
 * Resumes a run whose console died, or that was left as it was, or rolls its cluster back.
 *
 * The lock is taken before anything is written: until then another process may still be working on the run. Queries
 * before that are not journaled; the steps repeat them.
 */
import { failure } from '../../../contract/errors.ts';
import type { RunEvent } from '../../../contract/events.ts';
import { proxiesOf } from '../model/assignment.ts';
import { listed } from '../../../contract/words.ts';
import { phrase, phrases } from '../../../contract/text/say.ts';
import { CommandRunner } from '../hosts/command-runner.ts';
import type { WorkState } from '../detached/detached-look.ts';
import { performToEnd, recordEnd, withLocks, type RunEnd } from '../run/engine.ts';
import { findingsOf } from './findings.ts';
import { Journal, noJournal, type EventListener } from '../../journal/journal.ts';
import { pinHosts, type SameHosts } from '../hosts/identify-hosts.ts';
import { diedBeforeNaming, lockPlaces, placesInReach, type LockPlace } from '../model/lock-places.ts';
import { recoverLocks } from '../hosts/lock-recovery.ts';
import type { ResumePoint } from './resume-point.ts';
import { beginningOf, consoleFields } from '../run/run-began.ts';
import { RunContext, triesWhileHeldOpen, type RunOptions } from '../hosts/run-context.ts';
import { meetNodes, tellMissingNodes } from '../run/missing-nodes.ts';
import { endOfRun, haltedEnd, lostLockEnd, unwoundEnd } from '../run/run-end.ts';
import { lastLook, leaveLocks, returnTapeAtEnd, unwind } from '../run/unwind.ts';
import { isNormal } from '../run/state-sentences.ts';
import type { World } from '../model/world.ts';
import {
  judged,
  marksNow,
  requireOfJournal,
  sameHosts,
  recoveryStep as step,
  type Seen,
  type RecoveryQuestion,
} from './recovery-judgement.ts';

export interface RecoveryOptions extends Omit<RunOptions, 'journal'>, RecoveryQuestion {
  /** Takes this run's lock over, whatever its owner. */
  readonly takeOverLock: boolean;
  readonly onEvent: EventListener;
}

const dumpWords: Readonly<Record<WorkState, string>> = {
  absent: phrase('nothing left'),
  unbegun: phrase('not started'),
  running: phrase('running'),
  ended: phrase('finished'),
  failed: phrase('failed'),
  died: phrase('died: killed, or the server was rebooted'),
};

/** Continues the journal, and records who resumes the run and what was found. */
function openJournal(
  options: RecoveryOptions,
  { journal: soFar, world, marks, settled, dumps }: Seen,
  { now, warnings }: SameHosts,
  point: ResumePoint | undefined,
): Journal {
  const { run, journalFile: file, mode, operator: by, version, assignment, onEvent } = options;
  const journal = Journal.reopen({ file, run }, soFar);
  journal.listen(onEvent);
  // The hosts are rolled back even if the disk of the console is full.
  if (mode === 'unwind') journal.carryOn();
  try {
    const reason = point
      ? phrases([phrase('continuing with step {step}', { step: point.step }), ...point.reasons], '; ')
      : phrase('to be rolled back');
    journal.append({ type: 'run-resumed', by, version, mode, reason, ...consoleFields() });
    const incompleteLine = phrase(
      'the last line of the journal was incomplete because the console died while writing it; it was removed',
    );
    if (soFar.truncated) journal.append({ type: 'warning', step, text: incompleteLine });
    journal.append({ type: 'hosts-identified', hosts: [...now] });
    for (const text of warnings) journal.append({ type: 'warning', step, text });
    if (options.ownPart)
      journal.append({
        type: 'warning',
        step,
        text: phrase('{by} says that this run has parted {proxies}', {
          by,
          proxies: listed(proxiesOf(assignment)),
        }),
      });
    const findings = [
      ...findingsOf(assignment, soFar.events, world, marks, settled),
      ...[...dumps].map(([volume, state]) =>
        phrase('found: the dump of {volume} on {backupServer}: {dumpWord}', {
          volume,
          backupServer: assignment.backupServer,
          dumpWord: dumpWords[state],
        }),
      ),
    ];
    journal.append({
      type: 'observed',
      findings,
      settled: [...settled],
      ...(dumps.size === 0 ? {} : { dumps: [...dumps].map(([volume, state]) => ({ volume, state })) }),
    });
    for (const text of point?.reasons ?? []) journal.append({ type: 'warning', step, text });
  } catch (error) {
    journal.close();
    throw error;
  }
  return journal;
}

async function goOn(context: RunContext, point: ResumePoint): Promise<RunEnd> {
  const { completed, fingerprints, mayContinue, todo } = point;
  context.again = true;
  context.fingerprints = fingerprints;
  context.underWay = point.underWay?.id;
  context.mayContinue = mayContinue;
  const reason = phrase('the journal has the count of the tape host, and the proxy is still stopped');
  for (const { id: step } of completed)
    context.journal.append({ type: 'step-finished', step, result: 'done', reason, milliseconds: 0 });
  return performToEnd(context, todo);
}

/** If only the end of the copy was not seen, another check of the cluster does not affect the backup. */
function isBackupDone({ journal }: RunContext): boolean {
  const before = journal.events.findLast((event) => event.type === 'run-finished');
  return before !== undefined && before.verdict !== 'failed';
}

function endOfBringingBack(
  context: RunContext,
  world: World,
  nothingLeft: boolean,
  troubles: readonly string[],
): RunEnd {
  if (context.options.halt.aborted) return haltedEnd(context, failure('RUN_HALTED', { step: 'unwind' }));
  return isBackupDone(context)
    ? endOfRun(context, world, { troubles })
    : unwoundEnd(context, world, nothingLeft, troubles);
}

async function bringBack(context: RunContext, nothingLeft: boolean): Promise<RunEnd> {
  const { steps } = context.options;
  context.unwinding = true;
  const troubles = nothingLeft ? [] : await unwind(context, steps);
  const world = await lastLook(context);
  const { lost } = context.lockGuard;
  context.trouble = isBackupDone(context) ? 'unwatched' : 'rolled-back';
  await returnTapeAtEnd(context, world);
  await leaveLocks(context, world);
  const end =
    lost && !context.options.halt.aborted
      ? lostLockEnd(context, world, lost)
      : endOfBringingBack(context, world, nothingLeft, troubles);
  recordEnd(context, end);
  return withLocks(context, end);
}

export interface RecoveredRun {
  readonly end: RunEnd;
  /** True if the end could not be written to the journal. */
  readonly journalBroken: boolean;
}

/** @returns what continues the run, once its lock is held */
async function prepare(options: RecoveryOptions, runner: CommandRunner, same: SameHosts) {
  const { seen, point } = await judged(options, runner);
  const nothingLeft = isNormal(options.assignment, seen.world, seen.marks) && seen.marks.works.length === 0;
  return { point, nothingLeft, journal: openJournal(options, seen, same, point) };
}

/**
 * Resumes a run. Errors after the journal is continued are in the end, not thrown.
 * @throws RUN_ALREADY_ENDED, RESUME_IMPOSSIBLE, UNWIND_IMPOSSIBLE, HOST_IS_ANOTHER, HOST_MACHINE_UNKNOWN,
 *   RUN_SUPERSEDED, RUN_BUSY, CLASS_LOCKED, JOURNAL_BROKEN, JOURNAL_UNWRITABLE, and the errors of the queries; the
 *   locks are then as they were found
 */
export async function recoverRun(options: RecoveryOptions): Promise<RecoveredRun> {
  const { hosts, cancel, halt } = options;
  const events = await requireOfJournal(options);
  const abort = AbortSignal.any([cancel, halt]);
  const runner = new CommandRunner(noJournal(), hosts, () => ({ cancel: abort, halt }));
  const same = await sameHosts(options, runner, events);
  const unpin = pinHosts(hosts, same.now);
  try {
    return await recoverLocked(options, runner, events, same);
  } finally {
    unpin();
  }
}

async function recoverLocked(
  options: RecoveryOptions,
  runner: CommandRunner,
  events: readonly RunEvent[],
  same: SameHosts,
): Promise<RecoveredRun> {
  const { assignment, run } = options;
  const start = beginningOf(events, options.journalFile);
  const since = events.findLast(({ type }) => type === 'run-resumed')?.at ?? start.at;
  const order = {
    runner,
    places: placesInReach(lockPlaces(assignment), assignment.missing),
    run,
    since,
    mayBeNameless: (place: LockPlace) => diedBeforeNaming(place, events),
    force: options.takeOverLock,
    whyLockStays: options.whyLockStays,
    hasEnded: options.hasEnded,
  };
  const lock = await recoverLocks(order, options.mode);
  let prepared: Awaited<ReturnType<typeof prepare>>;
  try {
    prepared = await prepare(options, runner, { ...same, warnings: [...same.warnings, ...lock.warnings] });
  } catch (error) {
    await lock.release();
    throw error;
  }
  const { journal, point, nothingLeft } = prepared;
  const context = new RunContext({ ...options, journal });
  context.patience = triesWhileHeldOpen;
  context.lockGuard.hold();
  const unpin = meetNodes(context, options.sameMachines);
  try {
    for (const { node } of context.nodes.missing) context.unlocked.add(node);
    tellMissingNodes(context, step, marksNow(options, events).locks);
    const end = await (point ? goOn(context, point) : bringBack(context, nothingLeft));
    return { end, journalBroken: journal.isBroken };
  } finally {
    unpin();
    journal.close();
  }
}
