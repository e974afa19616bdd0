/** status: whether every volume is protected, for people and for monitors. */
import type { StateFolder } from '../application/console.ts';
import type { PairProtection, Protection } from '../application/protection-service.ts';
import { jsonOption, type CommandLine, type JsonOption } from './command-line.ts';
import { withHistory } from './history-search-commands.ts';
import type { JsonOutput } from './json-output.ts';
import { note, print, printJson } from './output.ts';
import { durationText, errorText } from './text.ts';

/** As plugins of Nagios and Icinga end: OK, WARNING, CRITICAL, UNKNOWN. */
const exitStatuses: Readonly<Record<Protection, number>> = {
  protected: 0,
  failed: 1,
  overdue: 2,
  missed: 2,
  'action required': 2,
  unknown: 3,
};

const statusText = `
protected        the newest backup is verified, still on tape, and not older than protect.every of the job
failed           as protected, but the newest run failed or is unverified
overdue          there is no such backup; or it is too old, and the newest run failed
missed           that backup is too old, and no run has ended since
action required  the newest run ended with exit status 3, or was interrupted
unknown          the job has no protect.every

Exit status, as monitoring plugins end:
  0  every volume is protected
  1  a volume has failed
  2  a volume is overdue, was missed, or needs action
  3  nothing worse, but a volume is unknown; there is no job; or the site file or the journals cannot be read`;

function backupWords({ backup, everySeconds }: PairProtection): string {
  const every = everySeconds === undefined ? '' : `, every ${durationText(everySeconds)}`;
  if (!backup) return `no backup${every}`;
  const tape = backup.tapeNames.length === 0 ? '' : `, tape ${backup.tapeNames.join(', ')}`;
  return `${durationText(Math.max(0, backup.ageSeconds))} old${every}, run ${backup.run}${tape}`;
}

function lineOf(pair: PairProtection): string {
  const { state, class: className, master, job, reason, trouble, runningRun } = pair;
  const words = [
    `${state.padEnd(15)}  ${`${className}/${master}`.padEnd(20)}  ${job.padEnd(12)}  ${backupWords(pair)}`,
    ...(state === 'protected' ? [] : [reason]),
    ...(trouble?.sentence === undefined ? [] : [trouble.sentence]),
    ...(runningRun === undefined ? [] : [`run ${runningRun} is running`]),
  ];
  return words.join('; ');
}

interface StatusOptions {
  readonly state: StateFolder;
  readonly siteFile: string | undefined;
  readonly json: boolean;
}

/** @returns the exit status. @throws SITE_… where there is no site file */
async function statusCommand({ state, siteFile, json }: StatusOptions): Promise<number> {
  const { readSite, siteFileOf } = await import('../application/console.ts');
  const { gravestOf, siteProtection } = await import('../application/protection-service.ts');
  const site = await readSite(siteFile ?? siteFileOf(state.labFolder));
  const lines = await withHistory(state, (history) => history.lines());
  for (const { run, trouble } of lines)
    if (trouble !== undefined) note(`the journal of run ${run} cannot be read: ${trouble}`);
  const pairs = await siteProtection(site, state, lines, new Date());
  for (const pair of pairs) {
    if (json) printJson<JsonOutput['status']>(pair);
    else print(lineOf(pair));
  }
  if (pairs.length === 0) note(`${site.site} has no job`);
  return exitStatuses[gravestOf(pairs)];
}

/** A monitor takes 1 and 2 for what it says of volumes: what kept the command from looking is 3. */
const notLooked = 3;

export function registerStatus(line: CommandLine): void {
  line.program
    .command('status')
    .description('say for each volume whether it is protected; ends as monitoring plugins do')
    .addOption(jsonOption())
    .addHelpText('after', statusText)
    .action(async ({ json = false }: JsonOption) => {
      const { state, siteFile } = line;
      try {
        line.exitStatus = await statusCommand({ state, siteFile, json });
      } catch (error) {
        note(errorText(error, line.again));
        line.exitStatus = notLooked;
      }
    });
}
