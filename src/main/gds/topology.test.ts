import { describe, expect, test } from 'vitest';
import { edited, readFixture } from './fixtures/read-fixture.ts';
import { parseSdxinfo } from './sdxinfo.ts';
import { buildTopology } from './topology.ts';

const primary = readFixture('primary-parted');
const shadow = readFixture('shadow');
const sight = (node: string, text: string) => ({ node, report: parseSdxinfo(text) });

const wholePicture = () =>
  buildTopology({
    primaries: [sight('node1', primary), sight('node2', primary)],
    backup: sight('node3', shadow),
  });

describe('the picture of both domains', () => {
  test('nodes and classes', () => {
    const whole = wholePicture();
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
    const whole = wholePicture();
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
    expect(buildTopology({ primaries: [joined] }).volumes[0]).toMatchObject({
      name: 'Volume1',
      joined: false,
    });
  });

  test('disks, groups, slices and free extents', () => {
    const whole = wholePicture();
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
    expect(whole.groups[1]).toMatchObject({ blocks: 1736704, freeBlocks: 622592, width: null });
    expect(
      whole.slices.map(({ class: name, group, disk, volume, statusOn }) =>
        [
          name,
          group,
          disk,
          volume,
          ...Object.entries(statusOn).map(([node, { word }]) => `${node}=${word}`),
        ].join(' '),
      ),
    ).toEqual([
      'Class1 Group1 Disk1 Volume1 node1=ACTIVE node2=ACTIVE',
      'Class1 Group1 Disk2 Volume1 node1=ACTIVE node2=ACTIVE',
      'Class1 Group2 Disk3 Volume2 node1=STOP node2=STOP',
      'Class2 Group2 Disk3 Volume2 node3=ACTIVE',
    ]);
    expect(whole.extents).toHaveLength(6);
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

  test('a mode is shown where the long form has it', () => {
    const { volumes } = buildTopology({
      primaries: [],
      backup: sight('node3', shadow + readFixture('shadow-with-mode')),
    });
    expect(volumes.map(({ mode, type }) => [mode, type])).toEqual([['ro', 'mirror']]);
  });

  test('a class is shown by each kind of object in it, and by its own row', () => {
    const tables = shadow.split(/\n(?=OBJ)/);
    for (const table of [...tables, 'OBJ NAME\n--- ---\nclass Class2\n'])
      expect(buildTopology({ primaries: [sight('node1', table)] }).classes).toEqual([
        { domain: 'primary', name: 'Class2', nodes: ['node1'] },
      ]);
  });

  test('proxies are those of a master in the same class', () => {
    const other = primary.replaceAll('Class1', 'Class5').replaceAll('Volume2', 'Volume5');
    const { classes, volumes } = buildTopology({ primaries: [sight('node1', primary + other)] });
    expect(classes.map(({ name }) => name)).toEqual(['Class1', 'Class5']);
    expect(volumes.map((volume) => [volume.class, volume.name, volume.proxies])).toEqual([
      ['Class1', 'Volume1', ['Volume2']],
      ['Class1', 'Volume2', []],
      ['Class5', 'Volume1', ['Volume5']],
      ['Class5', 'Volume5', []],
    ]);
  });

  test('blocks without a place or a size are not drawn', () => {
    const titles = 'OBJ NAME CLASS GROUP 1STBLK LASTBLK BLOCKS STATUS\n--- --- --- --- --- --- --- ---\n';
    const rows = ['G1 0 * *', 'G2 * * 10', 'G3 * * *', 'G 20 29 10'].map(
      (blocks) => `volume * C ${blocks} *\n`,
    );
    const { extents } = buildTopology({ primaries: [sight('node1', titles + rows.join(''))] });
    expect(extents).toEqual([
      { domain: 'primary', class: 'C', group: 'G', disk: null, firstBlock: 20, blocks: 10, status: null },
    ]);
  });

  test('a group has the type that its row shows, then that of its disks, then that of its volumes', () => {
    const long =
      'OBJ NAME TYPE CLASS GROUP DISK MASTER PROXY\n--- --- --- --- --- --- --- ---\n' +
      'volume V1 concat C G1 * * *\nvolume V2 stripe C G2 * * *\nvolume V3 stripe C G3 * * *\n';
    const groups =
      'OBJ NAME TYPE CLASS DISKS BLKS\n--- --- --- --- --- ---\n' +
      'group G1 mirror C D1 9\ngroup G2 * C D2 9\ngroup G3 * C D3 9\ngroup G4 * C D4 9\n';
    const disks =
      'OBJ NAME TYPE CLASS GROUP DEVNAM DEVBLKS STATUS\n--- --- --- --- --- --- --- ---\n' +
      'disk D1 switch C G1 a 9 ENABLE\ndisk D2 switch C G2 b 9 ENABLE\n';
    const picture = buildTopology({ primaries: [sight('node1', long + groups + disks)] });
    expect(picture.groups.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'G1 mirror',
      'G2 switch',
      'G3 stripe',
      'G4 null',
    ]);
  });

  test('a group of another class is no lower group, and a group that names itself is not its own', () => {
    const titles = 'OBJ NAME CLASS DISKS BLKS\n--- --- --- --- ---\n';
    const rows = 'group G1 C G2:G1 9\ngroup G2 D X 9\n';
    const { groups } = buildTopology({ primaries: [sight('node1', titles + rows)] });
    expect(groups.map(({ lowerGroups, upperGroup }) => [lowerGroups, upperGroup])).toEqual([
      [[], null],
      [[], null],
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
    const whole = wholePicture();
    expect(JSON.parse(JSON.stringify(whole))).toStrictEqual(whole);
  });

  test('is empty if nothing is there', () => {
    expect(Object.values(buildTopology({ primaries: [] })).flat()).toEqual([]);
  });
});

describe('what nodes tell differently', () => {
  test('statuses and devices are listed by node, and are no disagreement', () => {
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

  test.each<[string, (text: string) => string, string[]]>([
    [
      'the group of a disk',
      (text) => text.replace(/(disk {3}Disk2 .*)Group1/, '$1Group2'),
      ['disk Disk2 group'],
    ],
    ['the type of a disk', (text) => text.replace('Disk2   mirror', 'Disk2   concat'), ['disk Disk2 type']],
    ['the order of disks', (text) => edited(text, 'Disk1:Disk2', 'Disk2:Disk1'), ['group Group1 disks']],
    [
      'the size of a group',
      (text) => text.replace(/(group {2}Group1 .*)1736704/, '$11736705'),
      ['group Group1 blocks'],
    ],
    [
      'the master of a proxy',
      (text) => edited(text, 'Volume1 Part', 'Volume9 Part'),
      ['volume Volume2 master'],
    ],
    [
      'the group of a volume',
      (text) => text.replaceAll(/(volume Volume2 .*)Group2/g, '$1Group1'),
      ['volume Volume2 group'],
    ],
    [
      'the blocks of a volume',
      (text) => text.replace(/(volume Volume2 .* )65536 {2}1114111 {2}1048576/, '$1 65537 1114111 1048575'),
      ['volume Volume2 firstBlock', 'volume Volume2 blocks'],
    ],
    ['what one node does not tell', (text) => edited(text, 'c1t1d3   1736704', 'c1t1d3   *'), []],
  ])('%s', (_what, change, found) => {
    const node2 = change(primary);
    expect(node2).not.toBe(primary);
    const { disagreements } = buildTopology({ primaries: [sight('node1', primary), sight('node2', node2)] });
    expect(disagreements.map(({ object, field }) => `${object} ${field}`)).toEqual(found);
  });

  test('what the first node does not report is taken from another', () => {
    const untold = edited(primary, 'c1t1d3   1736704', '*        *      ');
    const { disks } = buildTopology({ primaries: [sight('node1', untold), sight('node2', primary)] });
    expect(disks[2]).toMatchObject({ name: 'Disk3', blocks: 1736704, deviceOn: { node2: 'c1t1d3' } });
  });

  test('the disk of a volume, and the width of a group', () => {
    const single = readFixture('primary-single');
    const disagreements = (one: string, two: string) =>
      buildTopology({ primaries: [sight('node1', one), sight('node2', two)] }).disagreements.map(
        ({ object, field }) => `${object} ${field}`,
      );
    expect(disagreements(single, single.replace(/(Volume12 single .*)Disk17/, '$1Disk19'))).toEqual([
      'volume Volume12 disk',
    ]);
    const width = (blocks: number) =>
      `OBJ NAME CLASS DISKS BLKS WIDTH\n--- --- --- --- --- ---\ngroup G C D1:D2 9 ${blocks}\n`;
    expect(disagreements(width(32), width(64))).toEqual(['group G width']);
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

  test('a plan takes precedence over what is found', () => {
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
