/** Compresses the journals and catalogues of runs that have ended, and unpacks them where they are continued. */
import { readFile, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { failure } from '../../contract/errors.ts';
import type { RunEvent } from '../../contract/events.ts';
import { leftNothing, outcomeOf } from '../../contract/run-outcome.ts';
import { phrase } from '../../contract/text/say.ts';
import { parseJournal } from '../journal/journal-reader.ts';
import { packedFile, readKept, readOwn, statKept, unpack } from '../journal/kept-file.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { liveRuns } from './live-runs.ts';
import { removeLeftOver, syncFolder, unwritable, writeWhole } from './whole-file.ts';

const zip = promisify(gzip);

const daysOf = { day: 1, week: 7, year: 365 } as const;
const millisecondsOfDay = 86_400_000;

/** @param age `90 days`, `12 weeks`, `2 years`. @throws AGE_NOT_UNDERSTOOD */
export function millisecondsOf(age: string): number {
  const [, count, unit] = /^(\d{1,5}) (day|week|year)s?$/.exec(age.trim()) ?? [];
  if (count === undefined) throw failure('AGE_NOT_UNDERSTOOD', { age });
  return Number(count) * daysOf[unit as keyof typeof daysOf] * millisecondsOfDay;
}

const contentOf = readOwn;

async function holds(file: string, content: Buffer): Promise<boolean> {
  const packed = await contentOf(file);
  if (!packed) return false;
  return unpack(file, packed).then(
    (unpacked) => unpacked.equals(content),
    () => false,
  );
}

/**
 * Puts the compressed form in place of a file. What was written is read back before the plain one is removed.
 * @returns by how many bytes it is smaller; undefined if it was compressed before
 * @throws STATE_FILE_UNWRITABLE
 */
export async function compressFile(file: string): Promise<number | undefined> {
  const content = await contentOf(file);
  if (!content) return undefined;
  const packed = packedFile(file);
  if (!(await holds(packed, content))) {
    await writeWhole(packed, await zip(content, { level: 9 }), { mode: 'replace' });
    if (!(await holds(packed, content)))
      throw unwritable(packed, new Error(phrase('it reads back differently')));
  }
  const { length } = await readFile(packed);
  // Somebody else may compress here, too.
  await rm(file, { force: true });
  await syncFolder(dirname(file));
  return content.length - length;
}

/** The lists of files of a run: one a dump, those that were interrupted included; names without .gz. */
async function cataloguesOf(state: StateFolder, run: string): Promise<string[]> {
  const files = await readdir(state.runsFolder).catch(() => []);
  const isOwn = (file: string) =>
    file.startsWith(`${run}.`) && /^(\d+\.)?catalogue\.ndjson(\.gz)?$/.test(file.slice(run.length + 1));
  const names = files.filter(isOwn).map((file) => join(state.runsFolder, file.replace(/\.gz$/, '')));
  return [...new Set(names)].sort();
}

/** A run that needs an operator is not over: it is going to be resumed. */
function isOver(events: readonly RunEvent[], before: number): boolean {
  const last = events.at(-1);
  if (last?.type !== 'run-finished' || !leftNothing(outcomeOf(last))) return false;
  return Date.parse(last.at) <= before;
}

/** @returns why the run is left as it is; undefined if it may be compressed */
async function reasonAgainst(state: StateFolder, run: string, before: number): Promise<string | undefined> {
  try {
    const file = state.journalFile(run);
    const { events, truncated } = parseJournal(file, await readKept(file));
    if (truncated) return phrase('its last line is incomplete');
    return isOver(events, before) ? undefined : '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export interface CompressedRun {
  readonly run: string;
  /** How many bytes less it takes now. */
  readonly saved: number;
  /** Why it was left as it is, where that is no matter of course. */
  readonly trouble?: string | undefined;
}

async function compressRun(
  state: StateFolder,
  run: string,
  before: number,
): Promise<CompressedRun | undefined> {
  const files = [state.journalFile(run), ...(await cataloguesOf(state, run))];
  const found = await Promise.all(files.map(contentExists));
  if (!found.includes(true)) return undefined;
  const trouble = await reasonAgainst(state, run, before);
  if (trouble !== undefined) return trouble === '' ? undefined : { run, saved: 0, trouble };
  let saved = 0;
  for (const file of files) saved += (await compressFile(file)) ?? 0;
  return { run, saved };
}

/** True if the plain form is there. */
const contentExists = async (file: string): Promise<boolean> => (await statKept(file))?.isPacked === false;

/**
 * Compresses what has ended, and is not continued now.
 * @param ageMilliseconds how long ago a run must have ended at least
 * @param abort between two runs: each is compressed whole
 * @throws STATE_STOPPED, STATE_FILE_UNWRITABLE
 */
export async function compressRuns(
  state: StateFolder,
  ageMilliseconds: number,
  listener: (compressed: CompressedRun) => void = () => undefined,
  abort?: AbortSignal,
): Promise<CompressedRun[]> {
  await removeLeftOver(state);
  const before = Date.now() - ageMilliseconds;
  const done: CompressedRun[] = [];
  for (const run of await state.runs()) {
    if ((await liveRuns(state)).some((live) => live.run === run)) continue;
    if (abort?.aborted)
      throw failure('STATE_STOPPED', { what: phrase('runs from {run} on were not changed', { run }) });
    const compressed = await compressRun(state, run, before);
    if (!compressed) continue;
    done.push(compressed);
    listener(compressed);
  }
  return done;
}

/**
 * Makes the plain journal of a run that is going to be continued.
 * @throws PACKED_FILE_DAMAGED, STATE_FILE_UNWRITABLE
 */
export async function unpackJournal(state: StateFolder, run: string): Promise<void> {
  const file = state.journalFile(run);
  const packed = packedFile(file);
  const content = await contentOf(packed);
  if (!content) return;
  // Where both are there the plain one counts, and from here on it grows.
  if (!(await contentExists(file))) await writeWhole(file, await unpack(packed, content), { mode: 'new' });
  await rm(packed);
}
