/** The way of the data: digests of all volumes, and throughput. */
import type { EventOf } from '../../../contract/events.ts';
import type { ReportBlock, ReportFigure, ReportTable } from '../../../contract/report.ts';
import { countText, durationText, rateText } from '../../../contract/words.ts';
import { say } from '../../../contract/text/say.ts';
import { chartData } from '../../../folds/charts/chart-data.ts';
import { uncountedDumps } from '../../../folds/written-records.ts';
import { isShoeShining } from '../../../folds/run-warnings.ts';
import { hasDigests, hopOverview, hopTable, volumesInSummary } from './hop-table.ts';
import type { ReportFacts } from './report-source.ts';
import { code, marked, plain, quiet } from './report-words.ts';
import type { SectionDraft } from './section-draft.ts';
import { resynchronisationSection } from './section-resynchronisation.ts';

/** The hops of more volumes than these are in an appendix. */
const volumesInBody = 5;

const legWords = { dump: say('Dump'), 'read-back': say('Read-back') } as const;

/** A chart is no wider than a page: more points than these are thinned out. */
const mostPoints = 400;

type Points = [second: number, rate: number | null][];

/** Of each group of points the slowest is kept: what starves the drive must not be thinned away. */
function thinned(points: Points): Points {
  if (points.length <= mostPoints) return points;
  const size = Math.ceil(points.length / mostPoints);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, index) => {
    const group = points.slice(index * size, (index + 1) * size);
    const gap = group.find(([, rate]) => rate === null);
    return gap ?? group.reduce((one, other) => ((other[1] ?? 0) < (one[1] ?? 0) ? other : one));
  });
}

/** A point for each moment at which this way of the data reports its rate; null parts one way from the next. */
function pointsOf(seconds: readonly number[], rates: readonly (number | null)[]): Points {
  const points: Points = [];
  rates.forEach((rate, index) => {
    if (rate === null && (points.length === 0 || points.at(-1)?.[1] === null)) return;
    points.push([seconds[index] ?? 0, rate]);
  });
  return points;
}

type Drive = NonNullable<EventOf<'run-started'>['drive']>;

function driveText({ name, floor, top }: Drive): string {
  const speed =
    floor === undefined
      ? say('streaming rates not known')
      : say('streams from {floor} to {top}', {
          floor: rateText(floor),
          top: rateText(top ?? floor),
        });
  return say('{name} ({speed})', { name, speed });
}

function chart({ model }: ReportFacts): ReportFigure[] {
  const { legs, start } = model;
  const { seconds, dump, readBack, floor, most } = chartData(legs, undefined, start?.drive?.floor);
  const series = [
    { title: say('Dump'), line: 'whole' as const, points: thinned(pointsOf(seconds, dump)) },
    { title: say('Read-back'), line: 'dashed' as const, points: thinned(pointsOf(seconds, readBack)) },
  ].filter(({ points }) => points.some(([, rate]) => rate !== null && rate > 0));
  if (series.length === 0) return [];
  const to = Math.max(...series.flatMap(({ points }) => points.map(([second]) => second)));
  const rates = series.flatMap(({ title, points }) => {
    const told = points.flatMap(([, rate]) => rate ?? []);
    return [
      say('{title}: {least} to {most} MB/s', {
        title,
        least: Math.min(...told).toFixed(1),
        most: Math.max(...told).toFixed(1),
      }),
    ];
  });
  const floorText =
    floor === null
      ? say('the drive’s minimum streaming rate is not known')
      : say('the drive’s minimum streaming rate is {floor} MB/s', { floor: floor.toFixed(0) });
  return [
    {
      kind: 'figure',
      caption:
        start?.drive === undefined
          ? say('Throughput in MB/s (millions of bytes a second)')
          : say('Throughput in MB/s (millions of bytes a second), drive {drive}', {
              drive: driveText(start.drive),
            }),
      alt: say('Throughput over {to}. {rates}. {floorText}.', {
        to: durationText(to),
        rates: rates.join('. '),
        floorText,
      }),
      figure: { kind: 'chart', series, floor: floor ?? undefined, seconds: to, most },
    },
  ];
}

