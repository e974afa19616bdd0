import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printableJson, shortened, utcText } from './words.ts';

describe('a text that is too long for a sentence', () => {
  it('is cut between two words', () => {
    expect(shortened('the shadow volume is in use by another process', 24)).toBe('the shadow volume is in…');
    expect(shortened('the shadow volume is in use', 27)).toBe('the shadow volume is in use');
  });

  it('is cut in a word only where the word is very long, such as a path', () => {
    const path = `cannot open /dev/${'x'.repeat(200)}`;
    expect(shortened(path, 100)).toBe(`${path.slice(0, 100)}…`);
  });

  it('keeps what fits, and never more than the limit', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 60 }), (text, limit) => {
        const short = shortened(text, limit);
        if (text.length <= limit) return short === text;
        return short.length <= limit + 1 && text.startsWith(short.slice(0, -1));
      }),
    );
  });
});

it('a time in a sentence is in UTC, without its milliseconds; what is no time stays as it is', () => {
  expect(utcText('2026-11-28T17:04:11.559Z')).toBe('2026-11-28 17:04:11 UTC');
  expect(utcText('2026-11-28T17:04:11Z')).toBe('2026-11-28 17:04:11 UTC');
  expect(utcText('not known')).toBe('not known');
});

describe('a line of JSON', () => {
  it('shows no sign that turns the direction of a text or steers a terminal', () => {
    expect(printableJson({ name: 'a\u202etxt\u2028\x7f\x9b\n' })).toBe(
      '{"name":"a\\u202etxt\\u2028\\u007f\\u009b\\n"}',
    );
  });

  it('has the same value', () => {
    const anything = fc.anything({ withNullPrototype: false });
    fc.assert(
      fc.property(anything, (value) => {
        const plain = JSON.stringify(value) as string | undefined;
        if (plain === undefined) return;
        expect(JSON.parse(printableJson(value))).toEqual(JSON.parse(plain));
      }),
    );
  });
});
