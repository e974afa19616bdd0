/** Runs of the history: those that are marked and compared, and the verification of a tape. */
import type { Bridge } from '../../../contract/channels.ts';
import { bridge } from '../../bridge.ts';
import { foldRun } from '../../../folds/run/run-fold.ts';
import { Asked } from '../asked.svelte.ts';

export class RunsManager {
  /** At most two: a run is compared with another. */
  readonly #first: Asked<'run'>;
  readonly #second: Asked<'run'>;
  /** The verification of a tape: of which run, and its result. */
  readonly tape: Asked<'verifyTape'>;
  #marked = $state.raw<readonly string[]>([]);
  readonly #models = $derived.by(() =>
    [this.#first.value, this.#second.value].flatMap((view) => (view ? [foldRun(view.events)] : [])),
  );

  constructor(to: Bridge) {
    this.#first = new Asked(to, 'run');
    this.#second = new Asked(to, 'run');
    this.tape = new Asked(to, 'verifyTape');
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

  /** Marks or unmarks a run for a comparison; a third one replaces the first. */
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
/** Sizes, rates and times of the volumes over all runs. */
export const trends = new Asked(bridge, 'trends');
