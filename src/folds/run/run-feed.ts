/**
 * Follows the pushes of a run and delivers the current state, at most ten times a second. Begins again where the replay
 * does: after a reconnection the first events come again.
 */
import type { ErrorInfo } from '../../contract/errors.ts';
import type { ProgressView, QuestionView, RunPush } from '../../contract/screens.ts';
import { RunFold } from './run-fold.ts';
import type { RunModel } from './run-model.ts';

export interface FeedState {
  readonly model: RunModel;
  readonly question: QuestionView | undefined;
  /** Nothing more comes; `error` is what broke outside of its journal. */
  readonly ended: { readonly exitStatus: number; readonly error: ErrorInfo | undefined } | undefined;
  readonly error: ErrorInfo | undefined;
  /** How far this page's clock is ahead of the journal's, in milliseconds. */
  readonly ahead: number;
}

/** The clock and timers of the page; tests have their own. */
export interface Clock {
  now(): number;
  /** @returns ends it */
  after(milliseconds: number, act: () => void): () => void;
}

export const pageClock: Clock = {
  // Monotonic: a duration that is shown must not jump.
  now: () => performance.timeOrigin + performance.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Ten updates a second. */
const pauseMilliseconds = 100;

export class RunFeed {
  readonly #clock: Clock;
  readonly #tell: (state: FeedState) => void;
  #fold = new RunFold();
  #question: QuestionView | undefined;
  #ended: FeedState['ended'];
  #error: ErrorInfo | undefined;
  /** True once all that was has come: a question, or that there is none, ends the replay. */
  #isReplayed = false;
  /** How far this page's clock is ahead of the journal's at the most, in milliseconds: no event comes before it was written. */
  #ahead: number | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  #stopTimer: (() => void) | undefined;

  constructor(tell: (state: FeedState) => void, clock: Clock = pageClock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  hear(received: { readonly push: RunPush } | { readonly error: ErrorInfo }): void {
    if ('error' in received) this.#error = received.error;
    else this.#take(received.push);
    this.#tellSoon();
  }

  #take(push: RunPush): void {
    switch (push.kind) {
      case 'events':
        return this.#takeEvents(push.events);
      case 'progress':
        return this.#takeProgress(push.progress);
      case 'question':
        this.#question = push.question;
        this.#isReplayed = true;
        return undefined;
      case 'end':
        this.#ended = { exitStatus: push.exitStatus, error: push.error };
        this.#question = undefined;
        return undefined;
    }
  }

  #takeProgress(progress: ProgressView): void {
    this.#fold.addLive(progress, this.#clock.now() - (this.#ahead ?? 0));
  }

  #takeEvents(events: Extract<RunPush, { kind: 'events' }>['events']): void {
    const [first] = events;
    if (first?.seq === 1) this.#beginAnew();
    for (const event of events) this.#fold.add(event);
    // It continues, wherever it was resumed.
    if (events.some(({ type }) => type === 'run-resumed')) this.#ended = undefined;
    const last = events.at(-1);
    if (!last || !this.#isReplayed) return;
    const ahead = this.#clock.now() - (this.#fold.steadyAt ?? Date.parse(last.at));
    this.#ahead = Math.min(this.#ahead ?? ahead, ahead);
  }

  #beginAnew(): void {
    this.#fold = new RunFold();
    this.#question = undefined;
    this.#ended = undefined;
    this.#error = undefined;
    this.#isReplayed = false;
  }

  #tellSoon(): void {
    if (this.#stopTimer) return;
    const wait = this.#toldAt + pauseMilliseconds - this.#clock.now();
    if (wait <= 0) this.#tellNow();
    else this.#stopTimer = this.#clock.after(wait, () => this.#tellNow());
  }

  #tellNow(): void {
    this.#stopTimer = undefined;
    this.#toldAt = this.#clock.now();
    this.#tell(this.state());
  }

  state(): FeedState {
    return {
      model: this.#fold.model(),
      question: this.#question,
      ended: this.#ended,
      error: this.#error,
      ahead: this.#ahead ?? 0,
    };
  }

  /** Delivers nothing more. */
  close(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}
