/** The day before a job is due, announces which tape of its pool is needed. Queries no host. */
import type { RunLine } from '../../../contract/screens.ts';
import type { NextTapeOfJob } from '../../../contract/protection.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import { notifierOf } from '../schedule/job-notifier.ts';
import { performedRuns } from '../../proof/live-runs.ts';
import { MediaFile } from '../../tape/media-file.ts';
import { addScheduleEvents } from '../schedule/schedule-file.ts';
import type { ScheduledJob } from '../schedule/scheduled-job.ts';
import { nextTapeOfJob } from './next-tape.ts';

/** A day, and the hour by which a day can be longer when the clock changes. */
const aheadMilliseconds = 25 * 3_600_000;

/** True while a run that takes its tape from the same pool is running: its tape is not in the inventory yet. */
async function isPoolInUse(
  state: StateFolder,
  { site, job }: ScheduledJob,
  lines: () => Promise<readonly RunLine[]>,
): Promise<boolean> {
  const performed = new Set((await performedRuns(state)).map(({ run }) => run));
  if (performed.size === 0) return false;
  return (await lines()).some(
    (line) =>
      performed.has(line.run) &&
      line.site === site.site &&
      site.jobs[line.job]?.media.pool === job.media.pool,
  );
}

/** What a person must do before the night. */
function hintOf({ site, job }: ScheduledJob, { name }: NextTapeOfJob): string {
  const { host, device, changer } = site.tape;
  if (name === undefined)
    return phrase('add a blank tape to pools.{pool}.tapes before then', { pool: job.media.pool ?? '' });
  if (changer !== undefined)
    return phrase('make sure that the changer {changer} on {host} holds it before then', { changer, host });
  return phrase('insert it into {device} on {host} before then', { device, host });
}

/**
 * Two consoles, and all hours of the window, announce a tape once; a different tape is announced again. @returns false
 * if it was announced already
 */
async function isNews(
  state: StateFolder,
  { site: { site }, name: job }: ScheduledJob,
  { due, name = '' }: NextTapeOfJob,
  now: Date,
): Promise<boolean> {
  const added = await addScheduleEvents(state, { site, job }, (events) => {
    const last = events.findLast(({ what, due: of }) => what === 'announced' && of === due);
    return last?.tape === name
      ? []
      : [{ what: 'announced', at: now.toISOString(), site, job, due, tape: name }];
  });
  return added.length > 0;
}

/**
 * @param lines returns all runs of the state folder, called if one is running
 * @param warn called for each message that could not be sent
 * @returns the sentence that was sent; undefined if there is nothing to announce now
 * @throws TAPES_UNREADABLE, STATE_FILE_UNREADABLE, STATE_FILE_UNWRITABLE
 */
export async function announceTape(
  state: StateFolder,
  job: ScheduledJob,
  lines: () => Promise<readonly RunLine[]>,
  now: Date,
  warn: (sentence: string) => void,
): Promise<string | undefined> {
  if (job.job.media.pool === undefined || (await isPoolInUse(state, job, lines))) return undefined;
  const { site } = job;
  const next = nextTapeOfJob(site, job.job, new MediaFile(state.tapesFile).list().tapes, now);
  if (!next || Date.parse(next.due) - now.getTime() > aheadMilliseconds) return undefined;
  if (!(await isNews(state, job, next, now))) return undefined;
  const notifier = notifierOf(state, job, warn);
  notifier.nextTape(next, hintOf(job, next));
  await notifier.settled();
  return next.sentence;
}
