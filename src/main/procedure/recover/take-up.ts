/**
 * Takes a run up again whose console died, or that was left where it stood: to go on with it, or to roll the cluster back.
 *
 * The lock is taken before anything is written: until then another process may still be working on the run. What is only looked at
 * before that stands in no journal; it is looked at again by the steps.
 */
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import { leftNothing, outcomeOf } from '../../../contract/run-outcome.ts';
import { proxiesOf, volumeNamed } from '../model/assignment.ts';
import { listed } from '../../../contract/words.ts';
import { CommandRunner } from '../hosts/command-runner.ts';
import type { WorkState } from '../detached/detached-look.ts';
import { lookAtWork } from '../detached/detached-watch.ts';
import { performToEnd, recordEnd, withLocks, type RunEnd } from '../run/engine.ts';
import { findingsOf } from './findings.ts';
import { Journal, noJournal, type EventListener } from '../../journal/journal.ts';
import type { ReadJournal } from '../../journal/journal-reader.ts';
import { identifiedHosts } from '../model/host-identity.ts';
import { hasPartedLater } from '../model/later-runs.ts';
import { identifyHosts, pinHosts, requireSameHosts, type SameHosts } from '../hosts/identify-hosts.ts';
import { nodesOutsideRun } from '../hosts/node-sight.ts';
import { lockPlaces, type LockPlace } from '../model/lock-places.ts';
import { takeLocksUp } from '../hosts/lock-take-up.ts';
import { Observer } from '../hosts/observe.ts';
import { restoreResumePoint } from './restore-resume.ts';
import { resumePoint, type ResumePoint } from './resume-point.ts';
import { beginningOf, consoleFields, disagreement } from '../run/run-began.ts';
import { RunContext, triesWhileHeldOpen, type RunOptions } from '../hosts/run-context.ts';
import { meetNodes, tellMissingNodes } from '../run/missing-nodes.ts';
import { endOfRun, haltedEnd, lostLockEnd, unwoundEnd } from '../run/run-end.ts';
import { marksOf, type RunMarks } from '../model/run-marks.ts';
import { sentCommands } from '../model/sent-commands.ts';
import { dumpStepsOf } from '../model/step.ts';
import { workPlaceOf } from '../run/server/run-work.ts';
import { dumpWorkOf } from '../plan/server-work.ts';
import { settle, type Settled } from '../run/settle.ts';
import { lastLook, leaveLocks, unwind } from '../run/unwind.ts';
import { isNormal } from '../run/what-stands.ts';
import type { World } from '../model/world.ts';

export type TakeUpMode = 'resume' | 'unwind';

export interface TakeUpOptions extends Omit<RunOptions, 'journal'> {
  readonly mode: TakeUpMode;
  readonly run: string;
  readonly journalFile: string;
  /** Reads the journal as it is now. */
  readonly read: () => Promise<ReadJournal>;
  /** The events of every run that was begun later. */
  readonly laterRuns: () => Promise<readonly (readonly RunEvent[])[]>;
  /** Takes this run's lock over whoever owns it. */
  readonly takeOverLock: boolean;
  /** Hosts of which the operator says that they are the same machines, whatever they show. */
  readonly sameMachines: readonly string[];
  /** The operator says that this run has parted the proxies, where the answer of its node does not prove it. */
  readonly ownPart?: boolean | undefined;
  readonly onEvent: EventListener;
}

/** What tells whether a run can be resumed, or rolled back. */
export type TakeUpQuestion = Pick<
  TakeUpOptions,
  | 'mode'
  | 'run'
  | 'journalFile'
  | 'read'
  | 'laterRuns'
  | 'sameMachines'
  | 'ownPart'
  | 'assignment'
  | 'steps'
  | 'hosts'
>;

/** What was seen of the run before anything was written. */
interface Seen {
  readonly journal: ReadJournal;
  readonly world: World;
  readonly settled: readonly Settled[];
  readonly marks: RunMarks;
  /** Proxy volume -> its detached dump, as it was found. */
  readonly dumps: ReadonlyMap<string, WorkState>;
}

const step = 'take-up';

function lastEndOf(events: readonly RunEvent[]): EventOf<'run-finished'> | undefined {
  const last = events.at(-1);
  return last?.type === 'run-finished' ? last : undefined;
}

/** @throws RUN_ALREADY_ENDED where there is nothing to take up */
function requireUnfinished(options: TakeUpQuestion, events: readonly RunEvent[]): void {
  const { run, mode, assignment } = options;
  const end = lastEndOf(events);
  if (!end || !leftNothing(outcomeOf(end))) return;
  // A run that has failed may be looked at once more; one that is done is left alone.
  if (mode === 'unwind' && end.exitStatus !== 0) return;
  const remedy =
    end.exitStatus === 0
      ? `nothing is left to do; shadowtape verify ${run} reads its tape again`
      : `start the job again: shadowtape run ${assignment.jobName}`;
  throw failure('RUN_ALREADY_ENDED', { run, how: end.sentence, remedy });
}

