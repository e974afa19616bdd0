import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createValve, type ValveClock } from './valve.ts';

/** A clock on which waiting takes no time, and is counted. */
class QuickClock implements ValveClock {
  milliseconds = 0;

  now(): number {
    return this.milliseconds;
  }

  later(milliseconds: number, act: () => void): () => void {
    const soon = setImmediate(() => {
      this.milliseconds += milliseconds;
      act();
    });
    return () => clearImmediate(soon);
  }
}

const pieces = Array.from({ length: 10 }, (_, index) => Buffer.alloc(1000, index));
const source = () => Readable.from(pieces, { objectMode: false });

describe('a valve', () => {
  it('lets the bytes through unchanged, at most at its rate', async () => {
    const clock = new QuickClock();
    const { stream } = createValve(2000, clock);
    expect(await buffer(source().pipe(stream))).toEqual(Buffer.concat(pieces));
    // The first piece waits for nothing, each other one for half a second.
    expect(clock.milliseconds).toBeCloseTo(4500);
  });

  it('waits for nothing without a rate', async () => {
    const clock = new QuickClock();
    await buffer(source().pipe(createValve(undefined, clock).stream));
    expect(clock.milliseconds).toBe(0);
  });

  it('lets nothing through while it is closed, and everything once it is open', async () => {
    const valve = createValve(undefined);
    const seen: number[] = [];
    const whole = new Promise((resolve) => valve.stream.once('end', resolve));
    valve.stream.on('data', (piece: Buffer) => {
      seen.push(piece[0] ?? -1);
      if (seen.length === 4) valve.hold(true);
    });
    source().pipe(valve.stream);
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    expect(seen).toEqual([0, 1, 2, 3]);
    valve.hold(false);
    await whole;
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('waits by the clock of the machine by default', async () => {
    const valve = createValve(100_000);
    const began = performance.now();
    expect(await buffer(source().pipe(valve.stream))).toEqual(Buffer.concat(pieces));
    // Nine pieces wait for 10 ms each; a timer may be a millisecond early.
    expect(performance.now() - began).toBeGreaterThan(80);
  });

  it('closes without an error when it is destroyed', async () => {
    const { stream } = createValve(1);
    stream.write(Buffer.alloc(10));
    stream.write(Buffer.alloc(10));
    stream.resume();
    await new Promise(setImmediate);
    const closed = once(stream, 'close');
    stream.destroy();
    await closed;
    expect(stream.errored).toBeNull();
  });

  it('ends its wait when it is destroyed', async () => {
    let taken = 0;
    const clock: ValveClock = { now: () => 0, later: () => () => (taken += 1) };
    const { stream } = createValve(1, clock);
    stream.write(Buffer.alloc(10));
    stream.write(Buffer.alloc(10));
    stream.resume();
    await new Promise(setImmediate);
    stream.destroy();
    await new Promise(setImmediate);
    expect(taken).toBe(1);
  });
});
