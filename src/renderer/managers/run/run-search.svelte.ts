/** The list of runs: the search, page by page on scrolling, and how much of the history the answer covers. */
import type { Bridge } from '../../../contract/channels.ts';
import type { FoundRuns } from '../../../contract/history.ts';
import type { RestoreLine } from '../../../contract/restore-views.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { bridge } from '../../bridge.ts';
import { Asked } from '../asked.svelte.ts';

/** Milliseconds of rest in the typing before the request. */
const rest = 180;
/** Lines per request. */
const pageSize = 500;

/** Lines, with the search that they answer: set together, so that pages of two answers never mix. */
interface Answer {
  readonly query: string;
  /** One or more, newest first. */
  readonly pages: readonly FoundRuns[];
}

export class RunSearchManager {
  readonly #first: Asked<'searchRuns'>;
  readonly #next: Asked<'searchRuns'>;
  #query = $state('');
  #answer = $state.raw<Answer>();
  #total = $state<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #lines = $derived(this.#answer?.pages.flatMap(({ lines }) => lines));

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
    return this.#lines;
  }

  /** Restores of files and drills that match, newest first. */
  get restores(): readonly RestoreLine[] {
    return this.#answer?.pages[0]?.restores ?? [];
  }

  /** True if the lines are the answer to what is typed now. */
  get isAnswered(): boolean {
    return this.#answer?.query === this.#query.trim();
  }

  /** True if there are more than those loaded. */
  get more(): boolean {
    return this.#answer?.pages.at(-1)?.more ?? false;
  }

  /** Of all runs, whatever the search; undefined if not known. */
  get total(): number | undefined {
    return this.#total;
  }

  /** Journals that the answer does not cover yet. */
  get unread(): number {
    return this.#answer?.pages[0]?.unread ?? 0;
  }

  /** Why the search found nothing, or why the history cannot be read. */
  get error() {
    return this.#first.error ?? this.#next.error;
  }

  /** Searches during typing: requested when the typing rests, and the previous request is canceled. */
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

  /** Repeats the search. */
  async load(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#next.clear();
    const query = this.#query.trim();
    const found = await this.#first.ask({ query, limit: pageSize });
    if (!found) return;
    this.#answer = { query, pages: [found] };
    if (query === '') this.#total = found.more ? undefined : found.lines.length;
  }

  /** Reads the next page after the loaded lines; nothing if there is none, or if it is being read already. */
  async readOn(): Promise<void> {
    const answer = this.#answer;
    const last = this.#lines?.at(-1);
    if (!answer || !last || !this.more || this.#next.busy || this.#next.error) return;
    const { query } = answer;
    const found = await this.#next.ask({ query, limit: pageSize, before: last.run });
    // The search may have changed meanwhile.
    if (!found || this.#answer !== answer || this.#first.busy) return;
    this.#answer = { query, pages: [...answer.pages, found] };
    if (query === '' && !found.more) this.#total = this.#lines?.length;
  }
}

export const runSearch = new RunSearchManager(bridge);
