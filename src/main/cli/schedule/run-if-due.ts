/** run --if-due: what a timer starts. Runs the job if its schedule requires it now, and records missed nights. */
import { announceTape } from '../../application/media/announce-tape.ts';
import { readSite, siteFileOf } from '../../application/console.ts';
import { recordRefusal, settleNights } from '../../application/schedule/schedule-service.ts';
import { scheduledJob } from '../../application/schedule/scheduled-job.ts';
import type { CommandLine } from '../command-line.ts';
import { withHistory } from '../history/history-search-commands.ts';
import { isQuiet } from '../terminal/display.ts';
import { print, warn } from '../terminal/output.ts';
import { translated } from '../../../contract/text/say.ts';

/**
 * @param choice the job, and whether the standard output is for events alone
 * @param begin runs the job; throws if it is refused before anything is touched
 * @throws SCHEDULE_MISSING, errors of reading the site and the state folder, and what `begin` throws
 */
export async function runIfDue(
  line: CommandLine,
  choice: { readonly job: string | undefined; readonly json: boolean },
  begin: (job: string) => Promise<void>,
): Promise<void> {
  const { state, siteFile } = line;
  const file = siteFile ?? siteFileOf(state.labFolder);
  const scheduled = scheduledJob(await readSite(file), file, choice.job);
  const runs = () => withHistory(state, (history) => history.lines());
  const tell = (sentence: string) => warn(`shadowtape: ${translated(sentence)}`);
  const isShown = !choice.json && !isQuiet();
  const announce = async () => {
    const sentence = await announceTape(state, scheduled, runs, new Date(), tell);
    if (sentence !== undefined && isShown) print(`${scheduled.name}: ${translated(sentence)}`);
  };
  const { due, words } = await settleNights(state, scheduled, await runs(), new Date(), tell);
  if (!due) {
    // An answer, not an error: cron mails what is on standard error.
    if (isShown) print(words);
    return announce();
  }
  try {
    await begin(scheduled.name);
  } catch (error) {
    // A run that had begun is in its journal.
    if (!line.hasEnded) await recordRefusal(state, scheduled, due, error, tell);
    throw error;
  }
  await announce();
}
