/** Slanted lines within a rectangle: a pattern that a grey printer shows, too. */

/** `up` rises to the right. */
export type Direction = 'up' | 'down';

const apart = 4.5;

/** @returns a path, as SVG has it; empty where the rectangle is too small */
export function hatchPath(x: number, y: number, width: number, height: number, direction: Direction): string {
  const pieces: string[] = [];
  const round = (value: number) => Math.round(value * 100) / 100;
  for (let offset = apart / 2; offset < width + height; offset += apart) {
    // The line x + y = offset, cut at the rectangle's edges.
    const from = { x: Math.max(0, offset - height), y: Math.min(offset, height) };
    const to = { x: Math.min(offset, width), y: Math.max(0, offset - width) };
    if (to.x - from.x < 0.2) continue;
    const down = (value: number) => (direction === 'up' ? value : height - value);
    pieces.push(
      `M${round(x + from.x)} ${round(y + down(from.y))}L${round(x + to.x)} ${round(y + down(to.y))}`,
    );
  }
  return pieces.join('');
}
