/** The nights of scheduled jobs and drills: which is due, which were missed (recorded and notified). Queries no host. */
import { isDeepStrictEqual } from 'node:util';
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import {
  isServed,
  lastNight,
  missedNights,
  nextNight,
  type Night,
  type Schedule,
} from '../../../contract/time/schedule.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { zonedText } from '../../../contract/time/wall-clock.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import { drillsMade } from '../../journal/drill-records.ts';
import { notifierOf } from './job-notifier.ts';
import { MediaFile } from '../../tape/media-file.ts';
import { lossesOfRuns } from '../../tape/tape-holders.ts';
import { nextTapeOfJob } from '../media/next-tape.ts';
import type { ScheduledJob } from './scheduled-job.ts';
import { addScheduleEvents, scheduleEvents, type ScheduleEvent, type TaskName } from './schedule-file.ts';

/** The words for each task. */
const wordsOf = {
  run: {
    missed: (night: string, reason: string) =>
      phrase('the night of {night} was missed: {reason}', { night, reason }),
    severalMissed: (count: number, nights: string, reason: string) =>
      phrase('{count} nights were missed: {nights}; the last one: {reason}', { count, nights, reason }),
    notDue: (job: string, next: string) => phrase('{job} is not due{next}', { job, next }),
    made: (job: string, night: string, next: string) =>
      phrase('{job}: a run has begun in the window of {night}{next}', { job, night, next }),
    none: phrase('no run was started in its window'),
    refused: (reason: string) => phrase('the run was refused: {reason}', { reason }),
  },
  drill: {
    missed: (night: string, reason: string) =>
      phrase('the drill of {night} was missed: {reason}', { night, reason }),
    severalMissed: (count: number, nights: string, reason: string) =>
      phrase('{count} drills were missed: {nights}; the last one: {reason}', { count, nights, reason }),
    notDue: (job: string, next: string) => phrase('{job}: no drill is due{next}', { job, next }),
    made: (job: string, night: string, next: string) =>
      phrase('{job}: a drill was made in the window of {night}{next}', { job, night, next }),
    none: phrase('no drill was made in its window'),
    refused: (reason: string) => phrase('the drill ended early: {reason}', { reason }),
  },
} as const;

const nameOf = ({ site, name, task }: ScheduledJob): TaskName => ({ site: site.site, job: name, task });

/** The fields that each event of it has. */
const named = ({ site, name, task }: ScheduledJob): Pick<ScheduleEvent, 'site' | 'job' | 'task'> => ({
  site: site.site,
  job: name,
  ...(task === 'drill' ? { task } : {}),
});

/** As it is recorded. */
const plainOf = (schedule: Schedule) => ({ ...schedule, days: [...schedule.days] });

/** A night without a run, and why there was none. */
export interface MissedNight extends Night {
  readonly reason: string;
}

/** A run that ended before anything was touched. */
const isRefused = ({ verdict, exitStatus }: RunLine): boolean => verdict === 'failed' && exitStatus === 1;

/** When backup runs of the job began, however they were started, or drills of its runs with a result. */
function startsOf(state: StateFolder, job: ScheduledJob, lines: readonly RunLine[]): Date[] {
  const own = backupsOf(job, lines);
  if (job.task === 'run')
    return own.filter((line) => !isRefused(line)).map(({ startedAt }) => new Date(startedAt));
  const runs = new Set(own.map(({ run }) => run));
  return drillsMade(state.restoresFolder)
    .filter(({ run, exitStatus }) => runs.has(run) && exitStatus !== 1)
    .map(({ startedAt }) => new Date(startedAt));
}

/** The backup runs of a job that can be read. */
const backupsOf = ({ site, name }: ScheduledJob, lines: readonly RunLine[]): RunLine[] =>
  lines.filter(
    (line) =>
      line.trouble === undefined &&
      line.site === site.site &&
      line.job === name &&
      line.restores === undefined,
  );

