import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  blockDevice,
  rawDevice,
  sdxinfo,
  sdxproxyPart,
  sdxproxyRejoin,
  sdxshadowdiskConnect,
  sdxshadowdiskRegister,
  sdxshadowdiskRemove,
  sdxshadowgroupConnect,
  sdxshadowgroupRemove,
  sdxshadowvolumeCreate,
  sdxshadowvolumeRemove,
  sdxshadowvolumeStartWritable,
  sdxshadowvolumeStop,
  sdxvolumeStop,
} from './commands.ts';

const proxy = { class: 'Class1', proxyVolumes: ['Volume2'] };
const shadow = { class: 'Class2', volumes: ['Volume2'] };

describe('the command lines of the guide', () => {
  test.each([
    [
      '3-1',
      sdxinfo({ show: ['volume'], class: 'Class1', object: 'Volume2', long: true }),
      'sdxinfo -V -c Class1 -o Volume2 -e long',
    ],
    [
      '3-1',
      sdxinfo({ show: ['slice'], class: 'Class1', object: 'Volume2' }),
      'sdxinfo -S -c Class1 -o Volume2',
    ],
    ['3-3', sdxproxyPart(proxy), 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off'],
    [
      '3-5',
      sdxvolumeStop({ class: 'Class1', volumes: ['Volume2'] }),
      'sdxvolume -F -c Class1 -v Volume2 -e allnodes',
    ],
    ['4', sdxinfo({ class: 'Class1', object: 'Volume2' }), 'sdxinfo -c Class1 -o Volume2'],
    [
      '4',
      sdxinfo({ class: 'Class1', object: 'Volume2', long: true }),
      'sdxinfo -c Class1 -o Volume2 -e long',
    ],
    [
      '5',
      sdxshadowdiskRegister({ class: 'Class2', disks: [{ device: 'c1t1d3', disk: 'Disk3' }] }),
      'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3',
    ],
    [
      '5',
      sdxshadowdiskConnect({ class: 'Class2', group: 'Group2', disks: ['Disk3'] }),
      'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3',
    ],
    [
      '5',
      sdxshadowvolumeCreate({ class: 'Class2', group: 'Group2', volume: 'Volume2', blocks: 1_048_576 }),
      'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 1048576',
    ],
    ['6b-1', sdxshadowvolumeStop(shadow), 'sdxshadowvolume -F -c Class2 -v Volume2'],
    ['6b-1', sdxshadowvolumeStartWritable(shadow), 'sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw'],
    [
      '7',
      sdxshadowvolumeRemove({ class: 'Class2', volume: 'Volume2' }),
      'sdxshadowvolume -R -c Class2 -v Volume2',
    ],
    [
      '7',
      sdxshadowgroupRemove({ class: 'Class2', group: 'Group2' }),
      'sdxshadowgroup -R -c Class2 -g Group2',
    ],
    ['7', sdxshadowdiskRemove({ class: 'Class2', disk: 'Disk3' }), 'sdxshadowdisk -R -c Class2 -d Disk3'],
    ['8-1', sdxproxyRejoin(proxy), 'sdxproxy Rejoin -c Class1 -p Volume2'],
  ])('step %s', (_step, argv, line) => {
    expect(argv.join(' ')).toBe(line);
    expect(argv.every((word) => !word.includes(' '))).toBe(true);
  });

  test('special files', () => {
    expect(rawDevice('Class2', 'Volume2')).toBe('/dev/sfdsk/Class2/rdsk/Volume2');
    expect(blockDevice('Class2', 'Volume2')).toBe('/dev/sfdsk/Class2/dsk/Volume2');
  });

  test('several names stand in one argument, in the order given', () => {
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
          () => sdxvolumeStop({ class: one, volumes: more }),
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
