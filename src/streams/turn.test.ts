import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createObserver } from './stage.ts';
import { inTurn } from './turn.ts';

/** Milliseconds; work takes time only where a test says so. */
let time = 0;
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => time);
});
afterEach(async () => {
  // The next test begins in a turn of its own.
  await nextTurn();
});

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('a part of a turn of the event loop', () => {
  it('is eight milliseconds for all together; what comes then waits for the next turn', async () => {
    const gone: string[] = [];
    inTurn(() => gone.push('first'));
    time += 7;
    inTurn(() => gone.push('second'));
    time += 1;
    inTurn(() => gone.push('third'));
    inTurn(() => gone.push('fourth'));
    expect(gone).toEqual(['first', 'second']);
    await nextTurn();
    expect(gone).toEqual(['first', 'second', 'third', 'fourth']);
    inTurn(() => gone.push('fifth'));
    expect(gone.at(-1)).toBe('fifth');
  });

  it('is all that a copy takes, however fast its data comes', async () => {
    const pieces = 64;
    let worked = 0;
    let mostInATurn = 0;
    let inThisTurn = 0;
    const stage = createObserver('work', {
      isCostly: true,
      piece() {
        time += 3;
        worked += 1;
        inThisTurn += 1;
        mostInATurn = Math.max(mostInATurn, inThisTurn);
      },
      result: () => worked,
    });
    const others = () => {
      inThisTurn = 0;
      if (worked < pieces) setImmediate(others);
    };
    setImmediate(others);
    const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
    await pipeline(Readable.from(Array(pieces).fill(Buffer.alloc(1024))), stage.stream, nowhere);
    expect(stage.result()).toBe(pieces);
    // Three pieces of three milliseconds, and what was held back before.
    expect(mostInATurn).toBeLessThanOrEqual(4);
  });
});