/**
 * The backup that the next drill of a job reads: its newest verified one, unless its tape is known to be lost.
 * @param lines all runs of the state folder
 * @throws DRILL_NOTHING, TAPES_UNREADABLE
 */
export function runToDrill(state: StateFolder, job: ScheduledJob, lines: readonly RunLine[]): string {
  const lost = lossesOfRuns(new MediaFile(state.tapesFile).list().tapes);
  const [newest] = backupsOf(job, lines)
    .filter(({ run, verdict }) => verdict === 'verified' && !lost.has(run))
    .toSorted((one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt));
  if (!newest) throw failure('DRILL_NOTHING', { job: job.name });
  return newest.run;
}

/** A schedule in effect, and since when. */
interface Watched {
  readonly since: Date;
  readonly schedule: Schedule;
}

/** @returns undefined if the schedule is not in effect */
function watchedOf({ schedule }: ScheduledJob, events: readonly ScheduleEvent[]): Watched | undefined {
  const last = events.findLast(({ what }) => what === 'watched' || what === 'removed');
  if (last?.what !== 'watched') return undefined;
  return { since: new Date(last.at), schedule: last.schedule ?? schedule };
}

/** True if the nights that count differ from those of the current site file. */
function isOutdated(job: ScheduledJob, events: readonly ScheduleEvent[]): boolean {
  const watched = watchedOf(job, events);
  return !watched || !isDeepStrictEqual(watched.schedule, job.schedule);
}

/** What is known of a job besides its schedule: its events in `schedule.ndjson`, and when its runs or drills began. */
interface Past {
  readonly events: readonly ScheduleEvent[];
  readonly starts: readonly Date[];
  /** Runs that were refused before anything was touched, the oldest first. */
  readonly refused: readonly RunLine[];
}

function pastOf(
  state: StateFolder,
  job: ScheduledJob,
  events: readonly ScheduleEvent[],
  lines: readonly RunLine[],
): Past {
  const refused = job.task === 'run' ? backupsOf(job, lines).filter(isRefused) : [];
  const inOrder = refused.toSorted((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt));
  return { events, starts: startsOf(state, job, lines), refused: inOrder };
}

function reasonOf({ task }: ScheduledJob, { due, until }: Night, { events, refused }: Past): string {
  const words = wordsOf[task];
  const event = events.findLast(({ what, due: of }) => what === 'refused' && of === due.toISOString());
  const run = refused.findLast(({ startedAt: at }) => new Date(at) >= due && new Date(at) < until);
  const reason = event?.reason ?? run?.sentence;
  return reason === undefined ? words.none : words.refused(reason);
}

/** Nights missed since the schedule took effect, recorded or not; the earliest first. */
function missedOf(job: ScheduledJob, past: Past, now: Date): MissedNight[] {
  const watched = watchedOf(job, past.events);
  if (!watched) return [];
  return missedNights(watched.schedule, watched.since, past.starts, now).map((night) => ({
    ...night,
    reason: reasonOf(job, night, past),
  }));
}

/**
 * The nights missed since the schedule took effect, the earliest first, whether or not they were recorded.
 * @param lines all runs of the state folder
 * @throws STATE_FILE_UNREADABLE
 */
export async function missedNightsOf(
  state: StateFolder,
  job: ScheduledJob,
  lines: readonly RunLine[],
  now: Date,
): Promise<MissedNight[]> {
  const events = await scheduleEvents(state, nameOf(job));
  return missedOf(job, pastOf(state, job, events, lines), now);
}

/**
 * The last missed night, as known now, even if it is not recorded yet. A later drill makes up for a missed one.
 * @param lines all runs of the state folder
 * @throws STATE_FILE_UNREADABLE
 */
export async function lastMissedNight(
  state: StateFolder,
  job: ScheduledJob,
  lines: readonly RunLine[],
  now: Date,
): Promise<MissedNight | undefined> {
  const events = await scheduleEvents(state, nameOf(job));
  const past = pastOf(state, job, events, lines);
  const last = missedOf(job, past, now).at(-1);
  const isMadeGood = job.task === 'drill' && last && past.starts.some((start) => start >= last.due);
  return isMadeGood ? undefined : last;
}

