import { describe, expect, it } from 'vitest';
import { differenceOf, differenceWords } from './compare-pictures.ts';
import { readPng, writePng } from './png.ts';

/** A gray picture with a red pixel at each place. */
function picture(width: number, height: number, ...red: (readonly [number, number])[]): Buffer {
  const pixels = new Uint8Array(width * height * 3).fill(128);
  for (const [x, y] of red) pixels.set([255, 0, 0], 3 * (y * width + x));
  return writePng({ width, height, pixels });
}

const wordsOf = (one: Buffer, other: Buffer) => {
  const difference = differenceOf(one, other);
  return difference && differenceWords(difference);
};

describe('pictures that are compared', () => {
  it('are the same with the same pixels', () => {
    expect(wordsOf(picture(8, 4, [1, 1]), picture(8, 4, [1, 1]))).toBe(undefined);
  });

  it('are distinguished by their pixels, with the box that holds what differs', () => {
    const [one, other] = [picture(8, 4), picture(8, 4, [2, 1], [5, 3])];
    expect(wordsOf(one, other)).toBe('2 pixels in 4x3 at 2,1');
    const drawn = readPng(differenceOf(one, other)?.picture ?? Buffer.alloc(0));
    expect([...drawn.pixels.subarray(3 * (8 + 2), 3 * (8 + 2) + 3)]).toEqual([255, 0, 0]);
    expect([...drawn.pixels.subarray(0, 3)]).toEqual([223, 223, 223]);
  });

  it('are distinguished by their sizes', () => {
    expect(wordsOf(picture(8, 4), picture(8, 6))).toBe('size 8x4, now 8x6; 0 pixels in 0x0 at 0,0');
  });
});
