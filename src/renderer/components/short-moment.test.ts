import { expect, it } from 'vitest';
import { minuteText, shortMoment, zoneText } from './short-moment.ts';

it('a moment of today is shown as a time only, one of another day with its date', () => {
  const now = new Date(2026, 10, 29, 2, 0);
  expect(shortMoment(new Date(2026, 10, 29, 1, 4).toISOString(), now)).toBe('01:04');
  expect(shortMoment(new Date(2026, 10, 28, 18, 4).toISOString(), now)).toBe('2026-11-28 18:04');
  expect(minuteText(new Date(2026, 10, 29, 1, 4).toISOString())).toBe('2026-11-29 01:04');
});

it('the zone has a name', () => {
  expect(zoneText()).toMatch(/^\S+/);
});
