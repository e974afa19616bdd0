import { describe, expect, test } from 'vitest';
import { edited, readFixture } from './fixtures/read-fixture.ts';
import { parseSdxinfo } from './sdxinfo.ts';

describe('samples of the GDS guide', () => {
  test('a joined proxy in the long form has its master and its state, and no blocks', () => {
    const { volumes, extents } = parseSdxinfo(readFixture('guide-volume-long'));
    expect(volumes).toHaveLength(1);
    expect(volumes[0]).toMatchObject({
      name: 'Volume2',
      type: 'mirror',
      class: 'Class1',
      group: 'Group2',
      disk: undefined,
      master: 'Volume1',
      proxy: { word: 'Join', known: true },
      firstBlock: undefined,
      status: undefined,
      unknownColumns: {},
    });
    expect(volumes[0]?.columns).toContain('DISK');
    expect(volumes[0]?.columns).not.toContain('1STBLK');
    // Two rows without blocks tell the same nothing.
    expect(extents).toHaveLength(1);
  });

  test('the default form has the blocks, and the reserved area is no volume', () => {
    const { volumes, extents } = parseSdxinfo(readFixture('guide-volume-default'));
    expect(volumes.map(({ name }) => name)).toEqual(['Volume1']);
    expect(volumes[0]).toMatchObject({
      skip: 'off',
      jrm: 'on',
      firstBlock: 65536,
      lastBlock: 17596415,
      blocks: 17530880,
      status: { word: 'INVALID', known: true },
    });
    expect(extents).toMatchObject([
      {
        class: 'Class1',
        group: 'Group1',
        firstBlock: 0,
        blocks: 65536,
        status: { word: 'PRIVATE', known: true },
      },
    ]);
  });

  test('a group names its disks in order', () => {
    expect(parseSdxinfo(readFixture('guide-group')).groups).toMatchObject([
      {
        name: 'Group1',
        class: 'Class1',
        disks: ['Disk1', 'Disk2'],
        blocks: 17596416,
        freeBlocks: 0,
        spare: '0',
      },
    ]);
  });

  test('a group has its stripe width where that is shown, and is a number', () => {
    const widthOf = (cell: string) =>
      parseSdxinfo(
        `OBJ NAME CLASS DISKS BLKS WIDTH\n--- --- --- --- --- ---\ngroup Group6a Class1 Disk11:Disk12 900 ${cell}\n`,
      ).groups[0]?.width;
    expect(['8', '32', '2048', '999999999999999'].map(widthOf)).toEqual([8, 32, 2048, 999_999_999_999_999]);
    for (const cell of ['*', '0', '-', '16K', '-32', '0x32', '032', '1000000000000000'])
      expect(widthOf(cell)).toBeUndefined();
    expect(parseSdxinfo(readFixture('guide-group')).groups[0]?.width).toBeUndefined();
  });

  test('disks tell device, size and the nodes that reach them', () => {
    const { disks } = parseSdxinfo(readFixture('guide-disk'));
    expect(disks).toMatchObject([
      {
        name: 'Disk1',
        device: 'c1t1d0',
        blocks: 17596416,
        connectedTo: ['node1'],
        status: { word: 'ENABLE' },
      },
      { name: 'Disk2', device: 'c2t3d0', type: 'mirror', group: 'Group1', status: { word: 'DISABLE' } },
    ]);
  });

  test('slices have no name of their own', () => {
    expect(parseSdxinfo(readFixture('guide-slice')).slices).toMatchObject([
      {
        class: 'Class1',
        group: 'Group2',
        disk: 'Disk3',
        volume: 'Volume2',
        status: { word: 'STOP', known: true },
      },
    ]);
    expect(parseSdxinfo(readFixture('guide-slices-invalid')).slices.map(({ status }) => status.word)).toEqual(
      ['ACTIVE', 'INVALID'],
    );
  });
});

