import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';
import { clampViewport, drawnBox, fitAll, overlap, reveal, zoomAt } from './viewport.ts';

const window = { width: 800, height: 600 };
const scaleLimits = { least: 0.08, most: 4 };
const view = fc.record({
  x: fc.integer({ min: -5000, max: 5000 }),
  y: fc.integer({ min: -5000, max: 5000 }),
  scale: fc.double({ min: scaleLimits.least, max: scaleLimits.most, noNaN: true }),
});

describe('the viewport', () => {
  it('keeps what is under the pointer when it zooms', () => {
    fc.assert(
      fc.property(view, fc.double({ min: 0.5, max: 2, noNaN: true }), (before, factor) => {
        const point = { x: 300, y: 200 };
        const after = zoomAt(before, factor, point);
        expect((point.x - after.x) / after.scale).toBeCloseTo((point.x - before.x) / before.scale, 4);
        expect(after.scale).toBeGreaterThanOrEqual(scaleLimits.least);
        expect(after.scale).toBeLessThanOrEqual(scaleLimits.most);
      }),
    );
  });

  it('never loses the picture', () => {
    fc.assert(
      fc.property(
        view,
        fc.integer({ min: 10, max: 9000 }),
        fc.integer({ min: 10, max: 9000 }),
        (at, width, height) => {
          const { x, y, scale } = clampViewport(at, { width, height }, window);
          expect(
            overlap({ x, y, width: width * scale, height: height * scale }, { x: 0, y: 0, ...window }),
          ).toBe(true);
        },
      ),
    );
  });

  it('shows all of it, and nothing larger than its own size', () => {
    expect(fitAll({ width: 1600, height: 600 }, window)).toEqual({ x: 0, y: 0, scale: 0.5 });
    expect(fitAll({ width: 400, height: 300 }, window)).toEqual({ x: 200, y: 0, scale: 1 });
  });

  it('draws at least what the window shows', () => {
    fc.assert(
      fc.property(view, (at) => {
        const box = drawnBox(at, window);
        expect(box.x * at.scale + at.x).toBeLessThanOrEqual(0.001);
        expect((box.x + box.width) * at.scale + at.x).toBeGreaterThanOrEqual(window.width - 0.001);
        expect((box.y + box.height) * at.scale + at.y).toBeGreaterThanOrEqual(window.height - 0.001);
      }),
    );
  });

  it('redraws only when it has moved by a good part of the window', () => {
    const one = drawnBox({ x: -10, y: -10, scale: 1 }, window);
    expect(drawnBox({ x: -100, y: -100, scale: 1 }, window)).toEqual(one);
    expect(drawnBox({ x: -250, y: -10, scale: 1 }, window)).not.toEqual(one);
  });

  it('moves no more than needed to show a box', () => {
    const at = { x: 0, y: 0, scale: 1 };
    expect(reveal(at, { x: 100, y: 100, width: 50, height: 50 }, window)).toEqual(at);
    expect(reveal(at, { x: 100, y: 900, width: 50, height: 50 }, window)).toEqual({ ...at, y: -398 });
    expect(reveal(at, { x: 0, y: 100, width: 50, height: 50 }, window)).toEqual({ ...at, x: 48 });
  });
});

describe('the arrow keys', () => {
  const box = (name: string, x: number, y: number) => ({ name, x, y, width: 10, height: 10 });
  const from = box('from', 100, 100);
  const boxes = [
    box('right', 150, 100),
    box('nearer, aside', 120, 160),
    box('below', 100, 300),
    box('left', 0, 104),
  ];

  it('move to what is straight ahead', () => {
    expect(nearest(from, boxes, 'ArrowRight')?.name).toBe('right');
    expect(nearest(from, boxes, 'ArrowLeft')?.name).toBe('left');
    expect(nearest(from, boxes, 'ArrowUp')).toBeUndefined();
  });

  it('move sideways if nothing nearer is straight ahead', () => {
    expect(nearest(from, boxes, 'ArrowDown')?.name).toBe('nearer, aside');
  });
});
