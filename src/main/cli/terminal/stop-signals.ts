/** What ends work from outside: signals, a closed terminal, and uncaught errors. The only owner of all of them. */
import { isatty } from 'node:tty';
import { outputWritten } from './output.ts';
import { showError } from './shown-error.ts';
import { phrase } from '../../../contract/text/say.ts';

export interface StopSwitch {
  /** Ends the work; a run is rolled back. Its reason says why, if it was not a signal. */
  readonly cancel: AbortSignal;
  readonly halt: AbortSignal;
  /** The terminal is closed: nobody can be asked any more. */
  readonly terminalGone: AbortSignal;
  /** Cancels for a reason of the program's own, such as a question that nobody can answer. */
  rollBack(reason: string): void;
  /** True once an error was met that nothing caught. */
  readonly hasFailed: boolean;
  /** Returns the signals to Node. */
  release(): void;
}

export interface StopOptions {
  /** Called once with what the first signal does. */
  readonly say?: ((line: string) => void) | undefined;
  /** What a closed terminal does to the work: ends it, like Ctrl-C, or lets it continue. */
  readonly hangup: 'ends' | 'continues';
  /** Called if the work can no longer end on its own. The process ends after it. @returns the exit status */
  readonly abandoned?: (() => number) | undefined;
}

/** As sysexits.h has it: an error of the program itself. */
export const unexpectedStatus = 70;

/**
 * Ctrl-C may arrive twice: npm and `npm start` forward what the terminal has sent to the whole process group. A second
 * one within this time counts as the first.
 */
const millisecondsOfEcho = 500;
const isEchoed =
  process.env['SHADOWTAPE_SIGNALS'] === 'forwarded' ||
  /shadowtape|start\.ts/.test(process.env['npm_lifecycle_script'] ?? '');

/**
 * True if SIGHUP can mean that the terminal is closed. `nohup` detaches all three streams from the terminal. Whether
 * SIGHUP was ignored at the start cannot be read: Node gives each ignored signal its default action back before any
 * program code runs.
 */
const hasTerminalToLose = (): boolean => [0, 1, 2].some((handle) => isatty(handle));

let active: StopSwitch | undefined;

class Switch implements StopSwitch {
  readonly #cancel = new AbortController();
  readonly #halt = new AbortController();
  readonly #terminal = new AbortController();
  readonly #options: StopOptions;
  readonly #handlers: readonly (readonly [NodeJS.Signals, () => void])[];
  readonly #losesTerminal = hasTerminalToLose();
  #lastAt = -Infinity;
  #hasFailed = false;

  constructor(options: StopOptions) {
    this.#options = options;
    this.#handlers = [
      ['SIGINT', this.#stop],
      ['SIGTERM', this.#stop],
      ['SIGHUP', this.#hangUp],
    ];
    for (const [signal, handler] of this.#handlers) process.on(signal, handler);
    // Rejections that nothing handles arrive here, too.
    process.on('uncaughtException', this.#unexpected);
    process.on('beforeExit', this.#nothingLeft);
  }

  get cancel(): AbortSignal {
    return this.#cancel.signal;
  }

  get halt(): AbortSignal {
    return this.#halt.signal;
  }

  get terminalGone(): AbortSignal {
    return this.#terminal.signal;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  rollBack(reason: string): void {
    if (!this.#cancel.signal.aborted) this.#cancel.abort(new Error(reason));
  }

  release(): void {
    for (const [signal, handler] of this.#handlers) process.off(signal, handler);
    // Notifications may still be in transit.
    if (this.#options.hangup === 'continues') process.on('SIGHUP', () => undefined);
    active = undefined;
    process.off('uncaughtException', this.#unexpected);
    process.off('beforeExit', this.#nothingLeft);
  }

  readonly #stop = (): void => {
    const at = performance.now();
    const isEcho = isEchoed && at - this.#lastAt < millisecondsOfEcho;
    this.#lastAt = at;
    if (isEcho) return;
    if (this.#cancel.signal.aborted) {
      this.#halt.abort();
      return;
    }
    this.#options.say?.(
      phrase(
        'stopping: rolling the cluster back to its normal state; press again to stop immediately and leave everything as it is',
      ),
    );
    this.#cancel.abort();
  };

  readonly #hangUp = (): void => {
    if (!this.#losesTerminal) return;
    this.#terminal.abort();
    if (this.#options.hangup === 'ends') this.rollBack(phrase('the terminal is closed'));
  };

  readonly #unexpected = (error: unknown): void => {
    this.#hasFailed = true;
    showError(error);
    this.rollBack(
      phrase('unexpected error: {reason}', {
        reason: error instanceof Error ? error.message : String(error),
      }),
    );
  };

  /** Pending waits are lost: each time that this happens again, less is tried. */
  readonly #nothingLeft = (): void => {
    this.#hasFailed = true;
    // Node checks again only if the loop had something to do.
    setImmediate(() => undefined);
    if (!this.#cancel.signal.aborted) this.rollBack(phrase('unexpected error: nothing left to wait for'));
    else if (!this.#halt.signal.aborted) this.#halt.abort();
    else {
      this.release();
      process.exitCode = this.#options.abandoned?.() ?? unexpectedStatus;
    }
  };
}

/** From here to `release`, signals and uncaught errors end the work properly. */
export function stopOnSignals(options: StopOptions): StopSwitch {
  active = new Switch(options);
  return active;
}

/**
 * To be called once. An error that nothing catches outside of such work ends the process with its stack.
 * @param exitStatus of the process then
 */
export function endOnUnexpected(exitStatus: () => number): void {
  process.on('uncaughtException', (error: unknown) => {
    if (active) return;
    showError(error);
    void outputWritten().then(() => process.exit(exitStatus()));
  });
}

/**
 * Ctrl-C ends the work, which belongs to no run.
 * @param hangup what a closed terminal does: work that changes something is finished
 */
export async function stoppable<Result>(
  work: (abort: AbortSignal) => Promise<Result>,
  hangup: StopOptions['hangup'] = 'ends',
): Promise<Result> {
  const stop = stopOnSignals({ hangup });
  try {
    return await work(stop.cancel);
  } finally {
    if (stop.hasFailed) process.exitCode = unexpectedStatus;
    stop.release();
  }
}
