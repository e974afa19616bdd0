/** status: whether every volume is protected, for people and for monitors. */
import type { ServiceState } from '../../contract/protection.ts';
import { say, translated } from '../../contract/text/say.ts';
import { levelText } from '../../contract/drill-level.ts';
import type { StateFolder } from '../application/console.ts';
import type { SiteStatus, VolumeStatus } from '../application/protection/status-service.ts';
import { jsonOption, type CommandLine, type JsonOption } from './command-line.ts';
import { withHistory } from './history/history-search-commands.ts';
import type { JsonOutput } from './json-output.ts';
import { toned, type Piece } from './terminal/lines.ts';
import { note, print, printJson, standardOutput, warn } from './terminal/output.ts';
import { showError } from './terminal/shown-error.ts';
import { stateTone } from './terminal/state-tone.ts';
import { ageWords, oldText } from '../../contract/time/backup-age.ts';
import { isInFuture } from '../../contract/time/in-future.ts';
import { dayText, momentText } from './terminal/display.ts';
import { listingLines, type Column } from './terminal/table.ts';
import { durationText } from './terminal/text.ts';
import { belowOptions } from './terminal/help-text.ts';

/** The exit statuses of Nagios and Icinga plugins. */
const exitStatuses: Readonly<Record<ServiceState, number>> = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 };

const statusText =
  say(`protected        the newest backup is verified, still on tape, and not older than protect.every of the job
failed           as protected, but the newest run failed or is unverified
overdue          there is no such backup; or it is too old, and the newest run failed
missed           that backup is too old, and no run has ended since; or no run began in the last window of the schedule
action required  the newest run ended with exit status 3, or was interrupted
unknown          the job has no protect.every
drill missed     in addition to one of these: a scheduled drill was not made, so nothing proves that the backup can be restored

Exit status, as of monitoring plugins. The worst volume decides:
  0  OK        every volume is protected
  1  WARNING   a volume is overdue or was missed, no run failed, and its backup is at most twice as old as allowed;
               or the digest of a week did not reach everybody who asks for it
  2  CRITICAL  a run of a volume failed or needs action, a scheduled night or drill was missed, or a backup is older than that
  3  UNKNOWN   nothing worse, but a volume is unknown; there is no job; or the site file, a journal or the seals cannot be read`);

/** How long ago the backup was last proven restorable. */
function provenWords({ provenAt, provenLevel }: NonNullable<VolumeStatus['backup']>): string {
  if (provenAt === undefined) return '';
  const seconds = (Date.now() - Date.parse(provenAt)) / 1000;
  if (isInFuture(seconds))
    return say(', proven restorable {at}, which is in the future', { at: momentText(provenAt) });
  const time = durationText(Math.max(0, seconds));
  if (provenLevel === 'restored') return say(', restored to its volume {time} ago', { time });
  const level = levelText(provenLevel);
  return level === undefined
    ? say(', proven restorable {time} ago', { time })
    : say(', drilled {time} ago: {level}', { time, level });
}

function backupWords({ backup, everySeconds }: VolumeStatus): string {
  const every =
    everySeconds === undefined ? '' : say(', every {everySeconds}', { everySeconds: ageWords(everySeconds) });
  if (!backup) return say('no backup{every}', { every });
  const tape =
    backup.tapeNames.length === 0
      ? ''
      : say(', tape {tapeNames}', { tapeNames: backup.tapeNames.join(', ') });
  return say('{age}{every}, run {run}{tape}{proven}', {
    age: oldText(backup.ageSeconds),
    every,
    run: backup.run,
    tape,
    proven: provenWords(backup),
  });
}

/** Cells of the listing. @param called the name of the volume */
function cellsOf(volume: VolumeStatus, called: string): (string | Piece)[] {
  const {
    state,
    class: className,
    master,
    jobs,
    reason,
    trouble,
    runningRun,
    nextTape,
    lastRun,
    missedDrill,
  } = volume;
  const words = [
    backupWords(volume),
    ...(state === 'protected' ? [] : [translated(reason)]),
    ...(trouble?.sentence === undefined ? [] : [translated(trouble.sentence)]),
    ...(runningRun === undefined ? [] : [say('run {runningRun} is running', { runningRun })]),
    ...(nextTape === undefined ? [] : [translated(nextTape.sentence)]),
    ...(lastRun?.driveAlerts
      ? [say('the drive reported {driveAlerts}', { driveAlerts: lastRun.driveAlerts.join(', ') })]
      : []),
    ...(missedDrill === undefined ? [] : [missedDrill.sentence]),
  ];
  return [
    missedDrill === undefined ? stateTone(called) : toned('bad', translated(called)),
    `${className}/${master}`,
    jobs.join(', '),
    words.join('; '),
  ];
}

