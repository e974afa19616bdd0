/**
 * The records of restores, drills and second copies, as lines of the history and opened. A record may name a million files: a line needs its first and last
 * line alone.
 */
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { failure, type ErrorCode } from '../../contract/errors.ts';
import type { FileNameEncoding } from '../../contract/file-names.ts';
import type { RestoredEntry, RestoreLine, RestoreView } from '../../contract/restore-views.ts';
import { phrase } from '../../contract/text/say.ts';
import { drillLevel } from '../journal/drill-records.ts';
import { readTrouble } from '../journal/kept-file.ts';
import { ownFlags } from '../journal/own-files.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { readablePath } from './name-encoding.ts';

const suffix = '.ndjson';
/** Bytes that are read at first; a line may be longer. */
const firstRead = 65_536;
/** No line of a record is longer: 64 MiB. */
const mostBytes = 67_108_864;
/** Entries that are shown of each kind: those that are as they should be, and the others. */
const mostEntries = 500;

const startedShape = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('restore-started'),
    at: z.string(),
    by: z.string(),
    to: z.string(),
    kind: z.string(),
    dumps: z.array(
      z.looseObject({
        run: z.string(),
        volume: z.string(),
        tapes: z.array(z.looseObject({ words: z.string() })),
      }),
    ),
  }),
  z.looseObject({
    type: z.literal('drill-started'),
    at: z.string(),
    by: z.string(),
    run: z.string(),
    volumes: z.array(z.string()),
    scratch: z.string().optional(),
  }),
  z.looseObject({
    type: z.literal('copy-started'),
    at: z.string(),
    by: z.string(),
    run: z.string(),
    volumes: z.array(z.string()),
    tapes: z.array(z.string()),
  }),
]);

const errorShape = z.object({
  code: z.string(),
  sentence: z.string(),
  hint: z.string(),
  onScreen: z.string().optional(),
  evidence: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .default({})
    .catch({}),
});

const finishedShape = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('restore-finished'),
    at: z.string(),
    exitStatus: z.int(),
    written: z.int(),
    notWritten: z.int(),
    sources: z.array(
      z.looseObject({
        run: z.string().optional(),
        bytes: z.number(),
        sha256: z.string(),
        isCompared: z.boolean(),
      }),
    ),
    notes: z.array(z.string()),
    error: errorShape.optional(),
  }),
  z.looseObject({
    type: z.literal('drill-finished'),
    at: z.string(),
    exitStatus: z.int(),
    level: drillLevel,
    // Absent in the first records of drills.
    read: z.array(z.looseObject({ volume: z.string(), bytes: z.number(), sha256: z.string() })).optional(),
    notes: z.array(z.string()).optional(),
    error: errorShape.optional(),
  }),
  z.looseObject({
    type: z.literal('copy-finished'),
    at: z.string(),
    exitStatus: z.int(),
    read: z.array(z.looseObject({ volume: z.string(), bytes: z.number(), sha256: z.string() })),
    error: errorShape.optional(),
  }),
]);

const entryShape = z.looseObject({
  type: z.literal('restore-file'),
  path: z.string(),
  what: z.enum(['written', 'left out', 'differs', 'not compared']),
  bytes: z.number().optional(),
  sha256: z.string().optional(),
  reason: z.string().optional(),
});

type Started = z.infer<typeof startedShape>;
type Finished = z.infer<typeof finishedShape>;

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** @param from undefined: the end of the file */
async function bytesOf(handle: FileHandle, from: number, length: number): Promise<string> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, from);
  return buffer.subarray(0, bytesRead).toString('utf8');
}

async function firstLine(handle: FileHandle, size: number): Promise<string> {
  for (let length = firstRead; ; length *= 8) {
    const text = await bytesOf(handle, 0, Math.min(length, size));
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
    if (length >= size || length > mostBytes) return '';
  }
}

/** @returns empty if the last line is only half there */
async function lastLine(handle: FileHandle, size: number): Promise<string> {
  for (let length = firstRead; ; length *= 8) {
    const read = Math.min(length, size);
    const text = await bytesOf(handle, size - read, read);
    if (!text.endsWith('\n')) return '';
    const before = text.lastIndexOf('\n', text.length - 2);
    if (before >= 0 || read === size) return text.slice(before + 1, -1);
    if (length > mostBytes) return '';
  }
}

interface Ends {
  readonly started: Started;
  readonly finished: Finished | undefined;
}

/** @returns undefined if it is no record, or its first line is not whole */
async function endsOf(handle: FileHandle): Promise<Ends | undefined> {
  const { size } = await handle.stat();
  const started = startedShape.safeParse(jsonOf(await firstLine(handle, size))).data;
  if (!started) return undefined;
  return { started, finished: finishedShape.safeParse(jsonOf(await lastLine(handle, size))).data };
}