/** What is left to do. What the journal alone refuses is refused to both commands. */
const remedies = {
  unwind: 'roll the cluster back with shadowtape rollback {run}, then start the job again',
  site: 'restore the job in the site file as it was when the run started; or roll back by hand with the commands from shadowtape show {run}',
  restore: 'roll it back with shadowtape rollback {run}, then restore again',
  rebuilt:
    'nothing rolls back a copy to the master: continue with shadowtape resume {run}, which watches the copy and proves the master. See the ways on with shadowtape show {run}',
  imported:
    'this journal cannot be used: check both sides with sdxinfo, and resume or roll back on the console that wrote the tape',
} as const;

function impossible({ mode, run }: TakeUpQuestion, reason: string, remedy: keyof typeof remedies) {
  const code = mode === 'resume' ? 'RESUME_IMPOSSIBLE' : 'UNWIND_IMPOSSIBLE';
  return failure(code, { run, reason, remedy: remedies[remedy].replace('{run}', run) });
}

function marksNow({ steps, assignment }: TakeUpQuestion, events: readonly RunEvent[]): RunMarks {
  return marksOf(events, dumpStepsOf(steps), assignment.job.mountPoint);
}

/** The events with what was seen of the commands whose end is not known. */
function withSettled(
  { events, lastHash }: ReadJournal,
  run: string,
  settled: readonly Settled[],
): readonly RunEvent[] {
  const at = events.at(-1)?.at ?? '';
  const observed: RunEvent = {
    type: 'observed',
    seq: events.length + 1,
    at,
    run,
    prev: lastHash,
    findings: [],
    settled: [...settled],
  };
  return [...events, observed];
}

/** How far the dumps are that do without a console. @throws what looking can end with */
export async function lookAtDumps(
  runner: CommandRunner,
  assignment: TakeUpOptions['assignment'],
  run: string,
  { works }: Pick<RunMarks, 'works'>,
): Promise<ReadonlyMap<string, WorkState>> {
  const found = new Map<string, WorkState>();
  const place = workPlaceOf({ runner, assignment });
  for (const { volume, purpose } of works) {
    if (purpose !== 'dump') continue;
    const work = dumpWorkOf(assignment, volumeNamed(assignment, volume), run);
    found.set(volume, (await lookAtWork(place, work)).state);
  }
  return found;
}

/** The last part that was sent has had its effect, as the operator says. */
function claimedPart(events: readonly RunEvent[]): Settled[] {
  const part = sentCommands(events).findLast(
    ({ intent, wasSent }) => intent.step === '3-3' && intent.changes && wasSent,
  );
  return part ? [{ of: part.intent.seq, ended: 'good' }] : [];
}

async function lookAround(options: TakeUpQuestion, runner: CommandRunner): Promise<Seen> {
  const { assignment, run } = options;
  const journal = await options.read();
  requireUnfinished(options, journal.events);
  const settled = [
    ...(await settle(runner, assignment, journal.events)),
    ...(options.ownPart ? claimedPart(journal.events) : []),
  ];
  const world = await new Observer(runner, assignment, () => journal.events).look(step, [
    'primaries',
    'backup',
  ]);
  const marks = marksNow(options, withSettled(journal, run, settled));
  const dumps = await lookAtDumps(runner, assignment, run, marks);
  return { journal, world, settled, marks, dumps };
}

/** What stands may be of another run, which began since: neither taken for this run's, nor touched. */
async function requireOwn(options: TakeUpQuestion, { journal, world, marks }: Seen): Promise<void> {
  const { assignment, run } = options;
  if (isNormal(assignment, world, marks)) return;
  const end = lastEndOf(journal.events);
  if (end && leftNothing(outcomeOf(end))) {
    const remedy = `the current state is newer: check with shadowtape runs, and with sdxinfo on both sides`;
    throw failure('RUN_ALREADY_ENDED', { run, how: end.sentence, remedy });
  }
  const later = (await options.laterRuns()).find((events) => hasPartedLater(journal.events, events));
  const name = later?.[0]?.run;
  if (name !== undefined)
    throw failure('RUN_SUPERSEDED', { run, later: name, proxy: listed(proxiesOf(assignment)) });
}

