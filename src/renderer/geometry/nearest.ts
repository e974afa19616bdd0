/** Moves from object to object with the arrow keys. */
import type { Box } from './viewport.ts';

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

const across = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as const;

/** The distance of two spans; 0 if they overlap. */
const apart = (from: number, length: number, other: number, otherLength: number): number =>
  Math.max(0, other - from - length, from - other - otherLength);

/**
 * The next box in a direction: the nearest by its edge, straight ahead before sideways.
 * @returns undefined if there is none
 */
export function nearest<T extends Box>(from: Box, boxes: readonly T[], direction: Direction): T | undefined {
  const [dx, dy] = across[direction];
  let best: { box: T; cost: number } | undefined;
  for (const box of boxes) {
    const ahead =
      dx * (box.x + box.width / 2 - from.x - from.width / 2) +
      dy * (box.y + box.height / 2 - from.y - from.height / 2);
    if (ahead <= 1) continue;
    const aside =
      dx === 0 ? apart(from.x, from.width, box.x, box.width) : apart(from.y, from.height, box.y, box.height);
    const cost = ahead + 4 * aside;
    if (best === undefined || cost < best.cost) best = { box, cost };
  }
  return best?.box;
}
