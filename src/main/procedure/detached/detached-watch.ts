/**
 * Looks at detached work, and waits for its end. Looks change nothing and are not written into the journal: for a dump of some hours
 * they are thousands. A connection that is lost in between is made again by the session; the work does not notice.
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

/** Where work runs, and how the host is spoken to. */
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
  /** What the shell that runs the work complained of. */
  readonly words: string;
  /** The processes that live. */
  readonly living: readonly OwnProcess[];
  /** Bytes that the measured process has written, where the host tells. */
  readonly bytes: number | undefined;
}

/** A look moves some kilobytes. */
const lookLimitSeconds = 60;

/**
 * Bytes that the measured process has written. On Linux /proc/PID/io counts them (proc(5)), whatever the program is and wherever it
 * writes; the position in /proc/PID/fdinfo is not moved by a tape, and SIGUSR1 ends a dd that does not expect it, as on Solaris.
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
    // Without that right the work is not worse, only its progress is not shown.
    if (isFailure(error, 'RIGHTS_REFUSED')) return undefined;
    throw error;
  }
}

/**
 * Looks how far the work is.
 * @throws DETACHED_LOOK_UNREADABLE, COMMAND_FAILED, COMMAND_NOT_FOUND (the host has no ps), and what the ssh session throws
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
  // ps ends with 1 where none of the numbers is in use.
  const trouble = list.status === 1 ? undefined : troubleOf({ host, argv }, list);
  if (trouble) throw trouble;
  const processes = parseProcessList(list.stdout.toString('utf8'), work, host, become === 'sudo');
  const living = ownProcesses(work, first, processes, become);
  if (living.length > 0) return shown(first, living, await measure(place, work, living, send));
  // They may have ended, and said so, between the two.
  return shown(await folder(), []);
}

export interface WorkProgress {
  readonly elapsedSeconds: number;
  readonly bytes?: number;
  /** What ufsdump or sfxdump is at: a phase, or "35% done". */
  readonly words?: string;
}

export interface AwaitOptions {
  /** Seconds between two looks; 5 where it is left out. */
  readonly intervalSeconds?: number;
  /** How long the host may be out of reach before nobody waits any more; 30 where it is left out. */
  readonly lostMinutes?: number;
  /** When the work was started, in milliseconds since 1970, where that was not just now. */
  readonly startedAt?: number;
  /** Ends the waiting, not the work. */
  readonly abort?: AbortSignal;
  readonly onProgress?: (progress: WorkProgress) => void;
  /** Hears of each look that did not reach the host. */
  readonly onLost?: (error: ShadowtapeError, lostSeconds: number) => void;
}

/** The host may come back. A look that hangs is one that was lost. */
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

  /** @returns undefined where the host was not reached */
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
 * Waits until the work is no longer running, however it ended; see `judgeWork`. Works as well for work that another process started.
 * @returns the last look: `ended`, `failed`, `died`, `absent`, or `unbegun` where it has not begun after half a minute
 * @throws COPY_CANCELLED where the waiting was aborted (the work goes on: see `stopWork`); the ssh session's error where the host was out
 *   of reach for too long; what `lookAtWork` throws
 */
export function awaitWork(
  place: WorkPlace,
  work: DetachedWork,
  options: AwaitOptions = {},
): Promise<WorkLook> {
  return new Waiting(place, work, options).end();
}

/** The last words of the work: of what runs it, or of a process that complained. */
export function lastWords({ words, processes }: Pick<WorkLook, 'words' | 'processes'>): string {
  const all = [words, ...processes.map(({ errors }) => errors)];
  return all.map((stderr) => wordsOf({ stderr })).find((said) => said !== '') ?? '';
}
