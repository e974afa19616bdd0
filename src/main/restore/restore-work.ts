/** What to restore, found before anything is touched: the runs, the selection from each, and its size. */
import { basename, join } from 'node:path';
import { failure, isFailure } from '../../contract/errors.ts';
import type { FileNameEncoding } from '../../contract/file-names.ts';
import type { FileHit } from '../../contract/history.ts';
import { phrase } from '../../contract/text/say.ts';
import { isReadTrouble, readCatalogue } from '../history/catalogue-reader.ts';
import { statKept } from '../journal/kept-file.ts';
import { readRun } from '../journal/run-history.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { dumpSourceOf, type DumpSource } from './dump-source.ts';
import { byPatterns, ListSelection, type ListedFiles } from './archive/selection.ts';
import type { RestoreTarget } from './target/restore-target.ts';

export interface RestoreQuestion {
  /** A run; paths and patterns in the syntax of `where`; or a run followed by those. */
  readonly what: readonly string[];
  /** The proxy volume, if the run has several. */
  readonly volume?: string | undefined;
  /** Paths are taken from the newest run up to this one, or up to this time. */
  readonly asOf?: string | undefined;
}

/** Queries the history. @returns newest run first */
export type Where = (file: string, limit: number) => Promise<{ hits: readonly FileHit[]; more: boolean }>;

/** Files of one backup. */
export interface FilesOfDump {
  readonly source: DumpSource;
  /** As they were given; none: everything. */
  readonly patterns: readonly string[];
  /** The selection from the file list; undefined if there is no list. */
  readonly listed: ListedFiles | undefined;
  /** Bytes that the folder must have room for; the whole archive without a list. */
  readonly bytes: number;
}

export type RestoreWork =
  | { readonly kind: 'files'; readonly dumps: readonly FilesOfDump[] }
  | { readonly kind: 'image'; readonly source: DumpSource };

const archives: readonly string[] = ['6b', '6d'];

/**
 * A dump is restored completely: its program prompts if it extracts single files.
 * @throws RESTORE_DUMP_TAKEN_WHOLE
 */
function wholeDump(source: DumpSource, tool: string, patterns: readonly string[]): FilesOfDump {
  const { run, volume, method, written } = source;
  if (patterns.length > 0) throw failure('RESTORE_DUMP_TAKEN_WHOLE', { run, volume, method, tool });
  return { source, patterns, listed: undefined, bytes: written.bytes ?? 0 };
}

/** @returns undefined if there is no complete list: an incomplete one would miss files */
async function listedFiles(
  state: StateFolder,
  { list, fileNames }: DumpSource,
  patterns: readonly string[],
): Promise<ListedFiles | undefined> {
  if (list === undefined) return undefined;
  // A state folder may have been moved, and a list compressed: it is next to its journal.
  const found = await statKept(join(state.runsFolder, basename(list.file)));
  if (!found) return undefined;
  const selection = new ListSelection(byPatterns(patterns, encodings(fileNames)));
  let count = 0;
  try {
    for await (const entries of readCatalogue(found.file)) {
      count += entries.length;
      for (const entry of entries) selection.add(entry);
    }
  } catch (error) {
    if (!isReadTrouble(error)) throw error;
    return undefined;
  }
  return count === list.entries ? selection.result() : undefined;
}

const encodings = (fileNames: FileNameEncoding | undefined) => (fileNames ? [fileNames] : []);

/** @throws RESTORE_NOTHING_FOUND if the file list has none of it */
async function filesOf(
  state: StateFolder,
  source: DumpSource,
  patterns: readonly string[],
): Promise<FilesOfDump> {
  const listed = await listedFiles(state, source, patterns);
  if (listed?.entries.length === 0)
    throw failure('RESTORE_NOTHING_FOUND', { run: source.run, what: patterns.join(' ') });
  return { source, patterns, listed, bytes: listed?.bytes ?? source.written.bytes ?? 0 };
}

/** @returns undefined if it is not the name of a run */
async function runNamed(state: StateFolder, word: string | undefined) {
  if (word === undefined) return undefined;
  try {
    return await readRun(state, word);
  } catch (error) {
    if (!isFailure(error, 'RUN_UNKNOWN')) throw error;
    return undefined;
  }
}

const day = /^\d{4}-\d\d-\d\d$/;

