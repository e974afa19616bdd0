import { describe, expect, it } from 'vitest';
import type { ReportChart, ReportTopology } from '../../contract/report.ts';
import { layoutReportChart } from './report-chart.ts';
import { layoutReportTopology } from './report-topology.ts';

const space = (title: string, name: string, role: 'proxy' | 'shadow', first: number, blocks = 16_384) => ({
  title,
  blocks: 91_648,
  extents: [{ name, role, first, blocks }],
});

const topology = (shadowFirst: number): ReportTopology => ({
  kind: 'topology',
  primary: 'node1, node2',
  backup: 'node3',
  shadowed: [
    {
      masters: [],
      proxy: space('Class1: Disk3', 'Volume2', 'proxy', 65_536),
      shadow: space('Class2: Disk3', 'Volume2', 'shadow', shadowFirst),
      ties: [{ proxy: 'Volume2', shadow: 'Volume2', mark: shadowFirst === 65_536 ? 'good' : 'bad' }],
    },
  ],
  tape: { title: '/dev/rmt/0 on node3', files: ['Volume2'] },
});

/** The corners of the first ribbon. */
const corners = (drawn: ReturnType<typeof layoutReportTopology>) =>
  drawn.ribbons[0]?.points.split(' ').map((point) => Number(point.split(',')[0])) ?? [];

describe('the topology of a report', () => {
  it('ties a proxy to its shadow straight where they are the same blocks', () => {
    const drawn = layoutReportTopology(topology(65_536), 800);
    const [a, b, c, d] = corners(drawn);
    expect([a, b]).toEqual([d, c]);
    expect(drawn.ribbons[0]?.words).toBe('the same blocks');
    expect(drawn.spaces.flatMap(({ extents }) => extents.map(({ label }) => label))).toEqual([
      'proxy Volume2',
      'shadow Volume2',
    ]);
    expect(drawn.tape?.files.map(({ name }) => name)).toEqual(['Volume2']);
  });

  it('slants the tie where they are not', () => {
    const drawn = layoutReportTopology(topology(69_632), 800);
    const [a = 0, , , d = 0] = corners(drawn);
    expect(d).toBeGreaterThan(a);
    expect(drawn.ribbons[0]?.words).toBe('NOT the same blocks');
  });

  it('keeps everything in its width and height', () => {
    for (const width of [320, 700, 1400]) {
      const drawn = layoutReportTopology(topology(65_536), width);
      for (const box of [
        ...drawn.frames,
        ...drawn.spaces,
        ...drawn.spaces.flatMap(({ extents }) => extents),
      ]) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(box.y + box.height).toBeLessThanOrEqual(drawn.height);
      }
    }
  });
});

describe('the chart of a report', () => {
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

  it('breaks a line at a gap, and shows what stands alone as a point', () => {
    const drawn = layoutReportChart(chart, 600);
    expect(drawn.lines.map(({ path }) => path.match(/[ML]/g)?.join('') ?? '')).toEqual(['MLM', '']);
    expect(drawn.lines[0]?.alone).toHaveLength(1);
    expect(drawn.rates.map(({ text }) => text)).toEqual(['0', '5', '10', '15', '20', '25']);
    expect(drawn.times.map(({ text }) => text)).toEqual(['0', '1 s', '2 s', '3 s', '4 s']);
  });

  it('has room for the floor, and for a run without data', () => {
    const { floor = 0, top, bottom } = layoutReportChart({ ...chart, floor: 400 }, 600);
    expect(floor).toBeGreaterThan(top);
    expect(floor).toBeLessThan(bottom);
    const empty = layoutReportChart({ ...chart, series: [], floor: undefined, seconds: 0, most: 0 }, 600);
    expect(empty.rates.every(({ at }) => Number.isFinite(at))).toBe(true);
  });
});
