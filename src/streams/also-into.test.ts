import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { alsoInto, handTo } from './also-into.ts';

const nowhere = () => new Writable({ write: (_piece, _encoding, done) => done() });

it('passes everything to the sink, and finishes once the sink has', async () => {
  const held: Buffer[] = [];
  const sink = new Writable({
    highWaterMark: 4,
    write: (piece: Buffer, _encoding, done) => {
      held.push(piece);
      setImmediate(done);
    },
  });
  await pipeline(Readable.from([Buffer.from('abcdef'), Buffer.from('ghi')]), alsoInto(sink), nowhere());
  expect(Buffer.concat(held).toString()).toBe('abcdefghi');
  expect(sink.writableFinished).toBe(true);
});

it.each([
  ['takes a piece', 4],
  ['is written to', 1024],
])('fails if the sink closes without an error before it %s', async (_when, highWaterMark) => {
  const sink: Writable = new Writable({ highWaterMark, write: () => sink.destroy() });
  const copying = pipeline(Readable.from([Buffer.alloc(64), Buffer.alloc(64)]), alsoInto(sink), nowhere());
  await expect(copying).rejects.toThrow('closed before it had all data');
});

it('passes everything on if the sink has read all that it needs, and closes', async () => {
  let seen = 0;
  const sink: Writable = new Writable({ highWaterMark: 4, write: () => sink.destroy() });
  const passed: Buffer[] = [];
  const end = new Writable({ write: (piece: Buffer, _encoding, done) => done(void passed.push(piece)) });
  const stage = alsoInto(sink, {
    piece: (piece) => (seen += piece.length),
    mayCloseEarly: () => seen >= 64,
  });
  await pipeline(Readable.from([Buffer.alloc(64), Buffer.alloc(64)]), stage, end);
  expect(Buffer.concat(passed)).toHaveLength(128);
  expect(seen).toBe(128);
});

it('fails if the sink closes too early', async () => {
  const sink: Writable = new Writable({ highWaterMark: 4, write: () => sink.destroy() });
  const stage = alsoInto(sink, { mayCloseEarly: () => false });
  const copying = pipeline(Readable.from([Buffer.alloc(64), Buffer.alloc(64)]), stage, nowhere());
  await expect(copying).rejects.toThrow('closed before it had all data');
});

it('leaves no listeners on the sink, however often that was full', async () => {
  const sink = new Writable({ highWaterMark: 1, write: (_piece, _encoding, done) => setImmediate(done) });
  const before = sink.eventNames();
  const counts: number[] = [];
  const stage = alsoInto(sink, {
    piece: () => counts.push(sink.listenerCount('drain'), sink.listenerCount('close')),
  });
  await pipeline(Readable.from(Array<Buffer>(20).fill(Buffer.alloc(8))), stage, nowhere());
  expect(new Set(counts)).toEqual(new Set([0]));
  expect(sink.eventNames()).toEqual(before);
});

it('waits for the sink only if that is full', async () => {
  const held: number[] = [];
  const free: (() => void)[] = [];
  const sink = new Writable({
    highWaterMark: 16,
    write(piece: Buffer, _encoding, done) {
      held.push(piece.length);
      free.push(done);
    },
  });
  await handTo(sink, Buffer.alloc(8));
  let isTaken = false;
  const second = handTo(sink, Buffer.alloc(8)).then(() => (isTaken = true));
  await new Promise(setImmediate);
  expect(isTaken).toBe(false);
  free.shift()?.();
  await expect.poll(() => free.length).toBe(1);
  free.shift()?.();
  await second;
  expect(held).toEqual([8, 8]);
});

it.each([
  ['while a piece is written', 'write'],
  ['at its end', 'final'],
])('fails with what the sink fails with %s', async (_when, method) => {
  const failing = (...given: unknown[]) =>
    (given.at(-1) as (error: Error) => void)(new Error('the disk is gone'));
  const sink = new Writable({
    write: (_piece, _encoding, done) => done(),
    highWaterMark: 4,
    [method]: failing,
  });
  sink.on('error', () => {});
  const copying = pipeline(Readable.from([Buffer.alloc(64)]), alsoInto(sink), nowhere());
  await expect(copying).rejects.toThrow('the disk is gone');
});
