import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeTapeEnd, type TapeEndFound } from './tape-end.ts';

const reach = { total: 256, mostRead: 200 };
const found = (given: Partial<TapeEndFound>): TapeEndFound => ({
  ...{ from: 64, whole: 36, short: 0, ended: 'file-mark' },
  ...given,
});
const judged = (given: Partial<TapeEndFound>, given2: Partial<typeof reach> = {}) =>
  judgeTapeEnd(found(given), { ...reach, ...given2 });

describe('an interrupted dump', () => {
  it.each(['file-mark', 'end-of-data'] as const)('continues after its last whole record: %s', (ended) => {
    expect(judged({ ended })).toEqual({ kind: 'continues', after: 100 });
    expect(judged({ ended, short: 1 })).toEqual({ kind: 'continues', after: 100 });
  });

  it('is searched for further toward the front where nothing comes after the place', () => {
    expect(judged({ whole: 0 })).toEqual({ kind: 'nothing' });
    expect(judged({ whole: 0, short: 1 })).toEqual({ kind: 'nothing' });
    expect(judged({ from: 0, whole: 0 })).toEqual({ kind: 'nothing' });
  });

  it('writes the last record of the volume again in any case', () => {
    const whole = { total: 100, mostRead: 100 };
    expect(judged({}, whole)).toEqual({ kind: 'continues', after: 99 });
    expect(judged({ whole: 35, short: 1 }, whole)).toEqual({ kind: 'continues', after: 99 });
    expect(judged({ from: 99, whole: 1 }, whole)).toEqual({ kind: 'nothing' });
  });

  it.each([
    [{ ended: 'error' }, 'record 101 on tape cannot be read'],
    [{ ended: 'error', short: 1 }, 'record 102 on tape cannot be read'],
    [{ short: 2 }, 'the tape holds 2 short records'],
    [{ whole: 137 }, 'the tape holds more than the 200 records that the dump can have read'],
    [{ whole: 136, short: 1 }, 'the tape holds more than the 200 records that the dump can have read'],
  ] as const)('starts over: %j', (given, reason) => {
    expect(judged(given)).toEqual({ kind: 'starts-over', reason });
  });

  it('starts over where the tape holds more than the volume', () => {
    expect(judged({ whole: 37 }, { total: 100 })).toEqual({
      kind: 'starts-over',
      reason: 'the tape holds more than the 100 records that the dump can have read',
    });
  });

  it('never continues after more than was found, nor at the end of the volume', () => {
    const upTo = (max: number) => fc.integer({ min: 0, max });
    const ended = fc.constantFrom('file-mark', 'end-of-data', 'error');
    const found = fc.record({ from: upTo(19), whole: upTo(25), short: upTo(2), ended });
    fc.assert(
      fc.property(found, upTo(30), (seen, mostRead) => {
        const verdict = judgeTapeEnd(seen as TapeEndFound, { total: 20, mostRead });
        if (verdict.kind !== 'continues') return;
        expect([seen.ended === 'error', seen.short > 1]).toEqual([false, false]);
        expect(verdict.after).toBeGreaterThan(seen.from);
        expect(verdict.after).toBeLessThanOrEqual(Math.min(seen.from + seen.whole, 19, mostRead));
      }),
    );
  });
});
