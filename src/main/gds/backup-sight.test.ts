import { describe, expect, it } from 'vitest';
import { judgeAnswers, judgeSilence, sightOf, type BackupPast, type Silence } from './backup-sight.ts';
import { readFixture } from './fixtures/read-fixture.ts';
import { emptyReport } from './sdxinfo-objects.ts';
import { parseSdxinfo } from './sdxinfo.ts';

const objects = ['disk Disk3 of Class2', 'volume Volume2 of Class2'];
const removed: BackupPast = {
  sighting: { objects, isWhole: true, boot: 'kstat 1' },
  removed: new Set(objects),
  classes: new Set(['Class2']),
  createdSince: false,
  bootOfCreation: undefined,
};
const noPast: BackupPast = {
  removed: new Set(),
  classes: new Set(),
  createdSince: false,
  bootOfCreation: undefined,
};
const quiet: Silence = { past: noPast, boot: 'kstat 1', deviceFiles: [], readable: [], mounted: [] };
const sight = (change: Partial<Silence>) => {
  const { shown, evidence } = judgeSilence({ ...quiet, ...change });
  return `${shown}: ${evidence}`;
};
const stale = { class: 'Class2', volume: 'Volume2' };
const foreign = { class: 'Class9', volume: 'Volume1' };

describe('answers of sdxinfo', () => {
  it('show objects, or that there are none, or neither', () => {
    expect(judgeAnswers(['titles', 'objects'])).toEqual({
      shown: 'objects',
      evidence: 'sdxinfo shows objects',
    });
    expect(judgeAnswers(['silence', 'objects'])?.shown).toBe('objects');
    expect(judgeAnswers(['titles', 'titles'])).toEqual({
      shown: 'nothing',
      evidence: 'sdxinfo printed titles without objects',
    });
    expect(judgeAnswers(['message', 'message'])?.evidence).toBe(
      'sdxinfo printed the message from the site file',
    );
    expect(judgeAnswers(['titles', 'silence'])).toBeUndefined();
    expect(judgeAnswers([])).toBeUndefined();
  });
});

describe('a report that is not judged yet', () => {
  it('shows the objects that are in it, of whatever kind, and never that there are none', () => {
    const { classes, disks, groups, volumes, extents, slices } = parseSdxinfo(
      `${readFixture('shadow')}OBJ NAME\n--- ---\nclass Class2\n`,
    );
    for (const kind of [{ classes }, { disks }, { groups }, { volumes }, { extents }, { slices }])
      expect(sightOf({ report: { ...emptyReport, ...kind } })).toEqual({
        shown: 'objects',
        evidence: 'sdxinfo shows objects',
      });
    expect(sightOf({ report: emptyReport })).toEqual({ shown: 'unknown', evidence: 'not checked' });
  });
});

describe('silence, before the run has created anything,', () => {
  it('is absence where no device file of GDS exists and none is mounted', () => {
    expect(sight({})).toBe(
      'nothing: sdxinfo printed nothing; no device file of GDS exists, and none is mounted',
    );
  });

  it.each<[string, Partial<Silence>, string]>([
    ['a device file exists', { deviceFiles: [foreign] }, '/dev/sfdsk/Class9/rdsk/Volume1 exists'],
    [
      'several exist',
      { deviceFiles: [foreign, stale] },
      '/dev/sfdsk/Class9/rdsk/Volume1, /dev/sfdsk/Class2/rdsk/Volume2 exist',
    ],
    ['a volume is mounted', { mounted: ['/dev/sfdsk/C/dsk/V'] }, '/dev/sfdsk/C/dsk/V is mounted'],
    ['nobody can list them', { deviceFiles: undefined }, 'the device files of GDS cannot be listed'],
  ])('leaves it open where %s', (_what, change, reason) => {
    expect(sight(change)).toBe(`unknown: sdxinfo printed nothing, and ${reason}`);
  });
});

describe('silence, after the run has created a shadow,', () => {
  it('is absence where it was shown, each object removed, the device files are gone and the boot is the same', () => {
    expect(sight({ past: removed })).toBe(
      'nothing: sdxinfo printed nothing; it showed the shadow before, each removal ended with exit status 0, the device files are gone, and the server has not rebooted',
    );
  });

  it.each<[string, Partial<Silence>, string]>([
    [
      'an object was not removed',
      { past: { ...removed, removed: new Set(objects.slice(0, 1)) } },
      'no command with exit status 0 removed volume Volume2 of Class2',
    ],
    [
      'the run has a class, but neither creation nor sighting is known',
      { past: { ...removed, sighting: undefined } },
      'it is not known whether the server has rebooted since it showed objects',
    ],
    [
      'it was never shown',
      { past: { ...removed, sighting: undefined, createdSince: true, bootOfCreation: 'kstat 1' } },
      'what the run created was never shown',
    ],
    [
      'more was created since it was shown',
      { past: { ...removed, createdSince: true, bootOfCreation: 'kstat 1' } },
      'what the run created was never shown',
    ],
    [
      'the journal has cut what it showed',
      { past: { ...removed, sighting: { objects, isWhole: false, boot: 'kstat 1' } } },
      'the earlier record is incomplete',
    ],
    [
      'a device file is left',
      { past: removed, deviceFiles: [stale] },
      '/dev/sfdsk/Class2/rdsk/Volume2 exists',
    ],
    [
      'the boot is not known',
      { past: removed, boot: undefined },
      'it is not known whether the server has rebooted since it showed objects',
    ],
    [
      'the boot of then is not known',
      { past: { ...removed, sighting: { objects, isWhole: true, boot: undefined } } },
      'it is not known whether the server has rebooted since it showed objects',
    ],
  ])('leaves it open where %s', (_what, change, reason) => {
    expect(sight(change)).toBe(`unknown: sdxinfo printed nothing, and ${reason}`);
  });
});

describe('silence, after a reboot,', () => {
  const past = { ...removed, removed: new Set<string>() };

  it('is absence, though the device files of the shadow have stayed', () => {
    expect(sight({ past, boot: 'kstat 2', deviceFiles: [stale] })).toBe(
      'nothing: sdxinfo printed nothing; the server has rebooted since the run built its shadow, and no device file of GDS can be read',
    );
  });

  it('leaves it open where a device file can be read: somebody has built a shadow again', () => {
    expect(sight({ past, boot: 'kstat 2', deviceFiles: [stale], readable: [stale] })).toBe(
      'unknown: sdxinfo printed nothing, and /dev/sfdsk/Class2/rdsk/Volume2 can be read',
    );
  });

  it('leaves it open where there are device files that the run has not made', () => {
    expect(sight({ past, boot: 'kstat 2', deviceFiles: [stale, foreign] })).toBe(
      'unknown: sdxinfo printed nothing, and /dev/sfdsk/Class9/rdsk/Volume1 exists',
    );
  });
});
