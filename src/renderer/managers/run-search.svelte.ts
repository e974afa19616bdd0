/** The list of runs: what is searched for, a page after another as one scrolls, and how much of the history the answer knows of. */
import type { Bridge } from '../../contract/channels.ts';
import type { FoundRuns } from '../../contract/history.ts';
import type { RunLine } from '../../contract/screens.ts';
import { bridge } from '../bridge.ts';
import { Asked } from './asked.svelte.ts';

/** Milliseconds of rest in the typing before it is asked. */
const rest = 180;
/** Lines that are asked for at once. */
const pageSize = 500;

export class RunSearchManager {
  readonly #first: Asked<'searchRuns'>;
  readonly #next: Asked<'searchRuns'>;
  #query = $state('');
  /** What the lines are the answer to. */
  #answered = $state<string>();
  #further = $state.raw<readonly FoundRuns[]>([]);
  #total = $state<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #lines = $derived.by(() => [
    ...(this.#first.value?.lines ?? []),
    ...this.#further.flatMap(({ lines }) => lines),
  ]);

  constructor(to: Bridge) {
    this.#first = new Asked(to, 'searchRuns');
    this.#next = new Asked(to, 'searchRuns');
  }

  /** As it was typed. */
  get query(): string {
    return this.#query;
  }

  /** Newest first; undefined until the history has answered once. */
  get lines(): readonly RunLine[] | undefined {
    return this.#first.value && this.#lines;
  }

  /** True where the lines are the answer to what is typed now. */
  get isAnswered(): boolean {
    return this.#answered === this.#query.trim();
  }

  /** True where there are more than those that are here. */
  get more(): boolean {
    return (this.#further.at(-1) ?? this.#first.value)?.more ?? false;
  }

  /** Of all runs, whatever is searched for; undefined where that is not known. */
  get total(): number | undefined {
    return this.#total;
  }

  /** Journals that the answer knows nothing of yet. */
  get unread(): number {
    return this.#first.value?.unread ?? 0;
  }

  get busy(): boolean {
    return this.#first.busy;
  }

  /** Why what was typed found nothing, or why the history cannot be read. */
  get error() {
    return this.#first.error ?? this.#next.error;
  }

  /** Searches as one types: asked when the typing rests, and what was asked before is given up. */
  type(query: string): void {
    this.#query = query;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), rest);
  }

  /** Searches at once. */
  search(query: string): Promise<void> {
    this.#query = query;
    return this.load();
  }

  /** Asks again for what is typed. */
  async load(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#next.clear();
    const query = this.#query.trim();
    const found = await this.#first.ask({ query, limit: pageSize });
    if (!found) return;
    this.#further = [];
    this.#answered = query;
    if (query === '') this.#total = found.more ? undefined : found.lines.length;
  }

  /** Reads the next page behind the lines that are here; nothing where there is none, or it is read already. */
  async readOn(): Promise<void> {
    const last = this.#lines.at(-1);
    const query = this.#answered;
    const first = this.#first.value;
    if (!this.more || !last || query === undefined || this.#next.busy || this.#next.error) return;
    const found = await this.#next.ask({ query, limit: pageSize, before: last.run });
    // Meanwhile something else may have been searched for.
    if (!found || this.#first.value !== first || this.#first.busy) return;
    this.#further = [...this.#further, found];
    if (query === '' && !found.more) this.#total = this.#lines.length;
  }
}

export const runSearch = new RunSearchManager(bridge);
