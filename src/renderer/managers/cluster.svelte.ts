/** Both domains and the drive, as seen by the last query. */
import type { ErrorInfo } from '../../contract/errors.ts';
import type { ClusterView, TapeView } from '../../contract/screens.ts';
import { bridge } from '../bridge.ts';

export class ClusterManager {
  #view = $state.raw<ClusterView>();
  #error = $state.raw<ErrorInfo>();
  #looking = $state(false);
  #askedAt = $state(Number.NEGATIVE_INFINITY);
  #again = false;
  /** Seen alone since the look that continues was asked for. */
  #driveSince: TapeView | undefined;
  #age = 0;

  /** The last query; undefined before the first. */
  get view(): ClusterView | undefined {
    return this.#view;
  }

  /** Why the last query failed as a whole. */
  get error(): ErrorInfo | undefined {
    return this.#error;
  }

  /** When the query that is shown was requested, by `performance.now()`. */
  get askedAt(): number {
    return this.#askedAt;
  }

  get looking(): boolean {
    return this.#looking;
  }

  /**
   * Queries the hosts. While one query is in progress, the next waits for it.
   * @param fresh true: a recent query of another caller is not enough
   */
  async look(fresh = false): Promise<void> {
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = true;
    this.#driveSince = undefined;
    const age = this.#age;
    const askedAt = performance.now();
    try {
      const reply = await bridge.request('look', fresh ? { fresh } : {});
      if (age === this.#age) this.#take(reply, askedAt);
    } finally {
      this.#looking = false;
    }
    if (!this.#again) return;
    this.#again = false;
    await this.look(fresh);
  }

  /** The drive was seen alone, after a tape was moved for example. A look that was asked for before shows an older state of it. */
  seeDrive(tape: TapeView): void {
    if (this.#looking) this.#driveSince = tape;
    if (this.#view) this.#view = { ...this.#view, tape };
  }

  /** Discards what was seen: another site is queried from now on. */
  forget(): void {
    this.#age += 1;
    this.#view = undefined;
    this.#driveSince = undefined;
    this.#error = undefined;
    this.#askedAt = Number.NEGATIVE_INFINITY;
  }

  #take(reply: { readonly result: ClusterView } | { readonly error: ErrorInfo }, askedAt: number): void {
    this.#error = 'error' in reply ? reply.error : undefined;
    if (!('result' in reply)) return;
    this.#view = this.#driveSince ? { ...reply.result, tape: this.#driveSince } : reply.result;
    this.#askedAt = askedAt;
  }
}

export const cluster = new ClusterManager();
