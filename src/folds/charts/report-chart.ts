/** The chart of a report: scales, ticks and lines, for the screen and for paper. Pure. */
import type { ReportChart } from '../../contract/report.ts';
import { durationText } from '../../contract/words.ts';

/** Where the axes are drawn, in pixels or points. */
export interface ChartFrame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Steps of time that there is room for. */
  readonly timeSteps: number;
}

/** 1, 2 or 5 times a power of ten, so that about so many steps fit. */
function niceStep(most: number, steps: number): number {
  const rough = Math.max(most, 1e-9) / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

const timeSteps = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200,
];

const timeText = (seconds: number): string =>
  seconds < 60 ? `${Math.round(seconds * 10) / 10} s` : durationText(seconds).replace(/ 0 (s|min)$/, '');

interface Tick {
  readonly at: number;
  readonly text: string;
}

export interface DrawnChart extends ChartFrame {
  readonly rates: readonly Tick[];
  readonly times: readonly Tick[];
  readonly floor: number | undefined;
  /** A path for each series, and the points that are alone. */
  readonly lines: readonly {
    readonly title: string;
    readonly dashed: boolean;
    readonly path: string;
    readonly alone: readonly (readonly [x: number, y: number])[];
  }[];
}

const ticksOf = (
  most: number,
  step: number,
  at: (value: number) => number,
  text: (value: number) => string,
) =>
  Array.from({ length: Math.floor((most * 1.0001) / step) + 1 }, (_, index) => ({
    at: at(index * step),
    text: text(index * step),
  }));

type Points = ReportChart['series'][number]['points'];

/** Points without a gap between them. */
function stretchesOf(points: Points, x: (second: number) => number, y: (rate: number) => number) {
  const stretches: [number, number][][] = [[]];
  for (const [second, rate] of points) {
    if (rate === null) stretches.push([]);
    else stretches.at(-1)?.push([x(second), y(rate)]);
  }
  return stretches.filter(({ length }) => length > 0);
}

export function layoutReportChart(
  { series, floor, seconds, most }: ReportChart,
  frame: ChartFrame,
): DrawnChart {
  const { left, right, top, bottom } = frame;
  const highest = Math.max(most, floor ?? 0, 1e-6);
  const roughStep = niceStep(highest * 1.08, 5);
  const whole = Math.ceil((highest * 1.04) / roughStep) * roughStep;
  const step = niceStep(whole, 5);
  const span = Math.max(seconds, 0.1);
  const round = (value: number) => Math.round(value * 100) / 100;
  const x = (second: number) => round(left + (second / span) * (right - left));
  const y = (rate: number) => round(bottom - (rate / whole) * (bottom - top));
  const timeStep = timeSteps.find((each) => span / each <= frame.timeSteps) ?? 86_400;
  const digits = step < 1 ? 1 : 0;
  return {
    ...frame,
    rates: ticksOf(whole, step, y, (rate) => rate.toFixed(digits)),
    times: ticksOf(span, timeStep, x, (second) => (second === 0 ? '0' : timeText(second))),
    floor: floor === undefined ? undefined : y(floor),
    lines: series.map(({ title, line, points }) => {
      const stretches = stretchesOf(points, x, y);
      return {
        title,
        dashed: line === 'dashed',
        path: stretches.map((stretch) => `M${stretch.map((point) => point.join(' ')).join('L')}`).join(''),
        alone: stretches.flatMap((stretch) => (stretch.length === 1 ? stretch : [])),
      };
    }),
  };
}
