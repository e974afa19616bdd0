/** Draws both domains and the tape: spaces as strips of blocks, a ribbon between proxy and shadow. */
import type { ReportExtent, ReportShadowed, ReportTopology } from '../../../contract/report.ts';
import { countText } from '../../../contract/words.ts';
import { say } from '../../../contract/text/say.ts';
import {
  layoutPair,
  layoutReportTopology,
  type DrawnExtent,
  type DrawnFrame,
  type DrawnPair,
  type DrawnRibbon,
  type DrawnSpace,
  type TopologyMetrics,
} from '../../../folds/charts/report-topology.ts';
import type { Flow } from './flow.ts';
import { inks, type StructNode } from './page-items.ts';

/** Of slanted lines: `up` rises to the right. */
type Direction = 'up' | 'down';

/** Between two slanted lines, in points. */
const apart = 4.5;

/**
 * Slanted lines within a rectangle: a pattern that a grey printer shows, too. @returns a path, as SVG has it; empty if
 * the rectangle is too small
 */
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

const rows = { title: 7, strip: 10, numbers: 32 };
const tapeHeight = 44;

/** In points. @param width of words in one of the two sizes */
const metrics = (width: TopologyMetrics['width']): TopologyMetrics => ({
  pad: 9,
  strip: 15,
  space: 36,
  gap: 0,
  head: 13,
  tail: 4,
  more: [10, 7],
  ribbon: 22,
  shadow: [13, 4],
  after: 8,
  cluster: rows,
  backup: rows,
  titles: [9.6, 9.6],
  tiesStrips: false,
  least: 1.5,
  room: [6, 8],
  tape: { above: 5, height: tapeHeight - 8, title: 10, cell: 14, cellHeight: 13 },
  width,
  fit: () => '',
});

/** The same everywhere in the console: master blue, proxy teal, shadow violet, tape amber; here each with a pattern of its own. */
const looks: Readonly<Record<ReportExtent['role'], { fill: string; hatch?: Direction }>> = {
  master: { fill: '#dfe9f8', hatch: 'up' },
  proxy: { fill: '#cdebe7' },
  shadow: { fill: '#e6ddf6', hatch: 'down' },
  other: { fill: '#f4f4f4' },
};

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

function drawExtent({ flow, node }: Pen, drawn: DrawnExtent): void {
  const { x, y: top, width, height, label, numbers, numbersY } = drawn;
  const { fill, hatch } = looks[drawn.extent.role];
  flow.rectangle(node, x, top, width, height, { fill, stroke: inks.ink, width: 0.7 });
  if (hatch !== undefined)
    flow.shape(node, hatchPath(x, top, width, height, hatch), { stroke: '#9a9a9a', width: 0.35 });
  if (label !== '') {
    const half = flow.setter.width(label, 'regular', 7) / 2 + 2;
    flow.rectangle(node, x + width / 2 - half, top + 3, 2 * half, height - 6, { fill });
    flow.text(node, label, x + width / 2, top + 10.2, { size: 7, align: 'middle' });
  }
  if (!numbers) return;
  // What ends here and what begins here stay two numbers.
  flow.text(node, numbers[0], x + 2, numbersY, { size: 6, tone: 'quiet' });
  flow.text(node, numbers[1], x + width - 2, numbersY, { size: 6, tone: 'quiet', align: 'right' });
}

function drawSpace(pen: Pen, drawn: DrawnSpace): void {
  const { flow, node } = pen;
  const { space, x, y, width, height } = drawn;
  const size =
    space.blocks === undefined ? '' : say(', {blocks} blocks', { blocks: countText(space.blocks) });
  const [title] = flow.lines([{ text: `${space.title}${size}` }], { width, size: 7, codeSize: 7, hang: 0 });
  if (title) flow.setLine(node, title, x, drawn.titleY);
  flow.rectangle(node, x, y, width, height, { fill: inks.white, stroke: inks.rule, width: 0.5 });
  for (const extent of drawn.extents) drawExtent(pen, extent);
  const torn = { stroke: inks.ink, width: 0.7 };
  if (drawn.tornStart) flow.shape(node, zigzag(x, y, height), torn);
  if (drawn.tornEnd) flow.shape(node, zigzag(x + width, y, height), torn);
}

