/** The throughput of a run as columns for a chart: dump and reading back on one axis of time, with the drive's floor. Pure. */
import { say } from '../../contract/text/say.ts';
import { shownSamples } from '../figures.ts';
import type { LegModel } from '../run/run-model.ts';

/** Bytes a second to the unit in which tape drives are rated. */
const megabyte = 1e6;

export interface ChartData {
  /** Seconds since the first way of the data began. */
  readonly seconds: readonly number[];
  /** MB/s; null where that way is not under way. */
  readonly dump: readonly (number | null)[];
  readonly readBack: readonly (number | null)[];
  /** The lowest rate at which the drive streams, in MB/s; null where it is not known. */
  readonly floor: number | null;
  /** The highest value that is drawn, in MB/s. */
  readonly most: number;
  /** First and last second of the axis. */
  readonly from: number;
  readonly to: number;
}

/**
 * @param lastSeconds how much of the end is shown; undefined: all
 * @param floor bytes per second
 */
export function chartData(
  legs: readonly LegModel[],
  lastSeconds: number | undefined,
  floor: number | undefined,
): ChartData {
  const begin = legs[0]?.since ?? 0;
  const points = legs.flatMap((leg, index) => {
    const offset = (leg.since - begin) / 1000;
    const samples = shownSamples(leg.samples, undefined).map(({ seconds, rate }) => ({
      second: offset + seconds,
      rate: rate / megabyte,
      what: leg.what,
      gap: false,
    }));
    const first = samples[0];
    // A gap keeps the line from running on from one volume to the next.
    return index > 0 && first
      ? [{ ...first, second: Math.max(0, first.second - 0.001), gap: true }, ...samples]
      : samples;
  });
  const end = Math.max(0, ...points.slice(-1).map(({ second }) => second));
  const from = lastSeconds === undefined ? 0 : Math.max(0, end - lastSeconds);
  const shown = points.filter(({ second }) => second >= from);
  const of = (what: LegModel['what']) =>
    shown.map((point) => (point.what === what && !point.gap ? point.rate : null));
  const line = floor === undefined ? null : floor / megabyte;
  return {
    seconds: shown.map(({ second }) => second),
    dump: of('dump'),
    readBack: of('read-back'),
    floor: line,
    most: Math.max(line ?? 0, ...shown.map(({ rate }) => rate)),
    from,
    to: Math.max(end, from + (lastSeconds ?? 10)),
  };
}

/** What the chart shows, for those who do not see it. */
export function chartWords(legs: readonly LegModel[], floor: number | undefined): string {
  if (legs.length === 0) return say('no data yet');
  const words = legs.map(({ what, average, samples, latest }) => {
    const rates = samples.map(({ rate }) => rate).filter((rate) => rate > 0);
    const mb = (rate: number) => (rate / megabyte).toFixed(1);
    const range =
      rates.length === 0
        ? ''
        : say(', between {least} and {most}', {
            least: mb(Math.min(...rates)),
            most: mb(Math.max(...rates)),
          });
    const values = { average: mb(average ?? latest.rate ?? 0), range };
    return what === 'dump'
      ? say('dump {average} MB/s on average{range}', values)
      : say('read-back {average} MB/s on average{range}', values);
  });
  const line =
    floor === undefined
      ? ''
      : say('; the drive streams from {floor} MB/s', { floor: (floor / megabyte).toFixed(0) });
  return `${words.join('; ')}${line}`;
}
