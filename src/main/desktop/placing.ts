/** Where a window is put, given where it was. Pure. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowPlace {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly width: number;
  readonly height: number;
  readonly maximized: boolean;
}

/** The screens are drawn for this size. */
const usual: WindowPlace = { width: 1280, height: 800, maximized: false };
const least = { width: 800, height: 600 };
/** As much of the title bar must be on a screen that the window can be moved by it. */
const grip = 64;

/**
 * @param last where the window was; undefined for the first time
 * @param areas what the screens have room for; a screen may be gone since
 */
export function placeOnScreens(last: WindowPlace | undefined, areas: readonly Area[]): WindowPlace {
  if (!last) return usual;
  const width = Math.max(least.width, last.width);
  const height = Math.max(least.height, last.height);
  const { x, y, maximized } = last;
  if (x === undefined || y === undefined) return { width, height, maximized };
  const isSeen = areas.some(
    (area) =>
      x + width - grip > area.x &&
      x + grip < area.x + area.width &&
      y >= area.y &&
      y + grip < area.y + area.height,
  );
  return isSeen ? { x, y, width, height, maximized } : { width, height, maximized };
}
