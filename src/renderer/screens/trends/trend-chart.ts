/** The canvas of a trend: a curve each in its colour, points that lead to their runs. Colours are those of the tokens. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { TrendChart, TrendLine } from '../../../folds/trend-charts.ts';

/** Token and dash of each curve: also told apart without colours. */
const looks: Readonly<Record<TrendLine, { token: string; dash?: number[] }>> = {
  size: { token: '--proxy' },
  rate: { token: '--tape' },
  lowestRate: { token: '--warn', dash: [2, 4] },
  dump: { token: '--tape' },
  readBack: { token: '--tape', dash: [6, 4] },
  resynchronisation: { token: '--busy', dash: [2, 3] },
};

/** A canvas does not know custom properties: an element resolves them. */
function resolved(place: HTMLElement, token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

export interface TrendTold {
  /** Index of the point that is pointed at; undefined: none. */
  readonly onpoint: (index: number | undefined) => void;
  readonly onopen: (index: number) => void;
}

export class TrendCanvas {
  readonly #place: HTMLElement;
  readonly #told: TrendTold;
  readonly #resizing: ResizeObserver;
  readonly #themes: MutationObserver;
  readonly #system = window.matchMedia('(prefers-color-scheme: dark)');
  #plot: uPlot | undefined;
  #chart: TrendChart | undefined;
  #index: number | undefined;

  constructor(place: HTMLElement, told: TrendTold) {
    this.#place = place;
    this.#told = told;
    this.#resizing = new ResizeObserver(() => this.#resize());
    this.#resizing.observe(place);
    this.#themes = new MutationObserver(() => this.#draw());
    this.#themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    this.#system.addEventListener('change', this.#draw);
    place.addEventListener('click', this.#open);
  }

  show(chart: TrendChart): void {
    this.#chart = chart;
    this.#draw();
  }

  close(): void {
    this.#resizing.disconnect();
    this.#themes.disconnect();
    this.#system.removeEventListener('change', this.#draw);
    this.#place.removeEventListener('click', this.#open);
    this.#plot?.destroy();
  }

  readonly #open = (): void => {
    if (this.#index !== undefined) this.#told.onopen(this.#index);
  };

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#place;
    if (width > 0 && this.#plot) this.#plot.setSize({ width, height });
    else this.#draw();
  }

  readonly #draw = (): void => {
    const { clientWidth: width, clientHeight: height } = this.#place;
    if (!this.#chart || width === 0) return;
    this.#plot?.destroy();
    const { times, curves } = this.#chart;
    const data = [[...times], ...curves.map(({ values }) => [...values])] as uPlot.AlignedData;
    this.#plot = new uPlot(this.#options(this.#chart, width, height), data, this.#place);
  };

  #hear(index: number | null | undefined): void {
    const next = index ?? undefined;
    if (next === this.#index) return;
    this.#index = next;
    this.#told.onpoint(next);
  }

  #options({ curves, most, times }: TrendChart, width: number, height: number): uPlot.Options {
    const colour = (token: string) => resolved(this.#place, token);
    const font = `11px ${getComputedStyle(this.#place).fontFamily}`;
    const grid = { stroke: colour('--line'), width: 1 };
    const axis = { stroke: colour('--faint'), font, ticks: { show: false } };
    const day = 86_400;
    const [first = 0, last = first] = [times[0], times.at(-1)];
    // One run alone still has a width.
    const margin = Math.max((last - first) * 0.02, last === first ? day : 0);
    return {
      width,
      height,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
      hooks: { setCursor: [(plot) => this.#hear(plot.cursor.idx)] },
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
        { ...axis, grid, size: 44, gap: 6, space: 32, values: (_, values) => values.map(axisText) },
      ],
      series: [
        {},
        ...curves.map(({ line }): uPlot.Series => {
          const { token, dash } = looks[line];
          const stroke = colour(token);
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
  }
}

const axisText = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 2 });
