/** The history: all runs, what is searched for, the runs that are opened and compared, and reading a tape again. */
import type { Bridge } from '../../contract/channels.ts';
import type { RunLine } from '../../contract/screens.ts';
import { bridge } from '../bridge.ts';
import { foldRun } from '../folds/run-fold.ts';
import { filterRuns, foundable, type RunFilter } from '../folds/run-search.ts';
import { Asked } from './asked.svelte.ts';

export class RunsManager {
  readonly #all: Asked<'runs'>;
  /** Two of them at the most: a run that is compared with another. */
  readonly #first: Asked<'run'>;
  readonly #second: Asked<'run'>;
  readonly #tape: Asked<'verifyTape'>;
  #filter = $state.raw<RunFilter>({ search: '', verdict: 'all', job: undefined });
  #marked = $state.raw<readonly string[]>([]);
  readonly #foundable = $derived.by(() => foundable(this.#all.value ?? []));
  readonly #found = $derived.by(() => filterRuns(this.#foundable, this.#filter));
  readonly #models = $derived.by(() =>
    [this.#first.value, this.#second.value].flatMap((view) => (view ? [foldRun(view.events)] : [])),
  );

  constructor(to: Bridge) {
    this.#all = new Asked(to, 'runs');
    this.#first = new Asked(to, 'run');
    this.#second = new Asked(to, 'run');
    this.#tape = new Asked(to, 'verifyTape');
  }

  /** Newest first; undefined until it is known. */
  get all(): readonly RunLine[] | undefined {
    return this.#all.value;
  }

  get error() {
    return this.#all.error;
  }

  get busy(): boolean {
    return this.#all.busy;
  }

  get filter(): RunFilter {
    return this.#filter;
  }

  /** Those that the search and the filters leave. */
  get found(): readonly RunLine[] {
    return this.#found;
  }

  /** All jobs of the history. */
  get jobs(): string[] {
    const jobs = (this.#all.value ?? []).map(({ job }) => job).toSorted();
    return jobs.filter((job, at) => job !== '' && job !== jobs[at - 1]);
  }

  /** Marked for a comparison: two at the most. */
  get marked(): readonly string[] {
    return this.#marked;
  }

  /** The two that are compared; fewer until they are read. */
  get compared() {
    return this.#models;
  }

  get compareError() {
    return this.#first.error ?? this.#second.error;
  }

  /** Reading a tape again: which run's, and what it came to. */
  get tape(): Asked<'verifyTape'> {
    return this.#tape;
  }

  async load(): Promise<void> {
    await this.#all.ask({});
  }

  search(change: Partial<RunFilter>): void {
    this.#filter = { ...this.#filter, ...change };
  }

  /** Marks a run for a comparison, or takes the mark away; a third one takes the place of the first. */
  mark(run: string): void {
    const isMarked = this.#marked.includes(run);
    this.#marked = isMarked ? this.#marked.filter((name) => name !== run) : [...this.#marked.slice(-1), run];
  }

  unmarkAll(): void {
    this.#marked = [];
  }

  /** Reads both runs. */
  async compare(one: string, other: string): Promise<void> {
    this.#first.clear();
    this.#second.clear();
    await Promise.all([this.#first.ask({ run: one }), this.#second.ask({ run: other })]);
  }
}

export const runs = new RunsManager(bridge);
