/**
 * `restore JOB --drill --if-due`: what a timer starts. Drills the newest verified run if a drill is due, and records
 * missed drills.
 */
import { readSite, siteFileOf, type DrillResult } from '../../application/console.ts';
import {
  recordRefusal,
  runToDrill,
  settleNights,
  tellFailedDrill,
} from '../../application/schedule/schedule-service.ts';
import { scheduledJob } from '../../application/schedule/scheduled-job.ts';
import type { CommandLine } from '../command-line.ts';
import { withHistory } from '../history/history-search-commands.ts';
import { isQuiet } from '../terminal/display.ts';
import { print, warn } from '../terminal/output.ts';
import { translated } from '../../../contract/text/say.ts';

/**
 * @param choice the job, and whether the standard output is for the drill alone
 * @param perform drills a run, with the place of the site file, and prints the result
 * @throws DRILL_NOT_SCHEDULED, DRILL_NOTHING, errors of reading the site and the state folder, and refusals
 */
export async function drillIfDue(
  { state, siteFile }: CommandLine,
  choice: { readonly job: string | undefined; readonly json: boolean },
  perform: (run: string, to: string | undefined) => Promise<DrillResult>,
): Promise<void> {
  const file = siteFile ?? siteFileOf(state.labFolder);
  const scheduled = scheduledJob(await readSite(file), file, choice.job, 'drill');
  const lines = await withHistory(state, (history) => history.lines());
  const tell = (sentence: string) => warn(`shadowtape: ${translated(sentence)}`);
  const { due, words } = await settleNights(state, scheduled, lines, new Date(), tell);
  if (!due) {
    // An answer, not an error: cron mails what is on standard error.
    if (!choice.json && !isQuiet()) print(words);
    return;
  }
  try {
    const run = runToDrill(state, scheduled, lines);
    const { exitStatus, error } = await perform(run, scheduled.job.drill?.to);
    if (error && (exitStatus === 4 || exitStatus === 2))
      await tellFailedDrill(state, scheduled, run, error, tell);
    if (error && exitStatus === 1) await recordRefusal(state, scheduled, due, error, tell);
  } catch (error) {
    await recordRefusal(state, scheduled, due, error, tell);
    throw error;
  }
}
