/**
 * Watches both sides while a question is open, and while data flows that cannot be compared with the cluster record by record: a proxy
 * that is rejoined, parted and stopped again looks afterwards as it did before.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { isFailure } from '../../../../contract/errors.ts';
import { durationText } from '../../../../contract/words.ts';
import { phrase } from '../../../../contract/text/say.ts';
import { noJournal } from '../../../journal/journal.ts';
import { blockBytes, type Assignment } from '../../model/assignment.ts';
import { CommandRunner } from '../../hosts/command-runner.ts';
import { Observer } from '../../hosts/observe.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import type { Step } from '../../model/step.ts';
import { troubleOfShadow } from '../check-failure.ts';
import { asTableError } from '../run-end.ts';
import { holdersOf, reopenShadows } from './shadow-hold.ts';

/** Bytes per second: no copy between two disks is assumed to be faster. */
const fastestCopy = 500_000_000;

/**
 * Seconds before a state check: less than a full copy takes, since a rejoin copies the whole volume. The first checks
 * come sooner: a dump may be over before a whole interval has passed, and a shadow that is being read cannot be put
 * back.
 * @param nth from 0
 */
export function watchSeconds({ job, volumes }: Pick<Assignment, 'job' | 'volumes'>, nth: number): number {
  const smallest = Math.min(...volumes.map(({ blocks }) => blocks * blockBytes));
  const interval = Math.max(1, Math.min(job.resynchronisation.everySeconds, smallest / fastestCopy));
  return Math.min(interval, 2 ** nth);
}

class ShadowWatch {
  readonly #context: RunContext;
  readonly #step: Step;
  readonly #observer: Observer;
  readonly #stop = new AbortController();
  readonly #found = new AbortController();
  /** Holders whose end was noticed: if the host cannot be queried then, it is queried at the usual interval. */
  readonly #noticed = new WeakSet<object>();
  #unseenSince: number | undefined;
  #pauses = 0;

  constructor(context: RunContext, step: Step) {
    this.#context = context;
    this.#step = step;
    const { signal } = this.#stop;
    // There may be thousands of state checks, and they change nothing: only their findings are journaled.
    const { hosts } = context.runner;
    const runner = new CommandRunner(noJournal(), hosts, () => ({ cancel: signal, halt: signal }));
    this.#observer = new Observer(runner, context.assignment, () => context.journal.events);
  }

  /** Aborts, with the error, when proxy or shadow have changed. */
  get found(): AbortSignal {
    return this.#found.signal;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Settles when it was stopped, or has found a change. */
  async run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted && !this.found.aborted) {
      try {
        await this.#pause();
        this.#observer.forget();
        await this.#check();
        await this.#holdAgain();
      } catch (error) {
        if (!signal.aborted) this.#take(error);
      }
    }
  }

  /** A failed query is journaled. If even that is impossible, the watched work ends. */
  #take(error: unknown): void {
    try {
      if (isFailure(error, 'JOURNAL_UNWRITABLE')) throw error;
      this.#tellUnseen(error);
    } catch (trouble) {
      this.#found.abort(trouble);
    }
  }

  /** A holder that ends may mean that somebody is working on the shadow: both sides are checked immediately. */
  async #pause(): Promise<void> {
    const stop = this.#stop.signal;
    const holders = holdersOf(this.#context, this.#step).filter((holder) => !this.#noticed.has(holder));
    const signal = AbortSignal.any([stop, ...holders.map(({ gone }) => gone)]);
    const milliseconds = watchSeconds(this.#context.assignment, this.#pauses) * 1000;
    this.#pauses += 1;
    await wait(milliseconds, undefined, { signal }).catch(() => stop.throwIfAborted());
    for (const holder of holders) if (holder.gone.aborted) this.#noticed.add(holder);
  }

  async #holdAgain(): Promise<void> {
    if (this.found.aborted || this.#stop.signal.aborted || this.#context.abort.aborted) return;
    if (!(await reopenShadows(this.#context, this.#step))) return;
    this.#observer.forget();
    await this.#check();
  }

  async #check(): Promise<void> {
    const world = await this.#observer.look(this.#step.id, ['primaries', 'backup']);
    this.#tellSeen();
    const trouble = troubleOfShadow(this.#context, this.#step, world, false);
    if (trouble) this.#found.abort(trouble);
  }

  /** A failed query shows nothing: the journal must have the time without a watch. */
  #tellUnseen(error: unknown): void {
    if (this.#unseenSince === undefined) {
      const text = phrase('Cannot watch proxy and shadow: {reason}', { reason: asTableError(error).message });
      this.#context.journal.append({ type: 'warning', step: this.#step.id, text });
    }
    this.#unseenSince ??= performance.now();
  }

  #tellSeen(): void {
    if (this.#unseenSince === undefined) return;
    const seconds = (performance.now() - this.#unseenSince) / 1000;
    this.#unseenSince = undefined;
    const text = phrase(
      'Proxy and shadow are watched again after {seconds}. A rejoin in between may have gone unnoticed.',
      { seconds: durationText(seconds) },
    );
    this.#context.journal.append({ type: 'warning', step: this.#step.id, text });
  }
}

/**
 * Does some work while both sides are watched.
 * @param work gets the signal that ends it: the run's, and that of the watch
 * @throws what the work throws; CHECK_FAILED or SHADOW_CHANGED if proxy or shadow changed meanwhile; JOURNAL_UNWRITABLE
 */
export async function whileWatched<Value>(
  context: RunContext,
  step: Step,
  work: (abort: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const watch = new ShadowWatch(context, step);
  const watching = watch.run();
  try {
    const value = await work(AbortSignal.any([context.abort, watch.found]));
    watch.found.throwIfAborted();
    return value;
  } catch (error) {
    watch.found.throwIfAborted();
    throw error;
  } finally {
    watch.stop();
    await watching;
  }
}