function pointOf(options: TakeUpQuestion, { journal, world, marks, settled, dumps }: Seen): ResumePoint {
  const { assignment, steps, run } = options;
  const events = withSettled(journal, run, settled);
  const facts = { assignment, steps, events, world, marks, dumps };
  const { restore } = assignment;
  const point = restore ? restoreResumePoint(facts, restore) : resumePoint(facts);
  if ('refused' in point) throw impossible(options, point.refused, restore ? 'restore' : 'unwind');
  return point;
}

const dumpWords: Readonly<Record<WorkState, string>> = {
  absent: 'nothing left',
  unbegun: 'not started',
  running: 'running',
  ended: 'finished',
  failed: 'failed',
  died: 'died: killed, or the server was rebooted',
};

/** True for a lock on a node that does not answer: whether the run has left it there is not known until it does. */
function isOutOfReach({ missing = [] }: TakeUpOptions['assignment'], { what, host }: LockPlace): boolean {
  return what === 'class' && missing.some(({ node }) => node === host);
}

/** @throws HOST_IS_ANOTHER, HOST_MACHINE_UNKNOWN, and what a session can end with */
async function sameHosts(options: TakeUpQuestion, runner: CommandRunner, events: readonly RunEvent[]) {
  const { hosts, assignment, run, sameMachines } = options;
  const nodes = nodesOutsideRun(hosts, { ...assignment, nodes: assignment.job.nodes });
  const asked = { runner, hosts, assignment, step, nodes };
  const before = identifiedHosts(events);
  if (before !== undefined) return requireSameHosts(asked, before, sameMachines);
  const unknown = `the journal of ${run} does not identify the machines of its hosts: they are assumed to be those of the site file`;
  return { now: await identifyHosts(asked), warnings: [unknown] };
}

