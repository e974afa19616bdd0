/** Which tape of its pool a job needs, now and on its next night. Queries no host. */
import { failure, type ShadowtapeError } from '../../../contract/errors.ts';
import type { NextTapeOfJob } from '../../../contract/protection.ts';
import { nextNight } from '../../../contract/time/schedule.ts';
import { zonedText } from '../../../contract/time/wall-clock.ts';
import { phrase } from '../../../contract/text/say.ts';
import { scheduleOf } from '../../site/schedule-schema.ts';
import type { NamedJob } from '../../site/site-file.ts';
import type { Job, Site } from '../../site/site-schema.ts';
import type { KnownTape } from '../../tape/media-catalogue.ts';
import type { MediaFile } from '../../tape/media-file.ts';
import { keptWords, nextOfPool, type PoolChoice } from '../../tape/pool.ts';

type Pools = Pick<Site, 'pools'>;

/** @returns undefined for a job without a pool */
function choiceOf(
  { pools = {} }: Pools,
  { media }: Job,
  tapes: readonly KnownTape[],
  at: Date,
): (PoolChoice & { readonly pool: string }) | undefined {
  const { pool } = media;
  const found = pool === undefined ? undefined : pools[pool];
  if (pool === undefined || found === undefined) return undefined;
  return { pool, ...nextOfPool(found.tapes, tapes, at) };
}

const exhausted = (choice: PoolChoice & { readonly pool: string }): ShadowtapeError =>
  failure('POOL_EXHAUSTED', { pool: choice.pool, tapes: keptWords(choice) });

/**
 * The job with the name of the tape that a run beginning now writes to. A job without a pool is unchanged.
 * @throws POOL_EXHAUSTED, TAPES_UNREADABLE
 */
export function withTapeOfPool(
  site: Pools,
  { name, job }: NamedJob,
  inventory: MediaFile,
  now: Date,
): NamedJob {
  if (job.media.pool === undefined) return { name, job };
  const choice = choiceOf(site, job, inventory.list().tapes, now);
  if (!choice) return { name, job };
  if (!choice.next) throw exhausted(choice);
  return { name, job: { ...job, media: { ...job.media, name: choice.next.name } } };
}

/**
 * The tape of its pool on which a run continues.
 * @param written tapes that the run has written
 * @returns undefined for a job without a pool
 * @throws POOL_EXHAUSTED, TAPES_UNREADABLE
 */
export function furtherTapeOfPool(
  { pools = {} }: Pools,
  job: Job,
  inventory: MediaFile,
  written: readonly string[],
): string | undefined {
  const left = Object.entries(pools).map(([name, pool]) => [
    name,
    { ...pool, tapes: pool.tapes.filter((tape) => !written.includes(tape)) },
  ]);
  const choice = choiceOf({ pools: Object.fromEntries(left) }, job, inventory.list().tapes, new Date());
  if (!choice) return undefined;
  if (!choice.next) throw exhausted(choice);
  return choice.next.name;
}

/** @returns undefined if the job has no schedule, or no pool */
export function nextTapeOfJob(
  site: Pools,
  job: Job,
  tapes: readonly KnownTape[],
  now: Date,
): NextTapeOfJob | undefined {
  const schedule = job.schedule && scheduleOf(job.schedule);
  const night = schedule && nextNight(schedule, now);
  const choice = night && choiceOf(site, job, tapes, night.due);
  if (!choice) return undefined;
  const { next } = choice;
  const place =
    next?.location === undefined ? '' : phrase(', which is in {location}', { location: next.location });
  const need = next
    ? phrase('needs the tape "{name}"{place}', { name: next.name, place })
    : phrase('has no tape: {reason}', { reason: exhausted(choice).message });
  return {
    due: night.due.toISOString(),
    name: next?.name,
    location: next?.location,
    sentence: phrase('the next run, due {zoned}, {need}', {
      zoned: zonedText(night.due, schedule.zone),
      need,
    }),
  };
}
