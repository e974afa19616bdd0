import { expect, it } from 'vitest';
import { clockText, dayAndClock, minuteText, shortMoment, zoneText } from './moments.ts';

it('a moment of today is shown as a time only, one of another day with its date', () => {
  const now = new Date(2026, 10, 29, 2, 0);
  expect(shortMoment(new Date(2026, 10, 29, 1, 4).toISOString(), now)).toBe('01:04');
  expect(shortMoment(new Date(2026, 10, 28, 18, 4).toISOString(), now)).toBe('2026-11-28 18:04');
  expect(minuteText(new Date(2026, 10, 29, 1, 4).toISOString())).toBe('2026-11-29 01:04');
});

it('a moment of a run is shown to the second, in the order that the command line has', () => {
  const at = new Date(2026, 0, 2, 3, 4, 5).getTime();
  expect([clockText(at), dayAndClock(at)]).toEqual(['03:04:05', '2026-01-02 03:04:05']);
});

it('the zone has a name', () => {
  expect(zoneText()).toMatch(/^\S+/);
});
