/** What the index keeps of a run, folded from its events. Pure. */
import type { EventOf, RunEvent } from '../../contract/events.ts';
import type { FileNameEncoding } from '../../contract/file-names.ts';
import type { TrendPoint } from '../../contract/history.ts';
import type { RunLine } from '../../contract/screens.ts';
import { phrasesIn, type StoredPhrase } from '../../contract/text/phrases.ts';
import { volumeOf } from '../../folds/figures.ts';
import { foldRun } from '../../folds/run/run-fold.ts';
import type { LegModel, RunModel } from '../../folds/run/run-model.ts';
import { partsOf } from '../procedure/model/tape/run-tapes.ts';
import { handedBytes, runLineOf } from './run-line.ts';

/** Where the files of a catalog lie. */
export interface CataloguePlace {
  readonly volume: string;
  readonly host: string;
  readonly device: string;
  readonly recordBytes: number;
  readonly tapes: readonly PartPlace[];
  /** Encoding of its names; UTF-8 where absent. */
  readonly fileNames?: FileNameEncoding | undefined;
}

/** What one tape holds of a volume's dump. */
export interface PartPlace {
  readonly name: string | undefined;
  readonly uuid: string | undefined;
  /** Number of the tape file. */
  readonly file: number;
  readonly firstRecord: number;
  /** Undefined if it holds all of it. */
  readonly records: number | undefined;
}

interface CatalogueFacts {
  /** As the journal names the file: a path of the machine that it was written on. */
  readonly file: string;
  readonly entries: number;
  readonly place: CataloguePlace;
}

export interface VolumeFacts extends TrendPoint {
  readonly volume: string;
}

export interface IndexedRun {
  readonly line: RunLine;
  readonly route: string;
  readonly seconds: number | undefined;
  readonly masters: readonly string[];
  readonly hosts: readonly string[];
  readonly codes: readonly string[];
  /** Error texts, warnings, reasons: what a search looks through. */
  readonly texts: readonly string[];
  readonly volumes: readonly VolumeFacts[];
  readonly catalogues: readonly CatalogueFacts[];
  /** What the sentences of its line were made of. */
  readonly said: readonly StoredPhrase[];
}

type Started = EventOf<'run-started'>;

/** More than this of a run's texts is not looked through. */
const mostText = 16_384;
const longestText = 1000;

function textsOf(event: RunEvent): (string | undefined)[] {
  switch (event.type) {
    case 'warning':
      return [event.text];
    case 'answered':
      return [event.reason, event.by];
    case 'outcome':
      return [event.error?.code, event.error?.sentence];
    case 'step-finished':
      return [event.reason, event.error?.code, event.error?.sentence];
    case 'run-resumed':
      return [event.reason, event.by];
    case 'observed':
      return event.findings;
    case 'tape':
      return [event.label, event.blank ? undefined : event.found];
    case 'tape-part':
    case 'label':
      return [event.name, event.uuid];
    case 'run-finished':
      return [event.code, event.sentence, ...event.stands];
    default:
      return [];
  }
}

function allTexts(events: readonly RunEvent[]): string[] {
  const texts = new Set<string>();
  let length = 0;
  for (const text of events.flatMap(textsOf)) {
    if (text === undefined || text === '' || texts.has(text)) continue;
    if (length > mostText) break;
    texts.add(text.slice(0, longestText));
    length += text.length;
  }
  return [...texts];
}

const unique = (values: readonly (string | undefined)[]): string[] =>
  [...new Set(values.filter((value) => value !== undefined && value !== ''))] as string[];

function codesOf(events: readonly RunEvent[]): string[] {
  return unique(
    events.map((event) => {
      if (event.type === 'run-finished') return event.code;
      return event.type === 'step-finished' || event.type === 'outcome' ? event.error?.code : undefined;
    }),
  );
}

function hostsOf(start: Started, events: readonly RunEvent[]): string[] {
  return unique([
    start.tape.host,
    ...events.map((event) => (event.type === 'intent' ? event.host : undefined)),
  ]);
}

/** Of the last time that a volume's data went this way; a step of a run with one volume does not name it. */
function legOf(model: RunModel, what: LegModel['what'], volume: string): LegModel | undefined {
  const single = model.volumes.length === 1;
  return model.legs.findLast(
    (leg) =>
      leg.what === what && (volumeOf(leg.step) === volume || (single && volumeOf(leg.step) === undefined)),
  );
}

