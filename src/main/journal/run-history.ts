/** The runs whose journals are in the state folder, and in which order they were begun: names and times do not tell where a clock was set back. */
import { open, type FileHandle } from 'node:fs/promises';
import { failure } from '../../contract/errors.ts';
import { runEventSchema, type EventOf, type RunEvent } from '../../contract/events.ts';
import { readJournal, type ReadJournal } from './journal-reader.ts';
import type { StateFolder } from './state-folder.ts';

/** The first line of a journal is a few KiB long: it names volumes, disks and hosts. */
const usualHeadBytes = 8 * 1024;
const longestHeadBytes = 256 * 1024;
const lineFeed = 0x0a;

/** The first line of a file, without its line feed; undefined if it is too long, or not ended. */
async function firstLine(handle: FileHandle): Promise<string | undefined> {
  // Every journal is checked whenever a run begins: of most of them one small piece is enough.
  for (const bytes of [usualHeadBytes, longestHeadBytes]) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(bytes), 0, bytes, 0);
    const end = buffer.subarray(0, bytesRead).indexOf(lineFeed);
    if (end >= 0) return buffer.toString('utf8', 0, end);
  }
  return undefined;
}

type RunStart = EventOf<'run-started'>;

/** How a run began; undefined if its journal is compressed, as those of runs that ended long ago, or is not a journal. */
export async function beginningOf(state: StateFolder, run: string): Promise<RunStart | undefined> {
  try {
    const handle = await open(state.journalFile(run));
    try {
      const event = runEventSchema.parse(JSON.parse((await firstLine(handle)) ?? ''));
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

/** The run that was begun last; undefined if there is none. @throws STATE_FILE_UNREADABLE */
export async function newestRun(state: StateFolder): Promise<string | undefined> {
  let newest: { run: string; start: RunStart | undefined } | undefined;
  for (const run of await state.runs()) {
    const start = await beginningOf(state, run);
    if (newest === undefined || isLater(newest.run, newest.start, run, start)) newest = { run, start };
  }
  return newest?.run;
}

/** Names of the runs that were begun after a run. @throws STATE_FILE_UNREADABLE */
export async function runsBegunAfter(state: StateFolder, run: string): Promise<string[]> {
  const start = await beginningOf(state, run);
  const later: string[] = [];
  for (const other of await state.runs())
    if (other !== run && isLater(run, start, other, await beginningOf(state, other))) later.push(other);
  return later;
}

/** @throws RUN_UNKNOWN, JOURNAL_BROKEN */
export async function readRun(state: StateFolder, run: string): Promise<ReadJournal> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(run)) throw failure('RUN_UNKNOWN', { run });
  return readJournal(state.journalFile(run), run);
}

/** The events of all runs that were begun after a run. A journal that cannot be read is passed over. */
export async function laterRuns(state: StateFolder, run: string): Promise<(readonly RunEvent[])[]> {
  const later = await runsBegunAfter(state, run);
  const read = await Promise.allSettled(later.map((name) => readRun(state, name)));
  return read.flatMap((result) => (result.status === 'fulfilled' ? [result.value.events] : []));
}
