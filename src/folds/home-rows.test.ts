import { describe, expect, it } from 'vitest';
import type { PairView, Protection } from '../contract/protection.ts';
import { homeRows, sparkOf, tallyOf } from './home-rows.ts';

const pair = (job: string, proxy: string, state: Protection): PairView => ({
  job,
  class: 'Class1',
  master: 'Volume1',
  proxy,
  everySeconds: 86_400,
  state,
  reason: '',
  backup: undefined,
  trouble: undefined,
  runningRun: undefined,
  points: [],
  lastFailure: undefined,
});

it('a pair that several jobs back up is one row, with the gravest judgment, and the gravest row is first', () => {
  const rows = homeRows([
    pair('nightly', 'Volume2', 'protected'),
    pair('weekly', 'Volume2', 'missed'),
    pair('nightly', 'Volume4', 'action required'),
  ]);
  expect(rows.map(({ key, state, jobs }) => [key, state, jobs])).toEqual([
    ['Class1/Volume4', 'action required', ['nightly']],
    ['Class1/Volume2', 'missed', ['weekly', 'nightly']],
  ]);
  expect(tallyOf(rows)).toEqual([
    { state: 'action required', count: 1 },
    { state: 'missed', count: 1 },
  ]);
});

describe('the line of rates', () => {
  const point = (good: boolean, rate: number | undefined) => ({ run: 'R', good, bytes: 1, rate });

  it('leads through the good runs, marks the failed ones, and shows the minimum of the drive', () => {
    const spark = sparkOf([point(true, 80e6), point(false, undefined), point(true, 40e6)], 40e6);
    expect(spark).toEqual({ path: 'M4 4L96 20', floor: 20, failed: [50] });
  });

  it('is a dot for a single run, and nothing without any', () => {
    expect(sparkOf([point(true, 80e6)], undefined).path).toBe('M50 4h.01');
    expect(sparkOf([], undefined)).toEqual({ path: '', floor: undefined, failed: [] });
  });
});
