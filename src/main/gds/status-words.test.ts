import { describe, expect, test } from 'vitest';
import { statusOf, statusWord, statusWords } from './status-words.ts';

describe('status words', () => {
  test('shows where a word was seen', () => {
    expect(statusWord('slice', 'COPY')).toEqual({
      word: 'COPY',
      source: 'manual',
      seen: 'seen in the GDS guide 4.1, 6.6.3.7, step 8-2',
    });
    expect(statusWord('proxy', 'Part')).toEqual({ word: 'Part', source: 'presumed', seen: 'presumed' });
  });

  test('keeps an unknown word as it was printed and marks it', () => {
    expect(statusOf('volume', 'Resting')).toEqual({ word: 'Resting', known: false });
    expect(statusOf('volume', 'STOP')).toEqual({ word: 'STOP', known: true });
  });

  test('a word of one kind of object is unknown for another, and case counts', () => {
    expect(statusOf('disk', 'STOP').known).toBe(false);
    expect(statusOf('proxy', 'join').known).toBe(false);
    expect(statusOf('slice', 'constructor').known).toBe(false);
  });

  test('no word is listed twice under one kind', () => {
    for (const words of Object.values(statusWords)) {
      expect(new Set(words.map(({ word }) => word)).size).toBe(words.length);
    }
  });
});
