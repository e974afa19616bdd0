import { expect, it } from 'vitest';
import { offsetText, zonedClock, zonedDay, zonedSecond } from './zoned-time.ts';

it.each([
  ['winter', '2026-11-28T23:04:09.500Z', 'Europe/Berlin', '2026-11-29 00:04:09 CET', '+01:00'],
  ['summer', '2026-07-01T23:04:09.500Z', 'Europe/Berlin', '2026-07-02 01:04:09 CEST', '+02:00'],
  ['UTC', '2026-11-28T23:04:09.500Z', 'UTC', '2026-11-28 23:04:09 UTC', '+00:00'],
  [
    'a zone with half an hour',
    '2026-11-28T18:31:09Z',
    'Asia/Kolkata',
    '2026-11-29 00:01:09 GMT+5:30',
    '+05:30',
  ],
  ['a zone behind UTC', '2026-11-28T02:31:09Z', 'America/St_Johns', '2026-11-27 23:01:09 GMT-3:30', '-03:30'],
  [
    'a second before an hour that is shown twice',
    '2026-10-25T00:59:59Z',
    'Europe/Berlin',
    '2026-10-25 02:59:59 CEST',
    '+02:00',
  ],
  [
    'the hour that is shown again',
    '2026-10-25T01:00:00Z',
    'Europe/Berlin',
    '2026-10-25 02:00:00 CET',
    '+01:00',
  ],
])('%s', (_title, at, zone, text, offset) => {
  const instant = new Date(at);
  expect(zonedSecond(instant, zone)).toBe(text);
  expect(`${zonedDay(instant, zone)} ${zonedClock(instant, zone)}`).toBe(text.slice(0, 19));
  expect(offsetText(instant, zone)).toBe(offset);
});
