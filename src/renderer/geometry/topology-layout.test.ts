import { describe, expect, it } from 'vitest';
import { guideCluster, largeCluster, nestedCluster } from '../../../test/support/ui/clusters.ts';
import type { Topology } from '../../contract/topology.ts';
import { indexCluster } from './cluster-index.ts';
import { foldedAtFirst, toggled } from './folding.ts';
import type { DiskItem, ExtentItem, Picture, PictureItem } from './layout-parts.ts';
import { layoutTopology } from './topology-layout.ts';
import { overlap } from './viewport.ts';

const hosts = [
  { name: 'node1', role: 'primary' },
  { name: 'node2', role: 'primary' },
  { name: 'node3', role: 'backup' },
] as const;
const job = {
  class: 'Class1',
  shadowClass: 'Class2',
  volumes: [{ master: 'Volume1', proxy: 'Volume2', method: '6a' }],
};
const tape = { host: 'node3', device: '/dev/rmt/0' };

function draw(
  topology: Topology,
  folded: ReadonlySet<string> = new Set(),
  jobs = [job],
  height = 0,
  allOfIt = false,
): Picture {
  return layoutTopology(indexCluster(topology), { width: 1000, height, folded, allOfIt, hosts, jobs, tape });
}

const item = (picture: Picture, id: string): PictureItem => {
  const found = picture.items.find((entry) => entry.id === id);
  if (!found) throw new Error(`${id} is not drawn`);
  return found;
};
const extent = (picture: Picture, volume: string, disk: string): ExtentItem => {
  const found = picture.items.find(
    (entry): entry is ExtentItem =>
      entry.kind === 'extent' && entry.id.startsWith(`volume:${volume}@${disk}:`),
  );
  if (!found) throw new Error(`${volume} is not drawn on ${disk}`);
  return found;
};

