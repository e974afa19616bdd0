/** Draws throughput over time, with the drive's lowest streaming speed as a line. */
import type { ReportChart } from '../../../contract/report.ts';
import { durationText } from '../../../contract/words.ts';
import type { Pen } from './figure-topology.ts';
import { inks } from './page-items.ts';

export const chartHeight = 150;
const gutter = { left: 40, right: 8, top: 22, bottom: 26 } as const;

/** 1, 2 or 5 times a power of ten, so that about so many steps fit. */
export function niceStep(most: number, steps: number): number {
  const rough = Math.max(most, 1e-9) / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

const timeSteps = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200,
  86_400,
];

const timeText = (seconds: number): string => {
  if (seconds === 0) return '0';
  if (seconds < 60) return `${Math.round(seconds * 10) / 10} s`;
  return durationText(Math.max(seconds, 10)).replace(/ 0 (s|min)$/, '');
};

interface Scales {
  readonly x: (second: number) => number;
  readonly y: (rate: number) => number;
  readonly most: number;
  readonly seconds: number;
}

function scalesOf({ left, width }: Pen, { most, floor, seconds }: ReportChart, top: number): Scales {
  const step = niceStep(Math.max(most, floor ?? 0) * 1.08, 5);
  const whole = Math.max(step, Math.ceil((Math.max(most, floor ?? 0) * 1.04) / step) * step);
  const span = Math.max(seconds, 0.1);
  const inner = {
    width: width - gutter.left - gutter.right,
    height: chartHeight - gutter.top - gutter.bottom,
  };
  const round = (value: number) => Math.round(value * 100) / 100;
  return {
    x: (second) => round(left + gutter.left + (second / span) * inner.width),
    y: (rate) => round(top + gutter.top + inner.height * (1 - rate / whole)),
    most: whole,
    seconds: span,
  };
}

function drawAxes({ flow, node }: Pen, { x, y, most, seconds }: Scales): void {
  const step = niceStep(most, 5);
  for (let rate = 0; rate <= most * 1.001; rate += step) {
    flow.line(node, x(0), y(rate), x(seconds), y(rate), { stroke: '#c4c4c4', width: 0.4 });
    const label = step < 1 ? rate.toFixed(1) : String(Math.round(rate));
    flow.text(node, label, x(0) - 4, y(rate) + 2.4, { size: 6.8, align: 'right' });
  }
  const timeStep = timeSteps.find((candidate) => seconds / candidate <= 8) ?? 86_400;
  for (let second = 0; second <= seconds * 1.0001; second += timeStep) {
    flow.line(node, x(second), y(0), x(second), y(0) + 3, { stroke: inks.ink, width: 0.6 });
    const atEnd = second > 0 && second > seconds - timeStep * 0.3;
    flow.text(node, timeText(second), x(second), y(0) + 11, { size: 6.8, align: atEnd ? 'right' : 'middle' });
  }
  flow.line(node, x(0), y(0), x(seconds), y(0), { stroke: inks.ink, width: 0.9 });
  flow.line(node, x(0), y(0), x(0), y(most), { stroke: inks.ink, width: 0.9 });
  flow.text(node, 'MB/s', x(0) - 4, y(most) - 7, { size: 6.8, align: 'right' });
  flow.text(node, 'time since the first byte', x(seconds), y(0) + 21, {
    size: 6.8,
    align: 'right',
    tone: 'quiet',
  });
}

function drawFloor({ flow, node }: Pen, { x, y, seconds }: Scales, floor: number | undefined): void {
  if (floor === undefined) return;
  flow.line(node, x(0), y(floor), x(seconds), y(floor), { stroke: inks.ink, width: 0.9, dash: [1, 2] });
  const words = `minimum streaming rate of the drive, ${floor.toFixed(0)} MB/s`;
  const width = flow.setter.width(words, 'bold', 6.8);
  flow.rectangle(node, x(seconds) - width - 4, y(floor) - 9.4, width + 4, 8.6, { fill: inks.white });
  flow.text(node, words, x(seconds) - 2, y(floor) - 3, { font: 'bold', size: 6.8, align: 'right' });
}

const dashes = { whole: undefined, dashed: [4, 2.4] as const };

function drawSeries(
  { flow, node }: Pen,
  { x, y }: Scales,
  { points, line }: ReportChart['series'][number],
): void {
  let path = '';
  let pen = 'M';
  const single: [number, number][] = [];
  let length = 0;
  const close = (at: [number, number] | undefined) => {
    if (length === 1 && at) single.push(at);
    length = 0;
    pen = 'M';
  };
  let last: [number, number] | undefined;
  for (const [second, rate] of points) {
    if (rate === null) {
      close(last);
      continue;
    }
    last = [x(second), y(rate)];
    path += `${pen}${last[0]} ${last[1]}`;
    pen = 'L';
    length += 1;
  }
  close(last);
  const dash = dashes[line];
  if (path !== '') flow.shape(node, path, { stroke: inks.ink, width: 1.1, ...(dash ? { dash } : {}) });
  // What was told once alone is not a line.
  for (const [px, py] of single) flow.rectangle(node, px - 1.2, py - 1.2, 2.4, 2.4, { fill: inks.ink });
}

export function drawChart(pen: Pen, chart: ReportChart, top: number): void {
  const { flow, node, left } = pen;
  const scales = scalesOf(pen, chart, top);
  drawAxes(pen, scales);
  drawFloor(pen, scales, chart.floor);
  let at = left + gutter.left + 8;
  for (const series of chart.series) {
    drawSeries(pen, scales, series);
    const dash = dashes[series.line];
    flow.line(node, at, top + 6, at + 22, top + 6, {
      stroke: inks.ink,
      width: 1.1,
      ...(dash ? { dash } : {}),
    });
    at += 27 + flow.text(node, series.title, at + 26, top + 8.4, { size: 7 }) + 14;
  }
}
