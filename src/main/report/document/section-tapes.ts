/** What each tape of the run holds, file by file. */
import { healthText } from '../../../contract/tape/drive-health.ts';
import type { EventOf } from '../../../contract/events.ts';
import type { ReportBlock, ReportTable, ReportTexts } from '../../../contract/report.ts';
import { lossSentence, type TapeLoss } from '../../../contract/tape/tape-loss.ts';
import { countText } from '../../../contract/words.ts';
import { say, sayAround } from '../../../contract/text/say.ts';
import { levelText } from '../../../contract/drill-level.ts';
import type { TapeModel, VolumeModel } from '../../../folds/run/run-model.ts';
import { allOf, type ReportFacts } from './report-source.ts';
import { lastOf } from '../../journal/run-summary.ts';
import { tapeFileSha256 } from './hop-table.ts';
import { code, marked, pieces, plain, quiet } from './report-words.ts';
import type { SectionDraft } from './section-draft.ts';

type Row = ReportTable['rows'][number];

interface TapeFile {
  readonly file: number;
  readonly holds: string;
  readonly records?: number | undefined;
  readonly bytes?: number | undefined;
  /** Of the file's bytes as they are on the tape, padding included. */
  readonly sha256?: string | undefined;
}

function rowOf({ file, holds, records, bytes, sha256 }: TapeFile): Row {
  const figure = (value: number | undefined) => plain(value === undefined ? '-' : countText(value));
  const digest: ReportTexts = sha256 === undefined ? [quiet('-')] : [code(sha256)];
  return [plain(String(file)), plain(holds), figure(records), figure(bytes), digest];
}

function ofVolume(volume: VolumeModel, labelled: boolean): TapeFile {
  const { handed } = volume.digests;
  return {
    file: volume.tapeFile ?? (labelled ? 1 : 0),
    holds:
      handed === undefined
        ? say('{proxy}: not written completely', { proxy: volume.proxy })
        : say('{proxy}, method {method}', { proxy: volume.proxy, method: volume.method }),
    records: handed?.records,
    bytes: handed?.bytes,
    sha256: tapeFileSha256(volume),
  };
}

function ofPart(part: EventOf<'tape-part'>): TapeFile {
  const last = part.firstRecord + part.records - 1;
  return {
    file: part.file,
    holds: say('{volume}, records {firstRecord} to {last}', {
      volume: part.volume,
      firstRecord: countText(part.firstRecord),
      last: countText(last),
    }),
    records: part.records,
    bytes: part.bytes,
  };
}

function filesOf(facts: ReportFacts, tape: TapeModel): TapeFile[] {
  const { model } = facts;
  const label = allOf(facts, 'label').findLast(({ uuid }) => uuid === tape.uuid);
  const manifest = tape.manifestFile === undefined ? undefined : lastOf(facts.events, 'manifest');
  const labelled = model.start?.layout === 'labelled';
  const held =
    tape.parts.length > 0
      ? tape.parts.map(ofPart)
      : model.tapes.length === 1
        ? model.volumes.map((volume) => ofVolume(volume, labelled))
        : [];
  return [
    ...(label === undefined
      ? []
      : [{ file: 0, holds: 'label', records: 1, bytes: model.start?.recordBytes, sha256: label.sha256 }]),
    ...held,
    ...(manifest === undefined
      ? []
      : [{ file: manifest.file, holds: 'manifest', bytes: manifest.bytes, sha256: manifest.sha256 }]),
  ];
}

function tapeTable(facts: ReportFacts, tape: TapeModel): ReportTable {
  const several = facts.model.tapes.length > 1;
  return {
    kind: 'table',
    caption: several
      ? say('Files of tape {number}, {name}', {
          number: tape.number,
          name: tape.name ?? say('without a label'),
        })
      : say('Files of the tape'),
    columns: [
      { title: say('File'), share: 7, align: 'right' },
      { title: say('Holds'), share: 33 },
      { title: say('Records'), share: 12, align: 'right' },
      { title: say('Bytes'), share: 16, align: 'right' },
      { title: say('SHA-256 of the file'), share: 32 },
    ],
    rows: filesOf(facts, tape).map(rowOf),
  };
}

/** That a tape was overwritten after the run: not from the journal, which has ended. */
export const lossText = (loss: TapeLoss): ReportTexts[number] =>
  marked(loss.certain ? 'bad' : 'warning', lossSentence(loss));

function tapeFacts({ model: { start }, losses = [], times }: ReportFacts, tape: TapeModel): ReportBlock {
  const { name, uuid, keepUntil, slot, found } = tape;
  return {
    kind: 'facts',
    caption: say('Tape {number}', { number: tape.number }),
    rows: [
      {
        name: say('Name'),
        value: name === undefined ? [quiet(say('none: no label was written'))] : [code(name)],
      },
      ...(uuid === undefined ? [] : [{ name: say('Uuid'), value: [code(uuid)] }]),
      {
        name: say('Drive'),
        value: pieces(
          sayAround('{device} on {host}', {
            device: code(start?.tape.device ?? '?'),
            host: code(start?.tape.host ?? '?'),
          }),
        ),
      },
      ...(slot === undefined ? [] : [{ name: say('Slot'), value: plain(String(slot)) }]),
      {
        name: say('Found on it'),
        value: found === undefined ? [quiet(say('not in the journal'))] : plain(found),
      },
      {
        name: say('Keep until'),
        value:
          keepUntil === undefined
            ? [quiet(say('no retention set'))]
            : plain(`${times.day(keepUntil)} (${times.moment(keepUntil)})`),
      },
      ...losses
        .filter((loss) => loss.tape === name)
        .map((loss) => ({ name: say('Overwritten'), value: [lossText(loss)] })),
    ],
  };
}

