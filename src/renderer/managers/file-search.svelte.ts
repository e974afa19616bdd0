/** Where a file is: the search, and the tapes that hold it. */
import type { Bridge } from '../../contract/channels.ts';
import type { FoundFiles } from '../../contract/history.ts';
import { bridge } from '../bridge.ts';
import { Asked } from './asked.svelte.ts';
import { fileExamples } from './file-examples.ts';

/** Milliseconds of rest in the typing before the request. */
const rest = 250;
/** Hits in the first request; then twice as many, and so forth. */
const firstLimit = 100;
const mostHits = 10_000;
/** Names from which examples are made. */
const sampleSize = 40;

export class FileSearchManager {
  readonly asked: Asked<'whereFile'>;
  readonly #sampled: Asked<'whereFile'>;
  #file = $state('');
  #answered = $state<string>();
  #limit = firstLimit;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(to: Bridge) {
    this.asked = new Asked(to, 'whereFile');
    this.#sampled = new Asked(to, 'whereFile');
  }

  /** A path, a base name or a pattern, as it was typed. */
  get file(): string {
    return this.#file;
  }

  /** Searches that find something; none until the names on tape are known. */
  get examples(): readonly string[] {
    const hits = this.#sampled.value?.hits ?? [];
    return fileExamples(hits.filter(({ type }) => type === 'File').map(({ path }) => path));
  }

  /** Requests a few names, from which the examples are made. */
  async sample(): Promise<void> {
    await this.#sampled.ask({ file: '*', limit: sampleSize });
  }

  /** Undefined if nothing is searched for, or nothing was answered yet. */
  get found(): FoundFiles | undefined {
    return this.#file.trim() === '' ? undefined : this.asked.value;
  }

  /** The search that the hits answer. */
  get answered(): string | undefined {
    return this.#answered;
  }

  /** True if there may be more. */
  get more(): boolean {
    return (this.found?.more ?? false) && this.#limit < mostHits;
  }

  type(file: string): void {
    this.#file = file;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), rest);
  }

  /** Searches at once. */
  look(file = this.#file): Promise<void> {
    this.#file = file;
    this.#limit = firstLimit;
    return this.#ask();
  }

  /** Requests more hits. */
  lookOn(): Promise<void> {
    this.#limit = Math.min(this.#limit * 4, mostHits);
    return this.#ask();
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const file = this.#file.trim();
    if (file === '') {
      this.asked.clear();
      this.#answered = undefined;
      return;
    }
    const found = await this.asked.ask({ file, limit: this.#limit });
    if (found) this.#answered = file;
  }
}

export const fileSearch = new FileSearchManager(bridge);
