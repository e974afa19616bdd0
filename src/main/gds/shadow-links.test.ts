import { describe, expect, test } from 'vitest';
import type { TopologyGroup, TopologyVolume } from '../../contract/topology.ts';
import { linkShadows } from './shadow-links.ts';

const volume = (change: Partial<TopologyVolume>) =>
  ({
    class: 'Class1',
    group: 'Group2',
    disk: null,
    firstBlock: 64,
    blocks: 100,
    ...change,
  }) as TopologyVolume;
const group = (name: string, disks: string[], lowerGroups: string[] = [], className = 'Class1') =>
  ({ class: className, name, disks, lowerGroups }) as unknown as TopologyGroup;

const primary = {
  groups: [group('Group1', ['Disk1']), group('Group2', ['Disk3', 'Disk4'])],
  volumes: [
    volume({ name: 'Volume1', group: 'Group1' }),
    volume({ name: 'Volume2' }),
    volume({ name: 'Volume4', firstBlock: 164 }),
  ],
};
const shadowGroups = [group('Group9', ['Disk4', 'Disk3'], [], 'Class2')];
const links = (
  shadow: Partial<TopologyVolume>,
  { groups = shadowGroups, of = primary }: { groups?: TopologyGroup[]; of?: typeof primary } = {},
) => {
  const own = volume({ class: 'Class2', group: 'Group9', name: 'Copy', ...shadow });
  return linkShadows(of, { groups, volumes: [own] }, []).map(
    ({ of: found, by }) => `${found.volume} by ${by}`,
  );
};

describe('a shadow volume is linked', () => {
  test('to the volume on the same blocks of the same disks, whatever its name and the order of the disks', () => {
    expect(links({})).toEqual(['Volume2 by extent']);
    expect(links({ name: 'Volume2', firstBlock: 164 })).toEqual(['Volume4 by extent']);
  });

  test('by its name where no volume is on the same blocks, or blocks are not shown', () => {
    expect(links({ name: 'Volume4', blocks: 99 })).toEqual(['Volume4 by name']);
    expect(links({ name: 'Volume4', firstBlock: null })).toEqual(['Volume4 by name']);
    const unknown = primary.volumes.map((one) => ({ ...one, firstBlock: null, blocks: null }));
    const nothingShown = { firstBlock: null, blocks: null };
    expect(links({ name: 'Volume4', ...nothingShown }, { of: { ...primary, volumes: unknown } })).toEqual([
      'Volume4 by name',
    ]);
    for (const half of [{ firstBlock: null }, { blocks: null }]) {
      const volumes = primary.volumes.map((one) => ({ ...one, ...half }));
      expect(links({ name: 'Volume4', ...half }, { of: { ...primary, volumes } })).toEqual([
        'Volume4 by name',
      ]);
    }
  });

  test('to nothing where neither blocks nor name fit, or the disks are others', () => {
    expect(links({ firstBlock: 9 })).toEqual([]);
    expect(links({ name: 'Volume2' }, { groups: [group('Group9', ['Disk3'], [], 'Class2')] })).toEqual([]);
    const sameDisksElsewhere = [group('Group9', ['Disk3', 'Disk4'], [], 'Class7')];
    expect(links({ name: 'Volume2' }, { groups: sameDisksElsewhere })).toEqual([]);
  });

  test('to nothing where its disks are not shown', () => {
    const of = { ...primary, groups: [] };
    expect(links({ name: 'Volume2' }, { groups: [], of })).toEqual([]);
    expect(links({ name: 'Volume2', group: null }, { groups: [], of })).toEqual([]);
  });

  test('by the single disk that it is on', () => {
    const single = { group: null, disk: 'Disk7' };
    const of = { groups: [], volumes: [volume({ name: 'Volume7', ...single })] };
    expect(links(single, { of })).toEqual(['Volume7 by extent']);
    expect(links({ ...single, disk: 'Disk8' }, { of })).toEqual([]);
    // The group decides where a row names a disk besides.
    expect(links({ disk: 'Disk7' })).toEqual(['Volume2 by extent']);
  });

  test('by the disks of lower groups, of a group that names itself only once', () => {
    const groups = [
      group('Group9', ['Lower', 'Group9'], ['Lower', 'Group9'], 'Class2'),
      group('Lower', ['Disk3', 'Disk4'], [], 'Class2'),
    ];
    expect(links({}, { groups })).toEqual(['Volume2 by extent']);
  });

  test('as the plan says, of the very shadow volume that the plan names', () => {
    const declared = {
      shadow: { class: 'Class2', volume: 'Copy' },
      of: { class: 'Class1', volume: 'Volume1' },
      by: 'plan',
    } as const;
    const copy = volume({ class: 'Class2', group: 'Group9', name: 'Copy' });
    const other = volume({ class: 'Class2', group: 'Group9', name: 'Other', firstBlock: 164 });
    const found = linkShadows(primary, { groups: shadowGroups, volumes: [copy, other] }, [declared]);
    expect(found.map(({ of, by }) => `${of.volume} by ${by}`)).toEqual([
      'Volume1 by plan',
      'Volume4 by extent',
    ]);
  });
});
