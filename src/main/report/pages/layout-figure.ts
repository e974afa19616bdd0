import type { ReportFigure, ReportTopology } from '../../../contract/report.ts';
import { say } from '../../../contract/text/say.ts';
import { chartHeight, drawChart } from './figure-chart.ts';
import { drawFingerprint, fingerprintHeight } from './figure-fingerprint.ts';
import { drawTopology, shadowedHeight, topologyHeight, type Pen } from './figure-topology.ts';
import type { Flow } from './flow.ts';
import { setCaption } from './layout-table.ts';
import { nodeOf, type StructNode } from './page-items.ts';

const captionRoom = 14;

function heightOf({ figure }: ReportFigure): number {
  if (figure.kind === 'chart') return chartHeight;
  return figure.kind === 'topology' ? topologyHeight(figure) : fingerprintHeight;
}

/** Figures are never cut, topologies excepted: between the pairs. */
export function figureStart(figure: ReportFigure): number {
  const { figure: drawn } = figure;
  const [first] = drawn.kind === 'topology' ? drawn.shadowed : [];
  return captionRoom + (first ? shadowedHeight(first) : heightOf(figure));
}

function draw(pen: Pen, { figure }: ReportFigure, top: number): void {
  if (figure.kind === 'chart') drawChart(pen, figure, top);
  else if (figure.kind === 'topology') drawTopology(pen, figure, top);
  else drawFingerprint(pen, figure, top);
}

function place(flow: Flow, block: ReportFigure, parent: StructNode): void {
  const height = heightOf(block);
  const { left, width } = flow.frame;
  flow.ensure(captionRoom + height);
  setCaption(flow, parent, block.caption);
  const node = nodeOf('Figure', parent, block.alt);
  node.bbox = [left, flow.y, left + width, flow.y + height];
  draw({ flow, node, left, width }, block, flow.y);
  flow.y += height;
}

/** As much of a topology as fits a page, and the rest below the same caption on the next ones. */
function parts(flow: Flow, block: ReportFigure, topology: ReportTopology): ReportFigure[] {
  const most = flow.wholeRoom - captionRoom - 60;
  const groups: ReportTopology['shadowed'][number][][] = [];
  let used = Infinity;
  for (const each of topology.shadowed) {
    const height = shadowedHeight(each);
    if (used + height > most) {
      groups.push([]);
      used = 0;
    }
    groups.at(-1)?.push(each);
    used += height;
  }
  return groups.map((shadowed, index) => ({
    ...block,
    caption: index === 0 ? block.caption : say('{caption} (continued)', { caption: block.caption }),
    alt: index === 0 ? block.alt : say('Figure continued; its description is on the page where it begins.'),
    figure: { ...topology, shadowed, tape: index === groups.length - 1 ? topology.tape : undefined },
  }));
}

export function layoutFigure(flow: Flow, block: ReportFigure, parent: StructNode): void {
  const { figure } = block;
  const pieces = figure.kind === 'topology' ? parts(flow, block, figure) : [block];
  for (const piece of pieces) place(flow, piece, parent);
}
