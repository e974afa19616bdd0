/** Sizes, rates and times of a volume over its runs, with bars if there is room for them. */
import type { TrendPoint, TrendSeries } from '../../../contract/history.ts';
import { say } from '../../../contract/text/say.ts';
import { momentText } from '../terminal/display.ts';
import type { Line } from '../terminal/lines.ts';
import { stateTone } from '../terminal/state-tone.ts';
import { listingColumns, listingLines, type Column, type Listing } from '../terminal/table.ts';
import { bytesText, durationText, rateText } from '../terminal/text.ts';

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;
const barWidth = 8;

function bar(value: number | undefined, most: number): string {
  const parts = value === undefined || most <= 0 ? 0 : Math.round((value / most) * barWidth * 8);
  return `${'█'.repeat(parts >> 3)}${eighths[parts & 7] ?? ''}`.padEnd(barWidth);
}

interface Figure {
  readonly name: string;
  readonly width: number;
  readonly hasBar: boolean;
  readonly value: (point: TrendPoint) => number | undefined;
  readonly text: (value: number) => string;
}

const figures: readonly Figure[] = [
  { name: say('size'), width: 9, hasBar: true, value: ({ bytes }) => bytes, text: bytesText },
  { name: say('rate'), width: 11, hasBar: true, value: ({ rate }) => rate, text: rateText },
  { name: say('lowest'), width: 11, hasBar: false, value: ({ lowestRate }) => lowestRate, text: rateText },
  { name: say('run'), width: 12, hasBar: true, value: ({ seconds }) => seconds, text: durationText },
  {
    name: say('dump'),
    width: 12,
    hasBar: false,
    value: ({ dumpSeconds }) => dumpSeconds,
    text: durationText,
  },
  {
    name: say('read back'),
    width: 12,
    hasBar: false,
    value: ({ readBackSeconds }) => readBackSeconds,
    text: durationText,
  },
  {
    name: say('copy'),
    width: 12,
    hasBar: true,
    value: ({ resynchronisationSeconds }) => resynchronisationSeconds,
    text: durationText,
  },
];

/** @param bars false: only the figures */
function listingOf(points: readonly TrendPoint[], bars: boolean): Listing {
  const most = figures.map(({ value }) => Math.max(0, ...points.map((point) => value(point) ?? 0)));
  const columnsOf = ({ name, width, hasBar }: Figure): Column[] => [
    { heading: name, least: width, align: 'right', label: name },
    ...(bars && hasBar ? [{ heading: '', least: barWidth }] : []),
  ];
  const cellsOf = (point: TrendPoint) =>
    figures.flatMap(({ hasBar, value, text }, index) => {
      const figure = value(point);
      const words = figure === undefined ? '-' : text(figure);
      return bars && hasBar ? [words, bar(figure, most[index] ?? 0)] : [words];
    });
  return {
    isHeaded: true,
    columns: [
      { heading: say('when'), least: 20 },
      { heading: say('verdict'), least: 10 },
      ...figures.flatMap(columnsOf),
      { heading: '', least: 0 },
    ],
    rows: points.map((point) => [momentText(point.at), stateTone(point.verdict), ...cellsOf(point), '']),
  };
}

/** @param width columns of the terminal; undefined if none is */
export function trendLines(
  { site, class: className, volume, points }: TrendSeries,
  width: number | undefined,
): Line[] {
  const withBars = listingOf(points, true);
  const isWide = width === undefined || listingColumns(withBars) <= width;
  const listing = isWide ? withBars : listingOf(points, false);
  return [
    say('{volume} of class {className}, {site}', { volume, className, site }),
    ...listingLines(listing, width),
  ];
}
