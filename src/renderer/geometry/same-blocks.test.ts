import { describe, expect, it } from 'vitest';
import { guideCluster } from '../../../test/support/ui/clusters.ts';
import { indexCluster } from './cluster-index.ts';
import { clusterState } from './cluster-state.ts';
import { factsOf } from './facts.ts';
import { litBy } from './same-blocks.ts';
import { searchCluster } from './search.ts';

const shadowed = indexCluster(guideCluster('shadowed'));
const proxyKey = 'volume:primary:Class1:Volume2';
const shadowKey = 'volume:backup:Class2:Volume2';
const jobs = [{ class: 'Class1', volumes: [{ master: 'Volume1', proxy: 'Volume2', method: '6a' }] }];

describe('what is highlighted together', () => {
  it('is a proxy with its shadow, from either side; its master is only related', () => {
    for (const key of [proxyKey, shadowKey]) {
      const { same, related } = litBy(shadowed, key);
      expect([...same].sort()).toEqual([shadowKey, proxyKey].sort());
      expect(related.has('volume:primary:Class1:Volume1')).toBe(true);
    }
  });

  it('is a disk with the same disk of the other domain', () => {
    const { same, related } = litBy(shadowed, 'disk:backup:Class2:Disk3');
    expect(same.has('disk:primary:Class1:Disk3')).toBe(true);
    expect([...related].sort()).toEqual([shadowKey, proxyKey].sort());
    expect(same.has('disk:primary:Class1:Disk1')).toBe(false);
  });

  it('is nothing if the object does not exist', () => {
    expect(litBy(shadowed, 'volume:primary:Class1:Gone').same).toEqual(
      new Set(['volume:primary:Class1:Gone']),
    );
  });
});

describe('what is shown of an object', () => {
  it('is its blocks, its status on each node, and what shows it', () => {
    const facts = factsOf(shadowed, proxyKey);
    expect(facts).toMatchObject({ title: 'Volume2', what: 'Proxy volume of Class1', role: 'proxy' });
    expect(facts?.statuses).toEqual([
      { field: 'PROXY', word: 'Part', nodes: 'node1, node2', state: 'idle' },
      { field: 'STATUS', word: 'STOP', nodes: 'node1, node2', state: 'idle' },
    ]);
    expect(facts?.facts).toContainEqual({ name: 'Shadow', value: 'Class2/Volume2' });
    expect(facts?.facts).toContainEqual({ name: 'Blocks', value: '65,536 … 1,114,111', mono: true });
  });

  it('shows that the blocks of a shadow elsewhere differ', () => {
    const shifted = indexCluster(guideCluster('shadowed', 131_072));
    expect(factsOf(shifted, shadowKey)?.facts).toContainEqual({
      name: 'Shadows',
      value: 'Class1/Volume2, same disks and name, different blocks',
    });
  });
});

describe('the state of what jobs back up', () => {
  const stateIn = (...state: Parameters<typeof guideCluster>) =>
    clusterState(indexCluster(guideCluster(...state)), jobs);

  it('is in sync, copying, parted or shadowed', () => {
    expect(stateIn('joined')).toEqual({ state: 'ok', word: 'Volume2 joined, in sync' });
    expect(stateIn('copying')).toEqual({ state: 'busy', word: 'Volume2 joined, copying' });
    expect(stateIn('parted')).toEqual({ state: 'warn', word: 'Volume2 is parted' });
    expect(stateIn('shadowed')).toEqual({ state: 'warn', word: 'Volume2 is shadowed' });
  });

  it('names a status of the volume that is not known', () => {
    const joined = guideCluster('joined');
    const sleeping = { word: 'SLEEPING', known: false };
    const volumes = joined.volumes.map((volume) =>
      volume.name === 'Volume2' ? { ...volume, statusOn: { node1: sleeping, node2: sleeping } } : volume,
    );
    expect(clusterState(indexCluster({ ...joined, volumes }), jobs)).toEqual({
      state: 'warn',
      word: 'Volume2 joined, SLEEPING',
    });
  });

  it('shows that a volume does not exist', () => {
    const gone = [{ class: 'Class1', volumes: [{ master: 'Volume1', proxy: 'Volume8', method: '6a' }] }];
    expect(clusterState(shadowed, gone)).toEqual({ state: 'bad', word: 'Volume8 does not exist' });
    expect(clusterState(shadowed, [])).toBeUndefined();
  });
});

describe('the search', () => {
  const names = (text: string) => searchCluster(guideCluster('shadowed'), text).map(({ key }) => key);

  it('finds by name, by device and by several words, the exact name first', () => {
    expect(names('volume2').slice(0, 2)).toEqual([proxyKey, shadowKey]);
    expect(names('c1t1d2')).toEqual(['disk:primary:Class1:Disk2']);
    expect(names('class2 disk')).toEqual(['disk:backup:Class2:Disk3']);
    expect(names('nowhere')).toEqual([]);
    expect(names('  ')).toEqual([]);
  });
});
