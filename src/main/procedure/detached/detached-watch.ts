/**
 * Queries detached work, and waits for its end. Queries change nothing and are not journaled: a dump of some hours
 * takes thousands. The session reconnects after a lost connection; the work does not notice.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  connectionLostCodes,
  failure,
  isFailure,
  type ErrorCode,
  type ShadowtapeError,
} from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { DumpOutput } from '../../../streams/dump-output.ts';
import type { Platform } from '../../site/site-schema.ts';
import { troubleOf, wordsOf, type CommandRunner } from '../hosts/command-runner.ts';
import type { Become } from '../../ssh/rights.ts';
import { lookCommand, processListCommand, wholeProcessList } from './detached-script.ts';
import {
  numbersOf,
  ownProcesses,
  parseLook,
  parseProcessList,
  stateOf,
  writtenBytes,
  type FolderLook,
  type OwnProcess,
  type ProcessLook,
  type WorkState,
} from './detached-look.ts';
import type { DetachedWork } from '../model/detached-work.ts';
import type { CommandResult } from '../hosts/hosts.ts';

/** Where work runs, and the session to its host. */
export interface WorkPlace {
  readonly runner: CommandRunner;
  readonly host: string;
  readonly platform: Platform;
}

/** How commands get their rights where the work runs. */
export const becomeOn = ({ runner, host }: Pick<WorkPlace, 'runner' | 'host'>): Become | undefined =>
  runner.hosts.session(host).profile?.become;

export interface WorkLook {
  readonly state: WorkState;
  readonly processes: readonly ProcessLook[];
  /** Error messages of the shell that runs the work. */
  readonly words: string;
  /** The running processes. */
  readonly living: readonly OwnProcess[];
  /** Bytes that the measured process has written, if the host counts them. */
  readonly bytes: number | undefined;
}

/** A query transfers some kilobytes. */
const lookLimitSeconds = 60;

/**
 * Bytes that the measured process has written. On Linux /proc/PID/io counts them (proc(5)), for every program and
 * target. The position in /proc/PID/fdinfo does not move with a tape, and SIGUSR1 ends a dd that does not expect it, as
 * on Solaris.
 */
async function measure(
  { platform }: WorkPlace,
  work: DetachedWork,
  living: readonly OwnProcess[],
  send: (argv: readonly string[]) => Promise<CommandResult>,
): Promise<number | undefined> {
  const measured = living.find(({ name }) => name === work.measured);
  if (platform !== 'linux' || !measured) return undefined;
  try {
    const { stdout } = await send(['cat', `/proc/${measured.pid}/io`]);
    return writtenBytes(stdout.toString('utf8'));
  } catch (error) {
    // Without that right only the progress is missing.
    if (isFailure(error, 'RIGHTS_REFUSED')) return undefined;
    throw error;
  }
}

/**
 * Queries the progress of the work.
 * @throws DETACHED_LOOK_UNREADABLE, COMMAND_FAILED, COMMAND_NOT_FOUND (the host has no ps), and what the ssh session
 *   throws
 */
export async function lookAtWork(
  place: WorkPlace,
  work: DetachedWork,
  abort?: AbortSignal,
): Promise<WorkLook> {
  const { runner, host } = place;
  const send = (argv: readonly string[]) =>
    runner.hosts
      .session(host)
      .exec(argv, { timeLimitSeconds: lookLimitSeconds, ...(abort ? { abort } : {}) });
  const folder = async () => {
    const boundary = randomBytes(16).toString('hex');
    const argv = lookCommand(work, boundary);
    const result = await send(argv);
    const trouble = troubleOf({ host, argv: ['sh'] }, result);
    if (trouble) throw trouble;
    return parseLook(result.stdout.toString('utf8'), boundary, work, host);
  };
  const shown = (look: FolderLook | undefined, living: readonly OwnProcess[], bytes?: number): WorkLook => ({
    state: stateOf(look, living.length > 0),
    processes: look?.processes ?? [],
    words: look?.words ?? '',
    living,
    bytes,
  });

  const first = await folder();
  const numbers = first && !first.ended ? numbersOf(first) : [];
  if (!first || numbers.length === 0) return shown(first, []);
  const become = becomeOn(place);
  const argv = become === 'sudo' ? wholeProcessList : processListCommand(numbers);
  const list = await send(argv);
  // ps exits 1 if none of the numbers is in use.
  const trouble = list.status === 1 ? undefined : troubleOf({ host, argv }, list);
  if (trouble) throw trouble;
  const processes = parseProcessList(list.stdout.toString('utf8'), work, host, become === 'sudo');
  const living = ownProcesses(work, first, processes, become);
  if (living.length > 0) return shown(first, living, await measure(place, work, living, send));
  // They may have ended, and recorded it, between the two queries.
  return shown(await folder(), []);
}

