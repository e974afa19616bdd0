import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NoticesManager } from './notices.svelte.ts';

const texts = ({ notices }: NoticesManager) => notices.map(({ text }) => text);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('takes a notice away after six seconds, bad news never', () => {
  const notices = new NoticesManager();
  notices.show('copied');
  notices.show('tape mismatch', 'bad');
  expect(notices.notices).toEqual([
    { number: 1, state: 'ok', text: 'copied' },
    { number: 2, state: 'bad', text: 'tape mismatch' },
  ]);
  vi.advanceTimersByTime(5999);
  expect(texts(notices)).toEqual(['copied', 'tape mismatch']);
  vi.advanceTimersByTime(1);
  expect(texts(notices)).toEqual(['tape mismatch']);
  vi.advanceTimersByTime(3_600_000);
  expect(texts(notices)).toEqual(['tape mismatch']);
});

it('takes away the one that is put away, and no other', () => {
  const notices = new NoticesManager();
  for (const text of ['one', 'two', 'three']) notices.show(text, 'bad');
  notices.dismiss(2);
  notices.dismiss(7);
  expect(texts(notices)).toEqual(['one', 'three']);
});

it('shows four at the most: the oldest goes', () => {
  const notices = new NoticesManager();
  for (const text of ['one', 'two', 'three', 'four', 'five']) notices.show(text, 'bad');
  expect(texts(notices)).toEqual(['two', 'three', 'four', 'five']);
});
