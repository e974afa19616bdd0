import { expect, it } from 'vitest';
import { ageWords, oldText } from './backup-age.ts';

it('a backup is so old, or shows an instant that the clock has not reached', () => {
  const words = [26 * 3600 + 180, 5, -30, -61, -(2 * 3600 + 600)].map(oldText);
  expect(words).toEqual([
    '26 h 3 min old',
    '5.0 s old',
    '0.0 s old',
    '1 min 1 s in the future',
    '2 h 10 min in the future',
  ]);
});

it.each([
  [30, '0 min'],
  [3600, '1 h'],
  [20 * 3600 + 48 * 60, '20 h 48 min'],
  [24 * 3600, '24 h'],
  [41 * 3600, '1 d 17 h'],
  [7 * 86_400, '7 d'],
])('%i seconds are %s', (seconds, words) => {
  expect(ageWords(seconds)).toBe(words);
});

it('an age of a clock that was set back is none', () => {
  expect([-30, 0, -61, -7200].map(ageWords)).toEqual(['0 min', '0 min', 'in the future', 'in the future']);
});
