/** Draws throughput over time, with the drive's minimum streaming rate as a line. */
import type { ReportChart } from '../../../contract/report.ts';
import { say } from '../../../contract/text/say.ts';
import { layoutReportChart, type DrawnChart } from '../../../folds/charts/report-chart.ts';
import type { Pen } from './figure-topology.ts';
import { inks } from './page-items.ts';

export const chartHeight = 120;
const gutter = { left: 40, right: 8, top: 22, bottom: 26 } as const;

function drawAxes({ flow, node }: Pen, { left, right, top, bottom, rates, times }: DrawnChart): void {
  for (const { at, text } of rates) {
    flow.line(node, left, at, right, at, { stroke: '#c4c4c4', width: 0.4 });
    flow.text(node, text, left - 4, at + 2.4, { size: 6.8, align: 'right' });
  }
  const timeStep = (times[1]?.at ?? right) - left;
  for (const { at, text } of times) {
    flow.line(node, at, bottom, at, bottom + 3, { stroke: inks.ink, width: 0.6 });
    const atEnd = at > left && at > right - timeStep * 0.3;
    flow.text(node, text, at, bottom + 11, { size: 6.8, align: atEnd ? 'right' : 'middle' });
  }
  flow.line(node, left, bottom, right, bottom, { stroke: inks.ink, width: 0.9 });
  flow.line(node, left, bottom, left, top, { stroke: inks.ink, width: 0.9 });
  flow.text(node, 'MB/s', left - 4, top - 7, { size: 6.8, align: 'right' });
  flow.text(node, say('time since the first byte'), right, bottom + 21, {
    size: 6.8,
    align: 'right',
    tone: 'quiet',
  });
}

function drawFloor(
  { flow, node }: Pen,
  { left, right, floor: y }: DrawnChart,
  floor: number | undefined,
): void {
  if (floor === undefined || y === undefined) return;
  flow.line(node, left, y, right, y, { stroke: inks.ink, width: 0.9, dash: [1, 2] });
  const words = say('minimum streaming rate of the drive, {floor} MB/s', { floor: floor.toFixed(0) });
  const width = flow.setter.width(words, 'bold', 6.8);
  flow.rectangle(node, right - width - 4, y - 9.4, width + 4, 8.6, { fill: inks.white });
  flow.text(node, words, right - 2, y - 3, { font: 'bold', size: 6.8, align: 'right' });
}

const strokeOf = (dashed: boolean) => ({
  stroke: inks.ink,
  width: 1.1,
  ...(dashed ? { dash: [4, 2.4] as const } : {}),
});

export function drawChart(pen: Pen, chart: ReportChart, top: number): void {
  const { flow, node, left, width } = pen;
  const drawn = layoutReportChart(chart, {
    left: left + gutter.left,
    right: left + width - gutter.right,
    top: top + gutter.top,
    bottom: top + chartHeight - gutter.bottom,
    timeSteps: 8,
  });
  drawAxes(pen, drawn);
  drawFloor(pen, drawn, chart.floor);
  let at = drawn.left + 8;
  for (const { title, dashed, path, alone } of drawn.lines) {
    if (path !== '') flow.shape(node, path, strokeOf(dashed));
    // A single sample does not make a line.
    for (const [x, y] of alone) flow.rectangle(node, x - 1.2, y - 1.2, 2.4, 2.4, { fill: inks.ink });
    flow.line(node, at, top + 6, at + 22, top + 6, strokeOf(dashed));
    at += 27 + flow.text(node, title, at + 26, top + 8.4, { size: 7 }) + 14;
  }
}
