import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  blockDevice,
  rawDevice,
  sdxinfo,
  sdxproxyBreak,
  sdxproxyJoin,
  sdxproxyPart,
  sdxproxyRejoin,
  sdxproxyRejoinRestore,
  sdxshadowdiskConnect,
  sdxshadowdiskRegister,
  sdxshadowdiskRemove,
  sdxshadowgroupConnect,
  sdxshadowgroupRemove,
  sdxshadowvolumeCreate,
  sdxshadowvolumeRemove,
  sdxshadowvolumeStartWritable,
  sdxshadowvolumeStop,
  sdxvolumeStartOn,
  sdxvolumeStartReadable,
  sdxvolumeStop,
  type Argv,
} from './commands.ts';

const proxy = { class: 'Class1', proxyVolumes: ['Volume2'] };
const shadow = { class: 'Class2', volumes: ['Volume2'] };

describe('the command lines of the guide', () => {
  test.each<[string, () => Argv, string]>([
    [
      '3-1',
      () => sdxinfo({ show: ['volume'], class: 'Class1', object: 'Volume2', long: true }),
      'sdxinfo -V -c Class1 -o Volume2 -e long',
    ],
    [
      '3-1',
      () => sdxinfo({ show: ['slice'], class: 'Class1', object: 'Volume2' }),
      'sdxinfo -S -c Class1 -o Volume2',
    ],
    ['3-3', () => sdxproxyPart(proxy), 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off'],
    [
      '3-5',
      () => sdxvolumeStop({ class: 'Class1', volumes: ['Volume2'] }),
      'sdxvolume -F -c Class1 -v Volume2 -e allnodes',
    ],
    ['4', () => sdxinfo({ class: 'Class1', object: 'Volume2' }), 'sdxinfo -c Class1 -o Volume2'],
    [
      '4',
      () => sdxinfo({ class: 'Class1', object: 'Volume2', long: true }),
      'sdxinfo -c Class1 -o Volume2 -e long',
    ],
    [
      '5',
      () => sdxshadowdiskRegister({ class: 'Class2', disks: [{ device: 'c1t1d3', disk: 'Disk3' }] }),
      'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3',
    ],
    [
      '5',
      () => sdxshadowdiskConnect({ class: 'Class2', group: 'Group2', disks: ['Disk3'] }),
      'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3',
    ],
    [
      '5',
      () => sdxshadowvolumeCreate({ class: 'Class2', group: 'Group2', volume: 'Volume2', blocks: 1_048_576 }),
      'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 1048576',
    ],
    ['6b-1', () => sdxshadowvolumeStop(shadow), 'sdxshadowvolume -F -c Class2 -v Volume2'],
    [
      '6b-1',
      () => sdxshadowvolumeStartWritable(shadow),
      'sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw',
    ],
    [
      '7',
      () => sdxshadowvolumeRemove({ class: 'Class2', volume: 'Volume2' }),
      'sdxshadowvolume -R -c Class2 -v Volume2',
    ],
    [
      '7',
      () => sdxshadowgroupRemove({ class: 'Class2', group: 'Group2' }),
      'sdxshadowgroup -R -c Class2 -g Group2',
    ],
    [
      '7',
      () => sdxshadowdiskRemove({ class: 'Class2', disk: 'Disk3' }),
      'sdxshadowdisk -R -c Class2 -d Disk3',
    ],
    ['8-1', () => sdxproxyRejoin(proxy), 'sdxproxy Rejoin -c Class1 -p Volume2'],
    [
      'of a restore: the master is rebuilt',
      () => sdxproxyRejoinRestore(proxy),
      'sdxproxy RejoinRestore -c Class1 -p Volume2 -e nowaitsync',
    ],
    ['of a restore: the relation ends', () => sdxproxyBreak(proxy), 'sdxproxy Break -c Class1 -p Volume2'],
    [
      'of a restore: a new relation',
      () => sdxproxyJoin({ class: 'Class1', master: 'Volume1', proxy: 'Volume2' }),
      'sdxproxy Join -c Class1 -m Volume1 -p Volume2',
    ],
    [
      'of a comparison',
      () => sdxvolumeStartReadable({ class: 'Class1', volumes: ['Volume2'] }),
      'sdxvolume -N -c Class1 -v Volume2 -e mode=ro',
    ],
    [
      'of a restore: the master starts',
      () => sdxvolumeStartOn({ class: 'Class1', volumes: ['Volume1', 'Volume3'], nodes: ['node1', 'node2'] }),
      'sdxvolume -N -c Class1 -v Volume1,Volume3 -e node=node1:node2',
    ],
  ])('step %s', (_step, build, line) => {
    const argv = build();
    expect(argv.join(' ')).toBe(line);
    expect(argv.every((word) => !word.includes(' '))).toBe(true);
  });

  test('special files', () => {
    expect(rawDevice('Class2', 'Volume2')).toBe('/dev/sfdsk/Class2/rdsk/Volume2');
    expect(blockDevice('Class2', 'Volume2')).toBe('/dev/sfdsk/Class2/dsk/Volume2');
  });

  test('several names are in one argument, in the order given', () => {
    expect(sdxproxyPart({ class: 'Class1', proxyVolumes: ['Volume4', 'Volume2'] })).toContain(
      'Volume4,Volume2',
    );
    const disks = [
      { device: 'c1t1d3', disk: 'Disk3' },
      { device: 'c1t1d4', disk: 'Disk4' },
    ];
    expect(sdxshadowdiskRegister({ class: 'Class2', disks }).at(-1)).toBe('c1t1d3=Disk3,c1t1d4=Disk4');
  });

  test('sdxinfo lists everything without a request, and kinds in one word', () => {
    expect(sdxinfo()).toEqual(['sdxinfo']);
    expect(sdxinfo({ show: ['volume', 'class', 'disk'], class: 'Class2' })).toEqual([
      'sdxinfo',
      '-CDV',
      '-c',
      'Class2',
    ]);
    expect(sdxinfo({ show: ['all'] })).toEqual(['sdxinfo', '-A']);
  });
});

describe('command lines that are refused', () => {
  test('an empty list, which GDS would take for every volume of the class', () => {
    expect(() => sdxvolumeStop({ class: 'Class1', volumes: [] })).toThrow(
      expect.objectContaining({
        code: 'GDS_LIST_EMPTY',
        message: 'sdxvolume -F: no volume is named',
        hint: 'without a name GDS acts on every object of the class, so at least one name must be given',
      }),
    );
    expect(() => sdxproxyPart({ class: 'Class1', proxyVolumes: [] })).toThrow(
      'sdxproxy Part: no proxy volume is named',
    );
    expect(() => sdxproxyRejoin({ class: 'Class1', proxyVolumes: [] })).toThrow('sdxproxy Rejoin: no proxy');
    expect(() => sdxproxyRejoinRestore({ class: 'Class1', proxyVolumes: [] })).toThrow(
      'sdxproxy RejoinRestore: no proxy volume is named',
    );
    expect(() => sdxproxyBreak({ class: 'Class1', proxyVolumes: [] })).toThrow(
      'sdxproxy Break: no proxy volume is named',
    );
    expect(() => sdxvolumeStartReadable({ class: 'Class1', volumes: [] })).toThrow(
      'sdxvolume -N: no volume is named',
    );
    expect(() => sdxvolumeStartOn({ class: 'Class1', volumes: [], nodes: ['node1'] })).toThrow(
      'sdxvolume -N: no volume is named',
    );
    expect(() => sdxshadowdiskRegister({ class: 'Class2', disks: [] })).toThrow('sdxshadowdisk -M: no disk');
    expect(() => sdxshadowdiskConnect({ class: 'Class2', group: 'Group2', disks: [] })).toThrow(
      'sdxshadowdisk -C: no disk is named',
    );
    expect(() => sdxshadowvolumeStop({ class: 'Class2', volumes: [] })).toThrow(
      'sdxshadowvolume -F: no volume',
    );
    expect(() => sdxshadowvolumeStartWritable({ class: 'Class2', volumes: [] })).toThrow(
      'sdxshadowvolume -N: no volume is named',
    );
  });

  test('a start on no node, which would name no place for it', () => {
    expect(() => sdxvolumeStartOn({ class: 'Class1', volumes: ['Volume1'], nodes: [] })).toThrow(
      expect.objectContaining({ code: 'GDS_LIST_EMPTY', message: 'sdxvolume -N: no node is named' }),
    );
  });

  test('a name that GDS does not accept, whatever it names', () => {
    const [bad, good] = ['a b', 'Class1'];
    const builders: [string, () => unknown][] = [
      ['class', () => sdxinfo({ class: bad })],
      ['object', () => sdxinfo({ object: bad })],
      ...[sdxproxyPart, sdxproxyRejoin, sdxproxyRejoinRestore, sdxproxyBreak].flatMap(
        (build): [string, () => unknown][] => [
          ['class', () => build({ class: bad, proxyVolumes: [good] })],
          ['proxy volume', () => build({ class: good, proxyVolumes: [bad] })],
        ],
      ),
      ...[sdxvolumeStop, sdxvolumeStartReadable, sdxshadowvolumeStop, sdxshadowvolumeStartWritable].flatMap(
        (build): [string, () => unknown][] => [
          ['class', () => build({ class: bad, volumes: [good] })],
          ['volume', () => build({ class: good, volumes: [bad] })],
        ],
      ),
      ...[rawDevice, blockDevice].flatMap((build): [string, () => unknown][] => [
        ['class', () => build(bad, good)],
        ['volume', () => build(good, bad)],
      ]),
      ['class', () => sdxproxyJoin({ class: bad, master: good, proxy: good })],
      ['volume', () => sdxproxyJoin({ class: good, master: bad, proxy: good })],
      ['proxy volume', () => sdxproxyJoin({ class: good, master: good, proxy: bad })],
      ['class', () => sdxvolumeStartOn({ class: bad, volumes: [good], nodes: ['node1'] })],
      ['volume', () => sdxvolumeStartOn({ class: good, volumes: [bad], nodes: ['node1'] })],
      ['class', () => sdxshadowdiskRegister({ class: bad, disks: [{ device: 'c1t1d3', disk: good }] })],
      ['disk', () => sdxshadowdiskRegister({ class: good, disks: [{ device: 'c1t1d3', disk: bad }] })],
      ['class', () => sdxshadowdiskConnect({ class: bad, group: good, disks: [good] })],
      ['group', () => sdxshadowdiskConnect({ class: good, group: bad, disks: [good] })],
      ['disk', () => sdxshadowdiskConnect({ class: good, group: good, disks: [bad] })],
      ['class', () => sdxshadowgroupConnect({ class: bad, group: good, lowerGroups: [good] })],
      ['group', () => sdxshadowgroupConnect({ class: good, group: bad, lowerGroups: [good] })],
      ['group', () => sdxshadowgroupConnect({ class: good, group: good, lowerGroups: [bad] })],
      ['class', () => sdxshadowdiskRemove({ class: bad, disk: good })],
      ['disk', () => sdxshadowdiskRemove({ class: good, disk: bad })],
      ['class', () => sdxshadowgroupRemove({ class: bad, group: good })],
      ['group', () => sdxshadowgroupRemove({ class: good, group: bad })],
      ['class', () => sdxshadowvolumeCreate({ class: bad, group: good, volume: good, blocks: 1 })],
      ['group', () => sdxshadowvolumeCreate({ class: good, group: bad, volume: good, blocks: 1 })],
      ['disk', () => sdxshadowvolumeCreate({ class: good, disk: bad, volume: good, blocks: 1 })],
      ['volume', () => sdxshadowvolumeCreate({ class: good, group: good, volume: bad, blocks: 1 })],
      ['class', () => sdxshadowvolumeRemove({ class: bad, volume: good })],
      ['volume', () => sdxshadowvolumeRemove({ class: good, volume: bad })],
    ];
    for (const [what, build] of builders) expect(build).toThrow(`"a b" cannot be the name of a ${what}`);
  });

  test('the least sizes: one block, and stripes of one block', () => {
    const shape = { type: 'stripe', width: 1 } as const;
    expect(sdxshadowdiskConnect({ class: 'Class2', group: 'Group6a', disks: ['Disk11'], shape }).at(-1)).toBe(
      'type=stripe,width=1',
    );
    expect(
      sdxshadowvolumeCreate({ class: 'Class2', group: 'Group2', volume: 'Volume2', blocks: 1 }).at(-1),
    ).toBe('1');
  });

  test('a single disk with a name longer than 28 characters', () => {
    const register = (length: number) =>
      sdxshadowdiskRegister({
        class: 'Class2',
        disks: [{ device: 'c1t1d3', disk: 'D'.repeat(length), single: true }],
      });
    expect(register(28).at(-1)).toBe(`c1t1d3=${'D'.repeat(28)}:single`);
    expect(() => register(29)).toThrow(
      expect.objectContaining({
        message: `"${'D'.repeat(29)}" cannot be the name of a single disk`,
        hint: 'a GDS name has 1 to 28 letters, digits, "-" and "_", and begins with a letter or a digit',
      }),
    );
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53])('a stripe of %d blocks', (width) => {
    const shape = { type: 'stripe', width } as const;
    expect(() =>
      sdxshadowdiskConnect({ class: 'Class2', group: 'Group6a', disks: ['Disk11'], shape }),
    ).toThrow(
      expect.objectContaining({
        code: 'GDS_WIDTH_FORBIDDEN',
        message: `sdxshadowdisk -C: a stripe cannot be ${width} blocks wide`,
      }),
    );
  });

  test('a group of no lower group, or of one twice', () => {
    const nest = (lowerGroups: string[]) =>
      sdxshadowgroupConnect({ class: 'Class2', group: 'Group6', lowerGroups });
    expect(nest(['Group6a', 'Group6b']).join(' ')).toBe(
      'sdxshadowgroup -C -c Class2 -h Group6 -l Group6a,Group6b',
    );
    expect(() => nest([])).toThrow('sdxshadowgroup -C: no group is named');
    expect(() => nest(['Group6a', 'Group6a'])).toThrow('sdxshadowgroup -C: group Group6a is named twice');
  });

  test('a name or a device twice', () => {
    expect(() => sdxproxyPart({ class: 'Class1', proxyVolumes: ['Volume2', 'Volume2'] })).toThrow(
      'sdxproxy Part: proxy volume Volume2 is named twice',
    );
    const disks = [
      { device: 'c1t1d3', disk: 'Disk3' },
      { device: 'c1t1d3', disk: 'Disk4' },
    ];
    expect(() => sdxshadowdiskRegister({ class: 'Class2', disks })).toThrow(
      'sdxshadowdisk -M: device c1t1d3 is named twice',
    );
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity, 2 ** 53])('a shadow volume of %d blocks', (size) => {
    expect(() =>
      sdxshadowvolumeCreate({ class: 'Class2', group: 'Group2', volume: 'Volume2', blocks: size }),
    ).toThrow(
      expect.objectContaining({
        code: 'GDS_SIZE_FORBIDDEN',
        message: `sdxshadowvolume -M: a volume cannot have ${size} blocks`,
      }),
    );
  });

  test('whatever the names, a word of the command line is an option of ours or a safe word', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('Volume2', '-e', 'a,b', 'a=b', 'a b', '$(reboot)', '../x', ''),
    );
    fc.assert(
      fc.property(word, word, word, fc.array(word, { maxLength: 3 }), (one, two, three, more) => {
        const builders = [
          () => sdxinfo({ class: one, object: two }),
          () => sdxproxyPart({ class: one, proxyVolumes: more }),
          () => sdxproxyRejoin({ class: one, proxyVolumes: more }),
          () => sdxproxyRejoinRestore({ class: one, proxyVolumes: more }),
          () => sdxproxyBreak({ class: one, proxyVolumes: more }),
          () => sdxproxyJoin({ class: one, master: two, proxy: three }),
          () => sdxvolumeStop({ class: one, volumes: more }),
          () => sdxvolumeStartReadable({ class: one, volumes: more }),
          () => sdxvolumeStartOn({ class: one, volumes: more, nodes: ['node1'] }),
          () => sdxshadowdiskRegister({ class: one, disks: [{ device: two, disk: three }] }),
          () => sdxshadowdiskConnect({ class: one, group: two, disks: more }),
          () => sdxshadowdiskRegister({ class: one, disks: [{ device: two, disk: three, single: true }] }),
          () =>
            sdxshadowdiskConnect({
              class: one,
              group: two,
              disks: more,
              shape: { type: 'stripe', width: 32 },
            }),
          () => sdxshadowgroupConnect({ class: one, group: two, lowerGroups: more }),
          () => sdxshadowvolumeCreate({ class: one, disk: two, volume: three, blocks: 1 }),
          () => sdxshadowdiskRemove({ class: one, disk: two }),
          () => sdxshadowgroupRemove({ class: one, group: two }),
          () => sdxshadowvolumeCreate({ class: one, group: two, volume: three, blocks: 1 }),
          () => sdxshadowvolumeStop({ class: one, volumes: more }),
          () => sdxshadowvolumeStartWritable({ class: one, volumes: more }),
          () => sdxshadowvolumeRemove({ class: one, volume: two }),
          () => [rawDevice(one, two), blockDevice(one, two)],
        ];
        const ours = /^-([A-Z]+|[a-z])$/;
        const safe = /^(\/dev\/sfdsk\/)?[A-Za-z0-9][A-Za-z0-9._\-,=/:]*$/;
        for (const build of builders) {
          let argv: readonly string[] = [];
          try {
            argv = build();
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^GDS_/) });
          }
          for (const part of argv) expect(ours.test(part) || safe.test(part)).toBe(true);
          expect(argv.some((part) => part.includes('..'))).toBe(false);
        }
      }),
    );
  });
});
