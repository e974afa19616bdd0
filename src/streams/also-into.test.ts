import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { alsoInto } from './also-into.ts';

const nowhere = () => new Writable({ write: (_piece, _encoding, done) => done() });

it('hands everything to the sink, and finishes once the sink has', async () => {
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
])('fails where the sink closes without an error before it %s', async (_when, highWaterMark) => {
  const sink: Writable = new Writable({ highWaterMark, write: () => sink.destroy() });
  const copying = pipeline(Readable.from([Buffer.alloc(64), Buffer.alloc(64)]), alsoInto(sink), nowhere());
  await expect(copying).rejects.toThrow('closed before it had everything');
});

it('passes everything on where the sink has read all that it needs, and closes', async () => {
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

it('fails where the sink closes before it may', async () => {
  const sink: Writable = new Writable({ highWaterMark: 4, write: () => sink.destroy() });
  const stage = alsoInto(sink, { mayCloseEarly: () => false });
  const copying = pipeline(Readable.from([Buffer.alloc(64), Buffer.alloc(64)]), stage, nowhere());
  await expect(copying).rejects.toThrow('closed before it had everything');
});
