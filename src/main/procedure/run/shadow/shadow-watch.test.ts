/** How soon both sides are checked while data flows. */
import { expect, it } from 'vitest';
import type { Assignment } from '../../model/assignment.ts';
import { watchSeconds } from './shadow-watch.ts';

const assignment = (gib: number, everySeconds: number) =>
  ({
    job: { resynchronisation: { everySeconds } },
    volumes: [{ blocks: gib * 2_097_152 }],
  }) as unknown as Assignment;

it.each([
  {
    what: 'the first checks come sooner than the interval',
    gib: 100,
    every: 10,
    expected: [1, 2, 4, 8, 10, 10],
  },
  { what: 'no interval is shorter than a second', gib: 0.01, every: 0.02, expected: [1, 1, 1] },
  { what: 'a full copy takes longer than an interval', gib: 1, every: 10, expected: [1, 2, 2.147, 2.147] },
])('$what', ({ gib, every, expected }) => {
  const seconds = expected.map((_, nth) => watchSeconds(assignment(gib, every), nth));
  expect(seconds.map((value) => Number(value.toFixed(3)))).toEqual(expected);
});
