import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createObserver } from './stage.ts';
import { inTurn, readInTurns } from './turn.ts';

/** Milliseconds; work takes time only if a test says so. */
let time = 0;
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => time);
});
afterEach(async () => {
  // The next test starts in a new turn.
  await nextTurn();
});

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

const pieces = 64;

/** Work of three milliseconds a piece, and how many pieces were worked on in one turn. */
function threeMillisecondsEach() {
  let worked = 0;
  let most = 0;
  let inThisTurn = 0;
  const nextTurnComes = () => {
    inThisTurn = 0;
    if (worked < pieces) setImmediate(nextTurnComes);
  };
  setImmediate(nextTurnComes);
  const piece = () => {
    time += 3;
    worked += 1;
    inThisTurn += 1;
    most = Math.max(most, inThisTurn);
  };
  return { piece, done: () => worked, mostInATurn: () => most };
}

describe('the share of a turn of the event loop', () => {
  it('is eight milliseconds for all data together; what comes then waits for the next turn', async () => {
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

  it('is never exceeded by a copy, however fast its data comes', async () => {
    const work = threeMillisecondsEach();
    const stage = createObserver('work', { isCostly: true, piece: work.piece, result: () => work.done() });
    const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
    await pipeline(Readable.from(Array(pieces).fill(Buffer.alloc(1024))), stage.stream, nowhere);
    expect(stage.result()).toBe(pieces);
    // Three pieces of three milliseconds, and what was held back before.
    expect(work.mostInATurn()).toBeLessThanOrEqual(4);
  });

  it('limits the reads of a socket, however much has arrived', async () => {
    const work = threeMillisecondsEach();
    let left = pieces;
    const source = new Readable({ read: () => void source.push(left-- > 0 ? Buffer.alloc(1024) : null) });
    source.on('data', work.piece);
    readInTurns(source);
    await once(source, 'end');
    expect(work.done()).toBe(pieces);
    expect(work.mostInATurn()).toBeLessThanOrEqual(4);
    // It does not wait before it has had its share.
    expect(work.mostInATurn()).toBeGreaterThan(1);
  });
});
