/** The checks of the shadow, as the backup server shows it. */
import { describe, expect, it } from 'vitest';
import type { RuleVerdict } from '../../../contract/checks.ts';
import { edited, readFixture } from '../../gds/fixtures/read-fixture.ts';
import {
  guideAssignment,
  halfShadow,
  joined,
  mountOf,
  parted,
  shadow,
  worldOf,
} from '../model/guide-cluster.test-support.ts';
import type { World } from '../model/world.ts';
import {
  isFreeOfShadows,
  isShadowGone,
  isShadowObjectGone,
  isShadowStopped,
  isShadowUnmounted,
  judgeDisks,
  judgeMounted,
  judgeNoMount,
  judgeNoShadow,
  judgeShadow,
  judgeShadowRemoved,
  judgeShadowWritable,
  shadowPlaceOf,
  whyShadowUnknown,
} from './shadow-checks.ts';

const assignment = guideAssignment();
const [volume] = assignment.volumes;
if (!volume) throw new Error('the job has a volume');

const told = (verdicts: readonly RuleVerdict[]) =>
  verdicts.map(({ rule, actual, verdict }) => `${rule} ${verdict}: ${actual}`);
const blocking = (verdicts: readonly RuleVerdict[]) =>
  told(verdicts).filter((verdict) => / (fails|differs): /.test(verdict));

const gone = worldOf(parted);
const there = worldOf(parted, shadow);
const half = worldOf(parted, halfShadow);
const unknown = worldOf(parted, '', { isBackupSeen: false });
const withDisks = (world: World, primary: string[][], backup: string[][]): World => ({
  ...world,
  disks: {
    primary: new Map(primary as [string, string][]),
    backup: new Map(backup as [string, string][]),
  },
});

describe('a shadow that must not exist', () => {
  const foreign = worldOf(parted, shadow.replaceAll('Class2', 'Class9'));

  it('is gone where the backup server shows that there are no objects', () => {
    expect(told(judgeNoShadow(assignment, gone))).toEqual([
      'no-shadow-objects holds: none (sdxinfo printed titles without objects)',
    ]);
    expect([isShadowGone(assignment, gone), isFreeOfShadows(assignment, gone)]).toEqual([true, true]);
    expect([isShadowGone(assignment, there), isFreeOfShadows(assignment, there)]).toEqual([false, false]);
    expect([isShadowGone(assignment, half), isFreeOfShadows(assignment, half)]).toEqual([false, false]);
    expect([isShadowGone(assignment, unknown), isFreeOfShadows(assignment, unknown)]).toEqual([false, false]);
  });

  it('may be of another class, on the disks of the proxies', () => {
    expect(told(judgeNoShadow(assignment, foreign))).toEqual([
      'no-shadow-objects fails: disk Disk3 of class Class9 on c1t1d3, volume Volume2 of class Class9',
    ]);
    expect(told(judgeShadowRemoved(assignment, foreign))).toEqual(['no-shadow-objects holds: none']);
    expect([isShadowGone(assignment, foreign), isFreeOfShadows(assignment, foreign)]).toEqual([true, false]);
    const elsewhere = worldOf(parted, shadow.replaceAll('Class2', 'Class9').replaceAll('c1t1d3', 'c1t1d9'));
    expect(isFreeOfShadows(assignment, elsewhere)).toBe(true);
  });

  it('may be under another name of the same disk', () => {
    const other = worldOf(parted, shadow.replaceAll('Class2', 'Class9').replaceAll('c1t1d3', 'c9t9d9'));
    const disks = [
      ['c1t1d3', 'serial 3'],
      ['c9t9d9', 'serial 3'],
      ['c1t1d4', 'serial 4'],
    ];
    expect(shadowPlaceOf(assignment, withDisks(other, [], disks))).toEqual({
      shadowClass: 'Class2',
      devices: ['c1t1d3', 'c9t9d9'],
    });
    expect(shadowPlaceOf(assignment, other)).toEqual({ shadowClass: 'Class2', devices: ['c1t1d3'] });
    expect(isFreeOfShadows(assignment, other)).toBe(true);
    expect(isFreeOfShadows(assignment, withDisks(other, [], disks))).toBe(false);
  });

  it('is not known to be gone if the backup server does not show it', () => {
    expect(whyShadowUnknown(assignment, unknown)).toBe(
      'node3 does not show whether objects of Class2 exist: sdxinfo printed nothing',
    );
    expect(whyShadowUnknown(assignment, gone)).toBeUndefined();
    expect(whyShadowUnknown(assignment, there)).toBeUndefined();
  });

  it('is not judged where it was not queried', () => {
    expect(() => isShadowGone(assignment, { ...gone, backup: undefined })).toThrow(
      'the step does not check the backup server',
    );
  });
});

