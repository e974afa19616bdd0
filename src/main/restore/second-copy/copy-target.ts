/** Which tape a second copy may be written to, and until when it is kept. Pure. */
import { failure, type ShadowtapeError } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { Site } from '../../site/site-schema.ts';
import { refusalOfRun, type FoundTape } from '../../tape/overwrite-rule.ts';

/** Tapes that a job names: the name itself, and with `-2`, `-3` those of a dump on several tapes. */
const isNamedBy = (jobs: string, tape: string): boolean =>
  tape === jobs || (tape.startsWith(`${jobs}-`) && /^\d+$/.test(tape.slice(jobs.length + 1)));

/**
 * A tape that a job writes to is not free for a copy: the next run would be refused, or would overwrite the copy.
 * @throws COPY_TAPE_OF_JOB
 */
export function requireFreeOfJobs({ jobs, pools = {} }: Pick<Site, 'jobs' | 'pools'>, tape: string): void {
  for (const [job, { media }] of Object.entries(jobs)) {
    if (media.pool !== undefined && pools[media.pool]?.tapes.includes(tape))
      throw failure('COPY_TAPE_OF_JOB', {
        name: tape,
        job,
        why: phrase('it is in the pool {pool}', { pool: media.pool }),
      });
    if (media.name !== undefined && isNamedBy(media.name, tape))
      throw failure('COPY_TAPE_OF_JOB', { name: tape, job, why: phrase('media.name says so') });
  }
}

/** The retention of the pool that the tape is in; undefined if it is in none. */
export const keepOfPool = ({ pools = {} }: Pick<Site, 'pools'>, tape: string): string | undefined =>
  Object.values(pools).find(({ tapes }) => tapes.includes(tape))?.keep;

export interface CopyWish {
  readonly run: string;
  readonly name: string;
  /** Uuids of labels of incomplete copies of this run: they may be written again. */
  readonly unfinished: ReadonlySet<string>;
}

/**
 * Why the copy may not be written to the tape; undefined if it may. A tape of the run itself is never overwritten,
 * whatever its retention.
 */
export function refusalOfCopy(
  tape: FoundTape,
  { run, name, unfinished }: CopyWish,
  now: Date,
): ShadowtapeError | undefined {
  const { label } = tape;
  if (label?.run !== run) return refusalOfRun(tape, { name, overwrite: false, run: undefined }, now);
  if (unfinished.has(label.uuid) && label.name === name) return undefined;
  return failure('COPY_ONTO_BACKUP', { run, name: label.name });
}
