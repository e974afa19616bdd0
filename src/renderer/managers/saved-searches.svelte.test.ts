import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SavedSearches } from './saved-searches.svelte.ts';

let stored: Map<string, string>;
beforeEach(() => {
  stored = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it('keeps searches over a reload, each once, and forgets one', () => {
  const searches = new SavedSearches();
  for (const query of ['verdict:failed', ' verdict:failed ', 'tape:W1', '  ']) searches.keep(query);
  const reloaded = new SavedSearches();
  reloaded.restore();
  expect(reloaded.all).toEqual(['verdict:failed', 'tape:W1']);
  expect([reloaded.has('tape:W1 '), reloaded.has('tape:W2')]).toEqual([true, false]);
  reloaded.forget('verdict:failed');
  searches.restore();
  expect(searches.all).toEqual(['tape:W1']);
});

it('keeps twelve at most: the oldest is removed', () => {
  const searches = new SavedSearches();
  for (let number = 1; number <= 13; number += 1) searches.keep(`tape:W${number}`);
  expect([searches.all.length, searches.all[0]]).toEqual([12, 'tape:W2']);
});

it.each(['no JSON', '{"a":1}', '[1,null]'])('has none if the browser keeps %s', (text) => {
  stored.set('shadowtape.searches', text);
  const searches = new SavedSearches();
  searches.restore();
  expect(searches.all).toEqual([]);
});
