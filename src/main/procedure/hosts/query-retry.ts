/**
 * The policy for queries without an answer: each is sent again until its host answers, for as long as an outage may
 * last. A command that may have changed something is never sent again.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { failure, isFailure, type ErrorCode, type ShadowtapeError } from '../../../contract/errors.ts';
import { durationText } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import { driveCommand, withoutRewind, withRewind } from '../../tape/tape-device.ts';

/** How long a query is repeated. */
export const usualOutageSeconds = 30 * 60;
/** The same while the services are down: the users wait for them. */
export const outageSecondsWithoutServices = 2 * 60;

/** The time and the pauses of the policy; a test has its own. */
export interface RetryClock {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Resolves after that many milliseconds. Rejects as soon as `signal` is aborted. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const realClock: RetryClock = {
  now: () => performance.now(),
  pause: async (milliseconds, signal) => wait(milliseconds, undefined, { signal }),
};

/** Before the second attempt, the third, and so forth; the last one is repeated. A dropped connection is usually back at once. */
const pausesSeconds = [0, 1, 2, 5, 10, 20, 30, 60];

/**
 * How often a query is repeated if the host answers: a network that drops each long read does not get better, nor does
 * a login that keeps each output open.
 */
const mostRepeats = 5;

/**
 * The command was not carried out, or its answer did not arrive. Waiting does not help against a changed host key or a
 * refused login.
 */
export const passingCodes = [
  'CONNECTION_LOST',
  'HOST_UNREACHABLE',
  'COMMAND_NOT_STARTED',
  'COMMAND_TIMED_OUT',
  'COMMAND_OUTPUT_CUT',
] as const satisfies ErrorCode[];

/** What must be known of a command before it is sent again. */
interface SentBefore {
  readonly argv: readonly string[];
  readonly changes: boolean;
  readonly ofSite?: boolean | undefined;
}

/** What may be sent any number of times: it neither changes anything nor moves the tape. */
export type IsRepeatable = (command: SentBefore) => boolean;

/**
 * @param tapeDevice the tape device of the job. `mt status` and `mt rewind` end in the same state however often they
 *   are sent; a read or an `mt fsf` that is sent twice skips records.
 */
export function repeatableCommands(tapeDevice: string): IsRepeatable {
  const tapes = [withRewind(tapeDevice), withoutRewind(tapeDevice)];
  const lineOf = (argv: readonly string[]) => argv.join('\0');
  const steady = new Set(
    (['status', 'rewind'] as const).map((what) => lineOf(driveCommand(tapeDevice, what))),
  );
  const namesTape = (word: string) => tapes.includes(word.replace(/^if=/, ''));
  return ({ argv, changes, ofSite }) =>
    !changes && !ofSite && (!argv.some(namesTape) || steady.has(lineOf(argv)));
}

export interface QueryRetryOptions {
  readonly clock: RetryClock;
  readonly isRepeatable: IsRepeatable;
  /** How long an outage may last at the moment, in seconds. */
  readonly outageSeconds: () => number;
  /** True for a host that need not be waited for if it cannot be reached. */
  readonly mayGo?: ((host: string) => boolean) | undefined;
  /** Called with a sentence for each new attempt. */
  readonly onRetry: (step: string, sentence: string) => void;
}

/** What is repeated: one command, or several that start at a known position of the tape. */
export interface Attempt<Value> {
  readonly step: string;
  readonly host: string;
  /** The name of what is repeated, for messages. */
  readonly what: string;
  /** True for several commands, each of which may be answered before a later one is not. */
  readonly isSequence: boolean;
  /** Ends the waiting at once. */
  readonly abort: AbortSignal;
  readonly perform: () => Promise<Value>;
}

const answersBetween = ({ isSequence }: Pick<Attempt<unknown>, 'isSequence'>, error: unknown): boolean =>
  isSequence || isFailure(error, 'COMMAND_OUTPUT_CUT');

export class QueryRetry {
  readonly #options: QueryRetryOptions;
  /** Host -> when its first query remained unanswered. However many queries an outage affects, it is one outage. */
  readonly #silentSince = new Map<string, number>();

  constructor(options: QueryRetryOptions) {
    this.#options = options;
  }

  isRepeatable(command: SentBefore): boolean {
    return this.#options.isRepeatable(command);
  }

  /** A host has answered a command: its outage is over. */
  answered(host: string): void {
    this.#silentSince.delete(host);
  }

  /** When the outage of a host began: now, if it has answered so far. */
  #outageBegan(host: string): number {
    const began = this.#silentSince.get(host) ?? this.#options.clock.now();
    this.#silentSince.set(host, began);
    return began;
  }

  /**
   * Repeats a query until it is answered.
   * @throws QUERY_UNANSWERED if the outage lasts too long, HOST_UNREACHABLE for a host that need not be waited for,
   *   COMMAND_CANCELLED if the wait is aborted, and immediately errors that waiting cannot solve
   */
  async persist<Value>(attempt: Attempt<Value>): Promise<Value> {
    const { host, step, what, abort, perform } = attempt;
    const { clock, outageSeconds, onRetry, mayGo } = this.#options;
    // Not reset when the host answers other queries: a dd can hang on one disk while everything else works.
    let since: number | undefined;
    for (let failed = 0; ; failed += 1) {
      try {
        const value = await perform();
        this.answered(host);
        return value;
      } catch (error) {
        if (abort.aborted || !isFailure(error, ...passingCodes)) throw error;
        if (isFailure(error, 'HOST_UNREACHABLE') && mayGo?.(host)) throw error;
        if (failed >= mostRepeats && answersBetween(attempt, error)) throw error;
        const outageBegan = this.#outageBegan(host);
        since ??= outageBegan;
        const leftSeconds = outageSeconds() - (clock.now() - since) / 1000;
        if (leftSeconds <= 0) throw unanswered(host, what, (clock.now() - since) / 1000, error);
        const pauseSeconds = Math.min(pausesSeconds[failed] ?? pausesSeconds.at(-1) ?? 0, leftSeconds);
        const when =
          pauseSeconds === 0
            ? 'now'
            : phrase('in {pauseSeconds} s', { pauseSeconds: Math.ceil(pauseSeconds) });
        onRetry(step, phrase('{reason}; {what} is sent again {when}', { reason: error.message, what, when }));
        if (pauseSeconds > 0) await this.#pause(attempt, pauseSeconds, error);
      }
    }
  }

  async #pause<Value>({ host, what, abort }: Attempt<Value>, seconds: number, error: ShadowtapeError) {
    try {
      await this.#options.clock.pause(seconds * 1000, abort);
    } catch {
      throw failure('COMMAND_CANCELLED', { host, command: what }, { host }, error);
    }
  }
}

function unanswered(host: string, what: string, seconds: number, error: ShadowtapeError): ShadowtapeError {
  const values = { host, command: what, time: durationText(Math.round(seconds)), reason: error.message };
  return failure('QUERY_UNANSWERED', values, { ...error.evidence, host }, error);
}
