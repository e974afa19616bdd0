/** The restores of files and the drills that this process performs: begins them, says how far they are, stops them. */
import { errorInfoOf } from '../../../contract/channels.ts';
import type { RestoreKind } from '../../../contract/restore-views.ts';
import type { ActiveRestore, ProgressView, QuestionView } from '../../../contract/screens.ts';
import type { Ask, FileRestoreHooks } from '../../application/console.ts';
import { paced } from '../paced.ts';

const millisecondsBetweenProgress = 100;

export interface LiveRestoresOptions {
  /** Called when `active` may have changed. */
  readonly changed: () => void;
  /** Asks the viewers of that restore. */
  readonly ask: (name: string, ...asked: Parameters<Ask>) => ReturnType<Ask>;
  readonly questionOf: (name: string) => QuestionView | undefined;
  /** Called with what can no longer be written to a record. */
  readonly notice: (sentence: string) => void;
}

/** What is begun. */
export interface RestoreBeginning {
  readonly kind: RestoreKind;
  /** The run that is read; the first of several. */
  readonly run: string | undefined;
}

interface Live extends RestoreBeginning {
  readonly startedAt: string;
  readonly abort: AbortController;
  progress: ProgressView | undefined;
  written: number;
  notWritten: number;
}

export class LiveRestores {
  readonly #options: LiveRestoresOptions;
  readonly #live = new Map<string, Live>();
  readonly #ends = new Set<Promise<unknown>>();

  constructor(options: LiveRestoresOptions) {
    this.#options = options;
  }

  get active(): ActiveRestore[] {
    return [...this.#live].map(([name, { kind, run, startedAt, progress, written, notWritten }]) => ({
      ...{ name, kind, run, startedAt, progress, written, notWritten },
      question: this.#options.questionOf(name),
    }));
  }

  get names(): ReadonlySet<string> {
    return new Set(this.#live.keys());
  }

  /** True if this process performs it, and it is instructed to stop. What was written stays. */
  stop(name: string): boolean {
    const live = this.#live.get(name);
    live?.abort.abort();
    return live !== undefined;
  }

  /** Stops all of them, and waits until their records have an end. */
  async close(): Promise<void> {
    for (const { abort } of this.#live.values()) abort.abort();
    await Promise.allSettled(this.#ends);
  }

  /**
   * Begins one.
   * @param perform resolves at its end; it says the name of the record once that is begun
   * @returns that name
   * @throws what is refused before
   */
  begin(
    beginning: RestoreBeginning,
    perform: (hooks: FileRestoreHooks) => Promise<unknown>,
  ): Promise<string> {
    const { changed } = this.#options;
    const live: Live = {
      ...beginning,
      startedAt: new Date().toISOString(),
      abort: new AbortController(),
      ...{ progress: undefined, written: 0, notWritten: 0 },
    };
    const pace = paced(millisecondsBetweenProgress, changed);
    return new Promise((resolve, reject) => {
      let opened = '';
      const hooks: FileRestoreHooks = {
        abort: live.abort.signal,
        ask: (question, abort) => this.#options.ask(opened, question, abort),
        onRecord: (name) => {
          opened = name;
          this.#live.set(name, live);
          changed();
          resolve(name);
        },
        onProgress: (progress) => {
          live.progress = progress;
          pace.want();
        },
        onFile: ({ what }) => {
          if (what === 'written') live.written += 1;
          else live.notWritten += 1;
          pace.want();
        },
      };
      const end = perform(hooks)
        .catch((error: unknown) => {
          reject(error as Error);
          if (opened !== '') this.#options.notice(errorInfoOf(error).sentence);
        })
        .finally(() => {
          this.#ends.delete(end);
          this.#live.delete(opened);
          changed();
        });
      this.#ends.add(end);
    });
  }
}