/** The last moment that counts, in milliseconds since 1970. @throws RESTORE_DATE_UNREADABLE */
async function lastMoment(state: StateFolder, asOf: string | undefined): Promise<number> {
  if (asOf === undefined) return Infinity;
  const named = await runNamed(state, asOf);
  const text = named?.events[0]?.at ?? (day.test(asOf) ? `${asOf}T23:59:59.999Z` : asOf);
  const moment = /^\d{4}-/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(moment)) throw failure('RESTORE_DATE_UNREADABLE', { asOf });
  return moment;
}

const untilWords = (until: number): string =>
  until === Infinity ? '' : phrase(' up to {time}Z', { time: new Date(until).toISOString().slice(0, 19) });

/**
 * The newest hit up to a moment.
 * @param ofVolume undefined: of any volume
 * @throws RESTORE_NOWHERE, FILE_UNNAMED
 */
async function newest(
  where: Where,
  file: string,
  until: number,
  ofVolume: string | undefined,
): Promise<FileHit> {
  for (let limit = 100; ; limit *= 100) {
    const { hits, more } = await where(file, limit);
    const hit = hits.find(
      ({ startedAt, volume }) => Date.parse(startedAt) <= until && (ofVolume ?? volume) === volume,
    );
    if (hit) return hit;
    if (!more) throw failure('RESTORE_NOWHERE', { file, until: untilWords(until) });
  }
}

/** The newest backup of each path; paths of one backup are restored together. */
async function dumpsOfPaths(
  state: StateFolder,
  { what, asOf, volume: ofVolume }: RestoreQuestion,
  where: Where,
): Promise<FilesOfDump[]> {
  const until = await lastMoment(state, asOf);
  const wanted = new Map<string, { run: string; volume: string; patterns: string[] }>();
  for (const pattern of what) {
    const { run, volume } = await newest(where, pattern, until, ofVolume);
    const key = `${run} ${volume}`;
    const one = wanted.get(key) ?? { run, volume, patterns: [] };
    one.patterns.push(pattern);
    wanted.set(key, one);
  }
  const dumps: FilesOfDump[] = [];
  for (const { run, volume, patterns } of wanted.values()) {
    const { events } = await readRun(state, run);
    dumps.push(await filesOf(state, dumpSourceOf(run, events, volume), patterns));
  }
  return dumps;
}

/**
 * @throws RESTORE_NOWHERE, RESTORE_NOTHING_FOUND, RESTORE_DUMP_TAKEN_WHOLE, RESTORE_VOLUME_UNKNOWN, RESTORE_VOLUME_NOT_NAMED, RESTORE_IMAGE_HAS_NO_FILES, RUN_HAS_NO_TAPE,
 *   RESTORE_DATE_UNREADABLE, RESTORE_AS_OF_UNUSED, FILE_UNNAMED, JOURNAL_BROKEN
 */
export async function findWork(
  state: StateFolder,
  question: RestoreQuestion,
  where: Where,
): Promise<RestoreWork> {
  const [first, ...patterns] = question.what;
  const named = await runNamed(state, first);
  if (first === undefined || !named)
    return { kind: 'files', dumps: await dumpsOfPaths(state, question, where) };
  if (question.asOf !== undefined) throw failure('RESTORE_AS_OF_UNUSED', { run: first });
  const source = dumpSourceOf(first, named.events, question.volume);
  const { restoreTool } = source;
  if (restoreTool !== undefined) return { kind: 'files', dumps: [wholeDump(source, restoreTool, patterns)] };
  if (archives.includes(source.method))
    return { kind: 'files', dumps: [await filesOf(state, source, patterns)] };
  if (patterns.length > 0) throw failure('RESTORE_IMAGE_HAS_NO_FILES', { run: first, volume: source.volume });
  return { kind: 'image', source };
}

/** The dumps that are read, in their order. */
export const dumpsOfWork = (work: RestoreWork): DumpSource[] =>
  work.kind === 'image' ? [work.source] : work.dumps.map(({ source }) => source);

/** A folder of a host must be new or empty: it takes the files of one dump. @throws RESTORE_SEVERAL_DUMPS */
export function requireOneForHost(work: RestoreWork, target: RestoreTarget): void {
  const count = dumpsOfWork(work).length;
  if (target.kind === 'host' && count > 1) throw failure('RESTORE_SEVERAL_DUMPS', { count });
}
