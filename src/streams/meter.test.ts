import { describe, expect, it } from 'vitest';
import { createMeter } from './meter.ts';
import { passThrough } from './stream.test-support.ts';

/** A clock that the pieces themselves move. */
function meterWithClock(
  options: { sampleLimit?: number; onSample?: (sample: { bytes: number }) => void } = {},
) {
  let time = 1000;
  const meter = createMeter({ now: () => time, ...options });
  const pieces = function* (count: number, bytes: number, milliseconds: number) {
    for (let sent = 0; sent < count; sent += 1) {
      time += milliseconds;
      yield Buffer.alloc(bytes);
    }
  };
  /** One write at a time, so that the clock stands right while each piece passes. */
  const send = async (count: number, bytes: number, milliseconds: number) => {
    meter.stream.resume();
    for (const piece of pieces(count, bytes, milliseconds)) {
      await new Promise((done) => meter.stream.write(piece, done));
    }
  };
  const end = () => new Promise<void>((done) => meter.stream.end(done));
  return { meter, send, end, wait: (milliseconds: number) => (time += milliseconds) };
}

describe('meter', () => {
  it('leaves the bytes alone and counts them', async () => {
    const meter = createMeter();
    const left = await passThrough([Buffer.from('ab'), Buffer.from('cde')], meter.stream);
    expect(Buffer.concat(left).toString()).toBe('abcde');
    expect(meter.result().bytes).toBe(5);
  });

  it('tells the rate of the last five seconds, not of the whole run', async () => {
    const { meter, send } = meterWithClock();
    await send(100, 1000, 100);
    expect(meter.bytesPerSecond()).toBeCloseTo(10_000, 0);
    await send(50, 4000, 100);
    expect(meter.bytesPerSecond()).toBeCloseTo(40_000, 0);
  });

  it('lets the rate fall to nothing while nothing passes', async () => {
    const { meter, send, wait } = meterWithClock();
    await send(50, 1000, 100);
    wait(2500);
    expect(meter.bytesPerSecond()).toBeCloseTo(5000, -3);
    wait(10_000);
    expect(meter.bytesPerSecond()).toBe(0);
  });

  it('calls back at most ten times a second, and once more at the end', async () => {
    const seen: number[] = [];
    const { send, end } = meterWithClock({ onSample: (sample) => seen.push(sample.bytes) });
    await send(1000, 1, 1);
    expect(seen).toHaveLength(10);
    await end();
    expect(seen).toHaveLength(11);
    expect(seen.at(-1)).toBe(1000);
  });

  it('keeps a bounded number of samples over a long run, from its beginning to its end', async () => {
    const { meter, send, end } = meterWithClock({ sampleLimit: 50 });
    await send(3000, 10, 100);
    await end();
    const { samples, milliseconds, bytesPerSecond } = meter.result();
    expect(samples.length).toBeLessThanOrEqual(51);
    expect(samples.length).toBeGreaterThan(20);
    expect(samples[0]).toEqual({ milliseconds: 100, bytes: 10 });
    expect(samples.at(-1)).toEqual({ milliseconds: 300_000, bytes: 30_000 });
    expect(milliseconds).toBe(300_000);
    expect(bytesPerSecond).toBe(100);
  });

  it('refuses its result before the stream has ended', async () => {
    const { meter, send } = meterWithClock();
    await send(1, 1, 1);
    expect(() => meter.result()).toThrow(
      'likely a bug in shadowtape: the result of the meter was requested before its stream ended',
    );
  });
});
