/**
 * Decides whether a run can be resumed or rolled back, and where it continues. It reads the journal and queries the
 * hosts, but changes nothing; recover-run.ts carries the decision out.
 */
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import { leftNothing, outcomeOf } from '../../../contract/run-outcome.ts';
import { proxiesOf, volumeNamed } from '../model/assignment.ts';
import { listed } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { CommandRunner } from '../hosts/command-runner.ts';
import type { WorkState } from '../detached/detached-look.ts';
import { lookAtWork } from '../detached/detached-watch.ts';
import type { ReadJournal } from '../../journal/journal-reader.ts';
import type { ReadRuns } from '../../journal/run-history.ts';
import { identifiedHosts } from '../model/host-identity.ts';
import { hasPartedLater, mayHavePartedLater } from '../model/later-runs.ts';
import { identifyHosts, requireSameHosts } from '../hosts/identify-hosts.ts';
import { nodesOutsideRun } from '../hosts/node-sight.ts';
import { Observer } from '../hosts/observe.ts';
import { restoreResumePoint } from './restore-resume.ts';
import { resumePoint, type ResumePoint } from './resume-point.ts';
import { beginningOf, disagreement } from '../run/run-began.ts';
import type { RunOptions } from '../hosts/run-context.ts';
import { marksOf, type RunMarks } from '../model/run-marks.ts';
import { sentCommands } from '../model/sent-commands.ts';
import { dumpStepsOf } from '../model/step.ts';
import { workPlaceOf } from '../run/server/run-work.ts';
import { dumpWorkOf } from '../plan/server-work.ts';
import { settle, type Settled } from '../run/settle.ts';
import { isNormal } from '../run/state-sentences.ts';
import type { World } from '../model/world.ts';

/** The context of the queries: no step of the run. */
export const recoveryStep = 'take-up';

export type RecoveryMode = 'resume' | 'unwind';

/** The facts that decide whether a run can be resumed or rolled back. */
export interface RecoveryQuestion extends Pick<RunOptions, 'assignment' | 'steps' | 'hosts'> {
  readonly mode: RecoveryMode;
  readonly run: string;
  readonly journalFile: string;
  /** Reads the journal as it is now. */
  readonly read: () => Promise<ReadJournal>;
  readonly laterRuns: () => Promise<ReadRuns>;
  /** Hosts that the operator confirms to be the same machines, whatever they show. */
  readonly sameMachines: readonly string[];
  /** The operator confirms that this run has parted the proxies, if the answer of its node does not prove it. */
  readonly ownPart?: boolean | undefined;
}

/** What was seen of the run before anything was written. */
export interface Seen {
  readonly journal: ReadJournal;
  readonly world: World;
  readonly settled: readonly Settled[];
  readonly marks: RunMarks;
  /** Proxy volume -> its detached dump, as it was found. */
  readonly dumps: ReadonlyMap<string, WorkState>;
}

function lastEndOf(events: readonly RunEvent[]): EventOf<'run-finished'> | undefined {
  const last = events.at(-1);
  return last?.type === 'run-finished' ? last : undefined;
}

/** @throws RUN_ALREADY_ENDED if there is nothing to resume */
function requireUnfinished(options: RecoveryQuestion, events: readonly RunEvent[]): void {
  const { run, mode, assignment } = options;
  const end = lastEndOf(events);
  if (!end || !leftNothing(outcomeOf(end))) return;
  // A run that has failed may be checked again; one that is done is left alone.
  if (mode === 'unwind' && end.exitStatus !== 0) return;
  const remedy =
    end.exitStatus === 0
      ? phrase('nothing is left to do; shadowtape verify {run} reads its tape again', { run })
      : phrase('start the job again: shadowtape run {jobName}', { jobName: assignment.jobName });
  throw failure('RUN_ALREADY_ENDED', { run, how: end.sentence, remedy });
}

/** What is left to do. What the journal alone forbids is refused to both commands. */
const remedies = {
  unwind: 'roll the cluster back with shadowtape rollback {run}, then start the job again',
  site: 'restore the job in the site file as it was when the run started; or roll back by hand with the commands from shadowtape show {run}',
  restore: 'roll it back with shadowtape rollback {run}, then restore again',
  rebuilt:
    'nothing rolls back a copy to the master: continue with shadowtape resume {run}, which watches the copy and proves the master. See the ways on with shadowtape show {run}',
  imported:
    'this journal cannot be used: check both sides with sdxinfo, and resume or roll back on the console that wrote the tape',
} as const;

function impossible({ mode, run }: RecoveryQuestion, reason: string, remedy: keyof typeof remedies) {
  const code = mode === 'resume' ? 'RESUME_IMPOSSIBLE' : 'UNWIND_IMPOSSIBLE';
  return failure(code, { run, reason, remedy: remedies[remedy].replaceAll('{run}', run) });
}