/** Goes on with the journal, and writes down who takes the run up and what was found. */
function openJournal(
  options: TakeUpOptions,
  { journal: soFar, world, marks, settled, dumps }: Seen,
  { now, warnings }: SameHosts,
  point: ResumePoint | undefined,
): Journal {
  const { run, journalFile: file, mode, operator: by, version, assignment, onEvent } = options;
  const journal = Journal.reopen({ file, run }, soFar);
  journal.listen(onEvent);
  // What stands on the hosts is brought back even where the disk of the console is full.
  if (mode === 'unwind') journal.carryOn();
  try {
    const reason = point
      ? [`continuing with step ${point.step}`, ...point.reasons].join('; ')
      : 'to be rolled back';
    journal.append({ type: 'run-resumed', by, version, mode, reason, ...consoleFields() });
    const torn =
      'the last line of the journal was incomplete because the console died while writing it; it was removed';
    if (soFar.truncated) journal.append({ type: 'warning', step, text: torn });
    journal.append({ type: 'hosts-identified', hosts: [...now] });
    for (const text of warnings) journal.append({ type: 'warning', step, text });
    if (options.ownPart)
      journal.append({
        type: 'warning',
        step,
        text: `${by} says that this run has parted ${listed(proxiesOf(assignment))}`,
      });
    const findings = [
      ...findingsOf(assignment, soFar.events, world, marks, settled),
      ...[...dumps].map(
        ([volume, state]) =>
          `found: the dump of ${volume} on ${assignment.backupServer}: ${dumpWords[state]}`,
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
  const reason = 'the journal has the count of the tape host, and the proxy is still stopped';
  for (const { id: step } of completed)
    context.journal.append({ type: 'step-finished', step, result: 'done', reason, milliseconds: 0 });
  return performToEnd(context, todo);
}

/** Where only the copy was not seen to its end, looking at the cluster once more takes nothing from the backup. */
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
  await leaveLocks(context, world);
  const end =
    lost && !context.options.halt.aborted
      ? lostLockEnd(context, world, lost)
      : endOfBringingBack(context, world, nothingLeft, troubles);
  recordEnd(context, end);
  return withLocks(context, end);
}

/** The lock is made first, and named after: whoever dies in between leaves one that names nobody. */
function diedBeforeNaming({ host, folder }: LockPlace, events: readonly RunEvent[]): boolean {
  const isLock = (path = '') => path.startsWith(folder);
  const made = sentCommands(events).filter(
    ({ intent, ending }) =>
      intent.host === host && intent.argv[0] === 'mkdir' && isLock(intent.argv[1]) && ending !== 'bad',
  );
  const isNamed = made.some(({ intent, ending }) => intent.argv[1] !== folder && ending === 'good');
  return made.length > 0 && !isNamed;
}

export interface TakenUp {
  readonly end: RunEnd;
  /** True where the end could not be written to the journal. */
  readonly journalBroken: boolean;
}

/** What the hosts show of the run, and where it is resumed. @throws what refuses */
async function judged(options: TakeUpQuestion, runner: CommandRunner) {
  const seen = await lookAround(options, runner);
  await requireOwn(options, seen);
  return { seen, point: options.mode === 'resume' ? pointOf(options, seen) : undefined };
}

/** What the journal alone tells. @throws UNWIND_IMPOSSIBLE, RESUME_IMPOSSIBLE, RUN_ALREADY_ENDED */
async function requireOfJournal(options: TakeUpQuestion): Promise<readonly RunEvent[]> {
  const { events } = await options.read();
  const start = beginningOf(events, options.journalFile);
  if (events.some(({ type }) => type === 'imported'))
    throw impossible(
      options,
      'it was imported from a tape, and what happened afterwards is not known',
      'imported',
    );
  requireUnfinished(options, events);
  if (start.restore && options.mode === 'unwind') requireRestoreUndoable(options, events);
  const differing = disagreement(start, options.assignment);
  if (differing !== undefined) throw impossible(options, differing, 'site');
  return events;
}

/** @throws UNWIND_IMPOSSIBLE where the copy to the master was begun */
function requireRestoreUndoable(options: TakeUpQuestion, events: readonly RunEvent[]): void {
  if (marksNow(options, events).restoreSent)
    throw impossible(options, 'it has begun to copy to the master', 'rebuilt');
}

/** What refuses a run for what its journal and the hosts show, whoever asks. */
const refusals = [
  'RUN_ALREADY_ENDED',
  'RESUME_IMPOSSIBLE',
  'UNWIND_IMPOSSIBLE',
  'RUN_SUPERSEDED',
  'HOST_IS_ANOTHER',
  'HOST_MACHINE_UNKNOWN',
] as const;

/**
 * Judges a run as resume and unwind do, without its lock: for whoever suggests one of them. Only looks.
 * @returns what the command would refuse with; undefined where it would not
 * @throws what looking can end with: then nobody knows
 */
export async function takeUpRefusal(
  options: TakeUpQuestion,
  runner: CommandRunner,
): Promise<ShadowtapeError | undefined> {
  try {
    await sameHosts(options, runner, await requireOfJournal(options));
    await judged(options, runner);
    return undefined;
  } catch (error) {
    if (isFailure(error, ...refusals)) return error;
    throw error;
  }
}

/** @returns what goes on with the run, once its lock is held */
async function prepare(options: TakeUpOptions, runner: CommandRunner, same: SameHosts) {
  const { seen, point } = await judged(options, runner);
  const nothingLeft = isNormal(options.assignment, seen.world, seen.marks) && seen.marks.works.length === 0;
  return { point, nothingLeft, journal: openJournal(options, seen, same, point) };
}

/**
 * Takes a run up. Whatever goes wrong once the journal is gone on with is in the end, not thrown.
 * @throws RUN_ALREADY_ENDED, RESUME_IMPOSSIBLE, UNWIND_IMPOSSIBLE, HOST_IS_ANOTHER, HOST_MACHINE_UNKNOWN, RUN_SUPERSEDED, RUN_BUSY,
 *   CLASS_LOCKED, JOURNAL_BROKEN, JOURNAL_UNWRITABLE, and what looking can end with; the locks are then as they were found
 */
export async function takeUp(options: TakeUpOptions): Promise<TakenUp> {
  const { hosts, cancel, halt } = options;
  const events = await requireOfJournal(options);
  const abort = AbortSignal.any([cancel, halt]);
  const runner = new CommandRunner(noJournal(), hosts, () => ({ cancel: abort, halt }));
  const same = await sameHosts(options, runner, events);
  const unpin = pinHosts(hosts, same.now);
  try {
    return await takeUpOn(options, runner, events, same);
  } finally {
    unpin();
  }
}

async function takeUpOn(
  options: TakeUpOptions,
  runner: CommandRunner,
  events: readonly RunEvent[],
  same: SameHosts,
): Promise<TakenUp> {
  const { assignment, run } = options;
  const start = beginningOf(events, options.journalFile);
  const since = events.findLast(({ type }) => type === 'run-resumed')?.at ?? start.at;
  const order = {
    runner,
    places: lockPlaces(assignment).filter((place) => !isOutOfReach(assignment, place)),
    run,
    since,
    mayBeNameless: (place: LockPlace) => diedBeforeNaming(place, events),
    force: options.takeOverLock,
    whyLockStays: options.whyLockStays,
    hasEnded: options.hasEnded,
  };
  const lock = await takeLocksUp(order, options.mode);
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
    for (const { node } of assignment.missing ?? []) context.unlocked.add(node);
    if (options.mode === 'unwind') context.unwinding = true;
    tellMissingNodes(context, step, marksNow(options, events).locks);
    const end = await (point ? goOn(context, point) : bringBack(context, nothingLeft));
    return { end, journalBroken: journal.isBroken };
  } finally {
    unpin();
    journal.close();
  }
}
