/** The nights of scheduled jobs: which one is due now, which were missed; a missed one is recorded and notified. Asks no host. */
import { isDeepStrictEqual } from 'node:util';
import { failure, isFailure } from '../../../contract/errors.ts';
import {
  isServed,
  lastNight,
  missedNights,
  nextNight,
  type Night,
  type Schedule,
} from '../../../contract/schedule.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { zonedText } from '../../../contract/wall-clock.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import { notifierOf } from './job-notifier.ts';
import { scheduleOf } from '../../site/schedule-schema.ts';
import { chooseJob } from '../../site/site-file.ts';
import type { Job, Site } from '../../site/site-schema.ts';
import { MediaFile } from '../../tape/media-file.ts';
import { nextTapeOfJob } from '../media/next-tape.ts';
import { addScheduleEvents, scheduleEvents, type ScheduleEvent } from './schedule-file.ts';

/** A job with its schedule, in the zone that counts. */
export interface ScheduledJob {
  readonly site: Site;
  readonly name: string;
  readonly job: Job;
  readonly schedule: Schedule;
}

/** As it is recorded. */
const plainOf = (schedule: Schedule) => ({ ...schedule, days: [...schedule.days] });

/** A night without a run, and why there was none. */
export interface MissedNight extends Night {
  readonly reason: string;
}

/**
 * @param siteName the path of the site file, for the messages
 * @param job undefined where the site has one job alone
 * @throws JOB_UNKNOWN, JOB_NONE, JOB_NOT_CHOSEN, SCHEDULE_MISSING
 */
export function scheduledJob(site: Site, siteName: string, job: string | undefined): ScheduledJob {
  const named = chooseJob(siteName, site, job);
  if (!named.job.schedule) throw failure('SCHEDULE_MISSING', { job: named.name, file: siteName });
  return { site, name: named.name, job: named.job, schedule: scheduleOf(named.job.schedule) };
}

/** All jobs of the site that have a schedule. */
export const scheduledJobs = (site: Site): ScheduledJob[] =>
  Object.entries(site.jobs).flatMap(([name, job]) =>
    job.schedule ? [{ site, name, job, schedule: scheduleOf(job.schedule) }] : [],
  );

/** When backup runs of the job began, whoever started them. */
const startsOf = ({ site, name }: ScheduledJob, lines: readonly RunLine[]): Date[] =>
  lines
    .filter(
      (line) =>
        line.trouble === undefined &&
        line.site === site.site &&
        line.job === name &&
        line.restores === undefined,
    )
    .map(({ startedAt }) => new Date(startedAt));

/** A schedule in effect: which one counts, and from when on. */
interface Watched {
  readonly since: Date;
  readonly schedule: Schedule;
}

/** @returns undefined where nobody has put the schedule into effect */
function watchedOf({ schedule }: ScheduledJob, events: readonly ScheduleEvent[]): Watched | undefined {
  const last = events.findLast(({ what }) => what === 'watched' || what === 'removed');
  if (last?.what !== 'watched') return undefined;
  return { since: new Date(last.at), schedule: last.schedule ?? schedule };
}

/** True where other nights count than those of the site file now. */
function isOutdated(job: ScheduledJob, events: readonly ScheduleEvent[]): boolean {
  const watched = watchedOf(job, events);
  return !watched || !isDeepStrictEqual(watched.schedule, job.schedule);
}

function reasonOf({ due }: Night, events: readonly ScheduleEvent[]): string {
  const refused = events.findLast(({ what, due: of }) => what === 'refused' && of === due.toISOString());
  if (refused) return `the run was refused: ${refused.reason ?? ''}`;
  return 'no run was started in its window';
}

/** Nights that were missed since the schedule is in effect, recorded or not; the earliest first. */
function missedOf(
  job: ScheduledJob,
  events: readonly ScheduleEvent[],
  starts: readonly Date[],
  now: Date,
): MissedNight[] {
  const watched = watchedOf(job, events);
  if (!watched) return [];
  return missedNights(watched.schedule, watched.since, starts, now).map((night) => ({
    ...night,
    reason: reasonOf(night, events),
  }));
}

/**
 * The nights that were missed since the schedule is in effect, the earliest first, whether or not something has recorded them.
 * @param lines all runs of the state folder
 * @throws STATE_FILE_UNREADABLE
 */
export async function missedNightsOf(
  state: StateFolder,
  job: ScheduledJob,
  lines: readonly RunLine[],
  now: Date,
): Promise<MissedNight[]> {
  const events = await scheduleEvents(state, job.site.site, job.name);
  return missedOf(job, events, startsOf(job, lines), now);
}

/**
 * The last night that was missed, as far as it can be told now, although nothing may have recorded it yet.
 * @param lines all runs of the state folder
 * @throws STATE_FILE_UNREADABLE
 */
export async function lastMissedNight(
  state: StateFolder,
  job: ScheduledJob,
  lines: readonly RunLine[],
  now: Date,
): Promise<MissedNight | undefined> {
  return (await missedNightsOf(state, job, lines, now)).at(-1);
}

const nightText = ({ schedule: { zone } }: ScheduledJob, { due }: Night): string => zonedText(due, zone);

