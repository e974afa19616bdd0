import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { OtherHalfBroke, PiecePool, PieceReceiver, PieceSender } from './piece-port.ts';

const pieceBytes = 65_536;

function bothEnds() {
  const { port1, port2 } = new MessageChannel();
  const pool = new PiecePool(pieceBytes);
  return { pool, port2, sender: new PieceSender(port1, pool), receiver: new PieceReceiver(port2) };
}

/** Pieces out of the pool, and a short one at the end. */
function* piecesOf(pool: PiecePool, bytes: Buffer) {
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    const piece = pool.take();
    const copied = bytes.copy(piece, 0, from);
    yield piece.subarray(0, copied);
  }
}

describe('a stream between two threads', () => {
  it('delivers every byte in order, and reuses returned buffers', async () => {
    const { pool, port2, sender, receiver } = bothEnds();
    const sent = randomBytes(200 * pieceBytes + 17);
    const received: Buffer[] = [];
    const sink = new Writable({
      write(piece: Buffer, _encoding, done) {
        received.push(Buffer.from(piece));
        receiver.giveBack(piece);
        // A turn of the event loop, in which the buffer is returned.
        setImmediate(done);
      },
    });
    const source = Readable.from(piecesOf(pool, sent), { objectMode: false });
    await Promise.all([pipeline(source, sender), pipeline(receiver, sink)]);
    port2.close();
    expect(Buffer.concat(received).equals(sent)).toBe(true);
    // 201 pieces in a few dozen buffers.
    expect(pool.made).toBeLessThan(100);
  });

  it('stops the sender while nothing is consumed', async () => {
    const { port2, sender, receiver } = bothEnds();
    const piece = () => Buffer.alloc(pieceBytes);
    let written = 0;
    const more = () => {
      written += 1;
      sender.write(piece(), more);
    };
    sender.write(piece(), more);
    // The receiver's own buffer is full with the 16th of these pieces; 16 more may be in transit.
    await expect.poll(() => written).toBe(30);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(written).toBe(30);
    receiver.read();
    await expect.poll(() => written).toBeGreaterThan(30);
    sender.on('error', () => {}).destroy();
    receiver.on('error', () => {});
    port2.close();
  });

  it('breaks at the other end when one end breaks, which keeps its own reason', async () => {
    const { sender, receiver } = bothEnds();
    const reading = pipeline(receiver, new Writable({ write: (_piece, _encoding, done) => done() }));
    sender.on('error', () => {}).write(Buffer.alloc(pieceBytes));
    sender.destroy(new Error('the disk is gone'));
    await expect(reading).rejects.toThrow(OtherHalfBroke);
  });

  it('breaks at the beginning when the end breaks', async () => {
    const { port2, sender, receiver } = bothEnds();
    receiver.on('error', () => {}).destroy(new Error('the tape is full'));
    const [broken] = (await once(sender, 'error')) as [Error];
    expect([broken.name, broken.message]).toEqual(['OtherHalfBroke', 'the other half of the path failed']);
    port2.close();
  });

  it('breaks if the other thread ends without notice', async () => {
    const { port2, sender, receiver } = bothEnds();
    const ends = [once(sender, 'error'), once(receiver, 'error')];
    port2.close();
    for (const [broken] of await Promise.all(ends)) expect(broken).toBeInstanceOf(OtherHalfBroke);
  });

  it('ends without an error if the other thread ends after the data', async () => {
    const { port2, sender, receiver } = bothEnds();
    const errors: unknown[] = [];
    for (const end of [sender, receiver]) end.on('error', (error) => errors.push(error));
    sender.end(Buffer.alloc(pieceBytes));
    receiver.resume();
    await once(receiver, 'end');
    const closed = once(port2, 'close');
    port2.close();
    await closed;
    await new Promise(setImmediate);
    expect(errors).toEqual([]);
  });

  it('moves a whole buffer, and copies a piece of one that may be in use', async () => {
    const { port2, sender, receiver } = bothEnds();
    const whole = Buffer.allocUnsafeSlow(pieceBytes).fill(1);
    const shared = Buffer.alloc(2 * pieceBytes, 2);
    sender.write(whole);
    sender.write(shared.subarray(10, 20));
    sender.end();
    expect([whole.length, shared.length]).toEqual([0, 2 * pieceBytes]);
    expect(await buffer(receiver)).toEqual(Buffer.concat([Buffer.alloc(pieceBytes, 1), Buffer.alloc(10, 2)]));
    port2.close();
  });

  it('returns only whole buffers: the rest of a partly used one may be in use', () => {
    const { port2, sender, receiver } = bothEnds();
    const [whole, part] = [Buffer.allocUnsafeSlow(64), Buffer.allocUnsafeSlow(64).subarray(0, 10)];
    receiver.giveBack(whole);
    receiver.giveBack(part);
    expect([whole.length, part.length]).toEqual([0, 10]);
    for (const end of [sender, receiver]) end.on('error', () => {});
    port2.close();
  });

  it('keeps only buffers of its own size', () => {
    const pool = new PiecePool(16);
    const first = pool.take();
    pool.give(new ArrayBuffer(8));
    expect([pool.take().length, pool.made]).toEqual([16, 2]);
    pool.give(first.buffer as ArrayBuffer);
    expect(pool.take().buffer).toBe(first.buffer);
    expect(pool.made).toBe(2);
  });
});