/** What the run has done, according to its events. */
export function marksNow({ steps, assignment }: RecoveryQuestion, events: readonly RunEvent[]): RunMarks {
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

/** The progress of dumps that run without a console. @throws errors of the queries */
export async function lookAtDumps(
  runner: CommandRunner,
  assignment: RecoveryQuestion['assignment'],
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

/** The last part that was sent has taken effect, as the operator confirms. */
function claimedPart(events: readonly RunEvent[]): Settled[] {
  const part = sentCommands(events).findLast(
    ({ intent, wasSent }) => intent.step === '3-3' && intent.changes && wasSent,
  );
  return part ? [{ of: part.intent.seq, ended: 'good' }] : [];
}

async function lookAround(options: RecoveryQuestion, runner: CommandRunner): Promise<Seen> {
  const { assignment, run } = options;
  const journal = await options.read();
  requireUnfinished(options, journal.events);
  const settled = [
    ...(await settle(runner, assignment, journal.events)),
    ...(options.ownPart ? claimedPart(journal.events) : []),
  ];
  const world = await new Observer(runner, assignment, () => journal.events).look(recoveryStep, [
    'primaries',
    'backup',
  ]);
  const marks = marksNow(options, withSettled(journal, run, settled));
  const dumps = await lookAtDumps(runner, assignment, run, marks);
  return { journal, world, settled, marks, dumps };
}

/** Existing objects may belong to a later run: they do not count as this run's, and are not touched. */
async function requireOwn(options: RecoveryQuestion, { journal, world, marks }: Seen): Promise<void> {
  const { assignment, run } = options;
  if (isNormal(assignment, world, marks)) return;
  const end = lastEndOf(journal.events);
  if (end && leftNothing(outcomeOf(end))) {
    const remedy = phrase(
      'the current state is newer: check with shadowtape runs, and with sdxinfo on both sides',
    );
    throw failure('RUN_ALREADY_ENDED', { run, how: end.sentence, remedy });
  }
  const { known, unread } = await options.laterRuns();
  const proxy = listed(proxiesOf(assignment));
  const later = known.find(({ events }) => hasPartedLater(journal.events, events));
  if (later) throw failure('RUN_SUPERSEDED', { run, later: later.run, proxy });
  const doubtful = unread.find(({ start }) => mayHavePartedLater(journal.events, start));
  if (doubtful)
    throw failure('RUN_LATER_UNREAD', { run, later: doubtful.run, proxy, reason: doubtful.reason });
}

function pointOf(options: RecoveryQuestion, { journal, world, marks, settled, dumps }: Seen): ResumePoint {
  const { assignment, steps, run } = options;
  const events = withSettled(journal, run, settled);
  const facts = { assignment, steps, events, world, marks, dumps };
  const { restore } = assignment;
  const point = restore ? restoreResumePoint(facts, restore) : resumePoint(facts);
  if ('refused' in point) throw impossible(options, point.refused, restore ? 'restore' : 'unwind');
  return point;
}

/** @throws HOST_IS_ANOTHER, HOST_MACHINE_UNKNOWN, and errors of a session */
export async function sameHosts(
  options: RecoveryQuestion,
  runner: CommandRunner,
  events: readonly RunEvent[],
) {
  const { hosts, assignment, run, sameMachines } = options;
  const nodes = nodesOutsideRun(hosts, { ...assignment, nodes: assignment.job.nodes });
  const asked = { runner, hosts, assignment, step: recoveryStep, nodes };
  const before = identifiedHosts(events);
  if (before !== undefined) return requireSameHosts(asked, before, sameMachines);
  const unknown = phrase(
    'the journal of {run} does not identify the machines of its hosts: they are assumed to be those of the site file',
    { run },
  );
  return { now: await identifyHosts(asked), warnings: [unknown] };
}

/** What the hosts show of the run, and where it is resumed. @throws what refuses */
export async function judged(options: RecoveryQuestion, runner: CommandRunner) {
  const seen = await lookAround(options, runner);
  await requireOwn(options, seen);
  return { seen, point: options.mode === 'resume' ? pointOf(options, seen) : undefined };
}

/** What follows from the journal alone. @throws UNWIND_IMPOSSIBLE, RESUME_IMPOSSIBLE, RUN_ALREADY_ENDED */
export async function requireOfJournal(options: RecoveryQuestion): Promise<readonly RunEvent[]> {
  const { events } = await options.read();
  const start = beginningOf(events, options.journalFile);
  if (events.some(({ type }) => type === 'imported'))
    throw impossible(
      options,
      phrase('it was imported from a tape, and what happened afterwards is not known'),
      'imported',
    );
  requireUnfinished(options, events);
  if (start.restore && options.mode === 'unwind') requireRestoreUndoable(options, events);
  const differing = disagreement(start, options.assignment);
  if (differing !== undefined) throw impossible(options, differing, 'site');
  return events;
}

/** @throws UNWIND_IMPOSSIBLE if the copy to the master has begun */
function requireRestoreUndoable(options: RecoveryQuestion, events: readonly RunEvent[]): void {
  if (marksNow(options, events).restoreSent)
    throw impossible(options, phrase('it has begun to copy to the master'), 'rebuilt');
}

/** What refuses a run because of its journal and the hosts, for every caller. */
const refusals = [
  'RUN_ALREADY_ENDED',
  'RESUME_IMPOSSIBLE',
  'UNWIND_IMPOSSIBLE',
  'RUN_SUPERSEDED',
  'RUN_LATER_UNREAD',
  'HOST_IS_ANOTHER',
  'HOST_MACHINE_UNKNOWN',
] as const;

/**
 * Judges a run as resume and unwind do, without its lock: for callers that suggest one of them. Only queries.
 * @returns the error that the command would refuse with; undefined if it would not
 * @throws the errors of the queries: then it is not known
 */
export async function recoveryRefusal(
  options: RecoveryQuestion,
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