describe('an object of the shadow', () => {
  const isGone = (world: World, kind: 'volume' | 'group' | 'disk', name: string) =>
    isShadowObjectGone(assignment, world, kind, name);

  it('is gone where only the other objects of this shadow are shown', () => {
    expect([isGone(there, 'volume', 'Volume2'), isGone(half, 'volume', 'Volume2')]).toEqual([false, true]);
    expect([isGone(half, 'group', 'Group2'), isGone(gone, 'group', 'Group2')]).toEqual([false, true]);
    expect([isGone(half, 'disk', 'Disk3'), isGone(gone, 'disk', 'Disk3')]).toEqual([false, true]);
    // One that this shadow does not have, while its own exist.
    expect(isGone(there, 'volume', 'Volume7')).toBe(true);
  });

  it('is not gone where one is shown under an unknown name', () => {
    const renamed = worldOf(parted, shadow.replaceAll('Volume2', 'Volume9'));
    expect(isGone(renamed, 'volume', 'Volume2')).toBe(false);
    const both = worldOf(parted, shadow.replaceAll('Group2', 'Group9'));
    expect(isGone(both, 'group', 'Group2')).toBe(false);
    const ofOthers = worldOf(parted, shadow.replaceAll('Class2', 'Class9'));
    expect(isGone(ofOthers, 'volume', 'Volume2')).toBe(true);
  });

  it('is not known to be gone if the backup server does not show it', () => {
    for (const kind of ['volume', 'group', 'disk'] as const) expect(isGone(unknown, kind, 'x')).toBe(false);
  });

  it('is a volume that is stopped, or absent', () => {
    const stopped = worldOf(parted, edited(shadow, '1048576 ACTIVE', '1048576 STOP'));
    expect(isShadowStopped(assignment, there, 'Volume2')).toBe(false);
    expect(isShadowStopped(assignment, stopped, 'Volume2')).toBe(true);
    expect(isShadowStopped(assignment, half, 'Volume2')).toBe(true);
    expect(isShadowStopped(assignment, gone, 'Volume2')).toBe(true);
    expect(isShadowStopped(assignment, unknown, 'Volume2')).toBe(false);
  });
});

describe('the file system of the shadow', () => {
  const mounted = (...points: string[]) =>
    worldOf(parted, shadow, { mounts: points.map((point) => mountOf(point)) });

  it('is mounted where the job says', () => {
    expect(judgeMounted(assignment, mounted('/mnt1'))).toEqual([
      {
        rule: 'mounted',
        title: 'The shadow is mounted',
        expected: '/mnt1',
        actual: '/mnt1',
        verdict: 'holds',
        why: 'otherwise tar archives the empty mount point',
        source: 'GDS guide 6.6.3.7, step 6b-3',
      },
    ]);
    expect(told(judgeMounted(assignment, mounted('/a', '/b')))).toEqual(['mounted fails: /a, /b']);
    expect(told(judgeMounted(assignment, mounted()))).toEqual(['mounted fails: none']);
  });

  it('is mounted nowhere once it is unmounted', () => {
    expect(judgeNoMount(assignment, mounted())).toEqual([
      {
        rule: 'nothing-mounted',
        title: 'Nothing is mounted',
        expected: 'none',
        actual: 'none',
        verdict: 'holds',
        why: 'a mounted volume cannot be stopped or removed',
        source: 'GDS guide 6.6.3.7, step 6b-5',
      },
    ]);
    expect(told(judgeNoMount(assignment, mounted('/a', '/b')))).toEqual(['nothing-mounted fails: /a, /b']);
    expect(isShadowUnmounted(assignment, mounted())).toBe(true);
    expect(isShadowUnmounted(assignment, mounted('/a'))).toBe(false);
    const others = worldOf(parted, shadow, { mounts: [mountOf('/a', '/dev/sfdsk/Class9/dsk/Volume2')] });
    expect(isShadowUnmounted(assignment, others)).toBe(true);
  });
});