/** The first and the last second are not like the others: the drive starts, and the data ends. */
function lowestRate(leg: LegModel | undefined): number | undefined {
  const rates = (leg?.samples ?? []).slice(1, -1).map(({ rate }) => rate);
  return rates.length === 0 ? leg?.average : Math.min(...rates);
}

/** Seconds of the steps in which something of a kind continued. */
function secondsOf(model: RunModel, what: string, volume?: string): number | undefined {
  const passes = model.passes.filter(
    ({ progress, step }) =>
      progress?.what === what && (volume === undefined || [volume, undefined].includes(volumeOf(step))),
  );
  const milliseconds = passes.flatMap((pass) => pass.milliseconds ?? []);
  return milliseconds.length === 0 ? undefined : milliseconds.reduce((sum, each) => sum + each, 0) / 1000;
}

function volumesOf(line: RunLine, events: readonly RunEvent[], model: RunModel): VolumeFacts[] {
  const handed = handedBytes(events);
  return line.volumes.map((volume) => {
    const dump = legOf(model, 'dump', volume);
    const readBack = legOf(model, 'read-back', volume);
    return {
      volume,
      run: line.run,
      at: line.startedAt,
      verdict: line.verdict,
      exitStatus: line.exitStatus,
      bytes: handed.get(volume),
      seconds: line.seconds,
      dumpSeconds: dump?.seconds ?? secondsOf(model, 'dump', volume),
      readBackSeconds: readBack?.seconds ?? secondsOf(model, 'read-back', volume),
      resynchronisationSeconds: secondsOf(model, 'resynchronisation'),
      rate: dump?.average,
      lowestRate: lowestRate(dump),
    };
  });
}

function tapesOf(start: Started, events: readonly RunEvent[], volume: string): PartPlace[] {
  const parts = partsOf(events, volume);
  if (parts.length > 0)
    return parts.map(({ name, uuid, file, firstRecord, records }) => ({
      name,
      uuid,
      file,
      firstRecord,
      records,
    }));
  const label = events.findLast((event) => event.type === 'label');
  const pair = start.volumes.find(({ proxy }) => proxy === volume);
  const file = pair?.tapeFile ?? (start.layout === 'labelled' ? 1 : 0);
  return [{ name: label?.name, uuid: label?.uuid, file, firstRecord: 0, records: undefined }];
}

/** The last catalog of each volume: one of an interrupted dump lists what is not on the tape. */
function cataloguesOf(start: Started, events: readonly RunEvent[]): CatalogueFacts[] {
  const last = new Map<string, EventOf<'catalogue'>>();
  for (const event of events) if (event.type === 'catalogue') last.set(event.volume, event);
  return [...last.values()].map(({ volume, file, entries, fileNames }) => ({
    file,
    entries,
    place: {
      volume,
      host: start.tape.host,
      device: start.tape.device,
      recordBytes: start.recordBytes,
      tapes: tapesOf(start, events, volume),
      fileNames,
    },
  }));
}

/** @returns what there is to keep of it; of a journal without a beginning its line alone */
export function runFacts(run: string, events: readonly RunEvent[]): IndexedRun {
  const line = runLineOf(run, events, false);
  const [start] = events;
  if (start?.type !== 'run-started') return unreadableFacts(line);
  return {
    line,
    route: start.route,
    seconds: line.seconds,
    masters: start.volumes.map(({ master }) => master),
    hosts: hostsOf(start, events),
    codes: codesOf(events),
    texts: allTexts(events),
    // The times and rates of a restore are not those of a backup.
    volumes: start.restore ? [] : volumesOf(line, events, foldRun(events)),
    catalogues: cataloguesOf(start, events),
    said: phrasesIn(line),
  };
}

/** Of a journal that cannot be read. */
export const unreadableFacts = (line: RunLine): IndexedRun => ({
  line,
  route: '',
  seconds: undefined,
  masters: [],
  hosts: [],
  codes: [],
  texts: [line.trouble ?? ''],
  volumes: [],
  catalogues: [],
  said: phrasesIn(line),
});
