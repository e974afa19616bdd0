/** Weeks of the calendar in a time zone: from Monday 00:00 to Monday 00:00, an hour shorter or longer where the clock changes. Pure. */
import { instantOf, wallTimeOf } from './wall-clock.ts';

/** From an instant on, and before another. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

const dayMilliseconds = 86_400_000;

/** 00:00 of a day. @param days after the day of the instant */
function midnight(instant: Date, zone: string, days: number): Date {
  const { year, month, day } = wallTimeOf(instant, zone);
  const date = new Date(Date.UTC(year, month - 1, day) + days * dayMilliseconds);
  const wall = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  return instantOf({ ...wall, hour: 0, minute: 0 }, zone);
}

/** The last week that is over. */
export function lastWeek(now: Date, zone: string): Period {
  const { year, month, day } = wallTimeOf(now, zone);
  // Sunday is 0 for getUTCDay, and the last day of a week.
  const sinceMonday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
  return { from: midnight(now, zone, -sinceMonday - 7), to: midnight(now, zone, -sinceMonday) };
}

/** Today until now, and the six days before. */
export const lastDays = (now: Date, zone: string): Period => ({ from: midnight(now, zone, -6), to: now });
