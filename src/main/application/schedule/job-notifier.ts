/** Notifies of a job while no run of it is performed: a missed night, the next tape. */
import type { StateFolder } from '../../journal/state-folder.ts';
import { Notifier } from '../../notify/notifier.ts';
import type { Job, Site } from '../../site/site-schema.ts';

interface NamedJob {
  readonly site: Site;
  readonly name: string;
  readonly job: Job;
}

/** @param warn called for each message that could not be sent */
export function notifierOf(
  state: StateFolder,
  { site, name, job }: NamedJob,
  warn: (sentence: string) => void,
): Notifier {
  return new Notifier({
    ways: job.notify ?? site.notify ?? [],
    job: name,
    site: site.site,
    journalFileOf: (run) => state.journalFile(run),
    warn,
  });
}
