/** What starts scheduled jobs: systemd units and crontab lines, as text. Pure. */
import { createHash } from 'node:crypto';
import { checkTimesOf, weekdays, type CheckTimes, type Schedule } from '../../../contract/time/schedule.ts';
import type { Task } from './schedule-file.ts';
import { quoteArgument } from '../../ssh/quoting.ts';

/** What is started for a job. */
export interface StartedJob {
  readonly site: string;
  readonly job: string;
  /** Absent: a run of the job. */
  readonly task?: Task | undefined;
  readonly schedule: Schedule;
  /** A description of what is started, if it is not a job. */
  readonly title?: string;
  /** True if the tape of each night is announced a day before. */
  readonly announcesTape?: boolean;
  /** Program and arguments, all paths absolute. */
  readonly argv: readonly string[];
  /** What the program needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Instead of a job's name: what sends the weekly digest. No job has this name. */
export const digestName = '_digest';

/** The owner of the timers: this user, or the machine. */
export type TimerOwner = 'user' | 'system';

/** The name of a site may have any characters, that of a unit may not. */
function namePart(text: string): string {
  const safe = text.replaceAll(/[^A-Za-z0-9_.-]/g, '_');
  return safe === text ? text : `${safe}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

export type StartedName = Pick<StartedJob, 'site' | 'job' | 'task'>;

/** `shadowtape-payroll-nightly`, without `.service` or `.timer`. No name of a job has a colon there. */
export const unitNameOf = ({ site, job, task }: StartedName): string =>
  `shadowtape-${namePart(site)}-${namePart(job)}${task === 'drill' ? ':drill' : ''}`;

/** The description of a unit. */
const aboutOf = ({ job, task, title }: Pick<StartedJob, 'job' | 'task' | 'title'>): string =>
  plain(title ?? `${task === 'drill' ? 'drills of job' : 'job'} ${job}`);

/** One word of ExecStart= (systemd.service(5), "Command lines"; specifiers begin with a percent sign). */
const execWord = (word: string): string =>
  `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;

/** A value that is text for people. */
const plain = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ').replaceAll('%', '%%');

/** Names the job that a unit starts. systemd ignores sections that begin with X-. */
const ownSection = ({ site, job }: StartedJob): string[] => [
  '[X-Shadowtape]',
  `Site=${plain(site)}`,
  `Job=${plain(job)}`,
];

/** @returns the text of NAME.service */
export function serviceUnit(started: StartedJob, owner: TimerOwner): string {
  const { site, argv, environment } = started;
  const variables = Object.entries(environment).map(
    ([name, value]) => `Environment=${execWord(`${name}=${value}`)}`,
  );
  return [
    '[Unit]',
    `Description=Shadowtape: ${aboutOf(started)} of ${plain(site)}`,
    // The user's manager has no targets of the machine.
    ...(owner === 'system' ? ['Wants=network-online.target', 'After=network-online.target'] : []),
    '',
    '[Service]',
    'Type=oneshot',
    ...variables,
    `ExecStart=${argv.map(execWord).join(' ')}`,
    '# A stop is answered with a rollback, which takes its time.',
    'KillMode=mixed',
    'TimeoutStopSec=1h',
    '',
    ...ownSection(started),
    '',
  ].join('\n');
}

const two = (number: number): string => String(number).padStart(2, '0');
const capital = (day: string): string => day.charAt(0).toUpperCase() + day.slice(1);

/** An OnCalendar= expression (systemd.time(7), "Calendar events"). */
export function calendarOf({ days, hours, minute }: CheckTimes, zone: string): string {
  const some = days.length === 7 ? '' : `${days.map(capital).join(',')} `;
  return `${some}*-*-* ${hours.map(two).join(',')}:${two(minute)}:00 ${zone}`;
}

/** A comment in the timer: why it starts the program that often. */
function startedWhen({ task, title }: StartedJob): string {
  if (title !== undefined)
    return '# Once for each week, however often it is started: what was not accepted is tried again.';
  const command = task === 'drill' ? 'restore --drill' : 'run';
  return `# ${command} --if-due decides: each hour of the window, and after it, where a missed night is recorded.`;
}

/** @returns the text of NAME.timer */
export function timerUnit(started: StartedJob): string {
  const { site, schedule, announcesTape } = started;
  return [
    '[Unit]',
    `Description=Shadowtape: schedule of ${aboutOf(started)} of ${plain(site)}`,
    '',
    '[Timer]',
    startedWhen(started),
    ...checkTimesOf(schedule, announcesTape).map((times) => `OnCalendar=${calendarOf(times, schedule.zone)}`),
    '# After a time without power the job is checked at once.',
    'Persistent=true',
    'AccuracySec=1s',
    '',
    '[Install]',
    'WantedBy=timers.target',
    '',
    ...ownSection(started),
    '',
  ].join('\n');
}

/** cron only uses the zone of the machine; for another one, a check runs four times an hour. */
function cronTimes({ schedule, announcesTape }: StartedJob, ownZone: string): string[] {
  if (schedule.zone !== ownZone) return ['*/15 * * * *'];
  return checkTimesOf(schedule, announcesTape).map(({ days, hours, minute }) => {
    const on = days.length === 7 ? '*' : days.map((day) => weekdays.indexOf(day)).join(',');
    return `${minute} ${hours.join(',')} * * ${on}`;
  });
}

/** crontab(5): a percent sign ends the command. */
const cronWord = (word: string): string => quoteArgument(word).replaceAll('%', '\\%');

const beginOf = (started: StartedName): string =>
  `# begin ${unitNameOf(started)} (made by shadowtape schedule install)`;
const endOf = (started: StartedName): string => `# end ${unitNameOf(started)}`;

/** @returns the lines of a crontab for the job, with the marks around them */
export function cronLines(started: StartedJob, ownZone: string): string[] {
  const variables = Object.entries(started.environment).map(([name, value]) => `${name}=${cronWord(value)}`);
  // SHELL of the crontab may be a csh, which knows no assignment before a command.
  const prefix = variables.length > 0 ? ['env', ...variables] : [];
  const command = [...prefix, ...started.argv.map(cronWord)].join(' ');
  return [
    beginOf(started),
    // cron mails what a command prints: only errors must be printed.
    ...[...cronTimes(started, ownZone), '@reboot'].map((time) => `${time} ${command} >/dev/null`),
    endOf(started),
  ];
}

/**
 * Where the lines of the job are, from the first mark to after the last one. A first mark without a last one holds
 * nothing: what follows it may be lines of others.
 */
function rangeIn(lines: readonly string[], started: StartedName): readonly [number, number] | undefined {
  const last = lines.indexOf(endOf(started));
  const first = last < 0 ? -1 : lines.slice(0, last).lastIndexOf(beginOf(started));
  return first < 0 ? undefined : [first, last + 1];
}

/** The lines of the job in a crontab, marks included; empty if there are none. */
export function cronLinesIn(crontab: string, started: StartedName): string[] {
  const lines = crontab.split('\n');
  const range = rangeIn(lines, started);
  return range ? lines.slice(...range) : [];
}

/** The crontab with new lines for the job; everything else is unchanged. @param own empty: the job is removed */
export function crontabWith(crontab: string, started: StartedName, own: readonly string[]): string {
  const lines = crontab === '' ? [] : crontab.replace(/\n$/, '').split('\n');
  const [from, to] = rangeIn(lines, started) ?? [lines.length, lines.length];
  const changed = [...lines.slice(0, from), ...own, ...lines.slice(to)];
  return changed.length === 0 ? '' : `${changed.join('\n')}\n`;
}
