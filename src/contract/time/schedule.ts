/** When a job is due by its schedule, and which nights it has missed. Pure: the clock and the zone are given. */
import { instantOf, wallTimeOf, type WallTime } from './wall-clock.ts';

/** In the order of Date.getUTCDay. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof weekdays)[number];

export interface Schedule {
  readonly hour: number;
  readonly minute: number;
  readonly days: readonly Weekday[];
  /** How long after its time a run may still begin. */
  readonly windowSeconds: number;
  /** IANA name of the time zone. */
  readonly zone: string;
}

/** One time at which the job is due; a night even where it is at noon. */
export interface Night {
  readonly due: Date;
  /** A run may begin before this instant: the end of the window, or the next time the job is due. */
  readonly until: Date;
}

const dayMilliseconds = 86_400_000;

/** Days of the calendar, from the one before `from` to the one after `to`. */
function datesBetween(from: Date, to: Date, zone: string): WallTime[] {
  const dayOf = ({ year, month, day }: WallTime) => Date.UTC(year, month - 1, day);
  const first = dayOf(wallTimeOf(from, zone)) - dayMilliseconds;
  const last = dayOf(wallTimeOf(to, zone)) + dayMilliseconds;
  const dates: WallTime[] = [];
  for (let day = first; day <= last; day += dayMilliseconds) {
    const date = new Date(day);
    dates.push({
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: 0,
      minute: 0,
    });
  }
  return dates;
}

function isOn({ days }: Schedule, { year, month, day }: WallTime): boolean {
  const weekday = weekdays[new Date(Date.UTC(year, month - 1, day)).getUTCDay()];
  return weekday !== undefined && days.includes(weekday);
}

/** A schedule has at least one day in each week; the clock may change meanwhile. */
const reachMilliseconds = 8 * dayMilliseconds;

/** @returns the nights that are due from `from` on and before `to`, the earliest first */
export function nightsBetween(schedule: Schedule, from: Date, to: Date): Night[] {
  const { hour, minute, zone, windowSeconds } = schedule;
  // The day after is the last that can end a window: a window has at most 24 hours.
  const dues = datesBetween(from, to, zone)
    .filter((date) => isOn(schedule, date))
    .map((date) => instantOf({ ...date, hour, minute }, zone).getTime());
  return dues.flatMap((due, index) => {
    if (due < from.getTime() || due >= to.getTime()) return [];
    const next = dues[index + 1] ?? Number.POSITIVE_INFINITY;
    return [{ due: new Date(due), until: new Date(Math.min(due + windowSeconds * 1000, next)) }];
  });
}

/** The first night after an instant. */
export function nextNight(schedule: Schedule, now: Date): Night | undefined {
  const from = new Date(now.getTime() + 1);
  return nightsBetween(schedule, from, new Date(now.getTime() + reachMilliseconds))[0];
}

/** The last night that was due at an instant or before; its window may be open or over. */
export function lastNight(schedule: Schedule, now: Date): Night | undefined {
  const from = new Date(now.getTime() - reachMilliseconds);
  return nightsBetween(schedule, from, new Date(now.getTime() + 1)).at(-1);
}

/** True if a run that began at one of these instants belongs to the night. */
export const isServed = ({ due, until }: Night, starts: readonly Date[]): boolean =>
  starts.some((start) => start >= due && start < until);

/**
 * The nights that are over and had no run.
 * @param since when the schedule was put into effect: no night before is missed
 * @param starts when runs of the job began
 */
export function missedNights(schedule: Schedule, since: Date, starts: readonly Date[], now: Date): Night[] {
  return nightsBetween(schedule, since, now).filter(
    (night) => night.until <= now && !isServed(night, starts),
  );
}

/** Times of the wall clock at which something has to look whether the job is due. */
export interface CheckTimes {
  readonly days: readonly Weekday[];
  readonly hours: readonly number[];
  readonly minute: number;
}

/**
 * Each hour of the window, and up to two hours after it: what was refused is tried again, a time that the clock skips is made good, and
 * a missed night is noticed when its window ends, in any season.
 * @param isAnnounced also a day before, when the tape of the night is announced
 */
export function checkTimesOf(
  { hour, minute, days, windowSeconds }: Schedule,
  isAnnounced = false,
): CheckTimes[] {
  const count = Math.min(24, Math.ceil(windowSeconds / 3600) + 2);
  const hours = Array.from({ length: count }, (_, index) => hour + index);
  const dayFrom = (day: Weekday, count: number): Weekday =>
    weekdays[(weekdays.indexOf(day) + 7 + count) % 7] ?? day;
  const dayAfter = (day: Weekday) => dayFrom(day, 1);
  const before = days.map((day) => dayFrom(day, -1)).filter((day) => !days.includes(day));
  return [
    ...(isAnnounced && before.length > 0 ? [{ days: before, hours: [hour], minute }] : []),
    { days, hours: hours.filter((each) => each < 24), minute },
    { days: days.map(dayAfter), hours: hours.filter((each) => each >= 24).map((each) => each - 24), minute },
  ].filter(({ hours: some }) => some.length > 0);
}
