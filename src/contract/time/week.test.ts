import { describe, expect, it } from 'vitest';
import { lastDays, lastWeek } from './week.ts';

const hours = ({ from, to }: { from: Date; to: Date }) => (to.getTime() - from.getTime()) / 3_600_000;
const text = ({ from, to }: { from: Date; to: Date }) => [from.toISOString(), to.toISOString()];

describe('the last week', () => {
  it('is the one from Monday to Monday that is over', () => {
    const monday = ['2026-11-22T23:00:00.000Z', '2026-11-29T23:00:00.000Z'];
    expect(text(lastWeek(new Date('2026-11-29T23:00:00Z'), 'Europe/Berlin'))).toEqual(monday);
    expect(text(lastWeek(new Date('2026-12-06T22:59:59Z'), 'Europe/Berlin'))).toEqual(monday);
    expect(text(lastWeek(new Date('2026-12-06T23:00:00Z'), 'Europe/Berlin'))).not.toEqual(monday);
  });

  it('begins at the midnight of its zone, east and west of Greenwich', () => {
    const now = new Date('2026-12-02T12:00:00Z');
    expect(text(lastWeek(now, 'Asia/Tokyo'))).toEqual([
      '2026-11-22T15:00:00.000Z',
      '2026-11-29T15:00:00.000Z',
    ]);
    expect(text(lastWeek(now, 'America/Los_Angeles'))).toEqual([
      '2026-11-23T08:00:00.000Z',
      '2026-11-30T08:00:00.000Z',
    ]);
  });

  it('has an hour less in spring, and an hour more in autumn', () => {
    expect(hours(lastWeek(new Date('2026-03-30T10:00:00Z'), 'Europe/Berlin'))).toBe(167);
    expect(hours(lastWeek(new Date('2026-10-26T10:00:00Z'), 'Europe/Berlin'))).toBe(169);
    expect(hours(lastWeek(new Date('2026-11-09T20:00:00Z'), 'America/New_York'))).toBe(168);
    expect(hours(lastWeek(new Date('2026-11-02T20:00:00Z'), 'America/New_York'))).toBe(169);
  });
});

it('the last days are today until now, and the six days before', () => {
  const now = new Date('2026-10-25T12:00:00Z');
  expect(text(lastDays(now, 'Europe/Berlin'))).toEqual(['2026-10-18T22:00:00.000Z', now.toISOString()]);
});
