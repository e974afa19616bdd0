/**
 * Passes whole records: at most at a given rate, and none while it is closed. It is at the end of the read half, so
 * that the buffer after it still gives a tape drive long runs at full speed.
 */
import { Transform, type TransformCallback } from 'node:stream';

interface Valve {
  readonly stream: Transform;
  /** Closes it before the next record, or opens it again. */
  hold(isHeld: boolean): void;
}

/** The clock of a valve: milliseconds of any origin, and a timer. @returns cancels the timer */
export interface ValveClock {
  now(): number;
  later(milliseconds: number, act: () => void): () => void;
}

const ownClock: ValveClock = {
  now: () => performance.now(),
  later(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
};

interface Waiting {
  readonly piece: Buffer;
  readonly done: TransformCallback;
}

class ValveStream extends Transform {
  readonly #limit: number | undefined;
  readonly #clock: ValveClock;
  #isHeld = false;
  #waiting: Waiting | undefined;
  #stopTimer: (() => void) | undefined;
  /** When the next piece may pass. */
  #next = Number.NEGATIVE_INFINITY;

  constructor(limit: number | undefined, clock: ValveClock) {
    super();
    this.#limit = limit;
    this.#clock = clock;
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#pass();
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#waiting = { piece, done };
    this.#pass();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#stopTimer?.();
    callback(error);
  }

  #pass(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    if (this.#isHeld || !this.#waiting) return;
    const now = this.#clock.now();
    if (now < this.#next) {
      this.#stopTimer = this.#clock.later(this.#next - now, () => this.#pass());
      return;
    }
    const { piece, done } = this.#waiting;
    this.#waiting = undefined;
    // Time without data, or with a closed valve, is not made up for.
    if (this.#limit !== undefined) this.#next = now + (piece.length * 1000) / this.#limit;
    done(null, piece);
  }
}

/** @param limit bytes per second; undefined: as fast as they arrive */
export function createValve(limit: number | undefined, clock: ValveClock = ownClock): Valve {
  const stream = new ValveStream(limit, clock);
  return { stream, hold: (isHeld) => stream.hold(isHeld) };
}