/** `the night of 2026-11-28 02:00 CET was missed: no run was started in its window`. */
export const missedSentence = (job: ScheduledJob, night: MissedNight): string =>
  `the night of ${nightText(job, night)} was missed: ${night.reason}`;

function missedWords(job: ScheduledJob, nights: readonly MissedNight[]): string {
  const last = nights.at(-1);
  if (!last || nights.length === 1) return last ? missedSentence(job, last) : '';
  const texts = nights.map((night) => nightText(job, night));
  return `${nights.length} nights were missed: ${texts.join(', ')}; the last one: ${last.reason}`;
}

export interface Settled {
  /** The night in whose window a run has to begin now; undefined where none is due. */
  readonly due: Night | undefined;
  /** What is said where nothing is due. */
  readonly words: string;
  /** Missed nights that were recorded just now. */
  readonly missed: readonly MissedNight[];
}

function dueNow(job: ScheduledJob, starts: readonly Date[], now: Date): Pick<Settled, 'due' | 'words'> {
  const { schedule } = job;
  const last = lastNight(schedule, now);
  const next = nextNight(schedule, now);
  const nextWords = next ? `; next: ${nightText(job, next)}` : '';
  if (!last || now >= last.until) return { due: undefined, words: `${job.name} is not due${nextWords}` };
  if (!isServed(last, starts)) return { due: last, words: '' };
  return {
    due: undefined,
    words: `${job.name}: a run has begun in the window of ${nightText(job, last)}${nextWords}`,
  };
}

/**
 * Judges a job now. Missed nights that are not recorded yet are recorded, and the people of `notify` are told.
 * @param lines all runs of the state folder
 * @param warn hears of each message that could not be sent
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
  const { site, name } = job;
  const starts = startsOf(job, lines);
  const event = (what: ScheduleEvent['what'], more: Partial<ScheduleEvent> = {}): ScheduleEvent => ({
    what,
    at: now.toISOString(),
    site: site.site,
    job: name,
    ...more,
  });
  let missed: MissedNight[] = [];
  await addScheduleEvents(state, site.site, name, (events) => {
    const recorded = new Set(events.flatMap(({ what, due }) => (what === 'missed' ? [due] : [])));
    missed = missedOf(job, events, starts, now).filter(({ due }) => !recorded.has(due.toISOString()));
    return [
      ...missed.map(({ due, reason }) => event('missed', { due: due.toISOString(), reason })),
      // A timer that was made by hand puts the schedule into effect, too. A new schedule counts from now on.
      ...(isOutdated(job, events) ? [event('watched', { schedule: plainOf(job.schedule) })] : []),
    ];
  });
  if (missed.length > 0) await tellMissed(state, job, missed, warn);
  return { ...dueNow(job, starts, now), missed };
}

async function tellMissed(
  state: StateFolder,
  job: ScheduledJob,
  missed: readonly MissedNight[],
  warn: (sentence: string) => void,
): Promise<void> {
  const notifier = notifierOf(state, job, warn);
  notifier.missed(missedWords(job, missed));
  await notifier.settled();
}

/** The run of a night was refused before anything was touched: the next check of the window tries again. */
export async function recordRefusal(
  state: StateFolder,
  { site, name }: ScheduledJob,
  { due }: Night,
  error: unknown,
): Promise<void> {
  if (!isFailure(error)) return;
  const refused: ScheduleEvent = {
    what: 'refused',
    at: new Date().toISOString(),
    site: site.site,
    job: name,
    due: due.toISOString(),
    reason: error.message,
  };
  await addScheduleEvents(state, site.site, name, () => [refused]);
}

/** From now on nights of the job count, by the schedule that it has now. */
export async function watchNights(state: StateFolder, job: ScheduledJob): Promise<void> {
  await state.prepare();
  const { site, name } = job;
  await addScheduleEvents(state, site.site, name, (events) =>
    isOutdated(job, events)
      ? [
          {
            what: 'watched',
            at: new Date().toISOString(),
            site: site.site,
            job: name,
            schedule: plainOf(job.schedule),
          },
        ]
      : [],
  );
}

/** No night of the job is missed any more, until the schedule is put into effect again. */
export async function unwatchNights(state: StateFolder, site: string, job: string): Promise<void> {
  await state.prepare();
  await addScheduleEvents(state, site, job, () => [
    { what: 'removed', at: new Date().toISOString(), site, job },
  ]);
}

/** What `schedule next` says of a job. */
export interface NextOfJob {
  readonly job: string;
  /** When it is due; ISO 8601, UTC. */
  readonly next: string | undefined;
  /** The end of its window; ISO 8601, UTC. */
  readonly until: string | undefined;
  /** The last night that was missed. */
  readonly missed: string | undefined;
  /** Which tape of its pool it needs next; absent where it has no pool. */
  readonly tape?: string | undefined;
}

/** @throws TAPES_UNREADABLE */
function nextTape(state: StateFolder, { site, job }: ScheduledJob, now: Date) {
  if (job.media.pool === undefined) return undefined;
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
    next: night?.due.toISOString(),
    until: night?.until.toISOString(),
    missed: missed && missedSentence(job, missed),
    tape: nextTape(state, job, now)?.sentence,
  };
}
