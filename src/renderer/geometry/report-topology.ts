/** The figure of a report that shows both domains and the tape: where everything is drawn, in pixels. Pure. */
import type {
  ReportExtent,
  ReportMark,
  ReportShadowed,
  ReportSpace,
  ReportTopology,
} from '../../contract/report.ts';
import { countText } from '../../contract/words.ts';
import {
  endOf,
  filesOnTape,
  placeExtents,
  shownBlocks,
  shownMasters,
  tieWords,
  type ShownBlocks,
} from '../../folds/report-strips.ts';
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

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface DrawnExtent extends Box {
  readonly extent: ReportExtent;
  readonly label: string;
  /** First and last block; empty where there is no room. */
  readonly first: string;
  readonly last: string;
  readonly numbersY: number;
}

interface DrawnSpace extends Box {
  readonly title: string;
  readonly titleY: number;
  readonly extents: readonly DrawnExtent[];
  readonly tornStart: boolean;
  readonly tornEnd: boolean;
}

interface DrawnRibbon {
  /** Points of the polygon, as SVG has them. */
  readonly points: string;
  readonly mark: ReportMark;
  readonly words: string;
  readonly x: number;
  readonly y: number;
}

interface DrawnFrame extends Box {
  readonly title: string;
  readonly titleY: number;
}

interface DrawnTape extends DrawnFrame {
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

function drawSpace(space: ReportSpace, shown: ShownBlocks, row: Row, width: number): DrawnSpace {
  const inner = width - 2 * pad;
  const placed = placeExtents(space, shown, { x: pad, width: inner, least: 2 });
  const extents = placed.map(({ extent, ...place }): DrawnExtent => {
    const [first, last] = [countText(extent.first), countText(endOf(extent) - 1)];
    const fits = extent.role !== 'other' && textWidth(first + last, small) + 12 <= place.width;
    return {
      ...place,
      y: row.stripY,
      height: strip,
      extent,
      label: labelOf(extent, place.width),
      first: fits ? first : '',
      last: fits ? last : '',
      numbersY: row.numbersY,
    };
  });
  return {
    x: pad,
    y: row.stripY,
    width: inner,
    height: strip,
    title: fitText(space.title, inner, small),
    titleY: row.titleY,
    extents,
    tornStart: shown.tornStart,
    tornEnd: shown.tornEnd,
  };
}

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
  const { masters, more } = shownMasters(shadowed);
  let y = top + head;
  for (const space of masters) {
    into.spaces.push(drawSpace(space, shownBlocks([space]), above(y), width));
    y += spaceHeight + gap;
  }
  if (more !== undefined) {
    into.notes.push({ x: pad, y: y + 11, text: more });
    y += title;
  }
  const shown = shownBlocks([shadowed.proxy, shadowed.shadow]);
  const proxies = drawSpace(shadowed.proxy, shown, above(y), width);
  y += spaceHeight + pad / 2;
  into.frames.push({ x: 0, y: top, width, height: y - top, title: primary, titleY: top + 17 });
  const frame = y + ribbon - pad;
  const shadows = drawSpace(shadowed.shadow, shown, below(frame + pad / 2), width);
  const end = frame + pad / 2 + spaceHeight + head + 4;
  into.frames.push({ x: 0, y: frame, width, height: end - frame, title: backup, titleY: end - 10 });
  into.spaces.push(proxies, shadows);
  into.ribbons.push(...ribbonsOf(shadowed, proxies, shadows));
  return end;
}

function drawTape(tape: NonNullable<ReportTopology['tape']>, top: number, width: number): DrawnTape {
  const names = filesOnTape(tape.files);
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