function legTable({ model, times }: ReportFacts): ReportTable {
  const { legs, startedAt, start } = model;
  const floor = start?.drive?.floor;
  return {
    kind: 'table',
    caption: say('Dump and read-back'),
    columns: [
      { title: say('Step'), share: 17 },
      { title: say('What'), share: 13 },
      { title: say('Start ({word})', { word: times.word }), share: 14 },
      { title: say('Took'), share: 12, align: 'right' },
      { title: say('Bytes'), share: 18, align: 'right' },
      { title: say('Average'), share: 26, align: 'right' },
    ],
    rows: legs.map((leg) => [
      plain(leg.step),
      plain(legWords[leg.what]),
      plain(times.clock(leg.startedAt, startedAt)),
      plain(durationText(leg.seconds)),
      plain(countText(leg.latest.bytes)),
      [
        leg.average === undefined
          ? quiet('-')
          : isShoeShining(leg, floor)
            ? marked('warning', say('{average}, below the minimum', { average: rateText(leg.average) }))
            : { text: rateText(leg.average) },
      ],
    ]),
  };
}

/** What the chart says of the drive, where there is none or where it cannot say it. */
function driveParagraph({ model: { start } }: ReportFacts, isDrawn: boolean): ReportBlock[] {
  const drive = start?.drive;
  if (drive !== undefined && isDrawn) return [];
  const text =
    drive === undefined
      ? say('The journal does not name the type of drive, so its minimum streaming rate is not drawn.')
      : say('Type of drive: {drive}.', { drive: driveText(drive) });
  return [{ kind: 'paragraph', texts: plain(text) }];
}

function catalogueTable({ events }: ReportFacts): ReportBlock[] {
  const told = events.flatMap((event) => (event.type === 'catalogue' ? [event] : []));
  if (told.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: say('File lists of the archives, kept next to the journal'),
      columns: [
        { title: say('Volume'), share: 15 },
        { title: say('Entries'), share: 12, align: 'right' },
        { title: say('File'), share: 33 },
        { title: say('SHA-256 of the list'), share: 40 },
      ],
      rows: told.map(({ volume, entries, file, sha256 }) => [
        plain(volume),
        plain(countText(entries)),
        [code(file.split('/').at(-1) ?? file)],
        [code(sha256)],
      ]),
    },
  ];
}

/** Where the digests are that are not below; none where they are. */
function digestsElsewhere({ model: { volumes } }: ReportFacts): string[] {
  if (!volumes.some(hasDigests)) return [say('The dump did not complete, so no hop has a digest.')];
  if (volumes.length > volumesInSummary) return [];
  return [say('The digests of each hop are in the summary, on the first page.')];
}

function digestsBelow({ model: { volumes }, several }: ReportFacts): ReportBlock[] {
  if (!volumes.some(hasDigests) || volumes.length <= volumesInSummary) return [];
  return volumes.length <= volumesInBody
    ? volumes.map((volume) => hopTable(volume, several))
    : [hopOverview(volumes, volumes.length)];
}

const unsentText = ({ model }: ReportFacts): string =>
  uncountedDumps(model, true).length > 0
    ? say('The dump was interrupted before its rate was measured.')
    : say('No data was sent.');

export function dataSections(facts: ReportFacts): SectionDraft[] {
  const drawn = chart(facts);
  const { legs, start } = facts.model;
  const route =
    start?.route === 'server'
      ? say('on the backup server alone (route server)')
      : say('through the console (route console)');
  const record =
    start === undefined
      ? ''
      : ` ${say('Records of {bytes} bytes; the data went {route}.', { bytes: countText(start.recordBytes), route })}`;
  const meaning = say(
    'The same bytes are counted and hashed at each hop: read from the device of the shadow volume, sent to tape, counted by the tape host, read back from tape.',
  );
  return [
    {
      id: 'data',
      title: say('Data'),
      blocks: [
        { kind: 'paragraph', texts: plain([`${meaning}${record}`, ...digestsElsewhere(facts)].join(' ')) },
        ...digestsBelow(facts),
        ...catalogueTable(facts),
      ],
    },
    {
      id: 'throughput',
      title: say('Throughput'),
      level: 2,
      blocks:
        legs.length === 0
          ? [{ kind: 'paragraph', texts: plain(unsentText(facts)) }]
          : [...driveParagraph(facts, drawn.length > 0), ...drawn, legTable(facts)],
    },
    resynchronisationSection(facts),
  ];
}

/** All hops of each volume, where they are too many for the body. */
export function digestAppendix({ model: { volumes } }: ReportFacts): SectionDraft[] {
  if (volumes.length <= volumesInBody) return [];
  const blocks = volumes.map((volume) => hopTable(volume, true));
  return [{ id: 'digests', title: say('Digests, all volumes'), appendix: true, blocks }];
}
