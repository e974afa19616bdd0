/** A chart on a canvas: redrawn when the size or the theme changes, since its colors are those of the tokens. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** What is drawn, for a size in pixels. @param color resolves a CSS color: a canvas does not know custom properties */
export interface Drawing {
  readonly data: uPlot.AlignedData;
  options(
    size: { width: number; height: number },
    colour: (value: string) => string,
    font: string,
  ): uPlot.Options;
}

/** The numbers of an axis, from the lowest: the topmost has the unit of all. */
export const unitOnTop = (numbers: readonly string[], unit: string): string[] =>
  numbers.map((number, at) => (at === numbers.length - 1 ? `${number} ${unit}` : number));

export class PlotCanvas {
  readonly #place: HTMLElement;
  readonly #resizing: ResizeObserver;
  readonly #themes: MutationObserver;
  readonly #system = window.matchMedia('(prefers-color-scheme: dark)');
  #plot: uPlot | undefined;
  #drawing: Drawing | undefined;

  constructor(place: HTMLElement) {
    this.#place = place;
    this.#resizing = new ResizeObserver(() => this.#resize());
    this.#resizing.observe(place);
    this.#themes = new MutationObserver(() => this.#draw());
    this.#themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    this.#system.addEventListener('change', this.#draw);
  }

  /** @returns undefined while the element has no size */
  get plot(): uPlot | undefined {
    return this.#plot;
  }

  /** @param keepsPlot the options are unchanged: only the data differs */
  show(drawing: Drawing, keepsPlot = false): void {
    this.#drawing = drawing;
    if (keepsPlot && this.#plot) this.#plot.setData(drawing.data, false);
    else this.#draw();
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

  #colour(value: string): string {
    const probe = document.createElement('span');
    probe.style.color = value;
    this.#place.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  }

  readonly #draw = (): void => {
    const { clientWidth: width, clientHeight: height } = this.#place;
    if (!this.#drawing || width === 0) return;
    this.#plot?.destroy();
    const font = `11px ${getComputedStyle(this.#place).fontFamily}`;
    const options = this.#drawing.options({ width, height }, (value) => this.#colour(value), font);
    this.#plot = new uPlot(options, this.#drawing.data, this.#place);
  };
}
