/** The plan of each night of a year: one in seven has a minor failure, and each serious failure comes once. */
import { below, oneOf } from '../random-numbers.ts';
import type { KindOfNight } from './nights.ts';

/** Failures that recur. */
const smallTroubles: readonly KindOfNight[] = [
  'late console',
  'off',
  'no tape',
  'late tape',
  'drive fails',
  'tape full',
];

/** Failures once a year, each in its own week: the nights in order. */
const greatTroubles: readonly (readonly KindOfNight[])[] = [
  ['dead drive', 'dead drive', 'dead drive'],
  ['disk fills', 'disk full'],
  ['lost tape'],
];

/**
 * @param weeks how many; the first two have no serious failure
 * @returns a kind for each night
 */
export function yearOf(weeks: number, random: () => number): KindOfNight[] {
  const nights = Array.from({ length: weeks * 7 }, (): KindOfNight =>
    random() > 1 / 7 ? 'good' : oneOf(smallTroubles, random),
  );
  const third = Math.floor((weeks - 3) / greatTroubles.length);
  for (const [nth, trouble] of greatTroubles.entries()) {
    const week = 2 + nth * third + below(third, random);
    // It is over before the week is, so that the last night of the week shows the result.
    nights.splice(week * 7 + 1 + below(3, random), trouble.length, ...trouble);
  }
  return nights;
}
