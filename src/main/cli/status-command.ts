/** status: whether every volume is protected, for people and for monitors. */
import type { ServiceState } from '../../contract/protection.ts';
import type { StateFolder } from '../application/console.ts';
import type { VolumeStatus } from '../application/protection/status-service.ts';
import { jsonOption, type CommandLine, type JsonOption } from './command-line.ts';
import { withHistory } from './history-search-commands.ts';
import type { JsonOutput } from './json-output.ts';
import type { Piece } from './terminal/lines.ts';
import { note, print, printJson, standardOutput, warn } from './terminal/output.ts';
import { showError } from './terminal/shown-error.ts';
import { stateTone } from './terminal/state-tone.ts';
import { dayText } from './terminal/display.ts';
import { listingLines, type Column } from './terminal/table.ts';
import { durationText } from './terminal/text.ts';

/** As plugins of Nagios and Icinga end. */
const exitStatuses: Readonly<Record<ServiceState, number>> = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 };

const statusText = `
protected        the newest backup is verified, still on tape, and not older than protect.every of the job
failed           as protected, but the newest run failed or is unverified
overdue          there is no such backup; or it is too old, and the newest run failed
missed           that backup is too old, and no run has ended since; or no run began in the last window of the schedule
action required  the newest run ended with exit status 3, or was interrupted
unknown          the job has no protect.every

Exit status, as monitoring plugins end. It is that of the worst volume:
  0  OK        every volume is protected
  1  WARNING   a volume is overdue or was missed, no run failed, and its backup is at most twice as old as allowed;
               or the digest of a week did not reach everybody who asks for it
  2  CRITICAL  a run of a volume failed or needs action, a scheduled night had no run, or a backup is older than that
  3  UNKNOWN   nothing worse, but a volume is unknown; there is no job; or the site file, a journal or the seals cannot be read`;

/** How long ago it was last proven that the backup can be restored. */
function provenWords(provenAt: string | undefined): string {
  if (provenAt === undefined) return '';
  return `, proven restorable ${durationText(Math.max(0, (Date.now() - Date.parse(provenAt)) / 1000))} ago`;
}

function backupWords({ backup, everySeconds }: VolumeStatus): string {
  const every = everySeconds === undefined ? '' : `, every ${durationText(everySeconds)}`;
  if (!backup) return `no backup${every}`;
  const tape = backup.tapeNames.length === 0 ? '' : `, tape ${backup.tapeNames.join(', ')}`;
  return `${durationText(Math.max(0, backup.ageSeconds))} old${every}, run ${backup.run}${tape}${provenWords(backup.provenAt)}`;
}

/** Cells of the listing. */
function cellsOf(volume: VolumeStatus): (string | Piece)[] {
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
    ...(state === 'protected' ? [] : [reason]),
    ...(trouble?.sentence === undefined ? [] : [trouble.sentence]),
    ...(runningRun === undefined ? [] : [`run ${runningRun} is running`]),
    ...(nextTape === undefined ? [] : [nextTape.sentence]),
    ...(lastRun?.driveAlerts ? [`the drive reported ${lastRun.driveAlerts.join(', ')}`] : []),
    ...(missedDrill === undefined ? [] : [missedDrill.sentence]),
  ];
  return [stateTone(state), `${className}/${master}`, jobs.join(', '), words.join('; ')];
}

const columns: readonly Column[] = [
  { heading: 'STATE', least: 15 },
  { heading: 'VOLUME', least: 20 },
  { heading: 'JOBS', least: 12, label: 'jobs' },
  { heading: 'BACKUP', least: 0 },
];

interface StatusOptions extends JsonOption {
  /** A file for the textfile collector of Prometheus' node_exporter. */
  readonly prometheus?: string;
}

interface StatusPlace {
  readonly state: StateFolder;
  readonly siteFile: string | undefined;
}

/** @returns the exit status. @throws SITE_… where there is no site file, STATE_FILE_… */
async function statusCommand(
  { state, siteFile }: StatusPlace,
  { json = false, prometheus }: StatusOptions,
): Promise<number> {
  const { readSite, siteFileOf } = await import('../application/console.ts');
  const { unsentSentence } = await import('../application/digest/digest-record.ts');
  const { serviceStateOf, siteStatus, worstServiceState } =
    await import('../application/protection/status-service.ts');
  const site = await readSite(siteFile ?? siteFileOf(state.labFolder));
  const { lines, series } = await withHistory(state, async (history) => ({
    lines: await history.lines(),
    series: await history.trends({}),
  }));
  for (const { run, trouble } of lines)
    if (trouble !== undefined) warn(`the journal of run ${run} cannot be read: ${trouble}`);
  const status = await siteStatus({ site, state, lines, series, now: new Date() });
  const { volumes, sealsHead } = status;
  const unsent = status.digest?.unsent;
  const unsentDigest = unsent && { ...unsent, sentence: unsentSentence(unsent, dayText(unsent.week)) };
  const ofSite = { sealsHead, ...(unsentDigest ? { unsentDigest } : {}) };
  if (json)
    for (const volume of volumes)
      printJson<JsonOutput['status']>({ ...volume, service: serviceStateOf(volume), ...ofSite });
  else listingLines({ columns, rows: volumes.map(cellsOf) }, standardOutput.format.width).forEach(print);
  if (!json && sealsHead !== undefined) print(`head of the seals: ${sealsHead}`);
  if (unsentDigest) warn(`${unsentDigest.sentence}; shadowtape digest --send tries again`);
  if (volumes.length === 0) note(`${site.site} has no job`);
  if (prometheus !== undefined) {
    const { writeMetrics } = await import('../application/protection/metrics-places.ts');
    await writeMetrics(prometheus, status);
  }
  const worst = worstServiceState(volumes);
  return exitStatuses[unsentDigest && worst === 'OK' ? 'WARNING' : worst];
}

/** A monitor takes 1 and 2 for what it says of volumes: what kept the command from looking is 3. */
const notLooked = exitStatuses.UNKNOWN;

export function registerStatus(line: CommandLine): void {
  line.program
    .command('status')
    .description('say for each volume whether it is protected; ends as monitoring plugins do')
    .addOption(jsonOption())
    .option(
      '--prometheus <file>',
      'also write metrics into this file, for the textfile collector of Prometheus',
    )
    .addHelpText('after', statusText)
    .action(async (options: StatusOptions) => {
      try {
        line.exitStatus = await statusCommand(line, options);
      } catch (error) {
        showError(error, line.again);
        line.exitStatus = notLooked;
      }
    });
}
