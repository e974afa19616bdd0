/** What `schedule` does: timers are first shown, then installed, listed and removed. Loaded when one of its commands is given. */
import { resolve } from 'node:path';
import { failure } from '../../../contract/errors.ts';
import { ownZone, zonedText } from '../../../contract/time/wall-clock.ts';
import { say, translated } from '../../../contract/text/say.ts';
import { readSite, siteFileOf, type Site } from '../../application/console.ts';
import { wantsDigest } from '../../application/digest/digest-record.ts';
import {
  installJob,
  isCurrent,
  piecesOf,
  removeJob,
  startersOf,
  type Starter,
} from '../../application/schedule/schedule-install.ts';
import { nextOfJob, unwatchNights, watchNights } from '../../application/schedule/schedule-service.ts';
import {
  scheduledTasks,
  scheduledTasksOf,
  type ScheduledJob,
} from '../../application/schedule/scheduled-job.ts';
import type { Task } from '../../application/schedule/schedule-file.ts';
import { digestName, type StartedJob } from '../../application/schedule/schedule-units.ts';
import {
  questionsOfHosts,
  questionsOfTask,
  requireNoQuestion,
} from '../../application/schedule/unattended-check.ts';
import type { CommandLine, JsonOption } from '../command-line.ts';
import { withHistory } from '../history/history-search-commands.ts';
import type { JsonOutput } from '../json-output.ts';
import { zoneInstead } from '../terminal/display.ts';
import { note, print, printJson, printVerbatim } from '../terminal/output.ts';
import { hasTerminal, typedOnTerminal } from '../terminal/terminal.ts';

const starterWords: Readonly<Record<Starter, string>> = {
  user: say('systemd timer of this user'),
  system: say('systemd timer of the machine'),
  crontab: say('crontab of this user'),
};

interface Titled {
  readonly job: string;
  readonly task?: Task | undefined;
}

const nameOf = ({ job }: Titled): string => (job === digestName ? 'weekly digest' : job);

/** `nightly`, `nightly drill`, `weekly digest`. */
const titleOf = (titled: Titled): string =>
  titled.task === 'drill' ? say('{job} drill', { job: titled.job }) : nameOf(titled);

interface OpenedSite {
  readonly site: Site;
  readonly file: string;
}

async function siteOfLine({ siteFile, state }: CommandLine): Promise<OpenedSite> {
  const file = siteFile ?? siteFileOf(state.labFolder);
  return { site: await readSite(file), file };
}

/** Runs and drills. @param names if empty, every job with a schedule. @throws JOB_UNKNOWN, SCHEDULE_MISSING */
function chosen({ site, file }: OpenedSite, names: readonly string[]): ScheduledJob[] {
  const jobs =
    names.length === 0 ? scheduledTasks(site) : names.flatMap((name) => scheduledTasksOf(site, file, name));
  if (jobs.length === 0) throw failure('SCHEDULE_MISSING', { job: Object.keys(site.jobs).join(', '), file });
  return jobs;
}

/** A timer starts in another folder, and with another environment. */
function programOf(
  line: CommandLine,
  file: string,
  words: readonly string[],
): Pick<StartedJob, 'argv' | 'environment'> {
  const program = [process.execPath, resolve(process.argv[1] ?? '')];
  const places = ['--site', resolve(file), '--state', resolve(line.state.path)];
  return {
    argv: [...program, ...places, ...words],
    // Electron may be the program, and needs a variable to run as Node.
    environment: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
  };
}

function startedOf(
  line: CommandLine,
  { file }: OpenedSite,
  { site, name, job, task, schedule }: ScheduledJob,
): StartedJob {
  return {
    site: site.site,
    job: name,
    task,
    schedule,
    announcesTape: task === 'run' && job.media.pool !== undefined,
    ...programOf(line, file, [
      ...(task === 'run' ? ['run', name] : ['restore', name, '--drill']),
      '--if-due',
    ]),
  };
}

/** The weekly digest is sent on Mondays from this hour on, in the zone of this machine. */
const digestHour = 7;
/** Each hour, a digest that was not accepted is tried again. */
const digestWindowSeconds = 12 * 3600;

/** What sends the digest of the site. */
function digestOf(line: CommandLine, { file, site }: OpenedSite): StartedJob {
  const { argv, environment } = programOf(line, file, ['digest', '--send']);
  const schedule = {
    hour: digestHour,
    minute: 0,
    days: ['mon' as const],
    windowSeconds: digestWindowSeconds,
    zone: ownZone(),
  };
  return { site: site.site, job: digestName, title: 'weekly digest', schedule, argv, environment };
}

export interface ChangeOptions {
  readonly yes: boolean;
  readonly dryRun: boolean;
}

/** @returns false if it is only shown. @throws SCHEDULE_NOT_CONFIRMED */
async function isConfirmed({ yes, dryRun }: ChangeOptions, question: string): Promise<boolean> {
  if (dryRun || yes) return !dryRun;
  const typed = hasTerminal() ? await typedOnTerminal(`${question} [yes/no] `) : undefined;
  if (typed !== 'yes') throw failure('SCHEDULE_NOT_CONFIRMED');
  return true;
}

export interface InstallOptions extends ChangeOptions {
  readonly system: boolean;
  readonly crontab: boolean;
}

interface Replaced {
  readonly job: StartedJob;
  readonly starter: Starter;
}