const nightText = ({ schedule: { zone } }: ScheduledJob, { due }: Night): string => zonedText(due, zone);

/** `the night of 2026-11-28 02:00 CET was missed: no run was started in its window`. */
export const missedSentence = (job: ScheduledJob, night: MissedNight): string =>
  wordsOf[job.task].missed(nightText(job, night), night.reason);

function missedWords(job: ScheduledJob, nights: readonly MissedNight[]): string {
  const last = nights.at(-1);
  if (!last || nights.length === 1) return last ? missedSentence(job, last) : '';
  const texts = nights.map((night) => nightText(job, night));
  return wordsOf[job.task].severalMissed(nights.length, texts.join(', '), last.reason);
}

export interface Settled {
  /** The night whose window requires a run now; undefined if none is due. */
  readonly due: Night | undefined;
  /** The text if nothing is due. */
  readonly words: string;
  /** Missed nights that were just recorded. */
  readonly missed: readonly MissedNight[];
}

function dueNow(job: ScheduledJob, starts: readonly Date[], now: Date): Pick<Settled, 'due' | 'words'> {
  const { schedule } = job;
  const last = lastNight(schedule, now);
  const next = nextNight(schedule, now);
  const nextWords = next ? phrase('; next: {night}', { night: nightText(job, next) }) : '';
  if (!last || now >= last.until)
    return { due: undefined, words: wordsOf[job.task].notDue(job.name, nextWords) };
  if (!isServed(last, starts)) return { due: last, words: '' };
  return {
    due: undefined,
    words: wordsOf[job.task].made(job.name, nightText(job, last), nextWords),
  };
}

/**
 * Judges a job now. Missed nights are recorded if they are not yet, and the receivers of `notify` are informed.
 * @param lines all runs of the state folder
 * @param warn called for each message that could not be sent
 * @throws STATE_FOLDER_UNUSABLE, STATE_FILE_UNREADABLE, STATE_FILE_UNWRITABLE
 */
export async function settleNights(
  state: StateFolder,
  job: ScheduledJob,
  lines: readonly RunLine[],
  now: Date,
  warn: (sentence: string) => void,
): Promise<Settled> {
  await state.prepare();
  const starts = startsOf(state, job, lines);
  const event = (what: ScheduleEvent['what'], more: Partial<ScheduleEvent> = {}): ScheduleEvent => ({
    what,
    at: now.toISOString(),
    ...named(job),
    ...more,
  });
  let missed: MissedNight[] = [];
  const record = addScheduleEvents(state, nameOf(job), (events) => {
    const recorded = new Set(events.flatMap(({ what, due }) => (what === 'missed' ? [due] : [])));
    const all = missedOf(job, pastOf(state, job, events, lines), now);
    missed = all.filter(({ due }) => !recorded.has(due.toISOString()));
    return [
      ...missed.map(({ due, reason }) => event('missed', { due: due.toISOString(), reason })),
      // A timer made by hand also puts the schedule into effect. A new schedule counts from now on.
      ...(isOutdated(job, events) ? [event('watched', { schedule: plainOf(job.schedule) })] : []),
    ];
  });
  await record.catch((error: unknown) => tellRefused(state, job, error, warn));
  if (missed.length > 0) await tellMissed(state, job, missed, warn);
  return { ...dueNow(job, starts, now), missed };
}

/**
 * A timer that cannot record nights, such as on a full disk, starts nothing: nobody may see its output.
 * @throws that error
 */
async function tellRefused(
  state: StateFolder,
  job: ScheduledJob,
  error: unknown,
  warn: (sentence: string) => void,
): Promise<never> {
  if (isFailure(error)) {
    const notifier = notifierOf(state, job, warn);
    notifier.refused(error);
    await notifier.settled();
  }
  throw error;
}

