/** Until when a tape must not be overwritten. Retention ends at the start of its last day, so that a weekly tape is writable in its week. Pure. */
import { instantOf, wallTimeOf, type WallTime } from '../../contract/time/wall-clock.ts';

const daysOf = { day: 1, week: 7, year: 365 } as const;

function dayAfter({ year, month, day }: WallTime, days: number): WallTime {
  const date = new Date(Date.UTC(year, month - 1, day + days));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: 0,
    minute: 0,
  };
}

/**
 * @param keep `30 days`, `8 weeks`, `7 years`; undefined if the job does not set it
 * @param from when the run began
 * @param zone whose days count
 */
export function keepUntilOf(keep: string | undefined, from: Date, zone: string): string | undefined {
  const [, count, unit] = /^(\d+) (day|week|year)s?$/.exec(keep ?? '') ?? [];
  if (count === undefined) return undefined;
  const days = Number(count) * daysOf[unit as keyof typeof daysOf];
  return instantOf(dayAfter(wallTimeOf(from, zone), days), zone).toISOString();
}

/** True while the tape must not be overwritten. */
export function isKept({ keepUntil }: { readonly keepUntil?: string | undefined }, now: Date): boolean {
  return keepUntil !== undefined && now < new Date(keepUntil);
}
