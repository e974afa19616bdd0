import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds. Below this a wait costs more than it paces. */
const shortestWait = 4;
/** Milliseconds. The rate is read again after this time, so that a new one takes effect while a piece waits. */
const longestWait = 50;

/** Limits work to a rate: call `passed` after each piece. */
export class Pace {
  readonly #rate: () => number | undefined;
  #bytes = 0;
  #start = performance.now();

  /** @param rate bytes per second; undefined or 0: no limit. Read each time, so that it may change. */
  constructor(rate: () => number | undefined) {
    this.#rate = rate;
  }

  /** @param bytes that went by since the last call */
  async passed(bytes: number, signal?: AbortSignal): Promise<void> {
    if (!this.#rate()) return;
    this.#bytes += bytes;
    if (this.#ahead() < shortestWait) return;
    for (let ahead = this.#ahead(); ahead > 0; ahead = this.#ahead())
      await wait(Math.min(ahead, longestWait), undefined, { signal, ref: false });
    this.#bytes = 0;
    this.#start = performance.now();
  }

  /** Milliseconds that the bytes so far came too early by. */
  #ahead(): number {
    const rate = this.#rate();
    return rate ? (this.#bytes / rate) * 1000 - (performance.now() - this.#start) : 0;
  }
}