/** What was meant. */
function meantBy(started: Started): Pick<RestoreLine, 'kind' | 'runs' | 'volumes' | 'to'> {
  if (started.type === 'restore-started')
    return {
      kind: started.kind === 'image' ? 'image' : 'files',
      runs: [...new Set(started.dumps.map(({ run }) => run))],
      volumes: [...new Set(started.dumps.map(({ volume }) => volume))],
      to: started.to,
    };
  const { run, volumes } = started;
  return started.type === 'drill-started'
    ? { kind: 'drill', runs: [run], volumes, to: started.scratch }
    : { kind: 'copy', runs: [run], volumes, to: started.tapes.join(', ') };
}

/** What was meant, and what of it ended. @param live true while this process performs it */
function lineOf(name: string, { started, finished }: Ends, live: boolean): RestoreLine {
  const counts = finished?.type === 'restore-finished' ? finished : undefined;
  return {
    name,
    ...meantBy(started),
    by: started.by,
    startedAt: started.at,
    finishedAt: finished?.at,
    exitStatus: finished?.exitStatus,
    written: counts?.written,
    notWritten: counts?.notWritten,
    ...(finished?.type === 'drill-finished' && finished.level ? { level: finished.level } : {}),
    sentence: finished?.error?.sentence,
    live,
  };
}

async function lineOfFile(folder: string, name: string, live: boolean): Promise<RestoreLine | undefined> {
  try {
    const handle = await open(join(folder, `${name}${suffix}`), ownFlags.read);
    try {
      const ends = await endsOf(handle);
      return ends && lineOf(name, ends, live);
    } finally {
      await handle.close();
    }
  } catch {
    // What cannot be read is no line; the call that opens it gets the reason.
    return undefined;
  }
}

/**
 * The newest records of restores and drills, newest first.
 * @param live names of those that this process performs
 * @param limit at most
 */
export async function restoreLines(
  state: StateFolder,
  live: ReadonlySet<string>,
  limit: number,
): Promise<RestoreLine[]> {
  const folder = state.restoresFolder;
  const files = await readdir(folder).catch(() => []);
  // Their names begin with the time at which they were begun.
  const names = files
    .filter((file) => file.endsWith(suffix))
    .map((file) => basename(file, suffix))
    .toSorted()
    .toReversed()
    .slice(0, limit);
  const lines = await Promise.all(names.map((name) => lineOfFile(folder, name, live.has(name))));
  return lines
    .filter((line) => line !== undefined)
    .toSorted((one, other) => (one.startedAt < other.startedAt ? 1 : -1));
}

/** The first entries of each kind: what is not as it should be comes first. */
async function entriesOf(
  handle: FileHandle,
  fileNames: FileNameEncoding | undefined,
): Promise<RestoredEntry[]> {
  const good: RestoredEntry[] = [];
  const others: RestoredEntry[] = [];
  for await (const line of handle.readLines({ start: 0, autoClose: false })) {
    if (!line.includes('"restore-file"')) continue;
    const entry = entryShape.safeParse(jsonOf(line)).data;
    if (!entry) continue;
    const { what, bytes, sha256, reason } = entry;
    const list = what === 'written' ? good : others;
    if (list.length < mostEntries)
      list.push({ path: readablePath(entry.path, fileNames), what, bytes, sha256, reason });
    if (good.length + others.length === 2 * mostEntries) break;
  }
  return [...others, ...good];
}

function sourcesOf(finished: Finished | undefined): RestoreView['sources'] {
  if (finished?.type === 'restore-finished')
    return finished.sources.map(({ run, bytes, sha256, isCompared }) => ({
      of: run,
      bytes,
      sha256,
      isCompared,
    }));
  return (finished?.read ?? []).map(({ volume, bytes, sha256 }) => ({
    of: volume,
    bytes,
    sha256,
    isCompared: true,
  }));
}

/**
 * A restore or drill opened.
 * @param live true while this process performs it
 * @param fileNames how names of the site are encoded
 * @throws RESTORE_RECORD_UNREADABLE
 */
export async function restoreView(
  state: StateFolder,
  name: string,
  live: boolean,
  fileNames: FileNameEncoding | undefined,
): Promise<RestoreView> {
  const recordFile = join(state.restoresFolder, `${name}${suffix}`);
  const unreadable = (reason: string, cause?: unknown) =>
    failure('RESTORE_RECORD_UNREADABLE', { file: recordFile, reason }, {}, cause);
  let handle: FileHandle;
  try {
    handle = await open(recordFile, ownFlags.read);
  } catch (error) {
    throw unreadable(readTrouble(error), error);
  }
  try {
    const ends = await endsOf(handle);
    if (!ends) throw unreadable(phrase('its first line is not that of a record'));
    const { started, finished } = ends;
    const error = finished?.error;
    return {
      line: lineOf(name, ends, live),
      recordFile,
      tapes:
        started.type === 'restore-started'
          ? started.dumps.flatMap(({ tapes }) => tapes.map(({ words }) => words))
          : [],
      entries: await entriesOf(handle, fileNames),
      sources: sourcesOf(finished),
      notes: finished?.type === 'copy-finished' ? [] : (finished?.notes ?? []),
      error: error && { ...error, code: error.code as ErrorCode },
    };
  } finally {
    await handle.close();
  }
}
