import { describe, expect, it } from 'vitest';
import {
  checkTimesOf,
  lastNight,
  missedNights,
  nextNight,
  nightsBetween,
  weekdays,
  type Night,
  type Schedule,
} from './schedule.ts';

const schedule: Schedule = {
  hour: 2,
  minute: 30,
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  windowSeconds: 6 * 3600,
  zone: 'Europe/Berlin',
};
const daily = { ...schedule, days: weekdays };
const at = (text: string) => new Date(text);
const words = (night: Night | undefined) =>
  night && `${night.due.toISOString().slice(5, 16)} to ${night.until.toISOString().slice(5, 16)}`;

describe('the nights of a schedule', () => {
  it('are on its days, whatever day it is in UTC', () => {
    const late = { ...schedule, hour: 0, minute: 10 };
    const nights = nightsBetween(late, at('2026-11-27T00:00Z'), at('2026-12-01T12:00Z'));
    // Monday 00:10 in Berlin is Sunday in UTC.
    expect(nights.map(words)).toEqual(['11-29T23:10 to 11-30T05:10', '11-30T23:10 to 12-01T05:10']);
  });

  it('have one night on each day of a week in which the clock changes, none doubled and none lost', () => {
    const spring = nightsBetween(daily, at('2026-03-28T00:00Z'), at('2026-03-31T00:00Z'));
    expect(spring.map(words)).toEqual([
      '03-28T01:30 to 03-28T07:30',
      // 02:30 does not exist: the night begins at the change, and its window is as long as ever.
      '03-29T01:00 to 03-29T07:00',
      '03-30T00:30 to 03-30T06:30',
    ]);
    const autumn = nightsBetween(daily, at('2026-10-24T00:00Z'), at('2026-10-27T00:00Z'));
    expect(autumn.map(words)).toEqual([
      '10-24T00:30 to 10-24T06:30',
      '10-25T00:30 to 10-25T06:30',
      '10-26T01:30 to 10-26T07:30',
    ]);
  });

  it('have 365 nights in a year in each zone, and their windows do not overlap', () => {
    for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Tokyo']) {
      const whole = { ...daily, zone, windowSeconds: 24 * 3600 };
      const nights = nightsBetween(whole, at('2026-01-01T12:00Z'), at('2027-01-01T12:00Z'));
      expect(nights).toHaveLength(365);
      nights.slice(1).forEach(({ due }, index) => {
        expect(due.getTime()).toBeGreaterThanOrEqual(nights[index]?.until.getTime() ?? 0);
      });
    }
  });

  it('follow and precede an instant', () => {
    const friday = at('2026-11-27T12:00Z');
    expect(words(nextNight(schedule, friday))).toBe('11-30T01:30 to 11-30T07:30');
    expect(words(lastNight(schedule, friday))).toBe('11-27T01:30 to 11-27T07:30');
    const due = at('2026-11-30T01:30Z');
    expect(words(lastNight(schedule, due))).toBe('11-30T01:30 to 11-30T07:30');
    expect(words(nextNight(schedule, due))).toBe('12-01T01:30 to 12-01T07:30');
  });

  it('follow and precede an instant by a week at most, and by an hour more where the clock changes', () => {
    const weekly: Schedule = { ...schedule, days: ['fri'] };
    const before = at('2026-10-23T00:30Z');
    const after = '10-30T01:30 to 10-30T07:30';
    expect(words(nextNight(weekly, before))).toBe(after);
    expect(words(lastNight(weekly, at('2026-10-30T01:29Z')))).toBe('10-23T00:30 to 10-23T06:30');
    expect(words(lastNight(weekly, before))).toBe('10-23T00:30 to 10-23T06:30');
  });

  it('count from the first instant of a time on, and before the last', () => {
    const due = at('2026-11-30T01:30Z');
    const count = (from: Date, to: Date) => nightsBetween(schedule, from, to).length;
    expect([count(due, at('2026-11-30T01:31Z')), count(at('2026-11-30T01:00Z'), due)]).toEqual([1, 0]);
  });

  it('end where the next one is due, and a whole day later where none is', () => {
    const whole: Schedule = { ...schedule, days: ['fri', 'sat'], windowSeconds: 24 * 3600 };
    // The clock changes in the night to Sunday, 29 March: Saturday's window has its 24 hours all the same.
    const nights = nightsBetween(whole, at('2026-03-27T00:00Z'), at('2026-03-28T12:00Z'));
    expect(nights.map(words)).toEqual(['03-27T01:30 to 03-28T01:30', '03-28T01:30 to 03-29T01:30']);
    const daily = { ...whole, days: weekdays };
    const [, short] = nightsBetween(daily, at('2026-03-27T00:00Z'), at('2026-03-28T12:00Z'));
    expect(words(short)).toBe('03-28T01:30 to 03-29T01:00');
  });
});

describe('a night', () => {
  const since = at('2026-11-23T12:00Z');

  it('is missed when its window is over and no run began in it', () => {
    const starts = [at('2026-11-24T01:30Z'), at('2026-11-26T07:29Z'), at('2026-11-27T07:30Z')];
    const missed = (now: string) => missedNights(schedule, since, starts, at(now)).map(words);
    expect(missed('2026-11-25T07:29Z')).toEqual([]);
    expect(missed('2026-11-25T07:30Z')).toEqual(['11-25T01:30 to 11-25T07:30']);
    expect(missed('2026-11-29T00:00Z')).toEqual(['11-25T01:30 to 11-25T07:30', '11-27T01:30 to 11-27T07:30']);
  });

  it('is not missed before the schedule was put into effect', () => {
    expect(missedNights(schedule, at('2026-11-25T01:31Z'), [], at('2026-11-25T23:00Z'))).toEqual([]);
  });
});

it('a schedule is checked each hour of its window and after it, over midnight on the next day', () => {
  expect(checkTimesOf(schedule)).toEqual([
    { days: schedule.days, hours: [2, 3, 4, 5, 6, 7, 8, 9], minute: 30 },
  ]);
  expect(checkTimesOf({ ...schedule, hour: 22, windowSeconds: 3600, days: ['fri', 'sat'] })).toEqual([
    { days: ['fri', 'sat'], hours: [22, 23], minute: 30 },
    { days: ['sat', 'sun'], hours: [0], minute: 30 },
  ]);
});

it('a schedule whose tapes are announced is also checked at that time of the day before', () => {
  const weekly = { ...schedule, windowSeconds: 3600 };
  expect(checkTimesOf({ ...weekly, days: ['fri'] }, true)).toEqual([
    { days: ['thu'], hours: [2], minute: 30 },
    { days: ['fri'], hours: [2, 3, 4], minute: 30 },
  ]);
  expect(checkTimesOf({ ...weekly, days: weekdays }, true)).toEqual(
    checkTimesOf({ ...weekly, days: weekdays }),
  );
});
