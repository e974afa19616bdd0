import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure } from '../contract/errors.ts';
import { firstOfMonth, hasTerm, mistakeAt, piecesAround, valueOf, withKey } from './search-terms.ts';

describe('the search line of the history', () => {
  it('lists which terms it has', () => {
    const query = 'Volume2 verdict:FAILED job:"two words"';
    expect(hasTerm(query, 'verdict:failed')).toBe(true);
    expect(hasTerm(query, 'verdict:verified')).toBe(false);
    expect(hasTerm('"verdict:failed"', 'verdict:failed')).toBe(false);
    expect(valueOf(query, 'job')).toBe('two words');
    expect(valueOf(query, 'tape')).toBeUndefined();
  });

  it('puts one term of a key instead of another, and leaves the rest as it was typed', () => {
    expect(withKey('', 'verdict', 'failed')).toBe('verdict:failed');
    expect(withKey('"I/O error" verdict:failed node3', 'verdict', 'verified')).toBe(
      '"I/O error" node3 verdict:verified',
    );
    expect(withKey('a verdict:failed VERDICT:verified b', 'verdict', undefined)).toBe('a b');
    expect(withKey('tape:x', 'job', 'night ly')).toBe('tape:x job:"night ly"');
  });

  it('finds again whatever value it has written', () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^[!-~](?:[ -~]*[!-~])?$/), (query, value) => {
        fc.pre(!value.startsWith('"') && !value.includes('\\'));
        expect(valueOf(withKey(query.replaceAll('"', ''), 'job', value), 'job')).toBe(value);
      }),
    );
  });

  it('says where a mistake is', () => {
    const error = failure('SEARCH_UNREADABLE', { at: 9, reason: 'there is no "tpae"' }).toInfo();
    expect(mistakeAt(error)).toBe(8);
    expect(piecesAround('Volume2 tpae:x node3', 8)).toEqual(['Volume2 ', 'tpae:x', ' node3']);
    expect(mistakeAt(failure('RUN_UNKNOWN', { run: 'character 7' }).toInfo())).toBeUndefined();
  });

  it('begins a month at its first day', () => {
    expect(firstOfMonth(new Date('2026-11-22T23:30:00-05:00'))).toBe('2026-11-01');
  });
});
