import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestCount, dealt } from './picture-columns.ts';

/** The heights of the columns. */
function heightsOf(heights: readonly number[], columns: readonly number[], gap: number): number[] {
  const sums: number[] = [];
  heights.forEach((height, at) => {
    const column = columns[at] ?? -1;
    const before = sums[column];
    sums[column] = before === undefined ? height : before + gap + height;
  });
  return sums;
}

describe('columns of a large picture', () => {
  it('are of about the same height', () => {
    expect(dealt([10, 10, 10, 10, 10, 10], 0, 3)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(dealt([50, 10, 10, 10, 10, 10], 0, 2)).toEqual([0, 1, 1, 1, 1, 1]);
    expect(dealt([10, 10], 0, 5)).toEqual([0, 1]);
    expect(dealt([], 14, 3)).toEqual([]);
  });

  it('keep the order, are no more than requested, and none is much higher than its share and the highest part', () => {
    const some = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        some,
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 9 }),
        (heights, gap, count) => {
          const columns = dealt(heights, gap, count);
          expect(columns).toHaveLength(heights.length);
          expect(columns).toEqual(columns.toSorted((one, other) => one - other));
          const high = heightsOf(heights, columns, gap);
          expect(high.length).toBeLessThanOrEqual(count);
          const all = heights.reduce((sum, height) => sum + height + gap, 0);
          expect(Math.max(...high)).toBeLessThanOrEqual(all / count + Math.max(...heights) + gap + 1);
        },
      ),
    );
  });

  it('are as many as make the picture largest', () => {
    const window = { width: 1000, height: 500 };
    const size = (count: number) => ({ width: 400 + 300 * count, height: 4000 / count });
    expect(bestCount(window, size)).toBe(5);
    expect(bestCount(window, () => ({ width: 900, height: 400 }))).toBe(1);
  });
});
