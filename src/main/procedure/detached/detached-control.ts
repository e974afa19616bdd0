/** Starts, stops and clears detached work. What changes the host goes through the journal. */
import { setTimeout as wait } from 'node:timers/promises';
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { commandLine } from '../../ssh/quoting.ts';
import { troubleOf, wordsOf } from '../hosts/command-runner.ts';
import { folderThereStatus, notStartedStatus, startCommand } from './detached-script.ts';
import { becomeOn, lookAtWork, type WorkLook, type WorkPlace } from './detached-watch.ts';
import { requireWorkFolder, type DetachedWork } from '../model/detached-work.ts';

/** Seconds in which the start must have ended: it makes some small files. */
const startLimitSeconds = 120;

/**
 * Starts the work. The command ends at once, the work goes on. After a connection that was lost in the middle, a look tells whether it
 * began (`absent`: it did not).
 * @throws WORK_FOLDER_THERE, DETACHED_NOT_STARTED, COMMAND_NOT_FOUND, and what the ssh session throws
 */
export async function startWork(
  { runner, host }: WorkPlace,
  step: string,
  work: DetachedWork,
): Promise<void> {
  const { folder } = work;
  const argv = startCommand(work, becomeOn({ runner, host }));
  const options = { anyStatus: true, timeLimitSeconds: startLimitSeconds };
  const result = await runner.send(step, { host, argv, changes: true }, options);
  const evidence = { host, command: commandLine(argv), stderr: result.stderr };
  if (result.status === folderThereStatus) throw failure('WORK_FOLDER_THERE', { host, folder }, evidence);
  const trouble = troubleOf({ host, argv }, result);
  if (!trouble) return;
  if (result.status === 127) throw trouble;
  const reason =
    wordsOf({ stderr: result.stderr }) ||
    phrase('exit status {status}', { status: result.status ?? notStartedStatus });
  throw failure('DETACHED_NOT_STARTED', { host, folder, reason }, evidence);
}

/** A process that was sent a signal. */
interface SignalledProcess {
  readonly pid: number;
  /** The process's name, or `run` for what runs and guards them. */
  readonly name: string;
  readonly signal: 'TERM' | 'KILL';
}

export interface StopLimits {
  /** Seconds that the processes have to end after TERM; 10 where it is left out. */
  readonly graceSeconds?: number;
  /** Seconds that the host has to end them after KILL; 10 where it is left out. */
  readonly killSeconds?: number;
  /** Seconds between two looks; 0.5 where it is left out. */
  readonly intervalSeconds?: number;
  /** Ends the stopping. Not the signal that cancelled the run: that has come already. */
  readonly abort?: AbortSignal;
}

export interface StopReport {
  /** In the order in which they were sent. */
  readonly signalled: readonly SignalledProcess[];
  /** The last look: none of the work's processes lives. */
  readonly look: WorkLook;
}

class Stopping {
  readonly #place: WorkPlace;
  readonly #step: string;
  readonly #work: DetachedWork;
  readonly #options: StopLimits;
  readonly signalled: SignalledProcess[] = [];

  constructor(place: WorkPlace, step: string, work: DetachedWork, options: StopLimits) {
    this.#place = place;
    this.#step = step;
    this.#work = work;
    this.#options = options;
  }

  /**
   * TERM goes to the commands alone: what runs them then writes down how they ended. The last in the row is told first, so that a writer
   * never takes the end of a stopped reader for the end of the data.
   */
  async #signal({ living }: WorkLook, signal: 'TERM' | 'KILL'): Promise<void> {
    const { runner, host } = this.#place;
    const wanted = [...living]
      .reverse()
      .filter(
        ({ pid, name }) =>
          (signal === 'KILL' || name !== 'run') &&
          !this.signalled.some((sent) => sent.pid === pid && sent.signal === signal),
      );
    if (wanted.length === 0) return;
    this.signalled.push(...wanted.map(({ pid, name }) => ({ pid, name, signal })));
    const argv = ['kill', `-${signal}`, ...wanted.map(({ pid }) => String(pid))];
    // One that has just ended makes kill complain.
    await runner.send(this.#step, { host, argv, changes: true }, { anyStatus: true });
  }

  /** Sends the signal to all that live, and to those that come to light later, until none lives or the time is over. */
  async end(signal: 'TERM' | 'KILL', seconds: number): Promise<WorkLook> {
    const { intervalSeconds = 0.5, abort } = this.#options;
    const until = performance.now() + seconds * 1000;
    for (;;) {
      const look = await lookAtWork(this.#place, this.#work, abort);
      // What was just started may be about to begin.
      const over = look.living.length === 0 && look.state !== 'unbegun';
      if (over || performance.now() > until) return look;
      await this.#signal(look, signal);
      await wait(intervalSeconds * 1000, undefined, abort ? { signal: abort } : {}).catch(() => undefined);
    }
  }
}

/**
 * Ends the processes of the work: TERM, and KILL for those that do not heed it. Signals go only to processes that are the work's beyond
 * doubt (`ownProcesses`). The folder stays.
 * @throws DETACHED_NOT_STOPPED where some live on: a dd that waits for a drive cannot be killed before the drive answers; and what
 *   `lookAtWork` throws
 */
export async function stopWork(
  place: WorkPlace,
  step: string,
  work: DetachedWork,
  options: StopLimits = {},
): Promise<StopReport> {
  const { graceSeconds = 10, killSeconds = 10 } = options;
  const stopping = new Stopping(place, step, work, options);
  const asked = await stopping.end('TERM', graceSeconds);
  const look = asked.living.length === 0 ? asked : await stopping.end('KILL', killSeconds);
  if (look.living.length > 0) {
    const processes = look.living.map(({ name, pid }) => `${name} (process ${pid})`).join(', ');
    throw failure('DETACHED_NOT_STOPPED', { host: place.host, processes }, { host: place.host });
  }
  return { signalled: stopping.signalled, look };
}

/** The command that removes the folder of a work with all it holds. @throws ARGUMENT_FORBIDDEN */
export function clearCommand({ folder }: Pick<DetachedWork, 'folder'>): string[] {
  return ['rm', '-rf', requireWorkFolder(folder)];
}

/**
 * Removes the folder. Not before the work has ended: nothing would tell of it any more.
 * @throws COMMAND_FAILED, and what the ssh session throws
 */
export async function clearWork(
  { runner, host }: WorkPlace,
  step: string,
  work: DetachedWork,
): Promise<void> {
  await runner.send(step, { host, argv: clearCommand(work), changes: true });
}