export interface WorkProgress {
  readonly elapsedSeconds: number;
  readonly bytes?: number;
  /** The progress of ufsdump or sfxdump: a phase, or "35% done". */
  readonly words?: string;
}

export interface AwaitOptions {
  /** Seconds between two queries; 5 by default. */
  readonly intervalSeconds?: number;
  /** How long the host may be unreachable before the wait ends; 30 by default. */
  readonly lostMinutes?: number;
  /** When the work was started, in milliseconds since 1970; now by default. */
  readonly startedAt?: number;
  /** Ends the waiting, not the work. */
  readonly abort?: AbortSignal;
  readonly onProgress?: (progress: WorkProgress) => void;
  /** Called for each query that did not reach the host. */
  readonly onLost?: (error: ShadowtapeError, lostSeconds: number) => void;
}

/** The host may become reachable again. A query that hangs counts as lost. */
const passing = [
  ...connectionLostCodes,
  'HOST_UNREACHABLE',
  'HOST_NAME_UNKNOWN',
  'COMMAND_NOT_STARTED',
  'COMMAND_TIMED_OUT',
] satisfies ErrorCode[];

/** How long a work may take to begin: its first process is started at once. */
const beginSeconds = 30;

function progressOf(look: WorkLook, elapsedSeconds: number): WorkProgress {
  const reader = look.processes.find(({ name }) => name === 'reader' || name === 'dump');
  const output = new DumpOutput();
  output.add(reader?.errors ?? '');
  const words =
    output.phase ??
    (output.percent === undefined ? undefined : phrase('{percent}% done', { percent: output.percent }));
  return {
    elapsedSeconds,
    ...(look.bytes === undefined ? {} : { bytes: look.bytes }),
    ...(words === undefined ? {} : { words }),
  };
}

class Waiting {
  readonly #place: WorkPlace;
  readonly #work: DetachedWork;
  readonly #options: AwaitOptions;
  readonly #since = performance.now();
  #heardAt = performance.now();
  #bytes = 0;

  constructor(place: WorkPlace, work: DetachedWork, options: AwaitOptions) {
    this.#place = place;
    this.#work = work;
    this.#options = options;
  }

  /** @returns undefined if the host was not reached */
  async #look(): Promise<WorkLook | undefined> {
    const { abort, onLost, lostMinutes = 30 } = this.#options;
    try {
      const look = await lookAtWork(this.#place, this.#work, abort);
      this.#heardAt = performance.now();
      return look;
    } catch (error) {
      if (abort?.aborted && isFailure(error, 'COMMAND_CANCELLED')) throw this.#cancelled(error);
      if (!isFailure(error, ...passing)) throw error;
      const lostSeconds = (performance.now() - this.#heardAt) / 1000;
      if (lostSeconds > lostMinutes * 60) throw error;
      onLost?.(error, Math.round(lostSeconds));
      return undefined;
    }
  }

  #elapsed(): number {
    const { startedAt } = this.#options;
    const milliseconds = startedAt === undefined ? performance.now() - this.#since : Date.now() - startedAt;
    return Math.max(0, Math.round(milliseconds / 1000));
  }

  #hasNotBegun(look: WorkLook): boolean {
    return look.state === 'unbegun' && performance.now() - this.#since > beginSeconds * 1000;
  }

  #cancelled(cause?: unknown) {
    return failure('COPY_CANCELLED', { bytes: this.#bytes }, { host: this.#place.host }, cause);
  }

  async end(): Promise<WorkLook> {
    const { abort, intervalSeconds = 5, onProgress } = this.#options;
    for (;;) {
      if (abort?.aborted) throw this.#cancelled();
      const look = await this.#look();
      if (look?.state === 'running') {
        this.#bytes = look.bytes ?? this.#bytes;
        onProgress?.(progressOf(look, this.#elapsed()));
      } else if (look && (look.state !== 'unbegun' || this.#hasNotBegun(look))) return look;
      await wait(intervalSeconds * 1000, undefined, abort ? { signal: abort } : {}).catch(() => undefined);
    }
  }
}

/**
 * Waits until the work is no longer running, however it ended; see `judgeWork`. Works as well for work that another
 * process started.
 * @returns the last query: `ended`, `failed`, `died`, `absent`, or `unbegun` if it has not begun after half a minute
 * @throws COPY_CANCELLED if the wait was aborted (the work continues: see `stopWork`); the ssh session's error if the
 *   host was unreachable for too long; what `lookAtWork` throws
 */
export function awaitWork(
  place: WorkPlace,
  work: DetachedWork,
  options: AwaitOptions = {},
): Promise<WorkLook> {
  return new Waiting(place, work, options).end();
}

/** The last message of the work: of the process that runs it, or of one with errors. */
export function lastWords({ words, processes }: Pick<WorkLook, 'words' | 'processes'>): string {
  const all = [words, ...processes.map(({ errors }) => errors)];
  return all.map((stderr) => wordsOf({ stderr })).find((said) => said !== '') ?? '';
}
