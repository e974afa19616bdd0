import { expect, it } from 'vitest';
import { oldText } from './backup-age.ts';

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