async function tellMissed(
  state: StateFolder,
  job: ScheduledJob,
  missed: readonly MissedNight[],
  warn: (sentence: string) => void,
): Promise<void> {
  const notifier = notifierOf(state, job, warn);
  notifier.missed(missedWords(job, missed), job.task);
  await notifier.settled();
}

/**
 * A drill has shown that a tape does not match its run, or cannot be read: the receivers of `notify` are informed.
 * @param warn called for each message that could not be sent
 */
export async function tellFailedDrill(
  state: StateFolder,
  job: ScheduledJob,
  run: string,
  error: Pick<ShadowtapeError, 'message' | 'hint'>,
  warn: (sentence: string) => void,
): Promise<void> {
  const notifier = notifierOf(state, job, warn);
  notifier.drillFailed(
    phrase('the drill of run {run} failed: {reason}', { run, reason: error.message }),
    error.hint,
  );
  await notifier.settled();
}

/**
 * The run of a night was refused before anything was touched, or a drill ended without a result: the next check of the
 * window tries again.
 * @param warn called if it could not be recorded: the refusal is the more serious news
 */
export async function recordRefusal(
  state: StateFolder,
  job: ScheduledJob,
  { due }: Night,
  error: unknown,
  warn: (sentence: string) => void,
): Promise<void> {
  if (!isFailure(error)) return;
  const refused: ScheduleEvent = {
    what: 'refused',
    at: new Date().toISOString(),
    ...named(job),
    due: due.toISOString(),
    reason: error.message,
  };
  try {
    await addScheduleEvents(state, nameOf(job), () => [refused]);
  } catch (unrecorded) {
    if (!isFailure(unrecorded)) throw unrecorded;
    warn(unrecorded.message);
  }
}

/** From now on nights of the job count, by the schedule that it has now. */
export async function watchNights(state: StateFolder, job: ScheduledJob): Promise<void> {
  await state.prepare();
  const watched = { what: 'watched', at: new Date().toISOString(), ...named(job) } as const;
  await addScheduleEvents(state, nameOf(job), (events) =>
    isOutdated(job, events) ? [{ ...watched, schedule: plainOf(job.schedule) }] : [],
  );
}

/** No night of the job counts as missed until the schedule is put into effect again. */
export async function unwatchNights(state: StateFolder, name: TaskName): Promise<void> {
  await state.prepare();
  const { site, job, task } = name;
  const of = task === 'drill' ? { site, job, task } : { site, job };
  await addScheduleEvents(state, name, () => [{ what: 'removed', at: new Date().toISOString(), ...of }]);
}

/** What `schedule next` says of a job. */
export interface NextOfJob {
  readonly job: string;
  /** Present if it is the drill of the job. */
  readonly task?: 'drill' | undefined;
  /** When it is due; ISO 8601, UTC. */
  readonly next: string | undefined;
  /** The end of its window; ISO 8601, UTC. */
  readonly until: string | undefined;
  /** The last night that was missed. */
  readonly missed: string | undefined;
  /** Which tape of its pool it needs next; absent if it has no pool. */
  readonly tape?: string | undefined;
}

/** @throws TAPES_UNREADABLE */
function nextTape(state: StateFolder, { site, job, task }: ScheduledJob, now: Date) {
  if (task === 'drill' || job.media.pool === undefined) return undefined;
  return nextTapeOfJob(site, job, new MediaFile(state.tapesFile).list().tapes, now);
}

/** @throws STATE_FILE_UNREADABLE, TAPES_UNREADABLE */
export async function nextOfJob(
  state: StateFolder,
  job: ScheduledJob,
  lines: readonly RunLine[],
  now: Date,
): Promise<NextOfJob> {
  const night = nextNight(job.schedule, now);
  const missed = await lastMissedNight(state, job, lines, now);
  return {
    job: job.name,
    ...(job.task === 'drill' ? { task: job.task } : {}),
    next: night?.due.toISOString(),
    until: night?.until.toISOString(),
    missed: missed && missedSentence(job, missed),
    tape: nextTape(state, job, now)?.sentence,
  };
}