const whenWords = { before: say('Before the run'), after: say('After the run') } as const;

/** What the drive reported about itself; nothing where no drive was asked, as by earlier releases. */
function driveFacts(facts: ReportFacts): ReportBlock[] {
  const asked = allOf(facts, 'drive-health');
  if (asked.length === 0) return [];
  const rows = asked.map((health) => {
    const isGrave = (health.alerts ?? []).some(({ severity }) => severity !== 'information');
    const text = healthText(health);
    return { name: whenWords[health.when], value: isGrave ? [marked('warning', text)] : plain(text), text };
  });
  const [first, second] = rows;
  if (first && rows.length === 2 && first.text === second?.text && first.name !== second.name)
    rows.splice(0, 2, { ...first, name: say('Before and after the run') });
  return [{ kind: 'facts', caption: say('Health of the drive'), rows }];
}

/** Second copies that were proven after the run: not from the journal, which has ended. */
function copyBlocks({ copies = [], times }: ReportFacts): ReportBlock[] {
  return copies.map((copy): ReportBlock => {
    const { at, isImported, tapes, volumes } = copy;
    const how = isImported ? say('Imported from its tape') : say('Read back and compared');
    const placeOf = ({ name, location, keepUntil }: (typeof tapes)[number]): ReportTexts => [
      code(name),
      ...(location === undefined ? [] : plain(say(', at {location}', { location }))),
      ...(keepUntil === undefined ? [] : plain(say(', keep until {day}', { day: times.day(keepUntil) }))),
    ];
    return {
      kind: 'facts',
      caption: say('Second copy'),
      rows: [
        ...tapes.map((tape, index) => ({
          name: tapes.length === 1 ? say('Tape') : say('Tape {number}', { number: index + 1 }),
          value: placeOf(tape),
        })),
        { name: how, value: plain(times.moment(at)) },
        ...volumes.map(({ volume, bytes, sha256 }) => ({
          name: volume,
          value: pieces(
            sayAround('{bytes} bytes, SHA-256 as the run wrote: {sha256}', {
              bytes: countText(bytes),
              sha256: code(sha256),
            }),
          ),
        })),
      ],
    };
  });
}

/** The last drill: not from the journal, which has ended. */
function drillBlocks({ drill, times }: ReportFacts): ReportBlock[] {
  if (!drill) return [];
  const level = levelText(drill.level);
  return [
    {
      kind: 'facts',
      caption: say('Last drill'),
      rows: [
        { name: say('When'), value: plain(times.moment(drill.at)) },
        { name: say('Volumes'), value: plain(drill.volumes.join(', ')) },
        ...(level === undefined ? [] : [{ name: say('Level'), value: plain(level) }]),
      ],
    },
  ];
}

export function tapeSections(facts: ReportFacts): SectionDraft[] {
  const { tapes, start } = facts.model;
  const head = { id: 'tapes', title: say('Contents of the tape') };
  if (tapes.length === 0)
    return [
      { ...head, blocks: [{ kind: 'paragraph', texts: plain(say('No tape was checked in this run.')) }] },
    ];
  const hasFile = tapes.some((tape) => filesOf(facts, tape).some(({ bytes }) => bytes !== undefined));
  const reading: ReportBlock = {
    kind: 'paragraph',
    texts: pieces(
      sayAround(
        'Read a file of the tape with {command}, where DEVICE does not rewind, after mt rewind and mt fsf to the file’s number. The digests are those of dd’s output.',
        { command: code(`dd if=DEVICE bs=${start?.recordBytes ?? 32768}`) },
      ),
    ),
  };
  const parts: ReportBlock = {
    kind: 'paragraph',
    texts: plain(
      say(
        'Join the parts of a volume in their order: the result has the digests in the summary. A single part has no digest.',
      ),
    ),
  };
  const [only] = tapes;
  if (tapes.length === 1 && only)
    return [
      {
        ...head,
        blocks: [
          tapeFacts(facts, only),
          ...copyBlocks(facts),
          ...drillBlocks(facts),
          ...driveFacts(facts),
          tapeTable(facts, only),
          ...(hasFile ? [reading] : []),
        ],
      },
    ];
  return [
    {
      ...head,
      title: say('Contents of the {tapes} tapes', { tapes: tapes.length }),
      blocks: [...copyBlocks(facts), ...drillBlocks(facts), ...driveFacts(facts), reading, parts],
    },
    ...tapes.map((tape) => ({
      id: `tape-${tape.number}`,
      title: say('Tape {number}, {name}', { number: tape.number, name: tape.name ?? say('without a label') }),
      level: 2 as const,
      blocks: [tapeFacts(facts, tape), tapeTable(facts, tape)],
    })),
  ];
}