/** Straight where both are the same blocks. */
function drawRibbon(
  { flow, node }: Pen,
  { mark, words, corners, x: middle, y, width: own }: DrawnRibbon,
): void {
  const path = corners.map((corner) => corner.map((value) => Math.round(value * 100) / 100).join(' '));
  const bad = mark === 'bad';
  flow.shape(node, `M${path.join('L')}Z`, {
    fill: bad ? '#d0d0d0' : '#f0f0f0',
    stroke: inks.ink,
    width: bad ? 1.4 : 0.5,
    ...(mark === 'good' ? {} : { dash: [3, 2] as const }),
  });
  const width = flow.setter.width(words, 'bold', 7) + 10;
  if (width > own) {
    if (own > 9) flow.mark(node, mark, middle - 3.5, y + 3, 8);
    return;
  }
  flow.mark(node, mark, middle - width / 2, y + 2.5, 8);
  flow.text(node, words, middle - width / 2 + 10, y + 2.5, { font: 'bold', size: 7 });
}

function drawFrame(
  { flow, node }: Pen,
  words: string,
  { x, y, width, height, title, titleY }: DrawnFrame,
): void {
  flow.rectangle(node, x, y, width, height, { stroke: inks.ink, width: 0.9 });
  flow.text(node, `${words}  ${title}`, x + 9, titleY, { font: 'bold', size: 7.4 });
}

function drawPair(pen: Pen, { primary, masters, more, proxy, backup, shadow, ribbons }: DrawnPair): void {
  drawFrame(pen, say('PRIMARY DOMAIN'), primary);
  for (const space of masters) drawSpace(pen, space);
  if (more) pen.flow.text(pen.node, more.text, more.x, more.y, { size: 7, tone: 'quiet' });
  drawSpace(pen, proxy);
  drawFrame(pen, say('BACKUP SERVER'), backup);
  drawSpace(pen, shadow);
  for (const ribbon of ribbons) drawRibbon(pen, ribbon);
}

/** Of a pair: no words are measured for it. */
export const shadowedHeight = (shadowed: ReportShadowed): number =>
  layoutPair(
    shadowed,
    { kind: 'topology', primary: '', backup: '', shadowed: [], tape: undefined },
    { x: 0, y: 0, width: 100 },
    metrics(() => 0),
  ).height;

export const topologyHeight = ({ shadowed, tape }: ReportTopology): number =>
  shadowed.reduce((sum, each) => sum + shadowedHeight(each), 0) + (tape ? tapeHeight + 6 : 0);

export function drawTopology(pen: Pen, topology: ReportTopology, top: number): void {
  const { flow, node, left, width } = pen;
  const sizes = { label: 7, numbers: 6 };
  const { pairs, tape } = layoutReportTopology(
    topology,
    { x: left, y: top, width },
    metrics((words, of) => flow.setter.width(words, 'regular', sizes[of])),
  );
  for (const pair of pairs) drawPair(pen, pair);
  if (!tape) return;
  const head = tape.isRead ? 'm-3 -6l3 -3l3 3' : 'm-3 -3l3 3l3 -3';
  flow.shape(node, `M${left + width / 2} ${tape.y - 11}v9${head}`, { stroke: inks.ink, width: 0.9 });
  drawFrame(pen, say('TAPE'), tape);
  for (const { x, y, width: cell, height, name } of tape.files) {
    flow.rectangle(node, x, y, cell, height, { fill: '#f8ecd0', stroke: inks.ink, width: 0.6 });
    const [line] = flow.lines([{ text: name }], { width: cell - 6, size: 7, codeSize: 7, hang: 0 });
    if (line) flow.setLine(node, line, x + (cell - line.width) / 2, y + 9);
  }
}
