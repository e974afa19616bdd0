import { describe, expect, it } from 'vitest';
import type { TrendPoint, TrendSeries } from '../../contract/history.ts';
import { changeWords, pointTexts, trendCharts, trendWords } from './trend-charts.ts';

const point = (day: number, more: Partial<TrendPoint> = {}): TrendPoint => ({
  run: `run-${day}`,
  at: `2026-11-0${day}T02:00:00.000Z`,
  verdict: 'verified',
  exitStatus: 0,
  bytes: day * 1024 ** 3,
  seconds: day * 100,
  dumpSeconds: day * 60,
  readBackSeconds: undefined,
  resynchronisationSeconds: day,
  rate: 100e6,
  lowestRate: day === 2 ? undefined : 40e6,
  ...more,
});

const series: TrendSeries = {
  site: 'payroll',
  class: 'Class1',
  volume: 'Volume2',
  points: [point(1), point(2), point(4)],
};

describe('the trends of a volume', () => {
  it('are drawn in units that suit them, with gaps where nothing is known', () => {
    const [size, rate, durations] = trendCharts(series);
    expect([size?.unit, rate?.unit, durations?.unit]).toEqual(['GiB', 'MB/s', 'min']);
    expect(size?.curves[0]?.values).toEqual([1, 2, 4]);
    expect(rate?.curves.map(({ values }) => values)).toEqual([
      [100, 100, 100],
      [40, null, 40],
    ]);
    expect(durations?.curves.map(({ line, values }) => [line, values[0]])).toEqual([
      ['dump', 1],
      ['readBack', null],
      ['resynchronisation', 1 / 60],
    ]);
    expect([size, rate, durations].map((chart) => chart?.curves.map(({ texts }) => texts[0]))).toEqual([
      ['1 GiB'],
      ['100.0 MB/s', '40.0 MB/s'],
      ['1 min 0 s', '–', '1.0 s'],
    ]);
  });

  it('are described in words', () => {
    const [size, rate, durations] = trendCharts(series).map(trendWords);
    expect(size).toBe('Size: bytes on tape between 1 and 4 GiB, last 4');
    expect(rate).toContain('lowest between 40 and 40 MB/s');
    expect(durations).not.toContain('read-back');
    expect(trendCharts({ ...series, points: [] }).map(trendWords)[0]).toBe('Size: no data');
    expect(changeWords(series.points)).toBe('+100 % since the previous run');
    expect(changeWords([point(1), point(1)])).toBeUndefined();
    expect(pointTexts(point(2))).toEqual([
      '2 GiB',
      '100.0 MB/s',
      '–',
      '2 min 0 s',
      '–',
      '2.0 s',
      '3 min 20 s',
    ]);
  });
});
