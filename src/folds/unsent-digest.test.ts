import { expect, it } from 'vitest';
import { unsentSentence, unsentSince } from './unsent-digest.ts';

const unsent = {
  week: '2026-11-22T23:00:00.000Z',
  since: '2026-11-30T06:00:00.000Z',
  at: '2026-11-30T09:00:12.000Z',
  reason: 'mail to ops@example.com: connection refused; command: exit status 3',
};
const minute = (moment: string) => moment.slice(11, 16);

it('a digest that was refused is named with its week, whom it did not reach, and why', () => {
  expect(unsentSentence(unsent, '2026-11-23')).toBe(
    'the digest of the week of 2026-11-23 did not reach everybody: mail to ops@example.com: connection refused; command: exit status 3',
  );
});

it('it says since when it is refused, and the last try where that is another minute', () => {
  expect(unsentSince(unsent, minute)).toBe('refused since 06:00, last tried 09:00');
  expect(unsentSince({ ...unsent, at: '2026-11-30T06:00:30.000Z' }, minute)).toBe('refused 06:00');
});
