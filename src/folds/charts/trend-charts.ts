/** Sizes, rates and times of a volume over its runs, as columns for charts. Pure. */
import type { TrendPoint, TrendSeries } from '../../contract/history.ts';
import { bytesText, durationText, rateText } from '../../contract/words.ts';
import { say } from '../../contract/text/say.ts';

export type TrendLine = 'size' | 'rate' | 'lowestRate' | 'dump' | 'readBack' | 'resynchronisation';

interface TrendCurve {
  readonly line: TrendLine;
  readonly title: string;
  /** In the unit of the chart; null where the run has none. */
  readonly values: readonly (number | null)[];
  /** The same in words: `516.1 GiB`, `1 h 18 min`; `–` where the run has none. */
  readonly texts: readonly string[];
}

export interface TrendChart {
  readonly id: 'size' | 'rate' | 'durations';
  readonly title: string;
  /** Of the axis: `GiB`, `MB/s`, `min`. */
  readonly unit: string;
  /** Seconds since 1970, ascending. */
  readonly times: readonly number[];
  readonly curves: readonly TrendCurve[];
  readonly most: number;
}

interface Unit {
  readonly name: string;
  readonly size: number;
}

const sizeUnits: readonly Unit[] = [
  { name: 'TiB', size: 1024 ** 4 },
  { name: 'GiB', size: 1024 ** 3 },
  { name: 'MiB', size: 1024 ** 2 },
  { name: 'KiB', size: 1024 },
];
const timeUnits: readonly Unit[] = [
  { name: 'h', size: 3600 },
  { name: 'min', size: 60 },
  { name: 's', size: 1 },
];
const rateUnit: Unit = { name: 'MB/s', size: 1e6 };

/** The largest unit of which the most is at least two. */
function unitFor(units: readonly Unit[], most: number): Unit {
  const fits = units.find(({ size }) => most >= 2 * size) ?? units.at(-1);
  return fits ?? rateUnit;
}

type Reading = readonly [TrendLine, string, (point: TrendPoint) => number | undefined];

const readings: Readonly<Record<TrendChart['id'], readonly Reading[]>> = {
  size: [['size', say('bytes on tape'), ({ bytes }) => bytes]],
  rate: [
    ['rate', say('average'), ({ rate }) => rate],
    ['lowestRate', say('lowest'), ({ lowestRate }) => lowestRate],
  ],
  durations: [
    ['dump', say('dump'), ({ dumpSeconds }) => dumpSeconds],
    ['readBack', say('read-back'), ({ readBackSeconds }) => readBackSeconds],
    [
      'resynchronisation',
      say('resynchronization'),
      ({ resynchronisationSeconds }) => resynchronisationSeconds,
    ],
  ],
};

const textOf = { size: bytesText, rate: rateText, durations: durationText } as const;

const titles = { size: say('Size'), rate: say('Dump rate'), durations: say('Duration') } as const;

function chartOf(id: TrendChart['id'], points: readonly TrendPoint[]): TrendChart {
  const raw = readings[id].map(([line, title, read]) => ({ line, title, values: points.map(read) }));
  const most = Math.max(0, ...raw.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const unit = id === 'rate' ? rateUnit : unitFor(id === 'size' ? sizeUnits : timeUnits, most);
  return {
    id,
    title: titles[id],
    unit: unit.name,
    times: points.map(({ at }) => Date.parse(at) / 1000),
    curves: raw.map(({ line, title, values }) => ({
      line,
      title,
      values: values.map((value) => (value === undefined ? null : value / unit.size)),
      texts: values.map((value) => (value === undefined ? '–' : textOf[id](value))),
    })),
    most: most / unit.size,
  };
}

export const trendCharts = ({ points }: TrendSeries): TrendChart[] =>
  (['size', 'rate', 'durations'] as const).map((id) => chartOf(id, points));

export const seriesKey = ({ site, class: name, volume }: TrendSeries): string => `${site} ${name} ${volume}`;

/** A chart for those who do not see it: from what to what, and where it is now. */
export function trendWords({ title, unit, curves }: TrendChart): string {
  const words = curves.flatMap((curve) => {
    const known = curve.values.filter((value) => value !== null);
    const last = known.at(-1);
    if (last === undefined) return [];
    const text = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 1 });
    return [
      say('{title} between {least} and {most} {unit}, last {last}', {
        title: curve.title,
        least: text(Math.min(...known)),
        most: text(Math.max(...known)),
        unit,
        last: text(last),
      }),
    ];
  });
  return `${title}: ${words.length === 0 ? say('no data') : words.join('; ')}`;
}

/** What has changed since the run before, in words; undefined if that is not known, or hardly anything has. */
export function changeWords(points: readonly TrendPoint[]): string | undefined {
  const sizes = points.flatMap(({ bytes }) => bytes ?? []);
  const [before, last] = sizes.slice(-2);
  if (before === undefined || last === undefined || before === 0) return undefined;
  const percent = (100 * (last - before)) / before;
  if (Math.abs(percent) < 1) return undefined;
  return say('{change} % since the previous run', {
    change: `${percent > 0 ? '+' : '−'}${Math.abs(percent).toFixed(0)}`,
  });
}

export const pointTexts = (point: TrendPoint): readonly string[] => {
  const seconds = (value: number | undefined) => (value === undefined ? '–' : durationText(value));
  const rate = (value: number | undefined) => (value === undefined ? '–' : rateText(value));
  return [
    point.bytes === undefined ? '–' : bytesText(point.bytes),
    rate(point.rate),
    rate(point.lowestRate),
    seconds(point.dumpSeconds),
    seconds(point.readBackSeconds),
    seconds(point.resynchronisationSeconds),
    seconds(point.seconds),
  ];
};
