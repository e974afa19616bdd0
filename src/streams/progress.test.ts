import { describe, expect, it } from 'vitest';
import { createProgressReporter } from './progress.ts';

const nothing = { bytes: 0, records: 0, bytesPerSecond: 0, bufferFill: 0, readBytes: 0 };

describe('progress', () => {
  it('is reported at most ten times a second, and again at the end', () => {
    let time = 0;
    const seen: number[] = [];
    const reporter = createProgressReporter(
      (progress) => seen.push(progress.bytes),
      () => ({ ...nothing, bytes: time }),
      () => time,
    );
    for (; time < 1000; time += 1) reporter.tick();
    expect(seen).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    reporter.last();
    expect(seen.at(-1)).toBe(1000);
  });

  it('observes nothing without a listener', () => {
    const reporter = createProgressReporter(undefined, () => {
      throw new Error('this was not to be observed');
    });
    expect(() => {
      reporter.tick();
      reporter.last();
    }).not.toThrow();
  });
});
