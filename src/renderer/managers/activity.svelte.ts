/** What the console does now: the runs that go on, the questions of logins, and where the first run stands. */
import type { ErrorInfo } from '../../contract/errors.ts';
import type { IndexProgress } from '../../contract/history.ts';
import type {
  ActiveRun,
  ActivityPush,
  LoginQuestion,
  ProgressView,
  RunPush,
} from '../../contract/screens.ts';
import { bridge } from '../bridge.ts';
import { emptyJournal, foldJournal, type JournalLine } from './journal-line.ts';

/** Milliseconds between two updates of what is shown: at most ten a second. */
const pace = 100;

export class ActivityManager {
  #now = $state.raw<ActivityPush>({ runs: [], logins: [] });
  #error = $state.raw<ErrorInfo>();
  #journal = $state.raw<JournalLine>(emptyJournal);
  #progress = $state.raw<ProgressView>();
  #followed: string | undefined;
  #unfollow: (() => void) | undefined;
  #folded: JournalLine = emptyJournal;
  #lastProgress: ProgressView | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get runs(): readonly ActiveRun[] {
    return this.#now.runs;
  }

  get logins(): readonly LoginQuestion[] {
    return this.#now.logins;
  }

  /** Rises with each host that was late for a look, and is there now. */
  get arrivals(): number {
    return this.#now.arrivals ?? 0;
  }

  /** How far the index of the history is behind the journals; undefined where it is not. */
  get indexing(): IndexProgress | undefined {
    return this.#now.indexing;
  }

  /** The run that goes on; where there are several, the first. */
  get active(): ActiveRun | undefined {
    return this.#now.runs[0];
  }

  /** Of the active run. */
  get journal(): JournalLine {
    return this.#journal;
  }

  /** The last progress of the active run's present step. */
  get progress(): ProgressView | undefined {
    return this.#progress;
  }

  get error(): ErrorInfo | undefined {
    return this.#error;
  }

  /** @returns ends the following */
  follow(): () => void {
    const end = bridge.follow('activity', {}, (message) => {
      this.#error = 'error' in message ? message.error : undefined;
      if ('push' in message) this.#take(message.push);
    });
    return () => {
      end();
      this.#followRun(undefined);
    };
  }

  #take(push: ActivityPush): void {
    this.#now = push;
    this.#followRun(push.runs[0]?.run);
  }

  #followRun(run: string | undefined): void {
    if (run === this.#followed) return;
    this.#unfollow?.();
    this.#followed = run;
    this.#folded = emptyJournal;
    this.#lastProgress = undefined;
    this.#show();
    this.#unfollow =
      run === undefined
        ? undefined
        : bridge.follow('run', { run }, (message) => {
            if ('push' in message) this.#takeOfRun(message.push);
          });
  }

  #takeOfRun(push: RunPush): void {
    if (push.kind === 'events') {
      const before = this.#folded.step;
      this.#folded = foldJournal(this.#folded, push.events);
      if (this.#folded.step !== before) this.#lastProgress = undefined;
    }
    if (push.kind === 'progress') this.#lastProgress = push.progress;
    this.#timer ??= setTimeout(() => this.#show(), pace);
  }

  #show(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#journal = this.#folded;
    this.#progress = this.#lastProgress;
  }
}

export const activity = new ActivityManager();
