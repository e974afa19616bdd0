import { describe, expect, it } from 'vitest';
import { coverageOf, isWeak, sampleSlots } from './sample-choice.ts';

const planned = (records: number, count: number, seed = 'run') => {
  const { first, second } = sampleSlots(records, count, seed);
  return { first: first.map(([record]) => record), second: second.map(([record]) => record) };
};

describe('the sampled records', () => {
  it('are two sets of the wanted size that share no record, candidates included', () => {
    const { first, second } = sampleSlots(16_384, 64, 'run');
    expect([first.length, second.length]).toEqual([64, 64]);
    const all = [...first, ...second].flat();
    expect(new Set(all).size).toBe(all.length);
    expect(all.every((record) => record >= 0 && record < 16_384)).toBe(true);
  });

  it('include the first and the last record of the volume', () => {
    const { first } = planned(16_384, 64);
    expect([first[0], first.at(-1)]).toEqual([0, 16_383]);
    expect(planned(1000, 2).first).toEqual([0, 999]);
  });

  it('are spread evenly: no gap is longer than two of the equal parts', () => {
    for (const seed of ['a', 'b', 'c']) {
      const { first, second } = planned(16_384, 64, seed);
      for (const set of [first, second])
        expect(
          coverageOf(
            16_384,
            set.map((record = 0) => ({ record, sha256: '' })),
          ).largestGap,
        ).toBeLessThan(512);
    }
  });

  it('depend on the seed, and on nothing else', () => {
    expect(planned(16_384, 64, 'one')).toEqual(planned(16_384, 64, 'one'));
    expect(planned(16_384, 64, 'one').second).not.toEqual(planned(16_384, 64, 'other').second);
  });

  it('are the whole volume where it is small', () => {
    expect(planned(5, 4)).toEqual({ first: [0, 2, 4], second: [1, 3] });
    expect(planned(1, 64)).toEqual({ first: [0], second: [] });
  });
});

describe('the coverage', () => {
  it('counts sampled and distinct records, and the largest gap', () => {
    const sampled = [
      { record: 0, sha256: 'a' },
      { record: 7, sha256: 'b' },
      { record: 3, sha256: 'a' },
    ];
    expect(coverageOf(20, sampled)).toEqual({ records: 20, sampled: 3, distinct: 2, largestGap: 12 });
  });

  it('is weak where fewer than half of the sampled records are distinct', () => {
    expect(isWeak({ sampled: 128, distinct: 63 })).toBe(true);
    expect(isWeak({ sampled: 128, distinct: 64 })).toBe(false);
  });
});
