import { describe, expect, it } from 'vitest';
import type { ReportTopology } from '../../contract/report.ts';
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
