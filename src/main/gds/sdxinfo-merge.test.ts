import { describe, expect, test } from 'vitest';
import { edited, readFixture } from './fixtures/read-fixture.ts';
import { parseSdxinfo } from './sdxinfo.ts';
import { mergeReports } from './sdxinfo-merge.ts';
import { emptyReport } from './sdxinfo-objects.ts';

const defaultForm = readFixture('shadow');
const longForm = readFixture('shadow-with-mode');

describe('two queries of the same node', () => {
  test('the default and the long form together tell all of a volume', () => {
    const merged = mergeReports(parseSdxinfo(defaultForm), parseSdxinfo(longForm));
    expect(merged.volumes).toHaveLength(1);
    expect(merged.volumes[0]).toMatchObject({
      type: 'mirror',
      mode: 'ro',
      firstBlock: 65536,
      status: { word: 'ACTIVE', known: true },
      unknownColumns: { PSLICE: 'off', FUNC: '*' },
    });
    expect(merged.volumes[0]?.columns).toEqual(expect.arrayContaining(['1STBLK', 'MODE', 'PROXY']));
    expect(merged.extents).toHaveLength(2);
    expect(merged.slices).toHaveLength(1);
  });

  test('the order of the looks does not matter', () => {
    const [one, other] = [parseSdxinfo(defaultForm), parseSdxinfo(longForm)];
    const sorted = (report: ReturnType<typeof parseSdxinfo>) =>
      report.volumes.map((volume) => ({ ...volume, columns: [...volume.columns].sort() }));
    expect(sorted(mergeReports(one, other))).toEqual(sorted(mergeReports(other, one)));
  });

  test('a status that changed between them is no status', () => {
    const later = parseSdxinfo(edited(longForm, 'ACTIVE', 'STOP'));
    expect(() => mergeReports(parseSdxinfo(defaultForm), later)).toThrow(
      expect.objectContaining({
        code: 'SDXINFO_CONTRADICTS',
        message: 'sdxinfo shows volume Volume2 of class Class2 with STATUS ACTIVE and with STATUS STOP',
        hint: 'the state changed between two queries: run the command again',
      }),
    );
  });

  test('a proxy that was parted between them is noticed, and so is one that was none', () => {
    const joined = parseSdxinfo(readFixture('primary-joined'));
    expect(() => mergeReports(joined, parseSdxinfo(readFixture('primary-parted')))).toThrow(
      'sdxinfo shows volume Volume2 of class Class1 with PROXY Join and with PROXY Part',
    );
    const single = edited(readFixture('guide-volume-long'), 'Volume1 Join', '*       *   ');
    expect(() => mergeReports(joined, parseSdxinfo(single))).toThrow('with MASTER Volume1 and with MASTER *');
  });

  test('the disks of a group, an extent and an unknown column must agree too', () => {
    const group = readFixture('guide-group');
    expect(() =>
      mergeReports(parseSdxinfo(group), parseSdxinfo(edited(group, 'Disk1:Disk2', 'Disk2:Disk1'))),
    ).toThrow('sdxinfo shows group Group1 of class Class1 with DISKS Disk1:Disk2 and with DISKS Disk2:Disk1');
    expect(() =>
      mergeReports(parseSdxinfo(defaultForm), parseSdxinfo(edited(defaultForm, 'FREE\n', 'PRIVATE\n'))),
    ).toThrow(
      'sdxinfo shows block 1114112 of Group2 of class Class2 with STATUS FREE and with STATUS PRIVATE',
    );
    expect(() =>
      mergeReports(parseSdxinfo(longForm), parseSdxinfo(edited(longForm, 'ACTIVE   off', 'ACTIVE   on'))),
    ).toThrow('with PSLICE off and with PSLICE on');
    const twice = mergeReports(parseSdxinfo(longForm), parseSdxinfo(longForm));
    expect(twice.volumes).toEqual(parseSdxinfo(longForm).volumes);
  });

  test('one output that shows an object twice, in two states, is refused', () => {
    const slices = readFixture('guide-slice');
    expect(() => parseSdxinfo(`${slices}slice  Class1  Group2  Disk3   Volume2 COPY\n`)).toThrow(
      'sdxinfo shows slice Disk3.Volume2 of class Class1 with STATUS STOP and with STATUS COPY',
    );
    expect(parseSdxinfo(`${slices}slice  Class1  Group2  Disk3   Volume2 STOP\n`).slices).toHaveLength(1);
  });

  test('objects of the same name in two classes stay two', () => {
    const merged = mergeReports(parseSdxinfo(defaultForm), parseSdxinfo(readFixture('primary-parted')));
    expect(merged.volumes.map((volume) => `${volume.class}/${volume.name}`)).toEqual([
      'Class2/Volume2',
      'Class1/Volume1',
      'Class1/Volume2',
    ]);
  });

  test('objects whose class and name are alike only when written together stay two', () => {
    const titles = 'OBJ NAME CLASS GROUP 1STBLK LASTBLK BLOCKS STATUS\n--- --- --- --- --- --- --- ---\n';
    const rows = 'volume V C1 G 0 9 10 STOP\nvolume 1V C G 20 29 10 ACTIVE\n';
    expect(parseSdxinfo(titles + rows).volumes).toHaveLength(2);
  });

  test('free blocks outside any group stay apart, since it is not known on which disk they are', () => {
    const free = (last: number) =>
      parseSdxinfo(
        'OBJ NAME CLASS GROUP 1STBLK LASTBLK BLOCKS STATUS\n--- --- --- --- --- --- --- ---\n' +
          `volume * Class1 * 0 ${last} ${last + 1} FREE\n`,
      );
    const { extents } = mergeReports(free(9), free(99), free(9));
    expect(extents.map(({ blocks }) => blocks)).toEqual([10, 100]);
  });

  test('blocks of a single disk, reported by the long form, are not listed a second time without their disk', () => {
    const short = parseSdxinfo(
      'OBJ NAME CLASS GROUP 1STBLK LASTBLK BLOCKS STATUS\n--- --- --- --- --- --- --- ---\n' +
        'volume * Class1 * 0 9 10 PRIVATE\nvolume * Class1 * 20 29 10 FREE\nvolume * Class9 * 0 9 10 PRIVATE\n',
    );
    const long = parseSdxinfo(
      'OBJ NAME TYPE CLASS GROUP DISK MASTER PROXY 1STBLK LASTBLK BLOCKS STATUS\n--- --- --- --- --- --- --- --- --- --- --- ---\n' +
        'volume * single Class1 * Disk1 * * 0 9 10 PRIVATE\nvolume * single Class1 * Disk2 * * 0 9 10 PRIVATE\n',
    );
    expect(
      mergeReports(short, long).extents.map(({ class: name, disk, firstBlock }) => [name, disk, firstBlock]),
    ).toEqual([
      ['Class1', undefined, 20],
      ['Class9', undefined, 0],
      ['Class1', 'Disk1', 0],
      ['Class1', 'Disk2', 0],
    ]);
  });

  test('an extent without blocks goes only where blocks of the very same group are shown', () => {
    const titles = 'OBJ NAME CLASS GROUP 1STBLK LASTBLK BLOCKS STATUS\n--- --- --- --- --- --- --- ---\n';
    const long = 'OBJ NAME TYPE CLASS GROUP DISK MASTER PROXY\n--- --- --- --- --- --- --- ---\n';
    const known = parseSdxinfo(`${titles}volume * Class1 Group1 0 9 10 PRIVATE\n`);
    const blind = ['Class1 Group1', 'Class1 Group2', 'Class7 Group1', 'Class1 *'];
    const rows = blind.map((place) => `volume * mirror ${place} * * *\n`).join('');
    const { extents } = mergeReports(known, parseSdxinfo(long + rows));
    expect(
      extents.map(({ class: name, group, firstBlock }) => `${name} ${group ?? '*'} ${firstBlock ?? '*'}`),
    ).toEqual(['Class1 Group1 0', 'Class1 Group2 *', 'Class7 Group1 *', 'Class1 * *']);
  });

  test('blocks of a group are kept in addition to those of a disk at the same place', () => {
    const long =
      'OBJ NAME TYPE CLASS GROUP DISK MASTER PROXY 1STBLK LASTBLK BLOCKS STATUS\n--- --- --- --- --- --- --- --- --- --- --- ---\n';
    const rows = [
      'Class1 * Disk1 * * 0 9 10',
      'Class1 Group1 * * * 0 9 10',
      'Class1 * * * * 0 19 20',
      'Class1 * Disk1 * * 30 39 10',
      'Class1 * * * * 50 59 10',
      'Class1 * * * * * * *',
    ];
    const text = long + rows.map((row) => `volume * mirror ${row} PRIVATE\n`).join('');
    const places = mergeReports(parseSdxinfo(text)).extents.map(
      ({ group, disk, blocks }) => `${group ?? disk ?? '*'} ${blocks ?? '*'}`,
    );
    expect(places).toEqual(['Disk1 10', 'Group1 10', '* 20', 'Disk1 10', '* 10']);
    const groupFirst = long + `volume * mirror Class1 Group1 Disk1 * * 0 9 10 PRIVATE\n`;
    const alone = `${groupFirst}volume * mirror Class1 * * * * 0 9 10 PRIVATE\n`;
    expect(mergeReports(parseSdxinfo(alone)).extents).toHaveLength(2);
  });

  test('a class or a disk that two queries show in two ways is refused, others of its kind are not', () => {
    const classes = 'OBJ NAME SCOPE\n--- --- ---\nclass Class1 node1\nclass Class2 node2\n';
    expect(mergeReports(parseSdxinfo(classes), parseSdxinfo(classes)).classes).toHaveLength(2);
    expect(() =>
      mergeReports(parseSdxinfo(classes), parseSdxinfo(classes.replace('Class1 node1', 'Class1 node9'))),
    ).toThrow('sdxinfo shows class Class1 with SCOPE node1 and with SCOPE node9');
    const disk = readFixture('guide-disk');
    const other = edited(disk, 'c1t1d0', 'c9t9d9');
    expect(() => mergeReports(parseSdxinfo(disk), parseSdxinfo(other))).toThrow(
      'sdxinfo shows disk Disk1 of class Class1 with DEVNAM c1t1d0 and with DEVNAM c9t9d9',
    );
  });

  test('nothing merged with nothing is nothing', () => {
    expect(mergeReports()).toEqual(emptyReport);
  });
});
