/** The way of the data: digests of all volumes, throughput, and the resynchronization of the proxies afterwards. */
import type { ReportBlock, ReportFigure, ReportTable } from '../../../contract/report.ts';
import { bytesText, countText, durationText, rateText } from '../../../contract/words.ts';
import { chartData } from '../../../folds/charts/chart-data.ts';
import { isShoeShining } from '../../../folds/run-warnings.ts';
import { hasDigests, hopOverview, hopTable, volumesInSummary } from './hop-table.ts';
import type { ReportFacts } from './report-source.ts';
import { code, countOf, marked, plain, quiet, tookText } from './report-words.ts';
import type { SectionDraft } from './section-draft.ts';

/** The hops of more volumes than these are in an appendix. */
const volumesInBody = 5;

const legWords = { dump: 'Dump', 'read-back': 'Read-back' } as const;

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

/** A point for each moment at which this way of the data tells its rate; null parts one way from the next. */
function pointsOf(seconds: readonly number[], rates: readonly (number | null)[]): Points {
  const points: Points = [];
  rates.forEach((rate, index) => {
    if (rate === null && (points.length === 0 || points.at(-1)?.[1] === null)) return;
    points.push([seconds[index] ?? 0, rate]);
  });
  return points;
}

function chart({ model }: ReportFacts): ReportFigure[] {
  const { legs, start } = model;
  const { seconds, dump, readBack, floor, most } = chartData(legs, undefined, start?.drive?.floor);
  const series = [
    { title: 'Dump', line: 'whole' as const, points: thinned(pointsOf(seconds, dump)) },
    { title: 'Read-back', line: 'dashed' as const, points: thinned(pointsOf(seconds, readBack)) },
  ].filter(({ points }) => points.some(([, rate]) => rate !== null && rate > 0));
  if (series.length === 0) return [];
  const to = Math.max(...series.flatMap(({ points }) => points.map(([second]) => second)));
  const rates = series.flatMap(({ title, points }) => {
    const told = points.flatMap(([, rate]) => rate ?? []);
    return [`${title}: ${Math.min(...told).toFixed(1)} to ${Math.max(...told).toFixed(1)} MB/s`];
  });
  const floorText =
    floor === null
      ? 'the drive’s minimum streaming rate is not known'
      : `the drive’s minimum streaming rate is ${floor.toFixed(0)} MB/s`;
  return [
    {
      kind: 'figure',
      caption: `Throughput in MB/s (millions of bytes a second); ${floorText}`,
      alt: `Throughput over ${durationText(to)}. ${rates.join('. ')}. ${floorText}.`,
      figure: { kind: 'chart', series, floor: floor ?? undefined, seconds: to, most },
    },
  ];
}

function legTable({ model, times }: ReportFacts): ReportTable {
  const { legs, startedAt, start } = model;
  const floor = start?.drive?.floor;
  return {
    kind: 'table',
    caption: 'Dump and read-back',
    columns: [
      { title: 'Step', share: 17 },
      { title: 'What', share: 13 },
      { title: `Start (${times.word})`, share: 14 },
      { title: 'Took', share: 12, align: 'right' },
      { title: 'Bytes', share: 18, align: 'right' },
      { title: 'Average', share: 26, align: 'right' },
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
            ? marked('warning', `${rateText(leg.average)}, below the minimum`)
            : { text: rateText(leg.average) },
      ],
    ]),
  };
}

function driveWords({ model: { start } }: ReportFacts): ReportBlock {
  const drive = start?.drive;
  if (drive === undefined)
    return {
      kind: 'paragraph',
      texts: plain(
        'The journal does not name the type of drive, so its minimum streaming rate is not drawn.',
      ),
    };
  const speed =
    drive.floor === undefined
      ? 'its streaming rates are not known'
      : `it streams from ${rateText(drive.floor)} to ${rateText(drive.top ?? drive.floor)}; below that it is shoe-shining`;
  return { kind: 'paragraph', texts: plain(`Drive ${drive.name}: ${speed}.`) };
}

