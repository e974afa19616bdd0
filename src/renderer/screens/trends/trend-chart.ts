/** A trend as a chart: each curve in its color, with points that link to their runs. */
import type uPlot from 'uplot';
import type { TrendChart, TrendLine } from '../../../folds/charts/trend-charts.ts';
import { unitOnTop, type Drawing } from '../../components/plot-canvas.ts';
import { localeOf } from '../../../contract/text/say.ts';

/** Token and dash of each curve: distinguishable without colors. */
const looks: Readonly<Record<TrendLine, { token: string; dash?: number[] }>> = {
  size: { token: '--proxy' },
  rate: { token: '--tape' },
  lowestRate: { token: '--warn', dash: [2, 4] },
  dump: { token: '--tape' },
  readBack: { token: '--tape', dash: [6, 4] },
  resynchronisation: { token: '--busy', dash: [2, 3] },
};

const axisText = (value: number): string =>
  value.toLocaleString(localeOf('en-US'), { maximumFractionDigits: 2 });

/** @param onpoint index of the point that is pointed at; null: none */
export const trendDrawing = (
  { curves, most, times, unit }: TrendChart,
  onpoint: (index: number | null | undefined) => void,
): Drawing => ({
  data: [[...times], ...curves.map(({ values }) => [...values])] as uPlot.AlignedData,
  options(size, colour, font) {
    const grid = { stroke: colour('var(--line)'), width: 1 };
    const axis = { stroke: colour('var(--faint)'), font, ticks: { show: false } };
    const day = 86_400;
    const [first = 0, last = first] = [times[0], times.at(-1)];
    // One run alone still has a width.
    const margin = Math.max((last - first) * 0.02, last === first ? day : 0);
    return {
      ...size,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
      hooks: { setCursor: [(plot) => onpoint(plot.cursor.idx)] },
      padding: [8, 16, 0, 0],
      scales: {
        x: { time: true, range: () => [first - margin, last + margin] },
        y: { range: () => [0, Math.max(most * 1.15, 1e-3)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          gap: 8,
          space: 72,
          values: [
            [day * 28, '{MMM} {YYYY}', null, null, null, null, null, null, 1],
            [day, '{D} {MMM}', null, null, null, null, null, null, 1],
            [60, '{HH}:{mm}', null, null, null, null, null, null, 1],
            [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1],
          ],
        },
        {
          ...axis,
          grid,
          size: 64,
          gap: 6,
          space: 32,
          values: (_, values) => unitOnTop(values.map(axisText), unit),
        },
      ],
      series: [
        {},
        ...curves.map(({ line }): uPlot.Series => {
          const { token, dash } = looks[line];
          const stroke = colour(`var(${token})`);
          return {
            stroke,
            width: 2,
            ...(dash ? { dash } : {}),
            spanGaps: true,
            points: { show: times.length <= 120, size: 5, fill: stroke },
          };
        }),
      ],
    };
  },
});
