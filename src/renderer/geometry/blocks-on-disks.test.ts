import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disk, group, guideCluster, nestedCluster, volume } from '../../../test/support/ui/clusters.ts';
import type { Topology } from '../../contract/topology.ts';
import { disksBelow, spansOnDisks } from './blocks-on-disks.ts';
import { indexCluster } from './cluster-index.ts';

const place = { domain: 'primary', class: 'Class1' } as const;

function concatenated(sizes: readonly number[]): Topology {
  const names = sizes.map((_, at) => `Disk${at + 1}`);
  return {
    ...guideCluster('joined'),
    disks: names.map((name, at) => ({ ...disk(place, name, 'Group1', name), blocks: sizes[at] ?? null })),
    groups: [{ ...group(place, 'Group1', names), type: 'concat' }],
    volumes: [volume(place, 'Volume1', { group: 'Group1' })],
  };
}

describe('where blocks lie on disks', () => {
  it('is the same on each disk of a mirror', () => {
    const index = indexCluster(guideCluster('joined'));
    const spans = spansOnDisks(index, place, { group: 'Group1', disk: null }, { firstBlock: 10, blocks: 5 });
    expect(spans).toEqual([
      { disk: 'Disk1', first: 10, blocks: 5 },
      { disk: 'Disk2', first: 10, blocks: 5 },
    ]);
  });

  it('goes down through lower groups', () => {
    const index = indexCluster(nestedCluster());
    expect(disksBelow(index, place, 'Group0')).toEqual(['Disk1', 'Disk2', 'Disk3', 'Disk4']);
    const spans = spansOnDisks(index, place, { group: 'Group0', disk: null }, { firstBlock: 0, blocks: 64 });
    expect(spans.map(({ blocks }) => blocks)).toEqual([32, 32, 32, 32]);
  });

  it('is split where a concatenation continues on its next disk', () => {
    const index = indexCluster(concatenated([100, 50, 80]));
    const spans = spansOnDisks(index, place, { group: 'Group1', disk: null }, { firstBlock: 90, blocks: 70 });
    expect(spans).toEqual([
      { disk: 'Disk1', first: 90, blocks: 10 },
      { disk: 'Disk2', first: 0, blocks: 50 },
      { disk: 'Disk3', first: 0, blocks: 10 },
    ]);
  });

  it('neither loses nor adds a block of a concatenation', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 6 }),
        fc.nat(500),
        fc.integer({ min: 1, max: 2000 }),
        (sizes, firstBlock, blocks) => {
          const all = sizes.reduce((sum, size) => sum + size, 0);
          const index = indexCluster(concatenated(sizes));
          const spans = spansOnDisks(index, place, { group: 'Group1', disk: null }, { firstBlock, blocks });
          const drawn = spans.reduce((sum, span) => sum + span.blocks, 0);
          expect(drawn).toBe(Math.max(0, Math.min(all, firstBlock + blocks) - firstBlock));
        },
      ),
    );
  });

  it('is undefined if it is not shown, or a group contains itself', () => {
    const index = indexCluster(guideCluster('joined'));
    const range = { firstBlock: null, blocks: 5 };
    expect(spansOnDisks(index, place, { group: 'Group1', disk: null }, range)).toEqual([]);
    expect(spansOnDisks(index, place, { group: null, disk: null }, { firstBlock: 1, blocks: 5 })).toEqual([]);
    const circle = indexCluster({ ...guideCluster('joined'), groups: [group(place, 'Group1', ['Group1'])] });
    expect(disksBelow(circle, place, 'Group1')).toEqual([]);
  });
});
