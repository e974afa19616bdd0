/** The throughput of a run as a chart: what its canvas draws. */
import type uPlot from 'uplot';
import type { ChartData } from '../../../folds/charts/chart-data.ts';
import { unitOnTop, type Drawing } from '../../components/plot-canvas.ts';

/** `1:05`, `2:00:00`: seconds on the axis of time. */
function axisTime(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];

function columnsOf({ seconds, dump, readBack, floor, from, to }: ChartData): uPlot.AlignedData {
  return [
    [from, ...seconds, to],
    [null, ...dump, null],
    [null, ...readBack, null],
    // The minimum streaming rate is drawn from edge to edge, also where no data flows.
    [floor, ...seconds.map(() => floor), floor],
  ];
}

/** @param now returns what is currently shown: the chart outlives its initial data */
export const throughputDrawing = (now: () => ChartData): Drawing => ({
  data: columnsOf(now()),
  options(size, colour, font) {
    const [tape, grid] = [colour('var(--tape)'), { stroke: colour('var(--line)'), width: 1 }];
    const axis = { stroke: colour('var(--faint)'), font, ticks: { show: false } };
    const curve = { stroke: tape, width: 2, points: { show: false } };
    return {
      ...size,
      legend: { show: false },
      cursor: { show: false },
      padding: [6, 16, 0, 0],
      scales: {
        x: { time: false, range: () => [now().from, now().to] },
        y: { range: () => [0, Math.max(1, (now().most ?? 0) * 1.15)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 22,
          gap: 4,
          space: 64,
          incrs: timeSteps,
          values: (_, times) => times.map(axisTime),
        },
        {
          ...axis,
          grid,
          size: 60,
          gap: 6,
          space: 32,
          values: (_, rates) => unitOnTop(rates.map(String), 'MB/s'),
        },
      ],
      series: [
        {},
        { ...curve, fill: colour('color-mix(in srgb, var(--tape) 18%, transparent)') },
        { ...curve, dash: [6, 4] },
        {
          stroke: colour('var(--warn)'),
          width: 1.5,
          dash: [2, 4],
          points: { show: false },
          spanGaps: true,
        },
      ],
    };
  },
});
