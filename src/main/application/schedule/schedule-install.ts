/** Installs, finds and removes what starts scheduled jobs on this machine: systemd timers or crontab lines. */
import { access, constants, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ownZone } from '../../../contract/time/wall-clock.ts';
import { isMissing } from '../../journal/kept-file.ts';
import { unwritable, writeWhole } from '../../proof/whole-file.ts';
import { requireLocally, runLocally } from './local-command.ts';
import {
  cronLines,
  cronLinesIn,
  crontabWith,
  serviceUnit,
  timerUnit,
  unitNameOf,
  type StartedJob,
  type StartedName,
  type TimerOwner,
} from './schedule-units.ts';

/** What starts the jobs: timers of this user, timers of the machine, or the crontab of this user. */
const starters = ['user', 'system', 'crontab'] as const;
export type Starter = (typeof starters)[number];

/** A text on this machine: a unit file, or the lines of a job in the crontab. */
interface Piece {
  /** Its path, or `crontab`. */
  readonly place: string;
  readonly text: string;
}

/** systemd reads the units of other users only if everybody may read them. */
const unitAccess = 0o644;

function unitFolder(owner: TimerOwner): string {
  if (owner === 'system') return '/etc/systemd/system';
  const base = process.env['XDG_CONFIG_HOME'];
  return join(base?.startsWith('/') ? base : join(homedir(), '.config'), 'systemd', 'user');
}

const unitFiles = (job: StartedName, owner: TimerOwner) => ({
  service: join(unitFolder(owner), `${unitNameOf(job)}.service`),
  timer: join(unitFolder(owner), `${unitNameOf(job)}.timer`),
});

/** The texts that the job needs on this machine. */
export function piecesOf(job: StartedJob, starter: Starter): Piece[] {
  if (starter === 'crontab') return [{ place: 'crontab', text: cronLines(job, ownZone()).join('\n') }];
  const { service, timer } = unitFiles(job, starter);
  return [
    { place: service, text: serviceUnit(job, starter) },
    { place: timer, text: timerUnit(job) },
  ];
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unwritable(file, error);
  }
}

/** A line of others may be in any encoding: a crontab is handled as bytes, a character for each. */
const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const textIn = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

/** @returns the bytes of the crontab of this user; empty if crontab reports that there is none. @throws SCHEDULE_NOT_CHANGED */
async function readCrontab(): Promise<string> {
  const list = ['crontab', '-l'];
  const { exitStatus, stderr } = await runLocally(list);
  // Who may not have one has none.
  if (exitStatus === 1 && /^(crontab: )?no crontab for |not allowed to use/m.test(stderr)) return '';
  return requireLocally(list, '', 'latin1');
}

/** @param lines of the job; none removes it. @throws SCHEDULE_NOT_CHANGED */
async function changeCrontab(job: StartedName, lines: readonly string[]): Promise<void> {
  const changed = crontabWith(await readCrontab(), job, lines.map(bytesOf));
  await requireLocally(['crontab', '-'], changed, 'latin1');
}

const systemctl = (owner: TimerOwner, ...words: readonly string[]): Promise<string> =>
  requireLocally(['systemctl', ...(owner === 'user' ? ['--user'] : []), ...words]);

/** Writes the files, or removes those whose text is undefined. */
async function place(files: ReadonlyMap<string, string | undefined>): Promise<void> {
  for (const [file, text] of files) {
    if (text === undefined) await rm(file, { force: true });
    else await writeWhole(file, text, { mode: 'replace', access: unitAccess });
  }
}

/** The current units, so that a failed change can be undone. */
async function changeUnits(
  owner: TimerOwner,
  files: ReadonlyMap<string, string | undefined>,
  words: readonly string[],
): Promise<void> {
  const before = new Map<string, string | undefined>();
  for (const file of files.keys()) before.set(file, await textOf(file));
  try {
    await place(files);
    await systemctl(owner, 'daemon-reload');
    if (words.length > 0) await systemctl(owner, ...words);
  } catch (error) {
    await place(before);
    await systemctl(owner, 'daemon-reload').catch(() => undefined);
    throw error;
  }
}

/**
 * Installs the job, and replaces its earlier installation.
 * @throws SCHEDULE_NOT_CHANGED, STATE_FILE_UNWRITABLE; everything is then as it was
 */
export async function installJob(job: StartedJob, starter: Starter): Promise<void> {
  if (starter === 'crontab') {
    await changeCrontab(job, cronLines(job, ownZone()));
    return;
  }
  const files = new Map(piecesOf(job, starter).map(({ place: file, text }) => [file, text]));
  await changeUnits(starter, files, ['enable', '--now', `${unitNameOf(job)}.timer`]);
}

/** @throws SCHEDULE_NOT_CHANGED, STATE_FILE_UNWRITABLE */
export async function removeJob(job: StartedName, starter: Starter): Promise<void> {
  if (starter === 'crontab') {
    await changeCrontab(job, []);
    return;
  }
  await systemctl(starter, 'disable', '--now', `${unitNameOf(job)}.timer`);
  const { service, timer } = unitFiles(job, starter);
  const files = new Map([service, timer].map((file) => [file, undefined]));
  await changeUnits(starter, files, []);
}

/** True if a program with that name can be started. */
async function isOnPath(program: string): Promise<boolean> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = folders.map((folder) => access(join(folder, program), constants.X_OK).then(() => true));
  return Promise.any(found).catch(() => false);
}

async function textsOf(job: StartedName, starter: Starter): Promise<(string | undefined)[]> {
  if (starter === 'crontab') {
    if (!(await isOnPath('crontab'))) return [undefined];
    const lines = cronLinesIn(await readCrontab(), job);
    return [lines.length === 0 ? undefined : textIn(lines.join('\n'))];
  }
  const { service, timer } = unitFiles(job, starter);
  return [await textOf(service), await textOf(timer)];
}

/**
 * What starts the job on this machine; nothing if it is not installed. @throws SCHEDULE_NOT_CHANGED if the crontab
 * cannot be read
 */
export async function startersOf(job: StartedName): Promise<Starter[]> {
  const texts = await Promise.all(starters.map((starter) => textsOf(job, starter)));
  return starters.filter((_starter, index) => texts[index]?.some((text) => text !== undefined));
}

/** False if the job is installed differently from what the site file and this program require now. */
export async function isCurrent(job: StartedJob, starter: Starter): Promise<boolean> {
  const texts = await textsOf(job, starter);
  return piecesOf(job, starter).every(({ text }, index) => text === texts[index]);
}