function catalogueTable({ events }: ReportFacts): ReportBlock[] {
  const told = events.flatMap((event) => (event.type === 'catalogue' ? [event] : []));
  if (told.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: 'File lists of the archives, kept beside the journal',
      columns: [
        { title: 'Volume', share: 15 },
        { title: 'Entries', share: 12, align: 'right' },
        { title: 'File', share: 33 },
        { title: 'SHA-256 of the list', share: 40 },
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

function digestsOf({ model: { volumes }, several }: ReportFacts): ReportBlock[] {
  const told = volumes.some(hasDigests);
  if (!told || volumes.length <= volumesInSummary)
    return [
      {
        kind: 'paragraph',
        texts: plain(
          told
            ? 'The digests of each hop are in the summary, on the first page.'
            : 'The dump did not complete, so no hop has a digest.',
        ),
      },
    ];
  return volumes.length <= volumesInBody
    ? volumes.map((volume) => hopTable(volume, several))
    : [hopOverview(volumes, volumes.length)];
}

export function dataSections(facts: ReportFacts): SectionDraft[] {
  const { legs, start } = facts.model;
  const route =
    start?.route === 'server'
      ? 'on the backup server alone (route server)'
      : 'through the console (route console)';
  const record =
    start === undefined ? '' : ` Records of ${countText(start.recordBytes)} bytes; the data went ${route}.`;
  const meaning =
    'The same bytes are counted and hashed at each hop: read from the device of the shadow volume, sent to tape, counted by the tape host, read back from tape.';
  return [
    {
      id: 'data',
      title: 'Data',
      blocks: [
        { kind: 'paragraph', texts: plain(`${meaning}${record}`) },
        ...digestsOf(facts),
        ...catalogueTable(facts),
      ],
    },
    {
      id: 'throughput',
      title: 'Throughput',
      level: 2,
      blocks:
        legs.length === 0
          ? [{ kind: 'paragraph', texts: plain('No data was sent.') }]
          : [driveWords(facts), ...chart(facts), legTable(facts)],
    },
    resynchronisation(facts),
  ];
}

function resynchronisation({ model, events, times }: ReportFacts): SectionDraft {
  const { startedAt } = model;
  const steps = model.passes.filter(({ phase, commands, progress }) =>
    phase === 'rejoin' || progress?.what === 'resynchronisation' ? commands.length > 0 : false,
  );
  const watched = events.flatMap((event) =>
    event.type === 'progress' && event.what === 'resynchronisation' ? [event] : [],
  );
  const last = watched.at(-1);
  const words =
    last?.total === undefined
      ? `The copy was checked ${countOf(watched.length, 'time')}.`
      : `The last check showed ${bytesText(last.bytes)} of ${bytesText(last.total)} copied at ${times.moment(last.at)}.`;
  return {
    id: 'resynchronisation',
    title: 'Resynchronization',
    level: 2,
    blocks:
      steps.length === 0
        ? [{ kind: 'paragraph', texts: plain('No proxy was rejoined in this run.') }]
        : [
            {
              kind: 'table',
              caption: 'Rejoin and copy of the proxy',
              columns: [
                { title: 'Step', share: 14 },
                { title: 'What', share: 46 },
                { title: `Start (${times.word})`, share: 15 },
                { title: 'Took', share: 12, align: 'right' },
                { title: 'Result', share: 13 },
              ],
              rows: steps.map(({ step, title, startedAt: at, milliseconds, state }) => [
                plain(step),
                plain(title),
                plain(times.clock(at, startedAt)),
                plain(tookText(milliseconds)),
                [marked(state === 'done' ? 'good' : state === 'failed' ? 'bad' : 'unknown', state)],
              ]),
            },
            { kind: 'paragraph', texts: plain(words) },
          ],
  };
}

/** All hops of each volume, where they are too many for the body. */
export function digestAppendix({ model: { volumes } }: ReportFacts): SectionDraft[] {
  if (volumes.length <= volumesInBody) return [];
  const blocks = volumes.map((volume) => hopTable(volume, true));
  return [{ id: 'digests', title: 'Digests, all volumes', appendix: true, blocks }];
}
