/** The scheduled tasks of a site: runs of jobs, and drills of their backups. Pure. */
import { failure } from '../../../contract/errors.ts';
import type { Schedule } from '../../../contract/time/schedule.ts';
import { scheduleOf } from '../../site/schedule-schema.ts';
import { chooseJob } from '../../site/site-file.ts';
import type { Job, Site } from '../../site/site-schema.ts';
import type { Task } from './schedule-file.ts';

/** A job with its schedule, in the zone that counts. */
export interface ScheduledJob {
  readonly site: Site;
  readonly name: string;
  readonly job: Job;
  /** What is due. */
  readonly task: Task;
  readonly schedule: Schedule;
}

/** The tasks of a job that have a schedule. */
function tasksOf(site: Site, name: string, job: Job): ScheduledJob[] {
  const schedules = { run: job.schedule, drill: job.drill?.schedule };
  return (['run', 'drill'] as const).flatMap((task) => {
    const schedule = schedules[task];
    return schedule ? [{ site, name, job, task, schedule: scheduleOf(schedule) }] : [];
  });
}

/**
 * @param siteName the path of the site file, for the messages
 * @param job undefined if the site has only one job
 * @throws JOB_UNKNOWN, JOB_NONE, JOB_NOT_CHOSEN, SCHEDULE_MISSING, DRILL_NOT_SCHEDULED
 */
export function scheduledJob(
  site: Site,
  siteName: string,
  job: string | undefined,
  task: Task = 'run',
): ScheduledJob {
  const chosen = chooseJob(siteName, site, job);
  const found = tasksOf(site, chosen.name, chosen.job).find((each) => each.task === task);
  const code = task === 'run' ? 'SCHEDULE_MISSING' : 'DRILL_NOT_SCHEDULED';
  if (!found) throw failure(code, { job: chosen.name, file: siteName });
  return found;
}

/** What a job of the site has scheduled: its runs, its drills. @throws as scheduledJob */
export function scheduledTasksOf(site: Site, siteName: string, job: string): ScheduledJob[] {
  const { name, job: found } = chooseJob(siteName, site, job);
  const tasks = tasksOf(site, name, found);
  return tasks.length > 0 ? tasks : [scheduledJob(site, siteName, job)];
}

/** Everything that is scheduled in the site. */
export const scheduledTasks = (site: Site): ScheduledJob[] =>
  Object.entries(site.jobs).flatMap(([name, job]) => tasksOf(site, name, job));
