import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NoticesManager } from './notices.svelte.ts';

const texts = ({ notices }: NoticesManager) => notices.map(({ text }) => text);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('removes a notice after six seconds, but never an error', () => {
  const notices = new NoticesManager();
  notices.show('copied');
  notices.show('tape mismatch', 'bad');
  expect(notices.notices).toMatchObject([
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

it('removes only the one that is dismissed', () => {
  const notices = new NoticesManager();
  for (const text of ['one', 'two', 'three']) notices.show(text, 'bad');
  notices.dismiss(2);
  notices.dismiss(7);
  expect(texts(notices)).toEqual(['one', 'three']);
});

it('shows four at most: the oldest disappears', () => {
  const notices = new NoticesManager();
  for (const text of ['one', 'two', 'three', 'four', 'five']) notices.show(text, 'bad');
  expect(texts(notices)).toEqual(['two', 'three', 'four', 'five']);
});

it('keeps earlier ones, newest first, and counts those not read', () => {
  vi.setSystemTime(new Date('2026-11-28T18:04:00Z'));
  const notices = new NoticesManager();
  notices.show('Digest copied');
  vi.advanceTimersByTime(60_000);
  notices.show('tape mismatch', 'bad');
  expect([texts(notices), notices.unread]).toEqual([['tape mismatch'], 2]);
  notices.read();
  expect([texts(notices), notices.unread]).toEqual([[], 0]);
  notices.show('Run name copied');
  expect(notices.unread).toBe(1);
  expect(notices.all.map(({ at, text }) => `${new Date(at).toISOString().slice(11, 16)} ${text}`)).toEqual([
    '18:05 Run name copied',
    '18:05 tape mismatch',
    '18:04 Digest copied',
  ]);
});

it('keeps a hundred at the most', () => {
  const notices = new NoticesManager();
  for (let number = 1; number <= 101; number += 1) notices.show(`Notice ${number}`);
  expect([notices.all.length, notices.all.at(-1)?.text]).toEqual([100, 'Notice 2']);
});
