/**
 * Pauses the dump of a run at a record boundary, and lets it continue. The request is a file next to the mark of the
 * run, so that any process of the state folder can make it: the command line pauses a run of the desktop, and vice
 * versa.
 */
import { rm } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { failure } from '../../contract/errors.ts';
import type { RunEvent } from '../../contract/events.ts';
import { phrase } from '../../contract/text/say.ts';
import { isWithinHours, type DumpHours } from '../../contract/time/dump-hours.ts';
import { readOwn } from '../journal/kept-file.ts';
import { readRun } from '../journal/run-history.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { beginningOf } from '../procedure/run/run-began.ts';
import { performedRuns } from '../proof/live-runs.ts';
import { writeWhole } from '../proof/whole-file.ts';
import { PauseSwitch, type Pauser } from '../../streams/pause-switch.ts';

/** A person who pauses a dump waits for the result. */
const millisecondsBetweenLooks = 500;

const pauseFile = (state: StateFolder, run: string): string => join(state.liveFolder, `${run}.pause`);

/** Who has paused a run. @returns undefined if it is not paused. @throws STATE_FILE_UNREADABLE */
async function pausedBy(state: StateFolder, run: string): Promise<string | undefined> {
  const bytes = await readOwn(pauseFile(state, run));
  return bytes && (bytes.toString('utf8').trim() || 'somebody');
}

/** @returns the events of the run so far. @throws RUN_UNKNOWN, JOURNAL_BROKEN, RUN_NOT_PAUSABLE */
async function requirePausable(state: StateFolder, run: string): Promise<readonly RunEvent[]> {
  const { events } = await readRun(state, run);
  const start = beginningOf(events, state.journalFile(run));
  const refused = (reason: string) => failure('RUN_NOT_PAUSABLE', { run, reason });
  if (!(await performedRuns(state)).some((live) => live.run === run))
    throw refused(phrase('it is not running'));
  if (start.restore) throw refused(phrase('it is a restore'));
  if (start.route === 'server') throw refused(phrase('its dump runs on the backup server (route server)'));
  return events;
}

/** Why there is no request to take back. */
function notPausedWords(events: readonly RunEvent[]): string {
  const last = events.findLast((event) => event.type === 'pause');
  return last?.continuesByItself
    ? phrase('it is paused by {by}, and continues by itself', { by: last.by ?? '' })
    : phrase('it is not paused');
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
  const events = await requirePausable(state, run);
  if ((await pausedBy(state, run)) === undefined)
    throw failure('RUN_NOT_PAUSABLE', { run, reason: notPausedWords(events) });
  await rm(pauseFile(state, run), { force: true });
}

/** Who pauses the dump now: a person, else the hours of the job. */
async function whoPauses(
  state: StateFolder,
  run: string,
  hours: DumpHours | undefined,
): Promise<Pauser | undefined> {
  const person = await pausedBy(state, run);
  if (person !== undefined) return { by: person };
  if (hours === undefined || isWithinHours(hours, new Date())) return undefined;
  const by = phrase('dumpHours {hours} ({zone})', { hours: hours.hours, zone: hours.zone });
  return { by, continuesByItself: true };
}

/**
 * Polls for the request while a run is performed. One that an earlier process of the run has left does not count.
 * @param hours outside of them the dump is paused
 * @returns the switch that the dump follows, and a function that stops the polling and removes a late request
 */
export async function watchPause(
  state: StateFolder,
  run: string,
  hours?: DumpHours,
): Promise<{ readonly pause: PauseSwitch; readonly unwatch: () => Promise<void> }> {
  const pause = new PauseSwitch(() => whoPauses(state, run, hours));
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
