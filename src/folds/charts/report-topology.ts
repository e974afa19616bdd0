/** The figure of a report that shows both domains and the tape: where everything is drawn, on the screen and on paper alike. Pure. */
import type {
  ReportExtent,
  ReportMark,
  ReportShadowed,
  ReportSpace,
  ReportTopology,
} from '../../contract/report.ts';
import { say } from '../../contract/text/say.ts';
import { countText } from '../../contract/words.ts';
import {
  endOf,
  filesOnTape,
  placeExtents,
  shownBlocks,
  shownMasters,
  tieWords,
  type ShownBlocks,
} from './report-strips.ts';

/** Where the parts of a space are, below its upper edge; words by their base line. */
interface Rows {
  readonly title: number;
  readonly strip: number;
  readonly numbers: number;
}

/** Heights and distances of a medium, in its units. */
export interface TopologyMetrics {
  /** Between a frame and what is in it, at the sides. */
  readonly pad: number;
  readonly strip: number;
  /** Of a space: its title, its strip and the numbers. */
  readonly space: number;
  readonly gap: number;
  /** Above the first space of the primary domain, and below its last one. */
  readonly head: number;
  readonly tail: number;
  /** Of the line that lists further masters, and its base line. */
  readonly more: readonly [height: number, words: number];
  /** Between both frames. */
  readonly ribbon: number;
  /** Above the shadow, and below it. */
  readonly shadow: readonly [head: number, tail: number];
  /** Behind a pair. */
  readonly after: number;
  readonly cluster: Rows;
  readonly backup: Rows;
  /** Base lines of the frames' titles below their upper edges. */
  readonly titles: readonly [primary: number, backup: number];
  /** True if a ribbon goes from strip to strip, not from frame to frame. */
  readonly tiesStrips: boolean;
  /** Width of the smallest extent. */
  readonly least: number;
  /** What a label, and a pair of numbers, need in addition to their own width. */
  readonly room: readonly [label: number, numbers: number];
  readonly tape: {
    readonly above: number;
    readonly height: number;
    readonly title: number;
    readonly cell: number;
    readonly cellHeight: number;
  };
  width(words: string, of: 'label' | 'numbers'): number;
  /** As much of the words as fits; empty if nothing does. */
  fit(words: string, width: number): string;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface DrawnExtent extends Box {
  readonly extent: ReportExtent;
  readonly label: string;
  /** First and last block; none where there is no room. */
  readonly numbers: readonly [first: string, last: string] | undefined;
  readonly numbersY: number;
}

export interface DrawnSpace extends Box {
  readonly space: ReportSpace;
  readonly titleY: number;
  readonly extents: readonly DrawnExtent[];
  readonly tornStart: boolean;
  readonly tornEnd: boolean;
}

/** Between a proxy and its shadow: its corners, the upper left one first. */
export interface DrawnRibbon {
  readonly mark: ReportMark;
  readonly words: string;
  readonly corners: readonly (readonly [x: number, y: number])[];
  /** Its middle. */
  readonly x: number;
  readonly y: number;
  /** Of the proxy, and of the narrower of both. */
  readonly width: number;
  readonly narrowest: number;
}

export interface DrawnFrame extends Box {
  readonly title: string;
  readonly titleY: number;
}

export interface DrawnPair {
  readonly primary: DrawnFrame;
  readonly masters: readonly DrawnSpace[];
  /** Words below the masters that are drawn. */
  readonly more: { readonly x: number; readonly y: number; readonly text: string } | undefined;
  readonly proxy: DrawnSpace;
  readonly backup: DrawnFrame;
  readonly shadow: DrawnSpace;
  readonly ribbons: readonly DrawnRibbon[];
  readonly height: number;
}

type Frame = Omit<Box, 'height'>;

const roleWords: Readonly<Record<ReportExtent['role'], (name: string) => string>> = {
  master: (name) => say('master {name}', { name }),
  proxy: (name) => say('proxy {name}', { name }),
  shadow: (name) => say('shadow {name}', { name }),
  other: (name) => name,
};

function labelOf({ name, role, status }: ReportExtent, width: number, by: TopologyMetrics): string {
  const words = roleWords[role](name);
  const room = width - by.room[0];
  const candidates = [status === undefined ? words : `${words}, ${status}`, words, name];
  return candidates.find((text) => by.width(text, 'label') <= room) ?? by.fit(name, room);
}

function drawSpace(
  space: ReportSpace,
  shown: ShownBlocks,
  { x: left, y: top, width }: Frame,
  rows: Rows,
  by: TopologyMetrics,
): DrawnSpace {
  const strip = { x: left + by.pad, y: top + rows.strip, width: width - 2 * by.pad, height: by.strip };
  const extents = placeExtents(space, shown, { ...strip, least: by.least }).map(
    ({ extent, ...place }): DrawnExtent => {
      const numbers = [countText(extent.first), countText(endOf(extent) - 1)] as const;
      const wide = by.width(numbers.join(''), 'numbers') + by.room[1];
      return {
        ...strip,
        ...place,
        extent,
        label: labelOf(extent, place.width, by),
        numbers: extent.role !== 'other' && wide <= place.width ? numbers : undefined,
        numbersY: top + rows.numbers,
      };
    },
  );
  const { tornStart, tornEnd } = shown;
  return { ...strip, space, titleY: top + rows.title, extents, tornStart, tornEnd };
}

function ribbonsOf(
  { ties }: ReportShadowed,
  proxies: DrawnSpace,
  shadows: DrawnSpace,
  [top, bottom]: readonly [number, number],
): DrawnRibbon[] {
  return ties.flatMap(({ proxy, shadow, mark }) => {
    const one = proxies.extents.find(({ extent }) => extent.name === proxy && extent.role === 'proxy');
    const other = shadows.extents.find(({ extent }) => extent.name === shadow && extent.role === 'shadow');
    if (!one || !other) return [];
    const corners = [
      [one.x, top],
      [other.x, bottom],
      [other.x + other.width, bottom],
      [one.x + one.width, top],
    ] as const;
    const x = (one.x + one.width / 2 + other.x + other.width / 2) / 2;
    const narrowest = Math.min(one.width, other.width);
    return [{ mark, words: tieWords[mark], corners, x, y: (top + bottom) / 2, width: one.width, narrowest }];
  });
}

/** @param top of the frame of the primary domain */
export function layoutPair(
  shadowed: ReportShadowed,
  { primary, backup }: ReportTopology,
  frame: Frame,
  by: TopologyMetrics,
): DrawnPair {
  const { masters, more } = shownMasters(shadowed);
  const at = (y: number): Frame => ({ ...frame, y });
  let y = frame.y + by.head;
  const above = masters.map((space) => {
    const drawn = drawSpace(space, shownBlocks([space]), at(y), by.cluster, by);
    y += by.space + by.gap;
    return drawn;
  });
  const note = more === undefined ? undefined : { x: frame.x + by.pad, y: y + by.more[1], text: more };
  if (note) y += by.more[0];
  const shown = shownBlocks([shadowed.proxy, shadowed.shadow]);
  const proxy = drawSpace(shadowed.proxy, shown, at(y), by.cluster, by);
  const end = y + by.space + by.tail;
  const below = end + by.ribbon;
  const shadow = drawSpace(shadowed.shadow, shown, at(below + by.shadow[0]), by.backup, by);
  const height = by.shadow[0] + by.space + by.shadow[1];
  const framed = (title: string, from: number, to: number, titleY: number): DrawnFrame => ({
    ...at(from),
    height: to - from,
    title,
    titleY: from + titleY,
  });
  return {
    primary: framed(primary, frame.y, end, by.titles[0]),
    masters: above,
    more: note,
    proxy,
    backup: framed(backup, below, below + height, by.titles[1]),
    shadow,
    ribbons: ribbonsOf(
      shadowed,
      proxy,
      shadow,
      by.tiesStrips ? [proxy.y + by.strip, shadow.y] : [end, below],
    ),
    height: below + height + by.after - frame.y,
  };
}

/** @param frame its upper edge is that of the room for the tape */
function layoutTape(
  { title, files, isRead = false }: NonNullable<ReportTopology['tape']>,
  frame: Frame,
  by: TopologyMetrics,
): DrawnFrame & { readonly isRead: boolean; readonly files: readonly (Box & { readonly name: string })[] } {
  const y = frame.y + by.tape.above;
  const names = filesOnTape(files);
  const width = (frame.width - 2 * by.pad) / names.length;
  return {
    ...frame,
    y,
    height: by.tape.height,
    title,
    isRead,
    titleY: y + by.tape.title,
    files: names.map((name, index) => ({
      x: frame.x + by.pad + index * width,
      y: y + by.tape.cell,
      width,
      height: by.tape.cellHeight,
      name,
    })),
  };
}

/** All pairs below each other, and the tape after them. @returns `end`: where the drawing ends */
export function layoutReportTopology(topology: ReportTopology, frame: Frame, by: TopologyMetrics) {
  let { y } = frame;
  const pairs = topology.shadowed.map((shadowed) => {
    const pair = layoutPair(shadowed, topology, { ...frame, y }, by);
    y += pair.height;
    return pair;
  });
  const tape = topology.tape && layoutTape(topology.tape, { ...frame, y }, by);
  return { pairs, tape, end: tape ? tape.y + tape.height : y };
}
