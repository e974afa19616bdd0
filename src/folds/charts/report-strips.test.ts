import { describe, expect, it } from 'vitest';
import type { ReportSpace } from '../../contract/report.ts';
import { filesOnTape, placeExtents, shownBlocks, shownMasters } from './report-strips.ts';

const space = (first: number, blocks: number): ReportSpace => ({
  title: 'Disk3',
  blocks: 91_648,
  extents: [{ name: 'Volume2', role: 'proxy', first, blocks }],
});

describe('the strips of a report', () => {
  it('show a small volume larger, with what lies around it cut off', () => {
    expect(shownBlocks([space(40_000, 1000)])).toEqual({
      from: 39_650,
      to: 41_350,
      tornStart: true,
      tornEnd: true,
    });
    expect(shownBlocks([space(0, 60_000)])).toMatchObject({ from: 0, to: 91_648, tornEnd: false });
  });

  it('have their extents to scale, and none that is out of sight', () => {
    const small = space(40_000, 1000);
    const strip = { x: 10, width: 1700, least: 2 };
    const far = { name: 'far', role: 'other', first: 0, blocks: 100 } as const;
    const placed = placeExtents({ ...small, extents: [...small.extents, far] }, shownBlocks([small]), strip);
    expect(placed).toEqual([{ extent: small.extents[0], x: 360, width: 1000 }]);
    expect(placeExtents(space(5, 1), shownBlocks([space(0, 60_000)]), strip)[0]?.width).toBe(2);
  });

  it('tell of masters that are too many to be drawn, and of a tape that holds nothing', () => {
    const masters = Array.from({ length: 8 }, () => space(0, 1));
    const shadowed = { masters, proxy: space(0, 1), shadow: space(0, 1), ties: [] };
    expect(shownMasters(shadowed)).toEqual({
      masters: masters.slice(0, 6),
      more: 'and 2 more groups or disks with masters',
    });
    expect(shownMasters({ ...shadowed, masters: [] }).more).toBeUndefined();
    expect(filesOnTape([])).toEqual(['no volume was written completely']);
  });
});
