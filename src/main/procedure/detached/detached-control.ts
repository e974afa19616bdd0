/** Starts, stops and clears detached work. Changes of the host are journaled. */
import { setTimeout as wait } from 'node:timers/promises';
import { failure } from '../../../contract/errors.ts';
import { phrase, phrases } from '../../../contract/text/say.ts';
import { commandLine } from '../../ssh/quoting.ts';
import { anyAnswer, troubleOf, wordsOf } from '../hosts/command-runner.ts';
import { folderThereStatus, notStartedStatus, startCommand } from './detached-script.ts';
import { becomeOn, lookAtWork, type WorkLook, type WorkPlace } from './detached-watch.ts';
import { requireWorkFolder, type DetachedWork } from '../model/detached-work.ts';

/** Seconds within which the start must have ended: it makes some small files. */
const startLimitSeconds = 120;

/**
 * Starts the work. The command ends at once, the work continues. After a connection that was lost in between, a query
 * shows whether it began (`absent`: it did not).
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
  /** Seconds that the processes have to end after TERM; 10 by default. */
  readonly graceSeconds?: number;
  /** Seconds that the host has to end them after KILL; 10 by default. */
  readonly killSeconds?: number;
  /** Seconds between two queries; 0.5 by default. */
  readonly intervalSeconds?: number;
  /** Aborts the stop. Not the signal that canceled the run: that has been sent already. */
  readonly abort?: AbortSignal;
}

export interface StopReport {
  /** In the order in which they were sent. */
  readonly signalled: readonly SignalledProcess[];
  /** The last query: none of the work's processes is running. */
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
   * TERM is sent to the commands alone: their guards then record how they ended. The last one in the pipe gets it
   * first, so that a writer never mistakes the end of a stopped reader for the end of the data.
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
    // kill complains about one that has just ended.
    await runner.send(this.#step, { host, argv, changes: true }, anyAnswer);
  }

  /** Sends the signal to all that are running, and to those found later, until none is running or the time is up. */
  async end(signal: 'TERM' | 'KILL', seconds: number): Promise<WorkLook> {
    const { intervalSeconds = 0.5, abort } = this.#options;
    const until = performance.now() + seconds * 1000;
    for (;;) {
      const look = await lookAtWork(this.#place, this.#work, abort);
      // A work that was just started may not have begun yet.
      const over = look.living.length === 0 && look.state !== 'unbegun';
      if (over || performance.now() > until) return look;
      await this.#signal(look, signal);
      await wait(intervalSeconds * 1000, undefined, abort ? { signal: abort } : {}).catch(() => undefined);
    }
  }
}

/**
 * Ends the processes of the work: TERM, and KILL for those that ignore it. Signals are sent only to processes that are
 * certainly the work's (`ownProcesses`). The folder stays.
 * @throws DETACHED_NOT_STOPPED if some keep running: a dd that waits for a drive cannot be killed before the drive
 *   answers; and what `lookAtWork` throws
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
    const processes = phrases(
      look.living.map(({ name, pid }) => phrase('{name} (process {pid})', { name, pid })),
      ', ',
    );
    throw failure('DETACHED_NOT_STOPPED', { host: place.host, processes }, { host: place.host });
  }
  return { signalled: stopping.signalled, look };
}

/** The command that removes the folder of a work with its contents. @throws ARGUMENT_FORBIDDEN */
export function clearCommand({ folder }: Pick<DetachedWork, 'folder'>): string[] {
  return ['rm', '-rf', requireWorkFolder(folder)];
}

/**
 * Removes the folder. Not before the work has ended: there would be no trace of it.
 * @throws COMMAND_FAILED, and what the ssh session throws
 */
export async function clearWork(
  { runner, host }: WorkPlace,
  step: string,
  work: DetachedWork,
): Promise<void> {
  await runner.send(step, { host, argv: clearCommand(work), changes: true });
}
