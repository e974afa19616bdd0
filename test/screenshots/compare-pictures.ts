/** Compares two PNG pictures pixel by pixel. */
import { readPng, writePng, type Picture } from './png.ts';

/** How two pictures differ. */
export interface Difference {
  /** Of both pictures, as `900x700`. */
  readonly sizes: readonly [string, string];
  /** How many pixels differ; those that only one of them has are not counted. */
  readonly pixels: number;
  /** The smallest box that holds them, in pixels. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** PNG: the first picture, faint, and what differs in red. */
  readonly picture: Buffer;
}

const sizeOf = ({ width, height }: Picture) => `${width}x${height}`;
const colourAt = ({ width, pixels }: Picture, x: number, y: number) =>
  Buffer.from(pixels.buffer).readUIntBE(3 * (y * width + x), 3);

function differingPixels(one: Picture, other: Picture): [number, number][] {
  const found: [number, number][] = [];
  const [width, height] = [Math.min(one.width, other.width), Math.min(one.height, other.height)];
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) if (colourAt(one, x, y) !== colourAt(other, x, y)) found.push([x, y]);
  return found;
}

/** The smallest number and the room from there to the largest; nothing of none. */
function span(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) return [0, 0];
  const [least, most] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [
    Infinity,
    -Infinity,
  ] as readonly [number, number]);
  return [least, most - least + 1];
}

/** @returns undefined if both have the same size and the same pixels */
export function differenceOf(before: Buffer, now: Buffer): Difference | undefined {
  if (before.equals(now)) return undefined;
  const [one, other] = [readPng(before), readPng(now)];
  const found = differingPixels(one, other);
  if (found.length === 0 && sizeOf(one) === sizeOf(other)) return undefined;
  const pixels = one.pixels.map((value) => 255 - Math.round((255 - value) / 4));
  for (const [x, y] of found) pixels.set([255, 0, 0], 3 * (y * one.width + x));
  const [x, width] = span(found.map(([at]) => at));
  const [y, height] = span(found.map(([, at]) => at));
  return {
    sizes: [sizeOf(one), sizeOf(other)],
    pixels: found.length,
    box: { x, y, width, height },
    picture: writePng({ ...one, pixels }),
  };
}

/** How pictures differ, in words: `412 pixels in 96x20 at 240,116`. */
export function differenceWords({ sizes: [one, other], pixels, box }: Difference): string {
  const size = one === other ? '' : `size ${one}, now ${other}; `;
  return `${size}${pixels} ${pixels === 1 ? 'pixel' : 'pixels'} in ${box.width}x${box.height} at ${box.x},${box.y}`;
}
