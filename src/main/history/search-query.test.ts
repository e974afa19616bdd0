import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keys, parseSearch } from './search-query.ts';

const terms = (query: string) => parseSearch(query);

describe('a search', () => {
  it('is words, phrases and keys; all of them must fit', () => {
    expect(terms('Volume2 "drive wants" verdict:failed tape:NIGHTLY-2')).toEqual([
      { kind: 'word', text: 'volume2' },
      { kind: 'word', text: 'drive wants' },
      { kind: 'choice', key: 'verdict', value: 'failed' },
      { kind: 'text', key: 'tape', text: 'nightly-2' },
    ]);
    expect(terms('  ')).toEqual([]);
    expect(terms('operator:"root at \\"node1\\""')).toEqual([
      { kind: 'text', key: 'operator', text: 'root at "node1"' },
    ]);
  });

  it('parses days, times and sizes', () => {
    expect(terms('after:2026 before:2026-11-22T02:00 longer:1.5h larger:2G')).toEqual([
      { kind: 'date', key: 'after', at: '2026-01-01T00:00:00.000Z' },
      { kind: 'date', key: 'before', at: '2026-11-22T02:00:00.000Z' },
      { kind: 'number', key: 'longer', value: 5400 },
      { kind: 'number', key: 'larger', value: 2 * 1024 ** 3 },
    ]);
  });

  const mistakes = [
    ['volume2 "drive', 'at character 9: unclosed quote'],
    [
      'verdict:good',
      'at character 9: verdict must be one of verified, unverified, failed, unfinished, unreadable, not "good"',
    ],
    [
      'after:2026-02-30',
      'at character 7: "2026-02-30" is not a date such as 2026-11-22 or 2026-11-22T02:00 (UTC)',
    ],
    ['x longer:2', 'at character 10: "2" is not a time, such as 90s, 30min or 2h'],
    ['larger:much', 'at character 8: "much" is not a size, such as 500M, 20G or 1T'],
    ['tape:', 'at character 6: tape: has no value'],
    ['colour:red', `at character 1: unknown key "colour"; keys: ${keys.join(', ')}`],
  ] as const;
  for (const [query, reason] of mistakes)
    it(`says where it is wrong: ${query}`, () => {
      expect(() => terms(query)).toThrow(`the search cannot be read ${reason}`);
    });

  it('finds any text again that is put between quotes', () => {
    const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 5 }), (texts) => {
        expect(terms(texts.map(quoted).join(' '))).toEqual(
          texts.map((text) => ({ kind: 'word', text: text.toLowerCase() })),
        );
      }),
    );
  });

  it('is read, or refused with a place within it, whatever is typed', () => {
    const typed = fc.array(
      fc.constantFrom('tape', ':', '"', '\\', ' ', '2026', 'verdict', 'failed', 'é', '1T'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          typed.map((pieces) => pieces.join('')),
        ),
        (query) => {
          try {
            expect(Array.isArray(terms(query))).toBe(true);
          } catch (error) {
            const [, at] =
              /^the search cannot be read at character (\d+): /.exec((error as Error).message) ?? [];
            expect(Number(at)).toBeGreaterThan(0);
            expect(Number(at)).toBeLessThanOrEqual(query.length + 1);
          }
        },
      ),
    );
  });
});
