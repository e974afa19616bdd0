/** The history of a state folder: runs, files and where they lie, what changed over time. A separate thread does the work. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ShadowtapeError } from '../../contract/errors.ts';
import { recall } from '../../contract/text/phrases.ts';
import { phrase } from '../../contract/text/say.ts';
import type { IndexProgress, RunLine } from '../../contract/screens.ts';
import { compareRuns, type Comparison } from '../../folds/compare-runs.ts';
import { foldRun } from '../../folds/run/run-fold.ts';
import { readRun } from '../journal/run-history.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { KnownRuns } from './changes/known-runs.ts';
import { indexFileOf } from './history-index.ts';
import type { AnswerOf, Answered, QuestionName, QuestionOf, Said } from './history-messages.ts';
import { indexLock } from './index-file.ts';

export { runLineOf } from './run-line.ts';

/** The thread's own file: next to this one in the sources; what is built has it on top. */
function workerFile(): string {
  const here = fileURLToPath(import.meta.url);
  const name = `history-worker${extname(here)}`;
  const sibling = join(dirname(here), name);
  return existsSync(sibling) ? sibling : join(dirname(here), '..', name);
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly key: string;
}

export class History {
  readonly #state: StateFolder;
  readonly #changed: () => void;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Thread | undefined;
  #number = 0;
  readonly #known = new KnownRuns();
  #asking: Promise<void> = Promise.resolve();

  #progress: IndexProgress | undefined;

  /** @param changed called when `progress` has changed */
  constructor(state: StateFolder, changed: () => void = () => undefined) {
    this.#state = state;
    this.#changed = changed;
  }

  /** How far the index lags behind; undefined if it does not. */
  get progress(): IndexProgress | undefined {
    return this.#progress;
  }

  /**
   * Runs that fit, newest first.
   * @throws SEARCH_UNREADABLE
   */
  search(question: QuestionOf<'search'>): Promise<AnswerOf<'search'>> {
    return this.#ask('search', question);
  }

  /** All runs, newest first. */
  async lines(): Promise<readonly RunLine[]> {
    return (await this.known()).lines;
  }

  /** All runs, and the history of each volume. The thread sends only what has changed since the last request. */
  async known(): Promise<KnownRuns> {
    // With two requests at once, the second would get changes relative to an answer that the first has not applied yet.
    const asked = this.#asking.then(async () => {
      this.#known.take(await this.#ask('changes', { since: this.#known.version }));
    });
    this.#asking = asked.catch(() => undefined);
    await asked;
    return this.#known;
  }

  /**
   * Where a file is: on which tapes, in which runs.
   * @throws FILE_UNNAMED
   */
  where(question: QuestionOf<'where'>): Promise<AnswerOf<'where'>> {
    return this.#ask('where', question);
  }

  /** Sizes, rates and times of the volumes, over all runs. */
  trends(question: QuestionOf<'trends'>): Promise<AnswerOf<'trends'>> {
    return this.#ask('trends', question);
  }

  /** What the index holds, once it is up to date. */
  view(question: QuestionOf<'view'>): Promise<AnswerOf<'view'>> {
    return this.#ask('view', question);
  }

  /** Takes in what is new, such as a run that has just ended. Never throws, and delays no caller. */
  async refresh(): Promise<void> {
    await this.#ask('refresh', undefined as never).catch(() => undefined);
  }

  /** Ends the thread; what it was taking in is resumed by the next one. */
  async close(): Promise<void> {
    const thread = this.#thread;
    if (!thread) return;
    const ended = new Promise((resolve) => thread.worker.once('exit', resolve));
    await thread.worker.terminate();
    await ended;
  }

  #ask<Name extends QuestionName>(name: Name, question: QuestionOf<Name>): Promise<AnswerOf<Name>> {
    const { worker } = (this.#thread ??= this.#start());
    this.#number += 1;
    const number = this.#number;
    worker.ref();
    return new Promise<AnswerOf<Name>>((resolve, reject) => {
      this.#waiting.set(number, { resolve: resolve as (answer: unknown) => void, reject });
      worker.postMessage({ number, name, question });
    });
  }

  #start(): Thread {
    const key = randomUUID();
    const worker = new Worker(workerFile(), { workerData: { folder: this.#state.path, key } });
    const thread = { worker, key };
    let reason = phrase('it has ended');
    worker.on('message', (said: Said) => this.#hear(said, worker));
    worker.on('error', (error) => {
      reason = error.message;
    });
    worker.on('exit', () => this.#end(thread, reason));
    return thread;
  }

  #hear(said: Said, worker: Worker): void {
    if (said.kind === 'progress') return this.#tell(said.progress);
    const waiting = this.#waiting.get(said.number);
    this.#waiting.delete(said.number);
    // A thread that has nothing to answer does not keep the process alive.
    if (this.#waiting.size === 0) worker.unref();
    if (waiting) settle(waiting, said);
    return undefined;
  }

  #end(thread: Thread, reason: string): void {
    if (this.#thread === thread) this.#thread = undefined;
    // A thread that was ended in the middle of its work has left its lock.
    indexLock(indexFileOf(this.#state), thread.key).release();
    for (const { reject } of this.#waiting.values())
      reject(new Error(phrase('the index thread ended: {reason}', { reason })));
    this.#waiting.clear();
    this.#tell(undefined);
  }

  #tell(progress: IndexProgress | undefined): void {
    this.#progress = progress;
    this.#changed();
  }
}

function settle({ resolve, reject }: Waiting, answered: Answered): void {
  if ('said' in answered) recall(answered.said);
  if ('answer' in answered) resolve(answered.answer);
  else if ('failure' in answered) reject(new ShadowtapeError(answered.failure));
  else reject(new Error(answered.trouble));
}

/** Two runs side by side, as the screen compares them. @throws RUN_UNKNOWN, JOURNAL_BROKEN */
export async function compareTwo(state: StateFolder, one: string, other: string): Promise<Comparison> {
  const [first, second] = await Promise.all([readRun(state, one), readRun(state, other)]);
  return compareRuns(foldRun(first.events), foldRun(second.events));
}
