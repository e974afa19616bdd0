/** Notices that the clock of this computer was set, by the monotonic clock. */
import { phrase } from '../../contract/text/say.ts';

/** What may lie between the two clocks without a word: NTP slews by far less between two lines of a journal. */
const tolerableMilliseconds = 2000;

export interface Clocks {
  /** Milliseconds since 1970, as the system's clock shows them. */
  wall(): number;
  /** Milliseconds of a clock that only runs forward. */
  steady(): number;
}

export const systemClocks: Clocks = { wall: () => Date.now(), steady: () => performance.now() };

export class ClockWatch {
  readonly #clocks: Clocks;
  #offset: number;

  constructor(clocks: Clocks = systemClocks) {
    this.#clocks = clocks;
    this.#offset = this.#now();
  }

  #now(): number {
    return this.#clocks.wall() - this.#clocks.steady();
  }

  /**
   * Whether the clock was set since the last call.
   * @returns a sentence; undefined if it was not. The steady clock of Linux stops while the computer sleeps.
   */
  step(): string | undefined {
    const offset = this.#now();
    const moved = offset - this.#offset;
    this.#offset = offset;
    if (Math.abs(moved) <= tolerableMilliseconds) return undefined;
    const seconds = Math.round(Math.abs(moved) / 1000);
    return moved < 0
      ? phrase(
          'the clock of this computer was set back by {seconds} s: times before and after this line do not match',
          { seconds },
        )
      : phrase('the clock of this computer jumped ahead by {seconds} s: it was set, or the computer slept', {
          seconds,
        });
  }
}
