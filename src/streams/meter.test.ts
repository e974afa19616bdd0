import { describe, expect, it } from 'vitest';
import { createMeter, type MeterOptions } from './meter.ts';
import { passThrough } from './stream.test-support.ts';

/** A clock that the pieces themselves move. */
function meterWithClock(options: Omit<MeterOptions, 'now'> = {}) {
  let time = 1000;
  const meter = createMeter({ now: () => time, ...options });
  const pieces = function* (count: number, bytes: number, milliseconds: number) {
    for (let sent = 0; sent < count; sent += 1) {
      time += milliseconds;
      yield Buffer.alloc(bytes);
    }
  };
  /** One write at a time, so that the clock is right while each piece passes. */
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
  it('passes the bytes unchanged and counts them', async () => {
    const meter = createMeter();
    const left = await passThrough([Buffer.from('ab'), Buffer.from('cde')], meter.stream);
    expect(Buffer.concat(left).toString()).toBe('abcde');
    expect(meter.result().bytes).toBe(5);
  });

  it('shows the rate of the last five seconds, not of the whole run', async () => {
    const { meter, send } = meterWithClock();
    await send(100, 1000, 100);
    expect(meter.bytesPerSecond()).toBeCloseTo(10_000, 0);
    await send(50, 4000, 100);
    expect(meter.bytesPerSecond()).toBeCloseTo(40_000, 0);
  });

  it('shows no rate while no time has passed', async () => {
    const { meter, send, end } = meterWithClock();
    expect(meter.bytesPerSecond()).toBe(0);
    await send(1, 1000, 0);
    expect(meter.bytesPerSecond()).toBe(0);
    expect(meter.bytes()).toBe(1000);
    await end();
    expect(meter.result()).toMatchObject({ bytes: 1000, milliseconds: 0, bytesPerSecond: 0 });
  });

  it('shows a rate from the first piece on', async () => {
    const { meter, send } = meterWithClock();
    await send(1, 1000, 50);
    expect(meter.bytesPerSecond()).toBe(20_000);
  });

  it('measures by the clock of the machine by default', async () => {
    const meter = createMeter();
    await passThrough([Buffer.from('ab')], meter.stream);
    expect(meter.result().milliseconds).toBeGreaterThanOrEqual(0);
  });

  it('lets the rate fall to nothing while nothing passes', async () => {
    const { meter, send, wait } = meterWithClock();
    await send(50, 1000, 100);
    wait(2500);
    expect(meter.bytesPerSecond()).toBeCloseTo(5000, -3);
    wait(10_000);
    expect(meter.bytesPerSecond()).toBe(0);
  });

  it('calls back at most ten times a second, and again at the end', async () => {
    const seen: number[] = [];
    const { send, end } = meterWithClock({ onSample: (sample) => seen.push(sample.bytes) });
    await send(1000, 1, 1);
    expect(seen).toHaveLength(10);
    await end();
    expect(seen).toHaveLength(11);
    expect(seen.at(-1)).toBe(1000);
  });

  it('calls back, and keeps samples, as often as configured', async () => {
    const seen: number[] = [];
    const { meter, send, end } = meterWithClock({
      samplesPerSecond: 4,
      onSample: (sample) => seen.push(sample.milliseconds),
    });
    await send(10, 1, 125);
    await end();
    expect(seen).toEqual([125, 375, 625, 875, 1125, 1250]);
    expect(meter.result().samples.map(({ milliseconds }) => milliseconds)).toEqual(seen);
  });

  it('keeps every second sample, in steps twice as long, once they are too many', async () => {
    const curve = async (pieces: number) => {
      const { meter, send, end } = meterWithClock({ sampleLimit: 4 });
      await send(pieces, 10, 100);
      await end();
      return meter.result().samples.map(({ milliseconds }) => milliseconds);
    };
    expect(await curve(3)).toEqual([100, 200, 300]);
    // The fourth is one too many: the first and the third are kept, and the next comes 200 ms later.
    expect(await curve(4)).toEqual([100, 300, 400]);
    expect(await curve(6)).toEqual([100, 300, 500, 600]);
  });

  it('ends its curve with its final value, once', async () => {
    /** @param last milliseconds before the last piece @param idle milliseconds after it */
    const curve = async (last: number, idle = 0) => {
      const { meter, send, end, wait } = meterWithClock();
      await send(2, 10, 100);
      await send(1, 10, last);
      wait(idle);
      await end();
      return meter.result().samples;
    };
    const first = [
      { milliseconds: 100, bytes: 10 },
      { milliseconds: 200, bytes: 20 },
    ];
    const third = { milliseconds: 300, bytes: 30 };
    expect(await curve(100)).toEqual([...first, third]);
    expect(await curve(50)).toEqual([...first, { milliseconds: 250, bytes: 30 }]);
    expect(await curve(0)).toEqual([...first, { milliseconds: 200, bytes: 30 }]);
    expect(await curve(100, 700)).toEqual([...first, third, { milliseconds: 1000, bytes: 30 }]);
  });

  it('keeps a bounded number of samples over a long run, from beginning to end', async () => {
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
