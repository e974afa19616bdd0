import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paced } from './paced.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('works at once, then at its pace, and never forgets the last time', () => {
  const work = vi.fn();
  const pace = paced(100, work);
  pace.want();
  expect(work).toHaveBeenCalledTimes(1);
  for (let time = 0; time < 50; time += 1) pace.want();
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(100);
  expect(work).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1000);
  expect(work).toHaveBeenCalledTimes(2);
  pace.want();
  expect(work).toHaveBeenCalledTimes(3);
});

it('works at most ten times a second', () => {
  const work = vi.fn();
  const pace = paced(100, work);
  for (let time = 0; time < 1000; time += 1) {
    pace.want();
    vi.advanceTimersByTime(1);
  }
  expect(work).toHaveBeenCalledTimes(11);
});
