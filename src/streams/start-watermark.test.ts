import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStartWatermark } from './start-watermark.ts';
import { cutAt, failureOf, noise, passThrough } from './stream.test-support.ts';

/** Lets all pending events happen. */
const settle = () => new Promise((done) => setImmediate(done));

describe('start watermark', () => {
  it('holds everything back until it is nine tenths full', async () => {
    const buffer = createStartWatermark({ bytes: 1000 });
    let left = 0;
    buffer.stream.on('data', (piece: Buffer) => (left += piece.length));
    buffer.stream.write(Buffer.alloc(899));
    await settle();
    expect(left).toBe(0);
    expect(buffer.fill()).toBeCloseTo(0.899);
    buffer.stream.write(Buffer.alloc(1));
    await settle();
    expect(left).toBe(900);
    expect(buffer.fill()).toBe(0);
  });

  it('passes a short input when it ends', async () => {
    const buffer = createStartWatermark({ bytes: 1_000_000 });
    const left = await passThrough([Buffer.from('short')], buffer.stream);
    expect(Buffer.concat(left).toString()).toBe('short');
    expect(buffer.result()).toEqual({
      bytes: 5,
      capacityBytes: 1_000_000,
      refills: 0,
      highestFill: 0.000005,
    });
  });

  it('fills up again after it ran empty, and counts that', async () => {
    const buffer = createStartWatermark({ bytes: 1000 });
    let left = 0;
    buffer.stream.on('data', (piece: Buffer) => (left += piece.length));
    buffer.stream.write(Buffer.alloc(950));
    await settle();
    expect(left).toBe(950);
    buffer.stream.write(Buffer.alloc(500));
    await settle();
    expect(left).toBe(950);
    buffer.stream.write(Buffer.alloc(500));
    await settle();
    expect(left).toBe(1950);
    const ended = new Promise((done) => buffer.stream.on('end', done));
    buffer.stream.end();
    await ended;
    expect(buffer.result()).toMatchObject({ bytes: 1950, refills: 1, highestFill: 1 });
  });

  it('makes the writer wait while it is full, and continues when there is room', async () => {
    const buffer = createStartWatermark({ bytes: 100_000, startAt: 1 });
    let accepted = 0;
    const write = () => buffer.stream.write(Buffer.alloc(50_000), () => (accepted += 50_000));
    // Nothing reads: only the capacity of the buffer and its two sides is accepted.
    for (let sent = 0; sent < 40; sent += 1) write();
    await settle();
    const held = accepted;
    expect(held).toBeLessThanOrEqual(100_000 + 256 * 1024 + 50_000);
    expect(buffer.fill()).toBe(1);
    buffer.stream.resume();
    await settle();
    await settle();
    expect(accepted).toBe(2_000_000);
  });

  it('yields the same bytes, for input in any pieces and however slowly they are read', async () => {
    const sizes = fc.array(fc.nat(900), { minLength: 1, maxLength: 6 });
    const options = fc.record({
      bytes: fc.integer({ min: 1, max: 3000 }),
      startAt: fc.constantFrom(0.1, 0.5, 0.9, 1),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(20_000),
        sizes,
        options,
        fc.boolean(),
        async (length, cuts, watermark, slow) => {
          const bytes = noise(length);
          const buffer = createStartWatermark(watermark);
          const writing = (async () => {
            for (const piece of cutAt(bytes, cuts)) {
              if (!buffer.stream.write(piece)) await new Promise((done) => buffer.stream.once('drain', done));
            }
            buffer.stream.end();
          })();
          const left: Buffer[] = [];
          for await (const piece of buffer.stream) {
            left.push(piece as Buffer);
            if (slow) await settle();
          }
          await writing;
          expect(Buffer.concat(left).equals(bytes)).toBe(true);
          expect(buffer.result().bytes).toBe(length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('neither loses nor duplicates anything while thousands of small pieces wait', async () => {
    const bytes = noise(5000);
    const buffer = createStartWatermark({ bytes: 4000, startAt: 0.9 });
    for (const piece of cutAt(bytes.subarray(0, 3500), [1])) buffer.stream.write(piece);
    await settle();
    expect(buffer.fill()).toBe(0.875);
    const left: Buffer[] = [];
    buffer.stream.on('data', (piece: Buffer) => left.push(piece));
    const ended = new Promise((done) => buffer.stream.once('end', done));
    for (const piece of cutAt(bytes.subarray(3500), [1])) buffer.stream.write(piece);
    buffer.stream.end();
    await ended;
    expect(Buffer.concat(left).equals(bytes)).toBe(true);
  });

  it('has a result once its input has ended and everything was passed on', async () => {
    const buffer = createStartWatermark();
    const early = async () => (await failureOf(() => buffer.result())).code;
    expect(await early()).toBe('STAGE_NOT_FINISHED');
    buffer.stream.end(Buffer.alloc(600 * 1024));
    await settle();
    expect(await early()).toBe('STAGE_NOT_FINISHED');
    buffer.stream.resume();
    await new Promise((done) => buffer.stream.once('end', done));
    expect(buffer.result()).toMatchObject({ bytes: 600 * 1024, capacityBytes: 64 * 1024 * 1024 });
  });

  it('refuses a buffer that could never start', async () => {
    const error = await failureOf(() => createStartWatermark({ bytes: 10, startAt: 0 }));
    expect(error.code).toBe('BUFFER_OPTIONS_WRONG');
    expect(error.message).toBe(
      'likely a bug in shadowtape: a buffer of 10 bytes cannot start at a fill of 0',
    );
    await expect(failureOf(() => createStartWatermark({ bytes: 0 }))).resolves.toBeDefined();
    await expect(failureOf(() => createStartWatermark({ startAt: 1.1 }))).resolves.toBeDefined();
  });
});