describe('other forms of output', () => {
  test('every kind of object in one output, the volume joined from both forms', () => {
    const report = parseSdxinfo(readFixture('primary-joined'));
    expect(report.disks.map(({ name }) => name)).toEqual(['Disk1', 'Disk2', 'Disk3']);
    expect(report.volumes).toHaveLength(2);
    expect(report.volumes[1]).toMatchObject({
      name: 'Volume2',
      firstBlock: 65536,
      blocks: 1048576,
      master: 'Volume1',
      proxy: { word: 'Join' },
      status: { word: 'STOP' },
    });
    expect(report.extents).toHaveLength(4);
  });

  test('unknown columns, unknown words, another order and empty cells are kept as printed', () => {
    const { slices, disks, messages } = parseSdxinfo(readFixture('unknown-words'));
    expect(slices[0]).toMatchObject({
      disk: 'Disk3',
      status: { word: 'THAWING', known: false },
      unknownColumns: { WEIGHT: '7' },
    });
    expect(disks).toMatchObject([
      { name: 'Disk3', device: 'emcpower1', blocks: undefined, status: { word: 'RESTING', known: false } },
      { name: 'Disk9', device: 'sda', type: 'undef', group: undefined, connectedTo: undefined },
    ]);
    expect(messages).toHaveLength(2);
  });

  test('a long form that continues after PROXY gives mode and blocks as well', () => {
    const { volumes, extents } = parseSdxinfo(readFixture('shadow-with-mode'));
    expect(volumes[0]).toMatchObject({
      mode: 'ro',
      blocks: 1048576,
      proxy: undefined,
      unknownColumns: { PSLICE: 'off', FUNC: '*' },
    });
    expect(extents.map(({ status }) => status?.word)).toEqual(['PRIVATE', 'FREE']);
  });

  test('an extent that is reported in part is kept as far as it is reported', () => {
    const text = edited(readFixture('guide-volume-default'), '65536 17596415 17530880', '65536 * 17530880');
    expect(parseSdxinfo(text).volumes[0]).toMatchObject({
      firstBlock: 65536,
      lastBlock: undefined,
      blocks: 17530880,
    });
  });

  test('classes need no more than their name', () => {
    const text = 'OBJ NAME TYPE SCOPE SPARE\n--- --- --- --- ---\nclass Class1 shared node1:node2 0\n';
    expect(parseSdxinfo(text).classes).toMatchObject([
      { name: 'Class1', type: 'shared', scope: 'node1:node2', spare: '0' },
    ]);
  });

  test('header-only tables hold no objects, whatever their columns', () => {
    const report = parseSdxinfo(`${readFixture('header-only')}OBJ WHATEVER\n--- ---\n`);
    expect(Object.values(report).flat()).toEqual([]);
  });

  test('a column may have the name of a property of every object', () => {
    const text = 'OBJ NAME __proto__ constructor\n--- --- --- ---\nclass Class1 a b\n';
    const unknown = parseSdxinfo(text).classes[0]?.unknownColumns ?? {};
    expect(Object.entries(unknown)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });
});

describe('output that is refused', () => {
  test.each([
    ['guide-disk', 'DEVBLKS', 'disk'],
    ['guide-group', 'DISKS', 'group'],
    ['guide-slice', 'VOLUME', 'slice'],
    ['guide-volume-default', '1STBLK', 'volume'],
    ['guide-volume-long', 'MASTER', 'volume'],
  ])('%s without its column %s', (name, column, table) => {
    const text = edited(readFixture(name), ` ${column} `, ' ELSEWHERE ');
    const columns = text
      .split('\n')[0]
      ?.split(/ +/)
      .filter((word) => word !== '...');
    expect(() => parseSdxinfo(text)).toThrow(
      expect.objectContaining({
        code: 'SDXINFO_COLUMN_MISSING',
        message: `sdxinfo: the ${table} table has no column ${column}`,
        hint: `the columns shown are ${columns?.join(' ')}; this release of GDS may print a format that Shadowtape does not know`,
      }),
    );
  });

  test('blocks that do not add up', () => {
    const text = edited(readFixture('guide-volume-default'), '17530880', '17530879');
    expect(() => parseSdxinfo(text)).toThrow(
      'sdxinfo: line 4 cannot be read: BLOCKS is not LASTBLK - 1STBLK + 1: ' +
        '"volume Volume1 Class1  Group1  off  on     65536 17596415 17530879 INVALID"',
    );
  });

  test('an extent of no blocks', () => {
    const text = edited(readFixture('guide-volume-default'), '0    65535    65536', '1 0 0');
    expect(() => parseSdxinfo(text)).toThrow('BLOCKS is not LASTBLK - 1STBLK + 1');
  });

  test.each(['-5', '12x', '0x10', '1e5', '99999999999999999999', '٣'])(
    '%s where a number belongs',
    (word) => {
      const text = edited(readFixture('guide-group'), '       0     0', `${word} 0`);
      expect(() => parseSdxinfo(text)).toThrow('FREEBLKS is not a number of blocks');
    },
  );

  test('an object without a name, a disk without a status, a list with a hole', () => {
    expect(() => parseSdxinfo('OBJ NAME\n--- ---\nclass *\n')).toThrow('NAME is empty');
    expect(() => parseSdxinfo(edited(readFixture('guide-disk'), 'DISABLE', '*'))).toThrow('STATUS is empty');
    expect(() => parseSdxinfo(edited(readFixture('guide-group'), 'Disk1:Disk2', 'Disk1::Disk2'))).toThrow(
      'DISKS has an empty name in its list',
    );
  });

  test('rows of an unknown kind, or of two kinds in one table', () => {
    expect(() => parseSdxinfo('OBJ NAME\n--- ---\nproxy Volume2\n')).toThrow(
      '"proxy" is not a known kind of object',
    );
    expect(() => parseSdxinfo('OBJ NAME\n--- ---\ntoString Volume2\n')).toThrow(
      '"toString" is not a known kind of object',
    );
    expect(() => parseSdxinfo('OBJ NAME\n--- ---\nclass Class1\ndisk Disk1\n')).toThrow(
      'sdxinfo: line 4 cannot be read: a row of another kind is in the class table: "disk Disk1"',
    );
  });
});
