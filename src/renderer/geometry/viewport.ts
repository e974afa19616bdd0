/** The visible part of a picture: the position of its origin in the window, and its scale. */

export interface Viewport {
  /** Pixels of the window from its left edge to the picture's origin. */
  readonly x: number;
  readonly y: number;
  /** Pixels of the window for a unit of the picture. */
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

const scaleLimits = { least: 0.08, most: 4 } as const;

const within = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

/** Keeps the picture in the window: a small one at its upper left, a large one without an empty edge. */
function clampAxis(at: number, picture: number, window: number): number {
  return picture <= window ? Math.max((window - picture) / 2, 0) : within(at, window - picture, 0);
}

/** @param picture its size at scale 1 */
export function clampViewport({ x, y, scale }: Viewport, picture: Size, window: Size): Viewport {
  const tall = picture.height * scale;
  return {
    x: clampAxis(x, picture.width * scale, window.width),
    y: tall <= window.height ? 0 : within(y, window.height - tall, 0),
    scale,
  };
}

/** Scales it by a factor; the given point of the window stays in place. */
export function zoomAt(
  view: Viewport,
  factor: number,
  point: { readonly x: number; readonly y: number },
): Viewport {
  const scale = within(view.scale * factor, scaleLimits.least, scaleLimits.most);
  const by = scale / view.scale;
  return { x: point.x - (point.x - view.x) * by, y: point.y - (point.y - view.y) * by, scale };
}

/** All of the picture, at most at its own size. */
export function fitAll(picture: Size, window: Size): Viewport {
  const scale = Math.min(window.width / picture.width, window.height / picture.height, 1);
  return clampViewport({ x: 0, y: 0, scale: Math.max(scale, scaleLimits.least) }, picture, window);
}

/** Moves as little as needed to show a box in the window, with a margin in pixels around it. */
export function reveal(view: Viewport, box: Box, window: Size, margin = 48): Viewport {
  const axis = (at: number, from: number, length: number, room: number) => {
    const begin = from * view.scale + at;
    const end = (from + length) * view.scale + at;
    if (begin < margin || length * view.scale > room - 2 * margin) return at + margin - begin;
    return end > room - margin ? at + room - margin - end : at;
  };
  return {
    x: axis(view.x, box.x, box.width, window.width),
    y: axis(view.y, box.y, box.height, window.height),
    scale: view.scale,
  };
}

/**
 * The box of the picture to draw: the window, widened to a grid, so that small moves change nothing.
 * @param grid of the window, in pixels
 */
export function drawnBox({ x, y, scale }: Viewport, window: Size, grid = 120): Box {
  const step = grid / scale;
  const left = Math.floor(-x / scale / step) * step;
  const top = Math.floor(-y / scale / step) * step;
  return {
    x: left,
    y: top,
    width: Math.ceil(window.width / grid + 1) * step,
    height: Math.ceil(window.height / grid + 1) * step,
  };
}

export const overlap = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;
