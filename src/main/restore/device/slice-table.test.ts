import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedIn, parseSliceTable, rawSlice, sharingBlocks, sliceOfVeritas } from './slice-table.ts';

/** As prtvtoc(1M) of Solaris 9 shows a disk. */
const printed = `* /dev/rdsk/c0t0d0s2 partition map
*
* Dimensions:
*     512 bytes/sector
*      63 sectors/track
*   14087 accessible cylinders
*
* Flags:
*   1: unmountable
*  10: read-only
*
*                          First     Sector    Last
* Partition  Tag  Flags    Sector     Count    Sector  Mount Directory
       0      2    00    1049328   8389656   9438983   /
       1      3    01          0   1049328   1049327
       2      5    00          0  71127180  71127179
       7      8    00    9438984  61688196  71127179   /export/home
`;

describe('the table of a disk', () => {
  const table = parseSliceTable(printed);

  it('has each slice with its sectors and its mount directory', () => {
    expect(table?.sectorBytes).toBe(512);
    expect(table?.slices[0]).toEqual({
      number: 0,
      tag: 2,
      first: 1_049_328,
      count: 8_389_656,
      directory: '/',
    });
    expect(table?.slices.map(({ number }) => number)).toEqual([0, 1, 2, 7]);
  });

  it.each([
    [0, [0, 2]],
    [1, [1, 2]],
    [2, [0, 1, 2, 7]],
    [7, [2, 7]],
  ])('slice %i shares its blocks with %j', (number, others) => {
    const slice = table?.slices.find((each) => each.number === number);
    expect(table && slice && sharingBlocks(table, slice).map((each) => each.number)).toEqual(others);
  });

  it('may have two digits in the number of a slice', () => {
    const sixteen = parseSliceTable(`${printed}      15     11    00   61688196       100  61688295\n`);
    expect(sixteen?.slices.at(-1)?.number).toBe(15);
  });

  it('is not parsed from anything else', () => {
    const [heading = '', ...slices] = printed.split(/(?=^ )/m);
    expect(parseSliceTable(heading)).toBeUndefined();
    expect(parseSliceTable(slices.join(''))).toBeUndefined();
    expect(parseSliceTable('')).toBeUndefined();
    expect(parseSliceTable('prtvtoc: /dev/rdsk/c9t0d0s2: No such device or address\n')).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseSliceTable(text)).toBeUndefined();
      }),
    );
  });
});

/** As prtvtoc(1M) shows disks of Veritas Volume Manager: a sliced one, and one of format cdsdisk (Veritas, article 100015338). */
const veritas = (...slices: string[]) => `*     512 bytes/sector\n${slices.join('\n')}\n`;
const whole = '     2          5    01          0  17912364  17912363';

it.each([
  [
    3,
    [
      whole,
      '     3         15    01          0      3012      3011',
      '     4         14    01       3012  17909352  17912363',
    ],
  ],
  [7, [whole, '     7         15    01          0  17912364  17912363']],
  [4, ['     4         14    01       3012  17909352  17912363']],
  [undefined, [whole, '     4         13    01       3012  17909352  17912363']],
])('slice %s shows that the disk belongs to Veritas Volume Manager', (number, slices) => {
  const table = parseSliceTable(veritas(...slices));
  expect(table?.slices).toHaveLength(slices.length);
  expect(table && sliceOfVeritas(table)?.number).toBe(number);
});

it.each([
  ['/dev/rdsk/c1t1d0s2', { disk: 'c1t1d0', number: 2 }],
  ['/dev/rdsk/c0d0s15', { disk: 'c0d0', number: 15 }],
  ['/dev/rdsk/c10t0d12s0', { disk: 'c10t0d12', number: 0 }],
  ['/tmp/dev/rdsk/c1t1d0s2', undefined],
  ['/dev/rdsk/c1t1d0s2.old', undefined],
  ['/dev/rdsk/c4t600A0B800026D1E6d0s6', { disk: 'c4t600A0B800026D1E6d0', number: 6 }],
  ['/dev/dsk/c1t1d0s2', undefined],
  ['/dev/rdsk/../dsk/c1t1d0s2', undefined],
  ['/dev/sfdsk/Class1/rdsk/Volume1', undefined],
  ['/dev/rdsk/c1t1d0', undefined],
])('%s', (path, name) => {
  expect(rawSlice(path)).toEqual(name);
});

it.each([
  ['/dev/dsk/c0t0d0s0\t/\tufs\trw\t1104537600\n', [0, 2], ['/dev/dsk/c0t0d0s0']],
  ['/dev/dsk/c0t0d0s0\t/\tufs\trw\t1104537600\n', [1, 2], []],
  ['/dev/dsk/c10t0d0s0\t/\tufs\trw\t1104537600\n', [0], []],
  ['/export/c0t0d0s0.image file\n', [0], []],
  ['tank ONLINE\n  c0t0d0  ONLINE 0 0 0\n', [7], ['c0t0d0']],
  ['d10 1 1 c0t0d0s7\n', [7], ['c0t0d0s7']],
])('in %j, slices %j are named by %j', (text, shared, named) => {
  expect(namedIn(text, 'c0t0d0', shared)).toEqual(named);
});

it.each(['c10t0d12', 'c0d0', 'c4t600A0B800026D1E6d0'])(
  'the disk %s is named by its slices and alone',
  (disk) => {
    const text = `/dev/dsk/${disk}s15 / ufs\n${disk} ONLINE\n/dev/dsk/${disk}s1 /app ufs\n`;
    expect(namedIn(text, disk, [15])).toEqual([`/dev/dsk/${disk}s15`, disk]);
  },
);