describe('a shadow that was started for writing', () => {
  const long = readFixture('shadow-with-mode');
  const seen = (text: string) => judgeShadowWritable(volume, worldOf(parted, text));

  it('is active, and writable where the mode is shown', () => {
    expect(seen(edited(long, ' ro ', ' rw '))).toEqual([
      {
        rule: 'shadow-writable',
        title: 'The shadow is active',
        expected: 'ACTIVE, rw',
        actual: 'ACTIVE, rw',
        verdict: 'holds',
        why: 'fsck writes',
        source: 'GDS guide 6.6.3.7, step 6b-1',
      },
    ]);
    expect(told(seen(long))).toEqual(['shadow-writable fails: ACTIVE, ro']);
    expect(told(seen(shadow))).toEqual(['shadow-writable holds: ACTIVE']);
    expect(told(seen(edited(edited(long, ' ro ', ' rw '), '1048576 ACTIVE', '1048576 STOP')))).toEqual([
      'shadow-writable fails: STOP, rw',
    ]);
    expect(told(seen(halfShadow))).toEqual(['shadow-writable fails: none']);
  });
});

describe('a shadow that is compared with its proxy', () => {
  it('passes where it has the same blocks, and is active for reading', () => {
    expect(blocking(judgeShadow(assignment, there))).toEqual([]);
    const moved = edited(
      shadow,
      'Volume2 Class2  Group2  off  off    65536  1114111',
      'Volume2 Class2  Group2  off  off    65537  1114112',
    );
    expect(blocking(judgeShadow(assignment, worldOf(parted, moved)))).toEqual([
      'first-block differs: 65,537',
    ]);
    expect(blocking(judgeShadow(assignment, worldOf(joined, shadow)))).toContain(
      'proxy-parted fails: Join of Volume1 on node1, node2',
    );
  });

  it('has the mode that the run last set', () => {
    const writable = edited(`${shadow}\n${readFixture('shadow-with-mode')}`, ' ro ', ' rw ');
    expect(blocking(judgeShadow(assignment, worldOf(parted, writable)))).toEqual(['access-mode differs: rw']);
    expect(blocking(judgeShadow(assignment, worldOf(parted, writable), () => 'rw'))).toEqual([]);
  });
});

describe('the shadows of several proxies', () => {
  const both = guideAssignment(
    {
      volumes: [
        { master: 'Volume3', proxy: 'Volume4' },
        { master: 'Volume5', proxy: 'Volume6' },
      ],
      shadow: { class: 'Class2', disks: { Disk6: 'c1t1d6' } },
    },
    readFixture('primary-several').replaceAll(' Part ', ' Join '),
  );
  const nodes = readFixture('primary-several');
  const shadows = readFixture('shadow-several');
  const withoutLast = shadows.replaceAll(/^(volume|slice) .*Volume6 .*\n/gm, '');

  it('are each compared with their own proxy, and do not count as foreign to each other', () => {
    expect(blocking(judgeShadow(both, worldOf(nodes, shadows)))).toEqual([]);
    expect(blocking(judgeShadow(both, worldOf(nodes, withoutLast)))).toContain('shadow-active fails: none');
  });

  it('disappear one after the other', () => {
    const isGone = (text: string, name: string) =>
      isShadowObjectGone(both, worldOf(nodes, text), 'volume', name);
    expect([isGone(withoutLast, 'Volume6'), isGone(withoutLast, 'Volume4')]).toEqual([true, false]);
    expect([isGone(shadows, 'Volume6'), isGone(shadows, 'gap-327680')]).toEqual([false, false]);
  });
});

describe('the disks of the shadow', () => {
  it('are those of the proxy, by what identifies them', () => {
    const seen = (serial: string) => withDisks(there, [['c1t1d3', 'serial 3']], [['c1t1d3', serial]]);
    expect(told(judgeDisks(assignment, seen('serial 3')))).toEqual(['disk-identity equal: Disk3 serial 3']);
    expect(told(judgeDisks(assignment, seen('serial 2')))).toEqual(['disk-identity differs: Disk3 serial 2']);
    const ofOther = edited(joined, 'Disk3   mirror Class1', 'Disk3   mirror Class9');
    expect(
      told(
        judgeDisks(
          assignment,
          withDisks(worldOf(ofOther), [['c1t1d3', 'serial 3']], [['c1t1d3', 'serial 2']]),
        ),
      ),
    ).toEqual(['disk-identity holds: Disk3 serial 2']);
  });

  it('are not judged where they were not queried', () => {
    expect(judgeDisks(assignment, there)).toEqual([]);
    expect(judgeDisks(assignment, withDisks(worldOf(undefined, shadow), [], []))).toEqual([]);
  });
});
