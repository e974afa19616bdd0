import { expect, it } from 'vitest';
import { instantOf, isTimeZone, wallTimeOf, zonedText } from './wall-clock.ts';

const at = (text: string) => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/[-T:]/).map(Number);
  return { year, month, day, hour, minute };
};

it.each([
  ['an ordinary night', '2026-11-29T02:00', 'Europe/Berlin', '2026-11-29T01:00:00.000Z'],
  ['a zone with half an hour', '2026-11-29T02:00', 'Asia/Kolkata', '2026-11-28T20:30:00.000Z'],
  ['a zone beyond UTC+12', '2026-11-29T02:00', 'Pacific/Kiritimati', '2026-11-28T12:00:00.000Z'],
  ['UTC', '2026-11-29T02:00', 'UTC', '2026-11-29T02:00:00.000Z'],
  [
    '02:30, skipped in spring: the clock goes from 02:00 to 03:00',
    '2026-03-29T02:30',
    'Europe/Berlin',
    '2026-03-29T01:00:00.000Z',
  ],
  [
    'the last minute before the change in spring',
    '2026-03-29T01:59',
    'Europe/Berlin',
    '2026-03-29T00:59:00.000Z',
  ],
  ['the first minute after it', '2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
  [
    '02:30, shown twice in autumn: the first time',
    '2026-10-25T02:30',
    'Europe/Berlin',
    '2026-10-25T00:30:00.000Z',
  ],
  ['03:00 after the change in autumn', '2026-10-25T03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
  ['a change in the other hemisphere', '2026-10-04T02:15', 'Australia/Sydney', '2026-10-03T16:00:00.000Z'],
  ['a change by half an hour', '2026-10-04T02:15', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
  ['a change at midnight', '2026-09-06T00:30', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
  ['a whole day that was skipped', '2011-12-30T00:30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ['02:30, skipped in America', '2026-03-08T02:30', 'America/New_York', '2026-03-08T07:00:00.000Z'],
])('%s', (_title, wall, zone, instant) => {
  expect(instantOf(at(wall), zone).toISOString()).toBe(instant);
});

it('an instant and its wall time lead to each other, but where the clock shows a time twice', () => {
  const step = 31 * 3_600_000 + 1_860_000;
  const start = Date.parse('2026-01-01T00:00:00Z');
  for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Tokyo'])
    for (let instant = start; instant < start + 366 * 86_400_000; instant += step) {
      const wall = wallTimeOf(new Date(instant), zone);
      const back = instantOf(wall, zone);
      expect(wallTimeOf(back, zone)).toEqual(wall);
      expect([0, 1_800_000, 3_600_000]).toContain(instant - back.getTime());
    }
});

it('distinguishes time zones from other names', () => {
  expect(['Europe/Berlin', 'UTC'].every(isTimeZone)).toBe(true);
  expect(['Europe/Nowhere', ''].some(isTimeZone)).toBe(false);
});

it('an instant is shown with its zone', () => {
  const instant = new Date('2026-11-28T17:04:59.000Z');
  expect(zonedText(instant, 'Europe/Berlin')).toBe('2026-11-28 18:04 CET');
  expect(zonedText(instant, 'Asia/Tokyo')).toBe('2026-11-29 02:04 GMT+9');
});
