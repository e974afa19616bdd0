/** The samples of one way of the data: a second apart from the journal, closer for the last minutes of a living run. */
import type { ProgressView } from '../../contract/screens.ts';
import type { LegModel, Sample } from './run-model.ts';

/** Live samples older than this, in seconds, are given up: the journal's remain. */
const liveSeconds = 120;

type Kept = Sample & { readonly live: boolean };

function averageOf(samples: readonly Sample[]): number | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last || last.seconds <= first.seconds) return undefined;
  return (last.bytes - first.bytes) / (last.seconds - first.seconds);
}

export class LegBuilder {
  readonly pass: number;
  readonly startedAt: number;
  readonly #what: 'dump' | 'read-back';
  #samples: Kept[] = [];
  #latest: ProgressView;
  #pruneAt = 2 * liveSeconds;
  #view: LegModel | undefined;

  constructor(pass: number, what: 'dump' | 'read-back', progress: ProgressView, at: number) {
    this.pass = pass;
    this.#what = what;
    this.#latest = progress;
    this.startedAt = at;
  }

  /** @param at milliseconds since 1970, by the clock of the journal */
  add(progress: ProgressView, at: number, live: boolean): void {
    const seconds = Math.max(0, (at - this.startedAt) / 1000);
    const last = this.#samples.at(-1);
    this.#view = undefined;
    // The journal's line of a second comes along with a live one; an older one of either tells nothing new.
    if (last && progress.bytes < this.#latest.bytes) return;
    this.#latest = progress;
    if (last && seconds <= last.seconds) return;
    this.#samples.push({ seconds, bytes: progress.bytes, rate: progress.rate ?? 0, live });
    if (seconds > this.#pruneAt) this.#prune(seconds);
  }

  /** What its digest counted in the end: the last progress came before that. */
  conclude(bytes: number | undefined, records: number | undefined): void {
    this.#view = undefined;
    if (bytes !== undefined) this.#latest = { ...this.#latest, bytes, total: bytes };
    if (records !== undefined) this.#latest = { ...this.#latest, records };
  }

  #prune(now: number): void {
    this.#samples = this.#samples.filter(({ live, seconds }) => !live || now - seconds < liveSeconds);
    this.#pruneAt = now + liveSeconds;
  }

  view(): LegModel {
    const { step } = this.#latest;
    this.#view ??= {
      pass: this.pass,
      step,
      what: this.#what,
      startedAt: this.startedAt,
      samples: [...this.#samples],
      latest: this.#latest,
      average: averageOf(this.#samples),
    };
    return this.#view;
  }
}
