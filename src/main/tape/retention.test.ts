import fc from 'fast-check';
import { expect, it } from 'vitest';
import { localDay } from '../../contract/time/wall-clock.ts';
import { isKept, keepUntilOf } from './retention.ts';

const berlin = 'Europe/Berlin';

it('ends at the start of its last day: days, weeks and years, or not at all', () => {
  const from = new Date('2026-11-22T10:00:00Z');
  const keeps = ['1 day', '30 days', '2 weeks', '1 year', undefined];
  expect(keeps.map((keep) => keepUntilOf(keep, from, 'UTC'))).toEqual([
    '2026-11-23T00:00:00.000Z',
    '2026-12-22T00:00:00.000Z',
    '2026-12-06T00:00:00.000Z',
    '2027-11-22T00:00:00.000Z',
    undefined,
  ]);
});

it('holds until the moment that the label names', () => {
  const keepUntil = '2026-12-22T02:00:04.000Z';
  expect(isKept({ keepUntil }, new Date('2026-12-22T02:00:03.999Z'))).toBe(true);
  expect(isKept({ keepUntil }, new Date(keepUntil))).toBe(false);
  expect(isKept({}, new Date())).toBe(false);
});

it('counts the days of the zone, also over a change of the clock', () => {
  const from = new Date('2026-10-18T22:30:00Z'); // Monday, 00:30 in Berlin
  expect(keepUntilOf('1 week', from, berlin)).toBe('2026-10-25T23:00:00.000Z');
  expect(localDay('2026-10-25T23:00:00.000Z', berlin)).toBe('2026-10-26');
});

it('lets a weekly tape be written at any time of the same weekday, in any zone', () => {
  const zones = [berlin, 'America/New_York', 'Asia/Tokyo', 'Australia/Lord_Howe', 'UTC'];
  const hour = 3_600_000;
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }),
      fc.integer({ min: 1, max: 60 }),
      (zone, from, weeks) => {
        const until = keepUntilOf(`${weeks} weeks`, from, zone) ?? '';
        // The clock may have changed by an hour in between.
        const sameTime = new Date(from.getTime() + weeks * 168 * hour + hour);
        const dayBefore = new Date(from.getTime() + (weeks * 168 - 26) * hour);
        expect(isKept({ keepUntil: until }, sameTime)).toBe(false);
        expect(isKept({ keepUntil: until }, dayBefore)).toBe(true);
      },
    ),
  );
});
