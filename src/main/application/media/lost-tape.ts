/**
 * Notifies of the backups that were lost with a tape: every receiver in `notify` of their jobs with `failure`. Contacts
 * no host.
 */
import type { RunLine } from '../../../contract/screens.ts';
import { phraseCount } from '../../../contract/text/say.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import type { Site } from '../../site/site-schema.ts';
import type { DeclaredLoss } from '../known-tapes.ts';
import { notifierOf } from '../schedule/job-notifier.ts';

/** Where the loss is reported, and the known runs. */
interface Telling {
  readonly state: StateFolder;
  readonly site: Site;
  /** All runs of the state folder. */
  readonly lines: readonly RunLine[];
  /** Called for each message that could not be sent. */
  readonly warn: (sentence: string) => void;
}

/** One message for each job of the site that has lost a run. */
export async function tellLostTape(
  { state, site, lines, warn }: Telling,
  name: string,
  { runs, by }: DeclaredLoss,
): Promise<void> {
  const lost = lines.filter((line) => line.site === site.site && runs.includes(line.run));
  for (const [jobName, job] of Object.entries(site.jobs)) {
    const own = lost.filter((line) => line.job === jobName).map(({ run }) => run);
    if (own.length === 0) continue;
    const notifier = notifierOf(state, { site, name: jobName, job }, warn);
    notifier.tapeLost(
      phraseCount(
        own.length,
        'the tape "{name}" was declared lost by {by}; no other tape holds run {runs}',
        'the tape "{name}" was declared lost by {by}; no other tape holds the runs {runs}',
        { name, by, runs: own.join(', ') },
      ),
      name,
    );
    await notifier.settled();
  }
}
