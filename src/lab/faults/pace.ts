import { setTimeout as wait } from 'node:timers/promises';

/** Below this a wait costs more than it paces. */
const shortestWait = 4;

/** Holds work down to a rate: call `passed` after each piece. */
export class Pace {
  readonly #rate: () => number | undefined;
  #bytes = 0;
  #start = performance.now();

  /** @param rate bytes a second; undefined or 0: no limit. Asked each time, so that it may change. */
  constructor(rate: () => number | undefined) {
    this.#rate = rate;
  }

  /** @param bytes that went by since the last call */
  async passed(bytes: number, signal?: AbortSignal): Promise<void> {
    const rate = this.#rate();
    if (!rate) return;
    this.#bytes += bytes;
    const ahead = (this.#bytes / rate) * 1000 - (performance.now() - this.#start);
    if (ahead < shortestWait) return;
    await wait(ahead, undefined, { signal, ref: false });
    this.#bytes = 0;
    this.#start = performance.now();
  }
}
