/** What the figure of a report shows of strips of blocks, on the screen and on paper alike. Pure. */
import type { ReportExtent, ReportMark, ReportShadowed, ReportSpace } from '../../contract/report.ts';
import { say } from '../../contract/text/say.ts';

/** More masters than these are listed in words. */
const mostMasters = 6;
/** Volumes that take less than this part of what they are in are drawn larger, with jagged edges. */
const leastShare = 0.3;

/** In blocks; jagged where the strip continues. */
export interface ShownBlocks {
  readonly from: number;
  readonly to: number;
  readonly tornStart: boolean;
  readonly tornEnd: boolean;
}

/** The block after the last one. */
export const endOf = ({ first, blocks }: ReportExtent) => first + blocks;

/** The blocks that are drawn: all of them, or those around the volumes where these would be too small to be seen. */
export function shownBlocks(spaces: readonly ReportSpace[]): ShownBlocks {
  const all = spaces.flatMap(({ extents }) => extents);
  const own = all.filter(({ role }) => role !== 'other');
  const size = Math.max(1, ...spaces.map(({ blocks }) => blocks ?? 0), ...all.map(endOf));
  const first = Math.min(...own.map((extent) => extent.first));
  const end = Math.max(...own.map(endOf));
  if (own.length === 0 || (end - first) / size >= leastShare)
    return { from: 0, to: size, tornStart: false, tornEnd: false };
  const around = (end - first) * 0.35;
  const from = Math.max(0, first - around);
  const to = Math.min(size, end + around);
  return { from, to, tornStart: from > 0, tornEnd: to < size };
}

export interface PlacedExtent {
  readonly extent: ReportExtent;
  readonly x: number;
  readonly width: number;
}

/**
 * Where the extents of a space are drawn, to scale; those that are not shown are left out.
 * @param strip where its strip begins, how wide it is, and how wide the smallest extent is; in the units of the drawing
 */
export function placeExtents(
  { extents }: ReportSpace,
  shown: ShownBlocks,
  strip: { readonly x: number; readonly width: number; readonly least: number },
): PlacedExtent[] {
  const perBlock = strip.width / (shown.to - shown.from);
  return extents.flatMap((extent): PlacedExtent[] => {
    const from = Math.max(extent.first, shown.from);
    const to = Math.min(endOf(extent), shown.to);
    if (to <= from) return [];
    const x = strip.x + (from - shown.from) * perBlock;
    return [{ extent, x, width: Math.max((to - from) * perBlock, strip.least) }];
  });
}

/** The masters that are drawn, and the words for the others; undefined if all are drawn. */
export function shownMasters({ masters }: ReportShadowed): {
  readonly masters: readonly ReportSpace[];
  readonly more: string | undefined;
} {
  const left = masters.length - mostMasters;
  return {
    masters: masters.slice(0, mostMasters),
    more: left > 0 ? say('and {left} more groups or disks with masters', { left }) : undefined,
  };
}

/** What a ribbon between a proxy and its shadow says. */
export const tieWords: Readonly<Record<ReportMark, string>> = {
  good: say('the same blocks'),
  bad: say('NOT the same blocks'),
  unknown: say('not proven'),
  warning: say('not proven'),
};

/** What is on the tape, a cell each. */
export const filesOnTape = (files: readonly string[]): readonly string[] =>
  files.length === 0 ? [say('no volume was written completely')] : files;
