/**
 * The runs of a history as a reader keeps them. It gets every run once, then only the runs that have changed: a site may have ten thousand
 * runs, and its first screen asks for all of them whenever one ends. Pure.
 */
import type { TrendPoint, TrendSeries } from '../../../contract/history.ts';
import type { RunLine } from '../../../contract/screens.ts';

/** A run as a point in the history of a volume. */
export interface VolumePoint extends Pick<TrendSeries, 'site' | 'class' | 'volume'> {
  readonly point: TrendPoint;
}

export interface HistoryChanges {
  /** Names what the reader has after them. */
  readonly version: string;
  /** True: what was known before is forgotten. */
  readonly isWhole: boolean;
  /** Runs that are new, or not what they were; in any order. */
  readonly lines: readonly RunLine[];
  /** Of those runs. */
  readonly points: readonly VolumePoint[];
}

interface Series extends Pick<TrendSeries, 'site' | 'class' | 'volume'> {
  /** By run. */
  readonly points: Map<string, TrendPoint>;
}

const keyOf = ({ site, class: of, volume }: Pick<TrendSeries, 'site' | 'class' | 'volume'>): string =>
  JSON.stringify([site, of, volume]);

const byRun = (one: { readonly run: string }, other: { readonly run: string }): number =>
  one.run < other.run ? -1 : one.run > other.run ? 1 : 0;

export class KnownRuns {
  #version: string | undefined;
  readonly #lines = new Map<string, RunLine>();
  readonly #series = new Map<string, Series>();
  /** Run -> the series that have a point of it. */
  readonly #seriesOf = new Map<string, readonly Series[]>();
  /** Of the lines as they are; made when they are asked for. */
  #sorted: readonly RunLine[] | undefined;
  #drawn: readonly TrendSeries[] | undefined;

  /** Version of the last answer; undefined before the first one. */
  get version(): string | undefined {
    return this.#version;
  }

  /** Newest first; the same array while nothing has changed. */
  get lines(): readonly RunLine[] {
    this.#sorted ??= [...this.#lines.values()].sort(byRun).reverse();
    return this.#sorted;
  }

  /** One for each volume, the points oldest first; the same array while nothing has changed. */
  get series(): readonly TrendSeries[] {
    this.#drawn ??= [...this.#series.values()].map((series) => ({
      ...series,
      points: [...series.points.values()].sort(byRun),
    }));
    return this.#drawn;
  }

  take({ version, isWhole, lines, points }: HistoryChanges): void {
    if (version === this.#version) return;
    this.#version = version;
    this.#sorted = undefined;
    this.#drawn = undefined;
    if (isWhole) for (const known of [this.#lines, this.#series, this.#seriesOf]) known.clear();
    for (const line of lines) {
      this.#forget(line.run);
      this.#lines.set(line.run, line);
    }
    for (const point of points) this.#add(point);
  }

  #forget(run: string): void {
    this.#lines.delete(run);
    for (const series of this.#seriesOf.get(run) ?? []) {
      series.points.delete(run);
      if (series.points.size === 0) this.#series.delete(keyOf(series));
    }
    this.#seriesOf.delete(run);
  }

  #add({ site, class: of, volume, point }: VolumePoint): void {
    const key = keyOf({ site, class: of, volume });
    const series = this.#series.get(key) ?? { site, class: of, volume, points: new Map() };
    this.#series.set(key, series);
    series.points.set(point.run, point);
    this.#seriesOf.set(point.run, [...(this.#seriesOf.get(point.run) ?? []), series]);
  }
}
