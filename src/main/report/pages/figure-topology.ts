/** Draws both domains and the tape: spaces as strips of blocks, a ribbon between proxy and shadow. */
import type { ReportExtent, ReportShadowed, ReportSpace, ReportTopology } from '../../../contract/report.ts';
import { countText } from '../../../contract/words.ts';
import {
  endOf,
  filesOnTape,
  placeExtents,
  shownBlocks,
  shownMasters,
  tieWords,
  type ShownBlocks,
} from '../../../folds/report-strips.ts';
import type { Flow } from './flow.ts';
import { inks, type StructNode } from './page-items.ts';

/** Of slanted lines: `up` rises to the right. */
type Direction = 'up' | 'down';

/** Between two slanted lines, in points. */
const apart = 4.5;

/** Slanted lines within a rectangle: a pattern that a grey printer shows, too. @returns a path, as SVG has it; empty where the rectangle is too small */
function hatchPath(x: number, y: number, width: number, height: number, direction: Direction): string {
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

const pad = 9;
const stripHeight = 15;
const spaceHeight = 36;
const ribbonHeight = 30;
const headHeight = 13;
const tapeHeight = 44;

/** The same everywhere in the console: master blue, proxy teal, shadow violet, tape amber; here each with a pattern of its own. */
const looks: Readonly<Record<ReportExtent['role'], { fill: string; hatch?: Direction }>> = {
  master: { fill: '#dfe9f8', hatch: 'up' },
  proxy: { fill: '#cdebe7' },
  shadow: { fill: '#e6ddf6', hatch: 'down' },
  other: { fill: '#f4f4f4' },
};

interface Drawn {
  readonly x: number;
  readonly width: number;
}

export interface Pen {
  readonly flow: Flow;
  readonly node: StructNode;
  readonly left: number;
  readonly width: number;
}

function zigzag(x: number, top: number, height: number): string {
  const step = height / 4;
  return `M${x} ${top}l3 ${step}l-6 ${step}l6 ${step}l-3 ${step}`;
}

function extentLabel(pen: Pen, { name, role, status }: ReportExtent, width: number): string | undefined {
  const words = role === 'other' ? name : `${role} ${name}`;
  const candidates = [status === undefined ? words : `${words}, ${status}`, words, name];
  return candidates.find((text) => pen.flow.setter.width(text, 'regular', 7) <= width - 6);
}

function drawNumbers({ flow, node }: Pen, extent: ReportExtent, { x, width }: Drawn, y: number): void {
  const [first, last] = [countText(extent.first), countText(endOf(extent) - 1)];
  const wide = flow.setter.width(first + last, 'regular', 6) + 8;
  if (extent.role === 'other' || wide > width) return;
  // What ends here and what begins here stay two numbers.
  flow.text(node, first, x + 2, y, { size: 6, tone: 'quiet' });
  flow.text(node, last, x + width - 2, y, { size: 6, tone: 'quiet', align: 'right' });
}

function drawExtent(pen: Pen, extent: ReportExtent, drawn: Drawn, top: number): void {
  const { flow, node } = pen;
  const { fill, hatch } = looks[extent.role];
  const { x, width } = drawn;
  flow.rectangle(node, x, top, width, stripHeight, { fill, stroke: inks.ink, width: 0.7 });
  if (hatch !== undefined)
    flow.shape(node, hatchPath(x, top, width, stripHeight, hatch), { stroke: '#9a9a9a', width: 0.35 });
  const label = extentLabel(pen, extent, width);
  if (label !== undefined) {
    const half = flow.setter.width(label, 'regular', 7) / 2 + 2;
    flow.rectangle(node, x + width / 2 - half, top + 3, 2 * half, stripHeight - 6, { fill });
    flow.text(node, label, x + width / 2, top + 10.2, { size: 7, align: 'middle' });
  }
  drawNumbers(pen, extent, drawn, top + stripHeight + 7);
}

/** @returns where each extent was drawn */
function drawSpace(pen: Pen, space: ReportSpace, shown: ShownBlocks, top: number): Map<ReportExtent, Drawn> {
  const { flow, node } = pen;
  const [x, width] = [pen.left + pad, pen.width - 2 * pad];
  const size = space.blocks === undefined ? '' : `, ${countText(space.blocks)} blocks`;
  const [title] = flow.lines([{ text: `${space.title}${size}` }], { width, size: 7, codeSize: 7, hang: 0 });
  if (title) flow.setLine(node, title, x, top + 7);
  const strip = top + 10;
  flow.rectangle(node, x, strip, width, stripHeight, { fill: inks.white, stroke: inks.rule, width: 0.5 });
  const drawn = new Map<ReportExtent, Drawn>();
  for (const { extent, ...at } of placeExtents(space, shown, { x, width, least: 1.5 })) {
    drawExtent(pen, extent, at, strip);
    drawn.set(extent, at);
  }
  const torn = { stroke: inks.ink, width: 0.7 };
  if (shown.tornStart) flow.shape(node, zigzag(x, strip, stripHeight), torn);
  if (shown.tornEnd) flow.shape(node, zigzag(x + width, strip, stripHeight), torn);
  return drawn;
}

type Tie = ReportShadowed['ties'][number];

/** Between the two: straight where they are the same blocks. */
function drawRibbon(
  { flow, node }: Pen,
  one: Drawn,
  other: Drawn,
  [top, bottom]: readonly [number, number],
  tie: Tie,
): void {
  const r = (value: number) => Math.round(value * 100) / 100;
  const path = `M${r(one.x)} ${r(top)}L${r(other.x)} ${r(bottom)}H${r(other.x + other.width)}L${r(one.x + one.width)} ${r(top)}Z`;
  const bad = tie.mark === 'bad';
  flow.shape(node, path, {
    fill: bad ? '#d0d0d0' : '#f0f0f0',
    stroke: inks.ink,
    width: bad ? 1.4 : 0.5,
    ...(tie.mark === 'good' ? {} : { dash: [3, 2] as const }),
  });
  const words = tieWords[tie.mark];
  const width = flow.setter.width(words, 'bold', 7) + 10;
  const middle = (one.x + one.width / 2 + other.x + other.width / 2) / 2;
  if (width > Math.min(one.width, other.width) && width > one.width) {
    if (one.width > 9) flow.mark(node, tie.mark, middle - 3.5, (top + bottom) / 2 + 3, 8);
    return;
  }
  const y = (top + bottom) / 2 + 2.5;
  flow.mark(node, tie.mark, middle - width / 2, y, 8);
  flow.text(node, words, middle - width / 2 + 10, y, { font: 'bold', size: 7 });
}

function drawFrame({ flow, node, left, width }: Pen, title: string, top: number, height: number): void {
  flow.rectangle(node, left, top, width, height, { stroke: inks.ink, width: 0.9 });
  flow.text(node, title, left + pad, top + 9.6, { font: 'bold', size: 7.4 });
}

export function shadowedHeight(shadowed: ReportShadowed): number {
  return heightAbove(shadowed) + ribbonHeight + headHeight + spaceHeight + 4 + 8;
}

/** Of the primary domain's frame. */
function heightAbove(shadowed: ReportShadowed): number {
  const { masters, more } = shownMasters(shadowed);
  return headHeight + (masters.length + 1) * spaceHeight + (more === undefined ? 0 : 10) + 4;
}

function drawShadowed(
  pen: Pen,
  { primary, backup }: ReportTopology,
  shadowed: ReportShadowed,
  top: number,
): void {
  const { flow, node } = pen;
  const { masters, more } = shownMasters(shadowed);
  const above = heightAbove(shadowed);
  drawFrame(pen, `PRIMARY DOMAIN  ${primary}`, top, above);
  let y = top + headHeight;
  for (const space of masters) {
    drawSpace(pen, space, shownBlocks([space]), y);
    y += spaceHeight;
  }
  if (more !== undefined) {
    flow.text(node, more, pen.left + pad, y + 7, { size: 7, tone: 'quiet' });
    y += 10;
  }
  const shown = shownBlocks([shadowed.proxy, shadowed.shadow]);
  const proxies = drawSpace(pen, shadowed.proxy, shown, y);
  const ribbonTop = y + 10 + stripHeight;
  const below = top + above + ribbonHeight;
  drawFrame(pen, `BACKUP SERVER  ${backup}`, below, headHeight + spaceHeight + 4);
  const shadows = drawSpace(pen, shadowed.shadow, shown, below + headHeight);
  const ribbonBottom = below + headHeight + 10;
  const find = (drawn: ReadonlyMap<ReportExtent, Drawn>, name: string) =>
    [...drawn].find(([extent]) => extent.name === name)?.[1];
  for (const tie of shadowed.ties) {
    const [one, other] = [find(proxies, tie.proxy), find(shadows, tie.shadow)];
    // It begins below the numbers of the proxy, and ends above the title of the shadow.
    if (one && other)
      drawRibbon(
        pen,
        one,
        other,
        [Math.max(ribbonTop + 13, top + above), Math.min(ribbonBottom - 22, below)],
        tie,
      );
  }
}

function drawTape(
  { flow, node, left, width }: Pen,
  { title, files }: NonNullable<ReportTopology['tape']>,
  top: number,
): void {
  const middle = left + width / 2;
  flow.shape(node, `M${middle} ${top - 6}v9m-3 -3l3 3l3 -3`, { stroke: inks.ink, width: 0.9 });
  flow.rectangle(node, left, top + 5, width, tapeHeight - 8, { stroke: inks.ink, width: 0.9 });
  flow.text(node, `TAPE  ${title}`, left + pad, top + 15, { font: 'bold', size: 7.4 });
  const shown = filesOnTape(files);
  const cell = (width - 2 * pad) / shown.length;
  shown.forEach((name, index) => {
    const x = left + pad + index * cell;
    flow.rectangle(node, x, top + 19, cell, 13, { fill: '#f8ecd0', stroke: inks.ink, width: 0.6 });
    const [line] = flow.lines([{ text: name }], { width: cell - 6, size: 7, codeSize: 7, hang: 0 });
    if (line) flow.setLine(node, line, x + (cell - line.width) / 2, top + 28);
  });
}

export const topologyHeight = ({ shadowed, tape }: ReportTopology): number =>
  shadowed.reduce((sum, each) => sum + shadowedHeight(each), 0) + (tape ? tapeHeight + 6 : 0);

export function drawTopology(pen: Pen, topology: ReportTopology, top: number): void {
  let y = top;
  for (const each of topology.shadowed) {
    drawShadowed(pen, topology, each, y);
    y += shadowedHeight(each);
  }
  if (topology.tape) drawTape(pen, topology.tape, y);
}
