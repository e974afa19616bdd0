import { describe, expect, it } from 'vitest';
import type { ReportChart } from '../../contract/report.ts';
import { layoutReportChart } from './report-chart.ts';

describe('the chart of a report', () => {
  const frame = { left: 44, right: 588, top: 4, bottom: 180, timeSteps: 5 };
  const chart: ReportChart = {
    kind: 'chart',
    series: [
      {
        title: 'dump',
        line: 'whole',
        points: [
          [0, 10],
          [1, 20],
          [2, null],
          [3, 15],
        ],
      },
      { title: 'reading back', line: 'dashed', points: [] },
    ],
    floor: 18,
    seconds: 4,
    most: 20,
  };

  it('breaks a line at a gap, and shows a single value as a point', () => {
    const drawn = layoutReportChart(chart, frame);
    expect(drawn.lines.map(({ path }) => path.match(/[ML]/g)?.join('') ?? '')).toEqual(['MLM', '']);
    expect(drawn.lines[0]?.alone).toHaveLength(1);
    expect(drawn.rates.map(({ text }) => text)).toEqual(['0', '5', '10', '15', '20', '25']);
    expect(drawn.times.map(({ text }) => text)).toEqual(['0', '1 s', '2 s', '3 s', '4 s']);
  });

  it('has room for the floor, and for a run without data', () => {
    const { floor = 0, top, bottom } = layoutReportChart({ ...chart, floor: 400 }, frame);
    expect(floor).toBeGreaterThan(top);
    expect(floor).toBeLessThan(bottom);
    const empty = layoutReportChart({ ...chart, series: [], floor: undefined, seconds: 0, most: 0 }, frame);
    expect(empty.rates.every(({ at }) => Number.isFinite(at))).toBe(true);
  });
});
