import { expect, it } from 'vitest';
import { keepUntilOf } from './perform-label.ts';

it('counts how long a tape is kept from when it is labelled', () => {
  const from = new Date('2026-11-22T02:00:00.000Z');
  expect(['1 day', '30 days', '2 weeks', '1 year', undefined].map((keep) => keepUntilOf(keep, from))).toEqual(
    [
      '2026-11-23T02:00:00.000Z',
      '2026-12-22T02:00:00.000Z',
      '2026-12-06T02:00:00.000Z',
      '2027-11-22T02:00:00.000Z',
      undefined,
    ],
  );
});
