/** The positions of nodes, classes and backup server in the topology's picture, and the number of columns of a large class. */
import { metricsFor, type Columns, type Metrics } from './layout-parts.ts';
import type { Size } from './viewport.ts';

/** The least width at which everything keeps its words. */
const leastWidth = 840;

/** Between two columns of a class: room for the lines that go around. */
export const columnGap = 24;

/** Several columns are narrower than a single one in a large window. */
const mostOfOne = 440;

/** The most columns that a class is laid out in. */
const mostColumns = 12;

/**
 * @param width of the window
 * @param count columns that the classes are laid out in, each as wide as the only one would be
 */
export function columnsOf(width: number, metrics: Metrics = metricsFor(1), count = 1): Columns {
  const all = Math.max(width, leastWidth) - 2 * metrics.margin;
  const backup = Math.min(Math.max(all * 0.31, 264), 460);
  const between = Math.min(Math.max(all * 0.09, 84), 130);
  const classesFrom = metrics.margin + metrics.nodeWidth + 24;
  const one = metrics.margin + all - backup - between - classesFrom;
  const classes = count === 1 ? one : count * Math.min(one, mostOfOne) + (count - 1) * columnGap;
  const top = { y: metrics.margin, height: 0 };
  return {
    nodes: { ...top, x: metrics.margin, width: metrics.nodeWidth },
    classes: { ...top, x: classesFrom, width: classes },
    backup: { ...top, x: classesFrom + classes + between, width: backup },
  };
}

/**
 * The number of columns with which a picture appears largest.
 * @param sizeWith its size with a number of columns
 */
export function bestCount(window: Size, sizeWith: (count: number) => Size): number {
  let best = 1;
  let largest = 0;
  for (let count = 1; count <= mostColumns; count += 1) {
    const { width, height } = sizeWith(count);
    const scale = Math.min(window.width / width, window.height / height, 1);
    if (scale > largest * 1.02) [best, largest] = [count, scale];
  }
  return best;
}

/**
 * Distributes parts to columns of about the same height, in order.
 * @param heights of the parts that must not be split
 * @returns for each part its column, from 0 on
 */
export function dealt(heights: readonly number[], gap: number, count: number): number[] {
  const fits = (limit: number): number[] | undefined => {
    const columns: number[] = [];
    let [column, at] = [0, 0];
    for (const height of heights) {
      if (at > 0 && at + gap + height > limit) [column, at] = [column + 1, 0];
      at += (at > 0 ? gap : 0) + height;
      columns.push(column);
    }
    return column < count ? columns : undefined;
  };
  let [least, most] = [Math.max(0, ...heights), heights.reduce((sum, height) => sum + height + gap, 0)];
  // The smallest height in which the columns fit, to a pixel.
  while (most - least > 1) {
    const half = (least + most) / 2;
    if (fits(half)) most = half;
    else least = half;
  }
  return fits(most) ?? heights.map(() => 0);
}
