/** The samples of one way of the data: a second apart from the journal, closer for the last minutes of a living run. */
import type { ProgressView } from '../../contract/screens.ts';
import type { LegModel, Sample } from './run-model.ts';

/** Live samples older than this, in seconds, are given up: the journal's remain. */
const liveSeconds = 120;

type Kept = Sample & { readonly live: boolean };

export class LegBuilder {
  readonly pass: number;
  /** By the clock that nobody sets. */
  readonly #since: number;
  /** By the clock of the computer. */
  readonly #startedAt: number;
  readonly what: 'dump' | 'read-back';
  #samples: Kept[] = [];
  #latest: ProgressView;
  /** How long it has taken so far. */
  #seconds = 0;
  /** Of the last progress; undefined until there was one. */
  #told: number | undefined;
  #isConcluded = false;
  #pruneAt = 2 * liveSeconds;
  #view: LegModel | undefined;

  /** @param when it began: `at` by the monotonic clock, `shownAt` by that of the computer; milliseconds since 1970 */
  constructor(
    pass: number,
    what: 'dump' | 'read-back',
    progress: ProgressView,
    { at, shownAt }: { readonly at: number; readonly shownAt: number },
  ) {
    this.pass = pass;
    this.what = what;
    this.#latest = progress;
    this.#since = at;
    this.#startedAt = shownAt;
  }

  get isConcluded(): boolean {
    return this.#isConcluded;
  }

  /** When it was last reported, by the monotonic clock; milliseconds since 1970. */
  get endsAt(): number {
    return this.#since + this.#seconds * 1000;
  }

  /** The same, by the clock of the computer that it began with. */
  get shownEnd(): number {
    return this.#startedAt + this.#seconds * 1000;
  }

  /**
   * True if a progress of the same step is of the next file: this one was counted completely. What is pushed may be
   * late, and is then of this one, unless it has fewer bytes.
   */
  isOverFor({ bytes }: ProgressView, live: boolean): boolean {
    if (bytes === 0 && this.#latest.bytes > 0) return true;
    return this.#isConcluded && (!live || bytes < (this.#told ?? 0));
  }

  /** @param at milliseconds since 1970, by the monotonic clock */
  add(progress: ProgressView, at: number, live: boolean): void {
    if (this.#isConcluded) return;
    this.#told = progress.bytes;
    const seconds = Math.max(0, (at - this.#since) / 1000);
    const last = this.#samples.at(-1);
    this.#view = undefined;
    // The journal's line of a second comes along with a live one; an older one of either has nothing new.
    if (last && progress.bytes < this.#latest.bytes) return;
    this.#latest = progress;
    this.#seconds = seconds;
    if (last && seconds <= last.seconds) return;
    this.#samples.push({ seconds, bytes: progress.bytes, rate: progress.rate ?? 0, live });
    if (seconds > this.#pruneAt) this.#prune(seconds);
  }

  /**
   * What its digest counted in the end: the last progress came before that.
   * @param at milliseconds since 1970, by the monotonic clock
   */
  conclude(bytes: number | undefined, records: number | undefined, at: number): void {
    this.#view = undefined;
    this.#isConcluded = true;
    this.#seconds = Math.max(0, (at - this.#since) / 1000);
    // Records that were counted before the last of the bytes are not those of the whole.
    if (bytes !== undefined) this.#latest = { ...this.#latest, bytes, total: bytes, records };
    else if (records !== undefined) this.#latest = { ...this.#latest, records };
  }

  /**
   * What the tape host had written when the dump failed: the last progress counts what was sent.
   * @param at milliseconds since 1970, by the monotonic clock
   */
  fail({ bytes, records }: { readonly bytes: number; readonly records: number }, at: number): void {
    const { total } = this.#latest;
    this.conclude(bytes, records, at);
    this.#latest = { ...this.#latest, total };
  }

  #prune(now: number): void {
    this.#samples = this.#samples.filter(({ live, seconds }) => !live || now - seconds < liveSeconds);
    this.#pruneAt = now + liveSeconds;
  }

  #average(): number | undefined {
    const bytes = this.#latest.bytes - (this.#samples[0]?.bytes ?? 0);
    return this.#seconds > 0 && bytes > 0 ? bytes / this.#seconds : undefined;
  }

  view(): LegModel {
    const { step } = this.#latest;
    this.#view ??= {
      pass: this.pass,
      step,
      what: this.what,
      startedAt: this.#startedAt,
      since: this.#since,
      samples: [...this.#samples],
      latest: this.#latest,
      seconds: this.#seconds,
      average: this.#average(),
    };
    return this.#view;
  }
}
