/** The runs that this process performs: begins them, lets them be followed, answered and stopped. */
import { errorInfoOf } from '../../contract/channels.ts';
import { failure, type ErrorInfo } from '../../contract/errors.ts';
import type { ActiveRun, ProgressView, QuestionView, RunPush } from '../../contract/screens.ts';
import { readRun, type EndedRun, type Following, type StateFolder } from '../application/console.ts';
import type { LiveRun } from './live-run.ts';
import { paced } from './paced.ts';
import { Questioning, type GivenAnswer } from './questioning.ts';
import { RunBeginning } from './run-beginning.ts';
import { RunFollowers, type Follow } from './run-followers.ts';
import { loginName } from '../owner/login-name.ts';

const millisecondsBetweenProgress = 100;
/** As the command line ends with what is likely a mistake of its own. */
const unexpectedStatus = 70;

export interface LiveRunsOptions {
  readonly state: StateFolder;
  /** Called when `active` may have changed. */
  readonly changed: () => void;
  /** Called with what can no longer be written to any journal. */
  readonly notice: (sentence: string) => void;
}

type Begin = (following: Following) => Promise<EndedRun>;

export class LiveRuns {
  readonly #options: LiveRunsOptions;
  readonly #live = new Map<string, LiveRun>();
  readonly #ends = new Set<Promise<void>>();
  readonly #followers = new RunFollowers();
  readonly #questioning: Questioning;

  constructor(options: LiveRunsOptions) {
    this.#options = options;
    this.#questioning = new Questioning((run, question) => {
      this.#followers.tell(run, { kind: 'question', question });
      options.changed();
    });
  }

  get active(): ActiveRun[] {
    return [...this.#live.values()].map((live) =>
      live.activity(this.#questioning.questionOf(live.run) !== undefined),
    );
  }

  /** Shows a sentence that cannot be written to a journal. */
  notice(sentence: string): void {
    this.#options.notice(sentence);
  }

  /** True while a run continues, or begins. */
  get isBusy(): boolean {
    return this.#ends.size > 0;
  }

  find(run: string): LiveRun | undefined {
    return this.#live.get(run);
  }

  /** @throws RUN_NOT_LIVE */
  #required(run: string): LiveRun {
    const live = this.#live.get(run);
    if (!live) throw failure('RUN_NOT_LIVE', { run });
    return live;
  }

  /** @throws RUN_NOT_LIVE */
  cancel(run: string): void {
    this.#required(run).cancel();
  }

  /** @throws RUN_NOT_LIVE */
  halt(run: string): void {
    this.#required(run).halt();
  }

  /** @param reason why, as a sentence of its message; left out where somebody has asked for it */
  cancelAll(reason?: Error): void {
    for (const live of this.#live.values()) live.cancel(reason);
  }

  haltAll(): void {
    for (const live of this.#live.values()) live.halt();
  }

  /** Resolves when no run continues any more. */
  async settled(): Promise<void> {
    while (this.#ends.size > 0) await Promise.all(this.#ends);
  }

  /** @throws QUESTION_OVER, REQUEST_REFUSED */
  answer(given: GivenAnswer): void {
    this.#questioning.answer(given, loginName());
  }

  /** Asks the followers of that run, though it may not be performed: its tape is read back, and the next one is wanted. */
  readonly ask = (run: string, ...asked: Parameters<NonNullable<Following['ask']>>) =>
    this.#questioning.ask(run, ...asked);

  /** What that run, or whatever else asks by that name, waits for an answer to. */
  questionOf(run: string): QuestionView | undefined {
    return this.#questioning.questionOf(run);
  }

  /** @returns shows how far something is to the followers of that run; at most ten times a second */
  progressOf(run: string): (progress: ProgressView) => void {
    let shown: ProgressView | undefined;
    const pace = paced(millisecondsBetweenProgress, () => {
      if (shown) this.#followers.tell(run, { kind: 'progress', progress: shown });
    });
    return (progress) => {
      shown = progress;
      pace.want();
    };
  }

  /**
   * Begins or resumes a run.
   * @returns its name, as soon as its first event was written
   * @throws what is refused before that
   */
  begin(begin: Begin): Promise<string> {
    return new Promise((resolve, reject) => {
      const beginning = new RunBeginning(this.#options.state, (live) => {
        this.#enter(live);
        resolve(live.run);
      });
      const end = begin(this.#following(beginning))
        .then(({ exitStatus, journalBroken, journalFile: file }) => {
          const trouble = journalBroken ? failure('JOURNAL_END_UNWRITABLE', { file }) : undefined;
          return this.#end(beginning, exitStatus, trouble?.toInfo());
        })
        .catch((error: unknown) => {
          reject(error as Error);
          return this.#end(beginning, unexpectedStatus, errorInfoOf(error));
        })
        .finally(() => this.#ends.delete(end));
      this.#ends.add(end);
    });
  }

  #enter(live: LiveRun): void {
    this.#live.set(live.run, live);
    this.#followers.events(live.run, live.events);
    this.#options.changed();
  }

  #following(beginning: RunBeginning): Following {
    const pace = paced(millisecondsBetweenProgress, () => {
      const { live } = beginning;
      if (live?.progress) this.#followers.tell(live.run, { kind: 'progress', progress: live.progress });
      this.#options.changed();
    });
    return {
      ask: async (question, abort) => this.ask((await beginning.opened).run, question, abort),
      approveVerified: false,
      showSecond: (run, question, over) => this.#questioning.show(run, question, over),
      cancel: beginning.cancel.signal,
      halt: beginning.halt.signal,
      onPlan: (plan) => {
        beginning.plan = plan;
      },
      onEvent: (event) => {
        const live = beginning.hear(event);
        if (!live) return;
        this.#followers.events(live.run, [event]);
        this.#options.changed();
      },
      onProgress: (progress) => {
        const { live } = beginning;
        if (!live) return;
        live.progress = progress;
        pace.want();
      },
      onNotice: this.#options.notice,
    };
  }

  async #end(beginning: RunBeginning, exitStatus: number, error: ErrorInfo | undefined): Promise<void> {
    if (!beginning.hasBegun) return;
    const { run } = await beginning.opened;
    this.#live.delete(run);
    this.#followers.tell(run, { kind: 'end', exitStatus, error });
    this.#options.changed();
  }

  /**
   * @param push gets all events so far, then what comes
   * @returns what ends the following
   * @throws RUN_UNKNOWN, JOURNAL_BROKEN
   */
  async follow(run: string, push: Follow<RunPush>): Promise<() => void> {
    const read = this.#live.has(run) ? undefined : await readRun(this.#options.state, run);
    const live = this.#live.get(run);
    const question = this.#questioning.questionOf(run);
    const then: RunPush[] = [{ kind: 'question', question }];
    if (live) {
      if (live.progress) then.unshift({ kind: 'progress', progress: live.progress });
      return this.#followers.add(run, push, { events: live.events, then });
    }
    const events = read?.events ?? [];
    const last = events.at(-1);
    // A run whose console died may be resumed here: what comes then is pushed too.
    if (last?.type === 'run-finished')
      then.push({ kind: 'end', exitStatus: last.exitStatus, error: undefined });
    return this.#followers.add(run, push, { events, then });
  }
}
