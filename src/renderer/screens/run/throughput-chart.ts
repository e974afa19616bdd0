/** The canvas of the throughput chart. Colours are those of the tokens, and change with the theme. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ChartData } from '../../../folds/chart-data.ts';

interface Colours {
  readonly tape: string;
  readonly area: string;
  readonly floor: string;
  readonly grid: string;
  readonly text: string;
  readonly font: string;
}

/** A canvas does not know custom properties: an element resolves them. */
function resolved(place: HTMLElement, value: string): string {
  const probe = document.createElement('span');
  probe.style.color = value;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function coloursOf(place: HTMLElement): Colours {
  return {
    tape: resolved(place, 'var(--tape)'),
    area: resolved(place, 'color-mix(in srgb, var(--tape) 18%, transparent)'),
    floor: resolved(place, 'var(--warn)'),
    grid: resolved(place, 'var(--line)'),
    text: resolved(place, 'var(--faint)'),
    font: `11px ${getComputedStyle(place).fontFamily}`,
  };
}

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
    // The floor is drawn from edge to edge, also where no data flows.
    [floor, ...seconds.map(() => floor), floor],
  ];
}

export class ThroughputChart {
  readonly #place: HTMLElement;
  readonly #resizing: ResizeObserver;
  readonly #themes: MutationObserver;
  readonly #system = window.matchMedia('(prefers-color-scheme: dark)');
  #plot: uPlot | undefined;
  #data: ChartData | undefined;

  constructor(place: HTMLElement) {
    this.#place = place;
    this.#resizing = new ResizeObserver(() => this.#resize());
    this.#resizing.observe(place);
    this.#themes = new MutationObserver(() => this.#draw());
    this.#themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    this.#system.addEventListener('change', this.#draw);
  }

  show(data: ChartData): void {
    this.#data = data;
    if (!this.#plot) return this.#draw();
    this.#plot.setData(columnsOf(data), false);
    this.#plot.setScale('x', { min: data.from, max: data.to });
    return undefined;
  }

  close(): void {
    this.#resizing.disconnect();
    this.#themes.disconnect();
    this.#system.removeEventListener('change', this.#draw);
    this.#plot?.destroy();
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#place;
    if (width > 0 && this.#plot) this.#plot.setSize({ width, height });
    else this.#draw();
  }

  readonly #draw = (): void => {
    const { clientWidth: width, clientHeight: height } = this.#place;
    if (!this.#data || width === 0) return;
    this.#plot?.destroy();
    const options = this.#options(coloursOf(this.#place), width, height);
    this.#plot = new uPlot(options, columnsOf(this.#data), this.#place);
    this.#plot.setScale('x', { min: this.#data.from, max: this.#data.to });
  };

  #options(colours: Colours, width: number, height: number): uPlot.Options {
    const { tape, area, floor, grid, text, font } = colours;
    const axis = { stroke: text, font, ticks: { show: false }, grid: { stroke: grid, width: 1 } };
    return {
      width,
      height,
      legend: { show: false },
      cursor: { show: false },
      padding: [6, 16, 0, 0],
      scales: {
        x: { time: false, auto: false },
        y: { range: () => [0, Math.max(1, (this.#data?.most ?? 0) * 1.15)] },
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
        { ...axis, size: 36, gap: 6, space: 32, values: (_, rates) => rates.map(String) },
      ],
      series: [
        {},
        { stroke: tape, width: 2, fill: area, points: { show: false } },
        { stroke: tape, width: 2, dash: [6, 4], points: { show: false } },
        { stroke: floor, width: 1.5, dash: [2, 4], points: { show: false }, spanGaps: true },
      ],
    };
  }
}
