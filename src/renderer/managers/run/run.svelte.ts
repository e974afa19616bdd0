/** A run that is followed: its state, its question, and what the operator can do. */
import type { Bridge, Channel, RequestOf } from '../../../contract/channels.ts';
import type { ErrorInfo } from '../../../contract/errors.ts';
import type { Plan } from '../../../contract/plan.ts';
import type { QuestionView, RunProcess, RunView } from '../../../contract/screens.ts';
import { bridge } from '../../bridge.ts';
import { pageClock, RunFeed, type FeedState } from '../../../folds/run/run-feed.ts';
import type { RunModel } from '../../../folds/run/run-model.ts';
import { runStateOf, type RunState } from '../../../folds/run/run-state.ts';
import { activity } from '../activity.svelte.ts';
import { Asked } from '../asked.svelte.ts';

/** The operator's action without an answer yet. */
/** By the page's clock, which is never set; see pageClock. */
export const steadyNow = (): number => pageClock.now();

export type RunAct = 'answer' | 'pause' | 'cancel' | 'halt' | 'resume' | 'unwind';

const nothing: FeedState = new RunFeed(() => undefined).state();

export class RunManager {
  readonly #bridge: Bridge;
  readonly #opened: Asked<'run'>;
  #run = $state.raw<string>();
  #feed = $state.raw<FeedState>(nothing);
  #acting = $state.raw<RunAct>();
  #cancelled = $state(false);
  #actError = $state.raw<ErrorInfo>();
  #lastPlan = $state.raw<Plan>();
  #unfollow: (() => void) | undefined;

  constructor(to: Bridge) {
    this.#bridge = to;
    this.#opened = new Asked(to, 'run');
  }

  /** The run's name; undefined if none is shown. */
  get run(): string | undefined {
    return this.#run;
  }

  get model(): RunModel {
    return this.#feed.model;
  }

  /** The open question to the operator. */
  get question(): QuestionView | undefined {
    return this.#feed.question;
  }

  /** The journal's place and hash; undefined until it is known. */
  get journal(): RunView | undefined {
    return this.#opened.value;
  }

  /** For the remaining steps; after the end it stays, so that the list of steps does not change. */
  get plan(): Plan | undefined {
    return this.#opened.value?.plan ?? this.#lastPlan;
  }

  /** True while this console performs it; undefined until that is known. */
  get live(): boolean | undefined {
    if (this.#feed.ended) return false;
    if (activity.runs.some(({ run }) => run === this.#run)) return true;
    return this.#opened.value?.line.live;
  }

  get state(): RunState {
    const failed = this.error !== undefined;
    const elsewhere = this.performedBy !== undefined;
    return runStateOf({ model: this.model, question: this.question, live: this.live, elsewhere, failed });
  }

  /** The other process that performs it, as far as was known when it was opened. */
  get performedBy(): RunProcess | undefined {
    return this.#opened.value?.line.performedBy;
  }

  /** When the journal was read, in milliseconds since 1970. */
  get openedAt(): number | undefined {
    return this.#opened.answeredAt;
  }

  /** True while the journal is read. */
  get isOpening(): boolean {
    return this.#opened.busy;
  }

  /** Why it cannot be shown, or what failed outside of its journal. */
  get error(): ErrorInfo | undefined {
    return this.#feed.error ?? this.#opened.error;
  }

  /** What ended the run outside of its journal. */
  get trouble(): ErrorInfo | undefined {
    return this.#feed.ended?.error;
  }

  /** Milliseconds since a moment of the journal, by the clock that is never set. */
  since(moment: number, now = steadyNow()): number {
    return Math.max(0, now - this.#feed.ahead - moment);
  }

  get acting(): RunAct | undefined {
    return this.#acting;
  }

  /** True once the operator has ordered it to roll the cluster back. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Why the operator's action was refused. */
  get actError(): ErrorInfo | undefined {
    return this.#actError;
  }

  /**
   * Follows a run; undefined follows none. A run that is followed already stays. Second copies, their places and drills
   * may be newer than an ended run that is shown again: it is asked for again.
   */
  show(run: string | undefined): void {
    if (run === this.#run) {
      if (run !== undefined && this.live === false && !this.#opened.busy) void this.#opened.ask({ run });
      return;
    }
    this.#run = run;
    this.#actError = undefined;
    this.#cancelled = false;
    this.#lastPlan = undefined;
    this.#opened.clear();
    this.#followAnew();
  }

  /** Reads the journal again: what another process writes is not pushed. */
  refresh(): void {
    this.#followAnew();
  }

  #followAnew(): void {
    const run = this.#run;
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.#feed = nothing;
    if (run === undefined) return;
    void this.#opened.ask({ run });
    const feed = new RunFeed((state) => this.#take(state));
    const end = this.#bridge.follow('run', { run }, (heard) => feed.hear(heard));
    this.#unfollow = () => {
      end();
      feed.close();
    };
  }

  #take(state: FeedState): void {
    const ends = state.ended !== undefined && this.#feed.ended === undefined;
    const before = this.#feed.model.sessions.length;
    const isResumed = before > 0 && state.model.sessions.length > before;
    this.#feed = state;
    if (isResumed) this.#cancelled = false;
    // The end has changed the journal's hash, and the run's line.
    if (!(ends || isResumed) || this.#run === undefined) return;
    this.#lastPlan = this.plan;
    void this.#opened.ask({ run: this.#run });
  }

  async answer(choice: string, reason?: string): Promise<boolean> {
    const asked = this.question;
    if (!asked) return false;
    const { run, number } = asked;
    return this.#act('answer', 'answer', { run, number, choice, ...(reason ? { reason } : {}) });
  }

  /** Pauses the dump after a record, or continues it. */
  pause(paused: boolean): Promise<boolean> {
    return this.#act('pause', 'pause', { run: this.#run ?? '', paused });
  }

  /** Rolls the cluster back to its normal state. */
  async cancel(): Promise<boolean> {
    const good = await this.#act('cancel', 'cancel', { run: this.#run ?? '' });
    if (good) this.#cancelled = true;
    return good;
  }

  /** Ends everything immediately, and leaves it as it is. */
  halt(): Promise<boolean> {
    return this.#act('halt', 'halt', { run: this.#run ?? '' });
  }

  /**
   * Resumes an interrupted or halted run, or rolls it back.
   * @param ownPart the operator confirms that this run has parted the proxies
   */
  async recover(mode: 'resume' | 'unwind', takeOverLock = false, ownPart = false): Promise<boolean> {
    const request = { run: this.#run ?? '', takeOverLock, ...(ownPart ? { ownPart } : {}) };
    const good = await this.#act(mode, mode, request);
    if (good) this.#followAnew();
    return good;
  }

  async #act<Name extends Channel>(act: RunAct, channel: Name, request: RequestOf<Name>): Promise<boolean> {
    this.#acting = act;
    this.#actError = undefined;
    const reply = await this.#bridge.request(channel, request);
    this.#acting = undefined;
    if ('error' in reply) this.#actError = reply.error;
    return 'result' in reply;
  }
}

export const followedRun = new RunManager(bridge);
