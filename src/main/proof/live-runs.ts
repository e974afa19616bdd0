/**
 * Which runs of a state folder are running: each leaves a file that names its process. The locks of a run are on the
 * hosts.
 *
 * A run that ends and keeps locks leaves its file, with `ended`: the process that the locks name may continue, as a
 * desktop does, but no longer works on the run.
 */
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { failure } from '../../contract/errors.ts';
import { ownFlags, requireNoLink } from '../journal/own-files.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { isElsewhere, livenessOf, thisProcess } from '../owner/process-owner.ts';
import { writeWhole } from './whole-file.ts';

/** Release 0.1.0 wrote host, process and time alone. */
const markSchema = z.looseObject({
  host: z.string(),
  process: z.int(),
  since: z.string(),
  machine: z.string().optional(),
  boot: z.string().optional(),
  namespace: z.string().optional(),
  started: z.string().optional(),
  console: z.string().optional(),
  /** The process has ended the run, and locks of it are still on the hosts. */
  ended: z.boolean().optional(),
});

export interface LiveMark extends z.output<typeof markSchema> {
  readonly run: string;
  readonly file: string;
}

const suffix = '.json';
const markFile = (state: StateFolder, run: string) => join(state.liveFolder, `${run}${suffix}`);

/**
 * What ends the mark of a process: `found` puts the mark back that the process found, of one that died before; `ended` says that the
 * process no longer works on the run, and that locks of it are still on the hosts.
 */
export type Unmark = (how: 'removed' | 'found' | 'ended') => Promise<void>;

/**
 * Says that this process performs a run. That it cannot be said hinders no run.
 * @returns takes it back
 */
export async function markLive(state: StateFolder, run: string): Promise<Unmark> {
  const file = markFile(state, run);
  const mark = { ...thisProcess(), since: new Date().toISOString() };
  const write = async (ended: boolean) => {
    await requireNoLink(state.liveFolder);
    await mkdir(state.liveFolder, { recursive: true, mode: 0o700 });
    const text = JSON.stringify(ended ? { ...mark, ended } : mark);
    await writeWhole(file, `${text}\n`, { mode: 'replace' });
  };
  // Who only tries to take a run up that another process performs leaves that one's mark.
  const isOthers = (await performedRuns(state)).some((live) => live.run === run);
  const former = await readFile(file, { flag: ownFlags.read }).catch(() => undefined);
  const isWritten =
    !isOthers &&
    (await write(false).then(
      () => true,
      () => false,
    ));
  return async (how) => {
    try {
      if (how === 'ended') await write(true);
      else if (!isWritten) return;
      else if (how === 'found' && former) await writeWhole(file, former, { mode: 'replace' });
      else await rm(file, { force: true });
    } catch {
      // The mark names a process that is gone soon: it is then a dead one's.
    }
  };
}

async function readMark(state: StateFolder, run: string): Promise<LiveMark | undefined> {
  const file = markFile(state, run);
  try {
    const mark = markSchema.safeParse(
      JSON.parse(await readFile(file, { encoding: 'utf8', flag: ownFlags.read })),
    );
    return mark.success ? { ...mark.data, run, file } : undefined;
  } catch {
    return undefined;
  }
}

async function allMarks(state: StateFolder): Promise<LiveMark[]> {
  const files = await readdir(state.liveFolder).catch(() => []);
  const runs = files.flatMap((file) => (file.endsWith(suffix) ? [file.slice(0, -suffix.length)] : []));
  const marks = await Promise.all(runs.map((run) => readMark(state, run)));
  return marks.filter((mark) => mark !== undefined);
}

const mayLive = (mark: LiveMark) => mark.ended !== true && livenessOf(mark) !== 'gone';

/** Runs whose process is running, or not known: it is of another machine, of an earlier boot, or of another container. */
export async function liveRuns(state: StateFolder): Promise<LiveMark[]> {
  return (await allMarks(state)).filter(mayLive);
}

/**
 * Runs to be shown as running: their process is running, or only another machine can tell. A mark of this host that
 * cannot be judged was left before a reboot, or by another container: the person who resumes that run is asked about
 * its lock, and it is shown as interrupted.
 */
export async function performedRuns(state: StateFolder): Promise<LiveMark[]> {
  return (await allMarks(state)).filter(isPerformed);
}

function isPerformed(mark: LiveMark): boolean {
  if (mark.ended === true) return false;
  const liveness = livenessOf(mark);
  return liveness === 'alive' || (liveness === 'unknown' && isElsewhere(mark));
}

/**
 * What says that a run was left: its process died or ended it with locks on the hosts, or this host was restarted
 * since.
 * @returns undefined if the run is running, or has left nothing
 */
export async function leftMarkOf(state: StateFolder, run: string): Promise<LiveMark | undefined> {
  const mark = await readMark(state, run);
  return mark && !isPerformed(mark) ? mark : undefined;
}

/** Marks of processes that no longer work on their run: they died before they could remove them, or the run has ended and keeps locks. */
export async function deadMarks(state: StateFolder): Promise<LiveMark[]> {
  return (await allMarks(state)).filter((mark) => !mayLive(mark));
}

/**
 * The process that ended a run and left locks of it on the hosts.
 * @returns undefined if the run is running, was interrupted, or has left no lock
 */
export async function endedMarkOf(state: StateFolder, run: string): Promise<LiveMark | undefined> {
  const mark = await readMark(state, run);
  return mark?.ended === true ? mark : undefined;
}

/** Removes the mark of a run, whichever process left it: its lock was taken over, or it is given up. */
export async function removeMarkOf(state: StateFolder, run: string): Promise<void> {
  await rm(markFile(state, run), { force: true });
}

/**
 * @param run any of them, where none is named
 * @throws STATE_RUN_LIVE
 */
export async function requireNotLive(state: StateFolder, run?: string): Promise<void> {
  const live = (await liveRuns(state)).find((mark) => run === undefined || mark.run === run);
  if (!live) return;
  const { host, process, since, file } = live;
  throw failure('STATE_RUN_LIVE', { run: live.run, host, process, since, file });
}
