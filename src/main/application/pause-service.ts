/**
 * Pauses the dump of a run at a record boundary, and lets it continue. The request is a file next to the mark of the
 * run, so that any process of the state folder can make it: the command line pauses a run of the desktop, and vice
 * versa.
 */
import { rm } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { readOwn } from '../journal/kept-file.ts';
import { readRun } from '../journal/run-history.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { beginningOf } from '../procedure/run/run-began.ts';
import { performedRuns } from '../proof/live-runs.ts';
import { writeWhole } from '../proof/whole-file.ts';
import { PauseSwitch } from '../../streams/pause-switch.ts';

/** A person who pauses a dump waits for the result. */
const millisecondsBetweenLooks = 500;

const pauseFile = (state: StateFolder, run: string): string => join(state.liveFolder, `${run}.pause`);

/** Who has paused a run. @returns undefined if it is not paused. @throws STATE_FILE_UNREADABLE */
async function pausedBy(state: StateFolder, run: string): Promise<string | undefined> {
  const bytes = await readOwn(pauseFile(state, run));
  return bytes && (bytes.toString('utf8').trim() || 'somebody');
}

/** @throws RUN_UNKNOWN, JOURNAL_BROKEN, RUN_NOT_PAUSABLE */
async function requirePausable(state: StateFolder, run: string): Promise<void> {
  const { events } = await readRun(state, run);
  const start = beginningOf(events, state.journalFile(run));
  const refused = (reason: string) => failure('RUN_NOT_PAUSABLE', { run, reason });
  if (!(await performedRuns(state)).some((live) => live.run === run))
    throw refused(phrase('it is not running'));
  if (start.restore) throw refused(phrase('it is a restore'));
  if (start.route === 'server') throw refused(phrase('its dump runs on the backup server (route server)'));
}

/**
 * The dump of the run stops after the record being read, at once or as soon as it begins.
 * @throws RUN_UNKNOWN, JOURNAL_BROKEN, RUN_NOT_PAUSABLE, STATE_FILE_UNWRITABLE
 */
export async function pauseRun(state: StateFolder, run: string): Promise<void> {
  await requirePausable(state, run);
  const by = `${userInfo().username}@${hostname()}`;
  await writeWhole(pauseFile(state, run), `${by}\n`, { mode: 'replace' });
}

/** @throws RUN_UNKNOWN, JOURNAL_BROKEN, RUN_NOT_PAUSABLE, STATE_FILE_UNREADABLE */
export async function continueRun(state: StateFolder, run: string): Promise<void> {
  await requirePausable(state, run);
  if ((await pausedBy(state, run)) === undefined)
    throw failure('RUN_NOT_PAUSABLE', { run, reason: phrase('it is not paused') });
  await rm(pauseFile(state, run), { force: true });
}

/**
 * Polls for the request while a run is performed. One that an earlier process of the run has left does not count.
 * @returns the switch that the dump follows, and a function that stops the polling and removes a late request
 */
export async function watchPause(
  state: StateFolder,
  run: string,
): Promise<{ readonly pause: PauseSwitch; readonly unwatch: () => Promise<void> }> {
  const pause = new PauseSwitch(() => pausedBy(state, run));
  const forget = () => rm(pauseFile(state, run), { force: true });
  await forget();
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(() => pause.look());
  }, millisecondsBetweenLooks);
  timer.unref();
  const unwatch = async () => {
    clearInterval(timer);
    await looking;
    await forget();
  };
  return { pause, unwatch };
}