const columns: readonly Column[] = [
  { heading: say('STATE'), least: 15 },
  { heading: say('VOLUME'), least: 20 },
  { heading: say('JOBS'), least: 12, label: say('jobs') },
  { heading: say('BACKUP'), least: 0 },
];

interface StatusOptions extends JsonOption {
  /** A file for the textfile collector of Prometheus' node_exporter. */
  readonly prometheus?: string;
}

interface StatusPlace {
  readonly state: StateFolder;
  readonly siteFile: string | undefined;
}

/** The digest that did not reach all receivers, with its sentence. */
async function unsentOf({ digest }: SiteStatus) {
  const unsent = digest?.unsent;
  if (!unsent) return undefined;
  const { unsentSentence } = await import('../application/protection/status-service.ts');
  return { ...unsent, sentence: unsentSentence(unsent, dayText(unsent.week)) };
}

/** An unreadable journal may be that of a newer run, which failed. */
const exitStatusOf = (worst: ServiceState, isDigestUnsent: boolean, isUnread: boolean): number => {
  if (worst !== 'OK') return exitStatuses[worst];
  if (isDigestUnsent) return exitStatuses.WARNING;
  return exitStatuses[isUnread ? 'UNKNOWN' : 'OK'];
};

/** @returns the exit status. @throws SITE_… if there is no site file, STATE_FILE_… */
async function statusCommand(
  { state, siteFile }: StatusPlace,
  { json = false, prometheus }: StatusOptions,
): Promise<number> {
  const { readSite, siteFileOf } = await import('../application/console.ts');
  const { protectionWords, serviceStateOf, siteStatus, worstServiceState } =
    await import('../application/protection/status-service.ts');
  const site = await readSite(siteFile ?? siteFileOf(state.labFolder));
  const { lines, series } = await withHistory(state, async (history) => ({
    lines: await history.lines(),
    series: await history.trends({}),
  }));
  const unread = lines.flatMap(({ run, trouble }) => (trouble === undefined ? [] : [{ run, trouble }]));
  for (const { run, trouble } of unread)
    warn(say('the journal of run {run} cannot be read: {trouble}', { run, trouble }));
  const status = await siteStatus({ site, state, lines, series, now: new Date() });
  const { volumes, sealsHead } = status;
  const unsentDigest = await unsentOf(status);
  const ofSite = { sealsHead, ...(unsentDigest ? { unsentDigest } : {}) };
  if (json)
    for (const volume of volumes)
      printJson<JsonOutput['status']>({ ...volume, service: serviceStateOf(volume), ...ofSite });
  else
    listingLines(
      { columns, rows: volumes.map((volume) => cellsOf(volume, protectionWords(volume))) },
      standardOutput.format.width,
    ).forEach(print);
  if (!json && sealsHead !== undefined) print(say('head of the seals: {sealsHead}', { sealsHead }));
  if (unsentDigest)
    warn(say('{sentence}; shadowtape digest --send tries again', { sentence: unsentDigest.sentence }));
  if (volumes.length === 0) note(say('{site} has no job', { site: site.site }));
  if (prometheus !== undefined) {
    const { writeMetrics } = await import('../application/protection/metrics-places.ts');
    await writeMetrics(prometheus, status);
  }
  return exitStatusOf(worstServiceState(volumes), unsentDigest !== undefined, unread.length > 0);
}

/** A monitor reads 1 and 2 as the state of volumes: errors of the command itself are 3. */
const notLooked = exitStatuses.UNKNOWN;

export function registerStatus(line: CommandLine): void {
  line.program
    .command('status')
    .description(say('show for each volume whether it is protected; exits like a monitoring plugin'))
    .addOption(jsonOption())
    .option(
      '--prometheus <file>',
      say('also write metrics into this file, for the textfile collector of Prometheus'),
    )
    .addHelpText('after', belowOptions(statusText))
    .action(async (options: StatusOptions) => {
      try {
        line.exitStatus = await statusCommand(line, options);
      } catch (error) {
        showError(error, line.again);
        line.exitStatus = notLooked;
      }
    });
}
