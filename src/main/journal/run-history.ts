/** The runs whose journals are in the state folder, and in which order they were begun: names and times do not tell where a clock was set back. */
import { open, type FileHandle } from 'node:fs/promises';
import { failure } from '../../contract/errors.ts';
import { runEventSchema, type EventOf, type RunEvent } from '../../contract/events.ts';
import { readJournal, type ReadJournal } from './journal-reader.ts';
import { statKept, unpackBeginning } from './kept-file.ts';
import type { StateFolder } from './state-folder.ts';

/** The first line of a journal is a few KiB long: it names volumes, disks and hosts. */
const usualHeadBytes = 8 * 1024;
const longestHeadBytes = 256 * 1024;
const lineFeed = 0x0a;

/** The first line of a file, without its line feed; undefined if it is too long, or not ended. */
async function firstLine(handle: FileHandle, isPacked: boolean): Promise<string | undefined> {
  // Every journal is checked whenever a run begins: of most of them one small piece is enough.
  for (const bytes of [usualHeadBytes, longestHeadBytes]) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(bytes), 0, bytes, 0);
    const head = buffer.subarray(0, bytesRead);
    const text = isPacked ? await unpackBeginning(head) : head;
    const end = text.indexOf(lineFeed);
    if (end >= 0) return text.toString('utf8', 0, end);
  }
  return undefined;
}

type RunStart = EventOf<'run-started'>;

/** How a run began; undefined if that cannot be read. */
export async function beginningOf(state: StateFolder, run: string): Promise<RunStart | undefined> {
  try {
    const kept = await statKept(state.journalFile(run));
    if (!kept) return undefined;
    const handle = await open(kept.file);
    try {
      const event = runEventSchema.parse(JSON.parse((await firstLine(handle, kept.isPacked)) ?? ''));
      return event.type === 'run-started' ? event : undefined;
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

/**
 * The number of a run that begins now. Runs that begin at the same moment may share one: of one class only one gets the lock.
 * @throws STATE_FILE_UNREADABLE
 */
export async function nextOrder(state: StateFolder): Promise<number> {
  let highest = 0;
  for (const run of await state.runs())
    highest = Math.max(highest, (await beginningOf(state, run))?.order ?? 0);
  return highest + 1;
}

/** Journals of earlier releases have no number: they are older than those that have one, and in the order of their names. */
function isLater(
  run: string,
  start: RunStart | undefined,
  other: string,
  begun: RunStart | undefined,
): boolean {
  if (start?.order === undefined && begun?.order === undefined) return other > run;
  return (begun?.order ?? 0) > (start?.order ?? 0);
}

/**
 * The run that was begun last; undefined if there is none.
 * @throws RUN_LATEST_UNKNOWN if the beginning of one with a later name cannot be read, STATE_FILE_UNREADABLE
 */
export async function newestRun(state: StateFolder): Promise<string | undefined> {
  let newest: { run: string; start: RunStart | undefined } | undefined;
  let unread: string | undefined;
  for (const run of await state.runs()) {
    const start = await beginningOf(state, run);
    if (start === undefined) unread = run;
    else if (newest === undefined || isLater(newest.run, newest.start, run, start)) newest = { run, start };
  }
  // Names tell the order unless a clock was set back.
  if (unread !== undefined && (newest === undefined || unread > newest.run))
    throw failure('RUN_LATEST_UNKNOWN', { run: unread, file: state.journalFile(unread) });
  return newest?.run;
}

/** Names of the runs that were begun after a run, or may have been: their beginning cannot be read. @throws STATE_FILE_UNREADABLE */
export async function runsBegunAfter(state: StateFolder, run: string): Promise<string[]> {
  const start = await beginningOf(state, run);
  const later: string[] = [];
  for (const other of await state.runs()) {
    if (other === run) continue;
    const begun = await beginningOf(state, other);
    if (begun === undefined || isLater(run, start, other, begun)) later.push(other);
  }
  return later;
}

/** @throws RUN_UNKNOWN, JOURNAL_BROKEN */
export async function readRun(state: StateFolder, run: string): Promise<ReadJournal> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(run)) throw failure('RUN_UNKNOWN', { run });
  return readJournal(state.journalFile(run), run);
}

/** A run whose journal cannot be read. */
export interface UnreadRun {
  readonly run: string;
  /** Undefined if not even that can be read. */
  readonly start: RunStart | undefined;
  readonly reason: string;
}

/** Runs of a state folder. What an unreadable journal holds is not known: it may be anything. */
export interface ReadRuns {
  readonly known: readonly { readonly run: string; readonly events: readonly RunEvent[] }[];
  readonly unread: readonly UnreadRun[];
}

export async function readRuns(state: StateFolder, runs: readonly string[]): Promise<ReadRuns> {
  const known: { run: string; events: readonly RunEvent[] }[] = [];
  const unread: UnreadRun[] = [];
  for (const run of runs)
    try {
      known.push({ run, events: (await readRun(state, run)).events });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      unread.push({ run, start: await beginningOf(state, run), reason });
    }
  return { known, unread };
}

/** All runs that were begun after a run, or may have been. @throws STATE_FILE_UNREADABLE */
export const laterRuns = async (state: StateFolder, run: string): Promise<ReadRuns> =>
  readRuns(state, await runsBegunAfter(state, run));
