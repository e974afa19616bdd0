import { describe, expect, it } from 'vitest';
import type { ReportTopology } from '../../contract/report.ts';
import { layoutReportTopology, type TopologyMetrics } from './report-topology.ts';

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

const rows = { title: 12, numbers: 29, strip: 34 };
const metrics: TopologyMetrics = {
  pad: 16,
  strip: 28,
  space: 62,
  gap: 10,
  head: 26,
  tail: 8,
  more: [18, 11],
  ribbon: 24,
  shadow: [8, 30],
  after: 16,
  cluster: rows,
  backup: rows,
  titles: [17, 90],
  tiesStrips: true,
  least: 2,
  room: [12, 12],
  tape: { above: 6, height: 62, title: 17, cell: 26, cellHeight: 26 },
  width: (words) => words.length * 6,
  fit: () => '',
};
const drawnIn = (shown: ReportTopology, width: number) =>
  layoutReportTopology(shown, { x: 0, y: 0, width }, metrics);

/** The corners of the first ribbon, from left to right: above, below, below, above. */
const corners = (drawn: ReturnType<typeof drawnIn>) =>
  drawn.pairs[0]?.ribbons[0]?.corners.map(([x]) => x) ?? [];

describe('the topology of a report', () => {
  it('ties a proxy to its shadow straight where they are the same blocks', () => {
    const drawn = drawnIn(topology(65_536), 800);
    const [a, b, c, d] = corners(drawn);
    expect([a, d]).toEqual([b, c]);
    expect(drawn.pairs[0]?.ribbons[0]?.words).toBe('the same blocks');
    const spaces = drawn.pairs.flatMap(({ proxy, shadow }) => [proxy, shadow]);
    expect(spaces.flatMap(({ extents }) => extents.map(({ label }) => label))).toEqual([
      'proxy Volume2',
      'shadow Volume2',
    ]);
    expect(drawn.tape?.files.map(({ name }) => name)).toEqual(['Volume2']);
  });

  it('slants the tie where they are not', () => {
    const drawn = drawnIn(topology(69_632), 800);
    const [a = 0, b = 0] = corners(drawn);
    expect(b).toBeGreaterThan(a);
    expect(drawn.pairs[0]?.ribbons[0]?.words).toBe('NOT the same blocks');
  });

  it('keeps everything in its width and height', () => {
    for (const width of [320, 700, 1400]) {
      const drawn = drawnIn(topology(65_536), width);
      const spaces = drawn.pairs.flatMap(({ proxy, shadow }) => [proxy, shadow]);
      for (const box of [
        ...drawn.pairs.flatMap(({ primary, backup }) => [primary, backup]),
        ...spaces,
        ...spaces.flatMap(({ extents }) => extents),
      ]) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(box.y + box.height).toBeLessThanOrEqual(drawn.end);
      }
    }
  });
});
