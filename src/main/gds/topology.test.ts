import { describe, expect, test } from 'vitest';
import { edited, readFixture } from './fixtures/read-fixture.ts';
import { parseSdxinfo } from './sdxinfo.ts';
import { buildTopology } from './topology.ts';

const primary = readFixture('primary-parted');
const shadow = readFixture('shadow');
const sight = (node: string, text: string) => ({ node, report: parseSdxinfo(text) });

const whole = buildTopology({
  primaries: [sight('node1', primary), sight('node2', primary)],
  backup: sight('node3', shadow),
});

describe('the picture of both domains', () => {
  test('nodes and classes', () => {
    expect(whole.nodes).toEqual([
      { name: 'node1', domain: 'primary' },
      { name: 'node2', domain: 'primary' },
      { name: 'node3', domain: 'backup' },
    ]);
    expect(whole.classes).toEqual([
      { domain: 'primary', name: 'Class1', nodes: ['node1', 'node2'] },
      { domain: 'backup', name: 'Class2', nodes: ['node3'] },
    ]);
  });

  test('master and proxy know each other', () => {
    expect(whole.volumes).toMatchObject([
      {
        domain: 'primary',
        name: 'Volume1',
        master: null,
        proxies: ['Volume2'],
        joined: false,
        firstBlock: 65536,
      },
      {
        domain: 'primary',
        name: 'Volume2',
        type: 'mirror',
        master: 'Volume1',
        proxies: [],
        joined: false,
        blocks: 1048576,
        proxyOn: { node1: { word: 'Part', known: true }, node2: { word: 'Part', known: true } },
        statusOn: { node1: { word: 'STOP', known: true }, node2: { word: 'STOP', known: true } },
      },
      { domain: 'backup', class: 'Class2', name: 'Volume2', type: null, master: null, mode: null },
    ]);
  });

  test('a proxy is joined where every node that shows it says Join', () => {
    const joined = sight('node1', readFixture('primary-joined'));
    const joinedOf = (...primaries: (typeof joined)[]) =>
      buildTopology({ primaries }).volumes.find(({ name }) => name === 'Volume2')?.joined;
    expect(joinedOf(joined)).toBe(true);
    expect(joinedOf(joined, sight('node2', primary))).toBe(false);
  });

  test('disks, groups, slices and free extents', () => {
    expect(whole.disks.find(({ name }) => name === 'Disk3')).toEqual({
      domain: 'primary',
      class: 'Class1',
      name: 'Disk3',
      type: 'mirror',
      group: 'Group2',
      blocks: 1736704,
      deviceOn: { node1: 'c1t1d3', node2: 'c1t1d3' },
      statusOn: { node1: { word: 'ENABLE', known: true }, node2: { word: 'ENABLE', known: true } },
    });
    expect(whole.groups.map(({ name, type, disks }) => [name, type, disks])).toEqual([
      ['Group1', 'mirror', ['Disk1', 'Disk2']],
      ['Group2', 'mirror', ['Disk3']],
      ['Group2', 'mirror', ['Disk3']],
    ]);
    expect(whole.slices).toHaveLength(4);
    expect(whole.extents.filter(({ domain }) => domain === 'backup')).toEqual([
      {
        domain: 'backup',
        class: 'Class2',
        group: 'Group2',
        disk: null,
        firstBlock: 0,
        blocks: 65536,
        status: { word: 'PRIVATE', known: true },
      },
      {
        domain: 'backup',
        class: 'Class2',
        group: 'Group2',
        disk: null,
        firstBlock: 1114112,
        blocks: 622592,
        status: { word: 'FREE', known: true },
      },
    ]);
  });

  test('a group has the type of its own disks', () => {
    const other = primary.replaceAll('Class1', 'Class5').replace(/^(disk {3}Disk3 {3})mirror/m, '$1stripe');
    const { groups } = buildTopology({ primaries: [sight('node1', primary), sight('node5', other)] });
    expect(groups.map((group) => `${group.class}/${group.name} ${group.type}`)).toEqual([
      'Class1/Group1 mirror',
      'Class1/Group2 mirror',
      'Class5/Group1 mirror',
      'Class5/Group2 stripe',
    ]);
  });

  test('lower groups and the groups that hold them know each other', () => {
    const wide =
      'OBJ NAME CLASS DISKS BLKS WIDTH\n--- --- --- --- --- ---\ngroup Group6a Class1 Disk11:Disk12 3407872 32\n';
    const { groups } = buildTopology({
      primaries: [sight('node1', `${readFixture('primary-nested')}\n${wide}`)],
    });
    expect(
      groups.map(({ name, type, disks, lowerGroups, upperGroup, width }) => [
        name,
        type,
        disks,
        lowerGroups,
        upperGroup,
        width,
      ]),
    ).toEqual([
      ['Group5', 'mirror', ['Disk7'], [], null, null],
      ['Group6', 'mirror', ['Group6a'], ['Group6a'], null, null],
      ['Group6a', 'stripe', ['Disk11', 'Disk12'], [], 'Group6', 32],
    ]);
  });

  test('a volume on a single disk names it', () => {
    const { volumes } = buildTopology({ primaries: [sight('node1', readFixture('primary-single'))] });
    expect(volumes.map(({ name, group, disk, type }) => [name, group, disk, type])).toEqual([
      ['Volume11', null, 'Disk16', 'single'],
      ['Volume12', null, 'Disk17', 'single'],
    ]);
  });

  test('is plain data that survives JSON unchanged', () => {
    expect(JSON.parse(JSON.stringify(whole))).toStrictEqual(whole);
  });

  test('is empty where nothing is there', () => {
    expect(Object.values(buildTopology({ primaries: [] })).flat()).toEqual([]);
  });
});

