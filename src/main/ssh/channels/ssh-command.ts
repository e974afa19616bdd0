/** Runs a command until it ends and returns what it printed. */
import { failure } from '../../../contract/errors.ts';
import type { ShadowtapeError } from '../../../contract/errors.ts';
import type { OnRetry } from '../host-profile.ts';
import type { CommandLanguage } from '../quoting.ts';
import { howItEnded } from './remote-process.ts';
import type { ProcessOrder, RemoteProcess } from './remote-process.ts';

export interface CommandResult {
  /** Exit status; undefined when the command was killed or the host reported none. */
  readonly status: number | undefined;
  /** `SIGTERM` and the like. */
  readonly signal: string | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly milliseconds: number;
}

export interface CommandOptions {
  /** From asking for the command until its end; connecting does not count. No limit by default. */
  readonly timeLimitSeconds?: number | undefined;
  /** For stdout and for stderr each; 4 MiB by default. */
  readonly outputLimitBytes?: number | undefined;
  readonly abort?: AbortSignal | undefined;
  readonly onRetry?: OnRetry | undefined;
  /** See StreamOptions. */
  readonly onNewConnection?: (() => Promise<void>) | undefined;
  /** What the command reads; it finds the end of its input at once if it is omitted. */
  readonly stdin?: string | Buffer | undefined;
  /** English if it is omitted; `login` only for commands whose output is not parsed. */
  readonly language?: CommandLanguage | undefined;
  /** True if the exit status alone counts. If it is omitted, output whose end was not seen is a failure. */
  readonly mayLeaveOutputOpen?: boolean | undefined;
}

const defaultOutputLimitBytes = 4 * 1024 * 1024;

/** Rejects with the signal's reason as soon as it is aborted; the work itself continues for other waiting callers. */
export function unlessStopped<Value>(work: Promise<Value>, stop: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onStop = () => reject(stop.reason);
    if (stop.aborted) onStop();
    stop.addEventListener('abort', onStop, { once: true });
    work.then(resolve, reject).finally(() => stop.removeEventListener('abort', onStop));
  });
}

/** A timer of Node with a longer time would end at once. */
const longestTimer = 2 ** 31 - 1;

/** `10 minutes`, `1 hour`, `90 s`. */
function limitWords(seconds: number): string {
  const whole = (size: number, word: string) => `${seconds / size} ${word}${seconds === size ? '' : 's'}`;
  if (seconds > 0 && seconds % 3600 === 0) return whole(3600, 'hour');
  return seconds > 0 && seconds % 60 === 0 ? whole(60, 'minute') : `${seconds} s`;
}

/** Makes one signal of the caller's and of our own reasons; its reason is always an error of the table. */
export class StopReason {
  readonly #order: ProcessOrder;
  readonly #controller = new AbortController();
  readonly #undo: (() => void)[] = [];

  constructor(order: ProcessOrder, abort: AbortSignal | undefined) {
    this.#order = order;
    if (!abort) return;
    const { host, command, line } = order;
    const onAbort = () => this.stop(failure('COMMAND_CANCELLED', { host, command }, { host, command: line }));
    if (abort.aborted) onAbort();
    abort.addEventListener('abort', onAbort, { once: true });
    this.#undo.push(() => abort.removeEventListener('abort', onAbort));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  stop(why: ShadowtapeError): void {
    this.#controller.abort(why);
  }

  /** From now on it may take this long; for ever where no limit is given. */
  limit(seconds: number | undefined): void {
    if (seconds === undefined) return;
    const { host, command, line } = this.#order;
    const values = { host, command, limit: limitWords(seconds) };
    const expire = () => this.stop(failure('COMMAND_TIMED_OUT', values, { host, command: line }));
    const timer = setTimeout(expire, Math.min(seconds * 1000, longestTimer));
    this.#undo.push(() => clearTimeout(timer));
  }

  release(): void {
    for (const undo of this.#undo) undo();
  }
}

/** Collects output up to a limit. */
class LimitedOutput {
  readonly #pieces: Buffer[] = [];
  #left: number;

  constructor(limit: number) {
    this.#left = limit;
  }

  /** False when the limit is passed. */
  add(piece: Buffer): boolean {
    this.#left -= piece.length;
    if (this.#left >= 0) this.#pieces.push(piece);
    return this.#left >= 0;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

/**
 * Runs a command. Resolves for every exit status once the output has ended, too: without that end it may be incomplete.
 * @param begin starts the process, which `reason` stops; receives the listener of its stderr
 * @throws COMMAND_OUTPUT_CUT, COMMAND_TIMED_OUT, COMMAND_OUTPUT_TOO_LONG, COMMAND_CANCELLED, CONNECTION_LOST, and what
 *   `begin` throws
 */
export async function runCommand(
  begin: (onStderr: (piece: Buffer) => void) => Promise<RemoteProcess>,
  order: ProcessOrder,
  reason: StopReason,
  options: CommandOptions,
): Promise<CommandResult> {
  const { host, command, line } = order;
  const limit = options.outputLimitBytes ?? defaultOutputLimitBytes;
  const started = performance.now();
  reason.limit(options.timeLimitSeconds);
  const tooLong = () =>
    reason.stop(failure('COMMAND_OUTPUT_TOO_LONG', { host, command, limit }, { host, command: line }));
  const stdout = new LimitedOutput(limit);
  const stderr = new LimitedOutput(limit);
  const process = await begin((piece) => stderr.add(piece) || tooLong());
  process.watchStdout((piece) => stdout.add(piece) || tooLong());
  // A quick command has ended already: there is no reader.
  if (process.channel.writable) process.channel.end(order.script ?? options.stdin ?? '');
  const end = await process.ended;
  const milliseconds = Math.round(performance.now() - started);
  if (end.lost) throw end.lost;
  const { status, signal } = end;
  if (end.outputCut && !options.mayLeaveOutputOpen)
    throw failure(
      'COMMAND_OUTPUT_CUT',
      { host, command, how: howItEnded(end) },
      { host, command: line, stdout: stdout.bytes.toString('utf8'), stderr: stderr.bytes.toString('utf8') },
    );
  return { status, signal, stdout: stdout.bytes, stderr: stderr.bytes.toString('utf8'), milliseconds };
}
