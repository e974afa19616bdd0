/** The figure of a report that shows both domains and the tape: where everything is drawn, in pixels. Pure. */
import type {
  ReportExtent,
  ReportMark,
  ReportShadowed,
  ReportSpace,
  ReportTopology,
} from '../../contract/report.ts';
import { countText } from '../../contract/words.ts';
import { fitText, textWidth } from './text-fit.ts';

const pad = 16;
const head = 26;
const title = 18;
const numbers = 16;
const strip = 28;
const gap = 10;
const ribbon = 40;
const tapeStrip = 26;
const small = 11;
/** More masters than these are told of in words. */
const mostMasters = 6;
/** Volumes that take less than this part of what they lie in are drawn larger, with torn edges. */
const leastShare = 0.3;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface DrawnExtent extends Box {
  readonly extent: ReportExtent;
  readonly label: string;
  /** First and last block; empty where there is no room. */
  readonly first: string;
  readonly last: string;
  readonly numbersY: number;
}

export interface DrawnSpace extends Box {
  readonly title: string;
  readonly titleY: number;
  readonly extents: readonly DrawnExtent[];
  readonly tornStart: boolean;
  readonly tornEnd: boolean;
}

export interface DrawnRibbon {
  /** Points of the polygon, as SVG has them. */
  readonly points: string;
  readonly mark: ReportMark;
  readonly words: string;
  readonly x: number;
  readonly y: number;
}

export interface DrawnFrame extends Box {
  readonly title: string;
  readonly titleY: number;
}

export interface DrawnTape extends DrawnFrame {
  readonly files: readonly (Box & { readonly name: string })[];
}

export interface DrawnTopology {
  readonly height: number;
  readonly frames: readonly DrawnFrame[];
  readonly spaces: readonly DrawnSpace[];
  readonly ribbons: readonly DrawnRibbon[];
  /** Words below the masters that are drawn. */
  readonly notes: readonly { readonly x: number; readonly y: number; readonly text: string }[];
  readonly tape: DrawnTape | undefined;
}

interface Window {
  readonly from: number;
  readonly to: number;
  readonly tornStart: boolean;
  readonly tornEnd: boolean;
}

const endOf = ({ first, blocks }: ReportExtent) => first + blocks;

/** The blocks that are drawn: all of them, or those around the volumes where these would be too small to be seen. */
export function windowOf(spaces: readonly ReportSpace[]): Window {
  const all = spaces.flatMap(({ extents }) => extents);
  const own = all.filter(({ role }) => role !== 'other');
  const size = Math.max(1, ...spaces.map(({ blocks }) => blocks ?? 0), ...all.map(endOf));
  const first = Math.min(...own.map((extent) => extent.first));
  const end = Math.max(...own.map(endOf));
  if (own.length === 0 || (end - first) / size >= leastShare)
    return { from: 0, to: size, tornStart: false, tornEnd: false };
  const around = (end - first) * 0.35;
  const from = Math.max(0, Math.floor(first - around));
  const to = Math.min(size, Math.ceil(end + around));
  return { from, to, tornStart: from > 0, tornEnd: to < size };
}

const roleWords = { master: 'master ', proxy: 'proxy ', shadow: 'shadow ', other: '' } as const;

function labelOf({ name, role, status }: ReportExtent, width: number): string {
  const words = `${roleWords[role]}${name}`;
  const candidates = [status === undefined ? words : `${words} ${status}`, words, name];
  const room = width - 12;
  return candidates.find((text) => textWidth(text, small) <= room) ?? fitText(name, room, small);
}

interface Row {
  readonly stripY: number;
  readonly numbersY: number;
  readonly titleY: number;
}

/** Of a space on the cluster: title and numbers above the strip; what hangs below it is the ribbon. */
const above = (y: number): Row => ({
  titleY: y + 12,
  numbersY: y + title + 11,
  stripY: y + title + numbers,
});
/** Of a shadow's space: mirrored, so that the ribbon meets the strip. */
const below = (y: number): Row => ({ stripY: y, numbersY: y + strip + 13, titleY: y + strip + numbers + 14 });
const spaceHeight = title + numbers + strip;

