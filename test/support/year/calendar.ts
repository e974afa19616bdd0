/** What each night of a year is like: one in seven goes wrong in a small way, and each great trouble comes once. */
import { below, oneOf } from '../random-numbers.ts';
import type { KindOfNight } from './nights.ts';

/** What happens now and then. */
const smallTroubles: readonly KindOfNight[] = [
  'late console',
  'off',
  'no tape',
  'late tape',
  'drive fails',
  'tape full',
];

/** What happens once a year, each in a week of its own: the nights in their order. */
const greatTroubles: readonly (readonly KindOfNight[])[] = [
  ['dead drive', 'dead drive', 'dead drive'],
  ['disk fills', 'disk full'],
  ['lost tape'],
];

/**
 * @param weeks how many; the first two have no great trouble
 * @returns a kind for each night
 */
export function yearOf(weeks: number, random: () => number): KindOfNight[] {
  const nights = Array.from({ length: weeks * 7 }, (): KindOfNight =>
    random() > 1 / 7 ? 'good' : oneOf(smallTroubles, random),
  );
  const third = Math.floor((weeks - 3) / greatTroubles.length);
  for (const [nth, trouble] of greatTroubles.entries()) {
    const week = 2 + nth * third + below(third, random);
    // It is over before the week is, so that the last night of the week shows what came of it.
    nights.splice(week * 7 + 1 + below(3, random), trouble.length, ...trouble);
  }
  return nights;
}
