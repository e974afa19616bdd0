import { describe, expect, it } from 'vitest';
import { areDumpHours, isWithinHours } from './dump-hours.ts';

describe('the hours of a dump', () => {
  it('are two different times of day', () => {
    for (const hours of ['20:00-06:00', '00:00-23:59', '07:30-18:00'])
      expect(areDumpHours(hours), hours).toBe(true);
    for (const text of [
      '20:00-20:00',
      '24:00-06:00',
      '8:00-18:00',
      '20:00',
      '20:60-21:00',
      '20:00 - 06:00',
      '',
    ])
      expect(areDumpHours(text), text).toBe(false);
  });

  it.each([
    ['20:00-06:00', '19:59', false],
    ['20:00-06:00', '20:00', true],
    ['20:00-06:00', '23:59', true],
    ['20:00-06:00', '00:00', true],
    ['20:00-06:00', '05:59', true],
    ['20:00-06:00', '06:00', false],
    ['08:30-18:00', '08:29', false],
    ['08:30-18:00', '08:30', true],
    ['08:30-18:00', '18:00', false],
  ])('%s at %s: %s', (hours, clock, isWithin) => {
    expect(isWithinHours({ hours, zone: 'UTC' }, new Date(`2026-11-28T${clock}:30Z`))).toBe(isWithin);
  });

  it('never end where they are none', () => {
    for (const hours of ['', '20:00', '20:00-20:00'])
      for (const clock of ['00:00', '20:00', '12:00'])
        expect(isWithinHours({ hours, zone: 'UTC' }, new Date(`2026-11-28T${clock}:00Z`))).toBe(true);
  });

  it('are those of the clock in their zone, before and after it changes', () => {
    const berlin = { hours: '20:00-06:00', zone: 'Europe/Berlin' };
    const at = (instant: string) => isWithinHours(berlin, new Date(instant));
    // 2026-03-29 at 02:00 the clock skips an hour; on 2026-10-25 at 03:00 it repeats one.
    expect([at('2026-03-28T18:59:00Z'), at('2026-03-28T19:00:00Z')]).toEqual([false, true]);
    expect([at('2026-03-29T03:59:00Z'), at('2026-03-29T04:00:00Z')]).toEqual([true, false]);
    expect([at('2026-10-25T04:59:00Z'), at('2026-10-25T05:00:00Z')]).toEqual([true, false]);
  });
});
