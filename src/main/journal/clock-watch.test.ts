import { describe, expect, it } from 'vitest';
import { ClockWatch } from './clock-watch.ts';

function clocks() {
  const time = { wall: 1_000_000, steady: 5000 };
  return {
    watch: new ClockWatch({ wall: () => time.wall, steady: () => time.steady }),
    pass(wall: number, steady = wall) {
      time.wall += wall;
      time.steady += steady;
    },
  };
}

describe('the clock of the computer', () => {
  it('is not spoken of while it runs, however long a line takes', () => {
    const { watch, pass } = clocks();
    pass(3_600_000);
    expect(watch.step()).toBeUndefined();
    pass(10_000, 9000);
    expect(watch.step()).toBeUndefined();
  });

  it('is noticed once when it is set back', () => {
    const { watch, pass } = clocks();
    pass(-3_590_000, 10_000);
    expect(watch.step()).toBe(
      'the clock of this computer was set back by 3600 s: times before and after this line do not match',
    );
    expect(watch.step()).toBeUndefined();
  });

  it('is noticed when it jumps ahead, or when the computer slept', () => {
    const { watch, pass } = clocks();
    pass(7_200_000, 0);
    expect(watch.step()).toBe(
      'the clock of this computer jumped ahead by 7200 s: it was set, or the computer slept',
    );
  });
});
