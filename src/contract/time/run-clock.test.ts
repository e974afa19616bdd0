import { describe, expect, it } from 'vitest';
import { millisecondsBetween, steadyMoment } from './run-clock.ts';

const at = (time: string, elapsed?: number) => ({ at: `2026-11-22T${time}.000Z`, elapsed });

describe('the time between two events of a run', () => {
  it('is what has passed, whether the clock was set back or ahead meanwhile', () => {
    expect(millisecondsBetween(at('02:00:00', 0), at('01:10:00', 600_000))).toBe(600_000);
    expect(millisecondsBetween(at('02:00:00', 1000), at('09:00:00', 61_000))).toBe(60_000);
  });

  it('is that of the clock in a journal of an earlier release, and never negative', () => {
    expect(millisecondsBetween(at('02:00:00'), at('02:10:00'))).toBe(600_000);
    expect(millisecondsBetween(at('02:00:00'), at('01:10:00'))).toBe(0);
    expect(millisecondsBetween(at('02:00:00'), at('02:10:00', 5))).toBe(600_000);
  });
});

it('an event is placed by what has passed since the run began', () => {
  const start = at('02:00:00', 0);
  expect(steadyMoment(at('01:10:00', 600_000), start)).toBe(Date.parse('2026-11-22T02:10:00.000Z'));
  const later = at('02:00:00', 60_000);
  expect(steadyMoment(at('01:10:00', 600_000), later)).toBe(Date.parse('2026-11-22T02:09:00.000Z'));
  expect(steadyMoment(at('02:10:00', 600_000), at('02:00:00'))).toBe(Date.parse('2026-11-22T02:10:00.000Z'));
  expect(steadyMoment(at('02:10:00', 600_000), undefined)).toBe(Date.parse('2026-11-22T02:10:00.000Z'));
  expect(steadyMoment(at('02:10:00'), start)).toBe(Date.parse('2026-11-22T02:10:00.000Z'));
});