/** What else starts the jobs. Two timers would begin a run at the same time, and one of them would be refused each night. */
async function replacedBy(starter: Starter, started: readonly StartedJob[]): Promise<Replaced[]> {
  const found = await Promise.all(started.map(async (job) => ({ job, starters: await startersOf(job) })));
  return found.flatMap(({ job, starters }) =>
    starters.filter((other) => other !== starter).map((other) => ({ job, starter: other })),
  );
}

export async function install(
  line: CommandLine,
  names: readonly string[],
  options: InstallOptions,
): Promise<void> {
  const opened = await siteOfLine(line);
  const jobs = chosen(opened, names);
  const starter = options.crontab ? 'crontab' : options.system ? 'system' : 'user';
  // Only the requested jobs.
  const digests = names.length === 0 && wantsDigest(opened.site) ? [digestOf(line, opened)] : [];
  const started = [...jobs.map((job) => startedOf(line, opened, job)), ...digests];
  for (const { place, text } of started.flatMap((job) => piecesOf(job, starter)))
    for (const shown of [`# ${place}`, ...text.trimEnd().split('\n'), '']) printVerbatim(shown);
  const replaced = await replacedBy(starter, started);
  for (const { job, starter: other } of replaced)
    print(say('replaces: {job}, {starterWord}', { job: titleOf(job), starterWord: starterWords[other] }));
  // No timer has the agent of a session.
  delete process.env['SSH_AUTH_SOCK'];
  requireNoQuestion([
    ...jobs.flatMap((job) => questionsOfTask(job, job.site)),
    ...(await questionsOfHosts(opened.site, line.state)),
  ]);
  if (!(await isConfirmed(options, say('Install {starterWord}?', { starterWord: starterWords[starter] }))))
    return;
  for (const [index, job] of started.entries()) {
    await installJob(job, starter);
    const scheduled = jobs[index];
    if (scheduled) await watchNights(line.state, scheduled);
    print(say('installed: {job}, {starterWord}', { job: titleOf(job), starterWord: starterWords[starter] }));
  }
  for (const { job, starter: other } of replaced) {
    await removeJob(job, other);
    print(say('removed: {job}, {starterWord}', { job: titleOf(job), starterWord: starterWords[other] }));
  }
  if (starter === 'user')
    note(say('timers of a user run without a login only after: loginctl enable-linger'));
}

export async function remove(
  line: CommandLine,
  names: readonly string[],
  options: ChangeOptions,
): Promise<void> {
  const { site } = await siteOfLine(line);
  const jobs = names.length === 0 ? Object.keys(site.jobs) : names;
  const tasks: Pick<StartedJob, 'job' | 'task'>[] = [
    ...jobs.flatMap((job) => (['run', 'drill'] as const).map((task) => ({ job, task }))),
    ...(names.length === 0 ? [{ job: digestName }] : []),
  ];
  const found = await Promise.all(
    tasks.map(async (job) => ({ job, starters: await startersOf({ site: site.site, ...job }) })),
  );
  const installed = found.flatMap(({ job, starters }) => starters.map((starter) => ({ job, starter })));
  for (const { job, starter } of installed) print(`${titleOf(job)}: ${starterWords[starter]}`);
  if (installed.length === 0) {
    note(say('no job of this site is installed'));
    return;
  }
  if (!(await isConfirmed(options, say('Remove them?')))) return;
  for (const { job, starter } of installed) {
    await removeJob({ site: site.site, ...job }, starter);
    if (job.task) await unwatchNights(line.state, { site: site.site, job: job.job, task: job.task });
    print(say('removed: {job}, {starterWord}', { job: titleOf(job), starterWord: starterWords[starter] }));
  }
}

export async function list(line: CommandLine, { json = false }: JsonOption): Promise<void> {
  const opened = await siteOfLine(line);
  const digests = wantsDigest(opened.site) ? [digestOf(line, opened)] : [];
  for (const started of [...chosen(opened, []).map((job) => startedOf(line, opened, job)), ...digests]) {
    const starters = await startersOf(started);
    const installed = await Promise.all(
      starters.map(async (starter) => ({ starter, current: await isCurrent(started, starter) })),
    );
    const title = titleOf(started).padEnd(12);
    const task = started.task === 'drill' ? { task: started.task } : {};
    if (json) printJson<JsonOutput['schedule list']>({ job: nameOf(started), ...task, installed });
    else if (installed.length === 0) print(say('{title}  not installed', { title }));
    else
      for (const { starter, current } of installed) {
        const words = current ? '' : say('; differs from the site file: run schedule install again');
        print(`${title}  ${starterWords[starter]}${words}`);
      }
  }
}

export async function next(
  line: CommandLine,
  names: readonly string[],
  { json = false }: JsonOption,
): Promise<void> {
  const jobs = chosen(await siteOfLine(line), names);
  const lines = await withHistory(line.state, (history) => history.lines());
  for (const job of jobs) {
    const found = await nextOfJob(line.state, job, lines, new Date());
    if (json) printJson<JsonOutput['schedule next']>(found);
    else {
      const shown = (at: string | undefined) =>
        at === undefined ? '-' : zonedText(new Date(at), zoneInstead(job.schedule.zone));
      print(
        say('{title}  {next}, window until {until}', {
          title: titleOf(found).padEnd(12),
          next: shown(found.next),
          until: shown(found.until),
        }),
      );
      for (const more of [found.tape, found.missed])
        if (more !== undefined) print(`${''.padEnd(12)}  ${translated(more)}`);
    }
  }
}