describe('the picture of the topology', () => {
  it('draws volumes on their disks to scale', () => {
    const picture = draw(guideCluster('joined'));
    const { strip } = item(picture, 'disk:primary:Class1:Disk3') as DiskItem;
    const drawn = extent(picture, 'primary:Class1:Volume2', 'Disk3');
    expect((drawn.x - strip.x - 1) / (strip.width - 2)).toBeCloseTo(65_536 / 1_736_704, 5);
    expect(drawn.width / (strip.width - 2)).toBeCloseTo(1_048_576 / 1_736_704, 5);
    expect(drawn).toMatchObject({ role: 'proxy', status: 'STOP', state: 'idle' });
  });

  it('draws a mirror on each of its disks, and the proxy below its master', () => {
    const picture = draw(guideCluster('joined'));
    const [one, two] = ['Disk1', 'Disk2'].map((disk) => extent(picture, 'primary:Class1:Volume1', disk));
    expect(two?.x).toBe(one?.x);
    expect(item(picture, 'group:primary:Class1:Group2').y).toBeGreaterThan(two?.y ?? Infinity);
    const tie = picture.ties.find(({ kind }) => kind === 'copy');
    expect(tie).toMatchObject({
      keys: ['volume:primary:Class1:Volume1', 'volume:primary:Class1:Volume2'],
      label: { text: 'Join' },
    });
  });

  it('shows the place of the shadow while there is none', () => {
    const picture = draw(guideCluster('parted'));
    expect(item(picture, 'ghost:class:backup:Class2')).toMatchObject({ ghost: true });
    const tie = picture.ties.find(({ kind }) => kind === 'same-disk');
    expect(tie?.keys).toEqual(['disk:primary:Class1:Disk3', 'ghost:disk:primary:Class1:Disk3']);
    expect(picture.ties.find(({ kind }) => kind === 'copy')?.label?.text).toBe('Part');
  });

  it('draws the shadow at the height of its disk, and links both', () => {
    const picture = draw(guideCluster('shadowed'), new Set(), [job], 640);
    const primary = item(picture, 'disk:primary:Class1:Disk3');
    const backup = item(picture, 'disk:backup:Class2:Disk3');
    expect(backup.y).toBe(primary.y);
    expect(picture.items.some(({ id }) => id.startsWith('ghost:'))).toBe(false);
    const tie = picture.ties.find(({ kind }) => kind === 'shadow');
    expect(tie?.keys).toEqual(['disk:primary:Class1:Disk3', 'disk:backup:Class2:Disk3']);
  });

  it('draws lower groups inside their upper group, half of a striped volume on each disk', () => {
    const picture = draw(nestedCluster(), new Set(), []);
    const upper = item(picture, 'group:primary:Class1:Group0');
    for (const name of ['Group1', 'Group2']) {
      const lower = item(picture, `group:primary:Class1:${name}`);
      expect(lower.x).toBeGreaterThan(upper.x);
      expect(lower.y + lower.height).toBeLessThan(upper.y + upper.height);
    }
    const { strip } = item(picture, 'disk:primary:Class1:Disk2') as DiskItem;
    const drawn = extent(picture, 'primary:Class1:Volume1', 'Disk2');
    expect(drawn.width / (strip.width - 2)).toBeCloseTo(1_048_576 / 1_736_704, 5);
  });

  it('draws no object twice, and no frame over another', () => {
    for (const topology of [guideCluster('shadowed'), nestedCluster(), largeCluster(500)]) {
      const { items } = draw(topology);
      expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
      const top = items.filter((entry) => entry.kind === 'group' && entry.depth === 0);
      const crossing = top.flatMap((one, at) => top.slice(at + 1).filter((other) => overlap(one, other)));
      expect(crossing).toEqual([]);
    }
  });

  it('folds objects without a job in a large cluster, and draws all of it within a second', () => {
    const topology = largeCluster(500);
    const index = indexCluster(topology);
    const nightly = { ...job, volumes: [{ master: 'Data23', proxy: 'Copy23', method: '6a' }] };
    const folded = foldedAtFirst(index, [nightly]);
    expect(folded.size).toBe(48);
    expect(folded.has('group:primary:Class1:Group5')).toBe(false);
    const small = draw(topology, folded, [nightly]);
    const large = draw(topology, new Set(), [nightly]);
    expect(small.height).toBeLessThan(large.height / 1.5);
    const begun = performance.now();
    draw(topology, new Set(), [nightly]);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  it('lays a large cluster out in columns if all of it is requested, so that it fills the window', () => {
    const topology = largeCluster(500);
    const one = draw(topology, new Set(), [job], 700);
    const all = draw(topology, new Set(), [job], 700, true);
    const scale = ({ width, height }: Picture) => Math.min(1000 / width, 700 / height);
    expect(scale(all)).toBeGreaterThan(3 * scale(one));
    expect(all.items.map(({ id }) => id).toSorted()).toEqual(one.items.map(({ id }) => id).toSorted());
    const top = all.items.filter((entry) => entry.kind === 'group' && entry.depth === 0);
    expect(top.flatMap((each, at) => top.slice(at + 1).filter((other) => overlap(each, other)))).toEqual([]);
    // A proxy's group is below its master's, in the same column.
    for (let at = 1; at <= 50; at += 2) {
      const [masters, proxies] = [at, at + 1].map((number) =>
        item(all, `group:primary:Class1:Group${number}`),
      );
      expect(proxies?.x).toBe(masters?.x);
      expect(proxies?.y).toBeGreaterThan(masters?.y ?? Infinity);
    }
  });

  it('leaves a small cluster unchanged if all of it is requested', () => {
    expect(draw(guideCluster('shadowed'), new Set(), [job], 700, true)).toEqual(
      draw(guideCluster('shadowed'), new Set(), [job], 700),
    );
  });

  it('folds nothing in a small cluster until the operator does', () => {
    expect(foldedAtFirst(indexCluster(guideCluster('joined')), [job])).toEqual(new Set());
    const key = 'group:primary:Class1:Group1';
    expect(toggled(new Set(), key)).toEqual(new Set([key]));
    expect(toggled(new Set([key]), key)).toEqual(new Set());
    const picture = draw(guideCluster('joined'), new Set([key]));
    expect(item(picture, key)).toMatchObject({ folded: true });
    expect(picture.items.some(({ id }) => id === 'disk:primary:Class1:Disk1')).toBe(false);
    expect(extent(picture, 'primary:Class1:Volume1', 'Disk1').thin).toBe(true);
  });
});
