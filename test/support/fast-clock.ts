/** A clock for outages of hosts on which a second takes a millisecond: half an hour passes within two seconds. */
import { setTimeout as wait } from 'node:timers/promises';
import type { RetryClock } from '../../src/main/procedure/hosts/query-retry.ts';

export class FastClock implements RetryClock {
  readonly #pausesCount: number;
  #now = 0;

  /** @param pausesCount how many times each pause counts: with more than 1, a command that hangs is given up after fewer attempts */
  constructor(pausesCount = 1) {
    this.#pausesCount = pausesCount;
  }

  now(): number {
    return this.#now;
  }

  async pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    await wait(milliseconds / 1000, undefined, { signal });
    this.#now += milliseconds * this.#pausesCount;
  }
}