describe('what nodes tell differently', () => {
  test('statuses and devices stand by node, and are no disagreement', () => {
    const node2 = edited(edited(primary, '1048576 STOP', '1048576 ACTIVE'), 'c1t1d3', 'c9t9d9');
    const topology = buildTopology({ primaries: [sight('node1', primary), sight('node2', node2)] });
    expect(topology.volumes[1]?.statusOn).toMatchObject({
      node1: { word: 'STOP' },
      node2: { word: 'ACTIVE' },
    });
    expect(topology.disks[2]?.deviceOn).toEqual({ node1: 'c1t1d3', node2: 'c9t9d9' });
    expect(topology.disagreements).toEqual([]);
  });

  test('a configuration that is not the same is listed', () => {
    const node2 = edited(primary, 'c1t1d3   1736704', 'c1t1d3   1736705');
    const topology = buildTopology({ primaries: [sight('node1', primary), sight('node2', node2)] });
    expect(topology.disagreements).toEqual([
      { object: 'disk Disk3', field: 'blocks', on: { node1: '1736704', node2: '1736705' } },
    ]);
  });
});

describe('which volume a shadow shows', () => {
  const shadowsOf = (text: string) =>
    buildTopology({ primaries: [sight('node1', primary)], backup: sight('node3', text) }).shadows;

  test('the one on disks of the same names, at the same blocks', () => {
    const renamed = shadow.replaceAll('Volume2', 'Copy2');
    expect(shadowsOf(renamed)).toEqual([
      {
        shadow: { class: 'Class2', volume: 'Copy2' },
        of: { class: 'Class1', volume: 'Volume2' },
        by: 'extent',
      },
    ]);
  });

  test('else the one of the same name, so that a wrong shadow is drawn too', () => {
    const moved = edited(shadow, '65536  1114111  1048576', '196608  1245183  1048576');
    expect(shadowsOf(moved)).toMatchObject([{ of: { volume: 'Volume2' }, by: 'name' }]);
  });

  test('also on single disks, and below lower groups of other names', () => {
    const shadowsIn = (sample: string, change = (text: string) => text) =>
      buildTopology({
        primaries: [sight('node1', readFixture(`primary-${sample}`))],
        backup: sight('node3', change(readFixture(`shadow-${sample}`))),
      }).shadows.map(({ shadow: { volume }, of, by }) => `${volume} ${of.volume} ${by}`);
    expect(shadowsIn('single')).toEqual(['Volume12 Volume12 extent']);
    expect(shadowsIn('nested', (text) => text.replaceAll('Group6a', 'Lower'))).toEqual([
      'Volume8 Volume8 extent',
    ]);
  });

  test('none on disks of other names', () => {
    expect(shadowsOf(shadow.replaceAll('Disk3', 'Disk9'))).toEqual([]);
  });

  test('a plan goes before what is found', () => {
    const link = {
      shadow: { class: 'Class2', volume: 'Volume2' },
      of: { class: 'Class1', volume: 'Volume1' },
      by: 'plan' as const,
    };
    const elsewhere = { ...link, shadow: { class: 'Class9', volume: 'Volume2' } };
    const primaries = [sight('node1', primary)];
    const backup = sight('node3', shadow);
    expect(buildTopology({ primaries, backup, shadowOf: [elsewhere, link] }).shadows).toEqual([link]);
  });
});