function drawSpace(space: ReportSpace, window: Window, row: Row, width: number): DrawnSpace {
  const inner = width - 2 * pad;
  const perBlock = inner / (window.to - window.from);
  const extents = space.extents.flatMap((extent): DrawnExtent[] => {
    const from = Math.max(extent.first, window.from);
    const to = Math.min(endOf(extent), window.to);
    if (to <= from) return [];
    const box = {
      x: pad + (from - window.from) * perBlock,
      width: Math.max((to - from) * perBlock, 2),
      y: row.stripY,
      height: strip,
    };
    const [first, last] = [countText(extent.first), countText(endOf(extent) - 1)];
    const fits = extent.role !== 'other' && textWidth(first + last, small) + 12 <= box.width;
    return [
      {
        ...box,
        extent,
        label: labelOf(extent, box.width),
        first: fits ? first : '',
        last: fits ? last : '',
        numbersY: row.numbersY,
      },
    ];
  });
  return {
    x: pad,
    y: row.stripY,
    width: inner,
    height: strip,
    title: fitText(space.title, inner, small),
    titleY: row.titleY,
    extents,
    tornStart: window.tornStart,
    tornEnd: window.tornEnd,
  };
}

const tieWords: Readonly<Record<ReportMark, string>> = {
  good: 'the same blocks',
  bad: 'NOT the same blocks',
  unknown: 'not proven',
  warning: 'not proven',
};

function ribbonsOf({ ties }: ReportShadowed, proxies: DrawnSpace, shadows: DrawnSpace): DrawnRibbon[] {
  return ties.flatMap(({ proxy, shadow, mark }) => {
    const one = proxies.extents.find(({ extent }) => extent.name === proxy && extent.role === 'proxy');
    const other = shadows.extents.find(({ extent }) => extent.name === shadow && extent.role === 'shadow');
    if (!one || !other) return [];
    const [top, bottom] = [one.y + one.height, other.y];
    const points = [
      [one.x, top],
      [one.x + one.width, top],
      [other.x + other.width, bottom],
      [other.x, bottom],
    ];
    const words = tieWords[mark];
    const room = Math.min(one.width, other.width) - 24;
    return [
      {
        points: points.map(([x = 0, y = 0]) => `${Math.round(x * 10) / 10},${y}`).join(' '),
        mark,
        words: textWidth(words, small) <= room ? words : '',
        x: (one.x + one.width / 2 + other.x + other.width / 2) / 2,
        y: (top + bottom) / 2,
      },
    ];
  });
}

interface Drawing {
  frames: DrawnFrame[];
  spaces: DrawnSpace[];
  ribbons: DrawnRibbon[];
  notes: { x: number; y: number; text: string }[];
}

/** @returns where it ends */
function drawShadowed(
  into: Drawing,
  shadowed: ReportShadowed,
  { primary, backup }: ReportTopology,
  top: number,
  width: number,
): number {
  const masters = shadowed.masters.slice(0, mostMasters);
  const left = shadowed.masters.length - masters.length;
  let y = top + head;
  for (const space of masters) {
    into.spaces.push(drawSpace(space, windowOf([space]), above(y), width));
    y += spaceHeight + gap;
  }
  if (left > 0) {
    into.notes.push({ x: pad, y: y + 11, text: `and ${left} more groups or disks that hold masters` });
    y += title;
  }
  const window = windowOf([shadowed.proxy, shadowed.shadow]);
  const proxies = drawSpace(shadowed.proxy, window, above(y), width);
  y += spaceHeight + pad / 2;
  into.frames.push({ x: 0, y: top, width, height: y - top, title: primary, titleY: top + 17 });
  const frame = y + ribbon - pad;
  const shadows = drawSpace(shadowed.shadow, window, below(frame + pad / 2), width);
  const end = frame + pad / 2 + spaceHeight + head + 4;
  into.frames.push({ x: 0, y: frame, width, height: end - frame, title: backup, titleY: end - 10 });
  into.spaces.push(proxies, shadows);
  into.ribbons.push(...ribbonsOf(shadowed, proxies, shadows));
  return end;
}

function drawTape(tape: NonNullable<ReportTopology['tape']>, top: number, width: number): DrawnTape {
  const names = tape.files.length === 0 ? ['nothing was written to its end'] : tape.files;
  const cell = (width - 2 * pad) / names.length;
  return {
    x: 0,
    y: top,
    width,
    height: head + tapeStrip + pad / 2 + 2,
    title: tape.title,
    titleY: top + 17,
    files: names.map((name, index) => ({
      x: pad + index * cell,
      y: top + head,
      width: cell,
      height: tapeStrip,
      name: fitText(name, cell - 8, small),
    })),
  };
}

/** @param width pixels */
export function layoutReportTopology(topology: ReportTopology, width: number): DrawnTopology {
  const drawing: Drawing = { frames: [], spaces: [], ribbons: [], notes: [] };
  let y = 0.5;
  for (const shadowed of topology.shadowed) y = drawShadowed(drawing, shadowed, topology, y, width - 1) + pad;
  const tape = topology.tape && drawTape(topology.tape, y + 6, width - 1);
  return { ...drawing, tape, height: (tape ? tape.y + tape.height : y) + 1 };
}
