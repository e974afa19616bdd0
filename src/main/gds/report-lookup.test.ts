import { describe, expect, test } from 'vitest';
import {
  disksOfGroup,
  extentsOfPlace,
  findDisk,
  findGroup,
  findVolume,
  isSamePlace,
  slicesOfVolume,
} from './report-lookup.ts';
import { readFixture } from './fixtures/read-fixture.ts';
import { parseSdxinfo } from './sdxinfo.ts';

const titles =
  'OBJ NAME TYPE CLASS GROUP DISK MASTER PROXY 1STBLK LASTBLK BLOCKS STATUS\n' +
  '--- --- --- --- --- --- --- --- --- --- --- ---\n';
const shortTitles = 'OBJ NAME CLASS GROUP 1STBLK LASTBLK BLOCKS STATUS\n--- --- --- --- --- --- --- ---\n';

describe('objects of one name in two classes', () => {
  const foreign = readFixture('primary-parted').replaceAll('Class1', 'Class0');
  const report = parseSdxinfo(foreign + readFixture('primary-parted'));

  test('each look-up finds the one of its own class', () => {
    expect(findVolume(report, 'Class1', 'Volume2')?.class).toBe('Class1');
    expect(findGroup(report, 'Class1', 'Group2')?.class).toBe('Class1');
    expect(findDisk(report, 'Class1', 'Disk3')?.class).toBe('Class1');
    const classesOf = (objects: readonly { class: string }[]) => objects.map((object) => object.class);
    expect(classesOf(disksOfGroup(report, 'Class1', 'Group1'))).toEqual(['Class1', 'Class1']);
    expect(classesOf(slicesOfVolume(report, 'Class1', 'Volume2'))).toEqual(['Class1']);
    expect(classesOf(extentsOfPlace(report, 'Class1', { group: 'Group2' }))).toEqual(['Class1', 'Class1']);
  });
});

describe('places', () => {
  test('a group and a disk of the same name are two places, and an unknown place is none', () => {
    expect(isSamePlace({ group: 'One' }, { group: 'One' })).toBe(true);
    expect(isSamePlace({ disk: 'One' }, { disk: 'One' })).toBe(true);
    expect(isSamePlace({ disk: 'One' }, { disk: 'Two' })).toBe(false);
    expect(isSamePlace({ group: 'One' }, { disk: 'One' })).toBe(false);
    expect(isSamePlace({ group: 'One' }, undefined)).toBe(false);
    expect(isSamePlace(undefined, { disk: 'One' })).toBe(false);
    expect(isSamePlace(undefined, undefined)).toBe(false);
  });
});

describe('blocks of a single disk that belong to no volume', () => {
  const of = (text: string, disk = 'Disk1') =>
    extentsOfPlace(parseSdxinfo(text), 'Class1', { disk }).map(
      ({ disk: own, firstBlock, status }) => `${own ?? '-'} ${firstBlock ?? '-'} ${status?.word ?? '-'}`,
    );
  const others =
    'volume * mirror Class1 Group1 * * * 0 9 10 PRIVATE\nvolume * single Class7 * Disk1 * * 0 9 10 PRIVATE\n';

  test('are those that name the disk, where the long form does', () => {
    const rows =
      'volume * single Class1 * Disk1 * * 0 9 10 PRIVATE\n' +
      'volume * single Class1 * Disk2 * * 0 19 20 PRIVATE\n' +
      'volume * single Class1 * Disk1 * * 20 29 10 FREE\n' +
      'volume * single Class1 * * * * 30 39 10 ODD\n';
    expect(of(titles + others + rows)).toEqual(['Disk1 0 PRIVATE', 'Disk1 20 FREE']);
    expect(of(titles + others + rows, 'Disk2')).toEqual(['Disk2 0 PRIVATE']);
    expect(of(titles + others + rows, 'Disk3')).toEqual(['- 30 ODD']);
  });

  test('are all that are not free, where no row names the disk and its blocks, not their owner', () => {
    const rows =
      'volume * Class1 * 0 9 10 PRIVATE\nvolume * Class1 * 20 29 10 FREE\nvolume * Class1 * 30 39 10 ODD\n' +
      'volume * Class1 Group1 40 49 10 ODD\nvolume * Class7 * 50 59 10 ODD\nvolume * Class1 * 60 69 10 *\n';
    const placeless = `${titles}volume * single Class1 * Disk1 * * * * * PRIVATE\n`;
    const expected = ['- 0 PRIVATE', '- 30 ODD', '- 60 -'];
    expect(of(shortTitles + rows)).toEqual(expected);
    expect(of(shortTitles + rows + placeless)).toEqual(expected);
  });
});
