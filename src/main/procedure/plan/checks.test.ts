/** What must hold on both sides before the cluster is touched, and before a proxy is rejoined. */
import { describe, expect, it } from 'vitest';
import { isBlocking, type RuleVerdict } from '../../../contract/checks.ts';
import { edited } from '../../gds/fixtures/read-fixture.ts';
import {
  guideAssignment,
  halfShadow,
  joined,
  mountOf,
  parted,
  shadow,
  started,
  worldOf,
} from '../model/guide-cluster.test-support.ts';
import { marksOf } from '../model/run-marks.ts';
import type { World } from '../model/world.ts';
import { judgeReady, judgeRejoinable, rejoinChecks, unlessOwn } from './checks.ts';
import { judgeOwnMount } from './shadow-checks.ts';

const assignment = guideAssignment();
const [volume] = assignment.volumes;
const other = volume ? [{ ...volume, proxy: 'Volume9' }] : [];
const several = { ...assignment, volumes: [...assignment.volumes, ...other] };

const blocking = (verdicts: readonly RuleVerdict[]) =>
  verdicts.filter(isBlocking).map(({ rule, actual }) => `${rule}: ${actual}`);

describe('before anything is changed', () => {
  const ready = (world: World) => blocking(judgeReady(assignment, world));

  it('the proxy is joined and in sync, and no shadow exists', () => {
    expect(ready(worldOf(joined))).toEqual([]);
    expect(ready(worldOf(parted))).toEqual(['proxy-joined: Part of Volume1 (node1)']);
    expect(ready(worldOf(joined, halfShadow))).toEqual(['no-shadow-objects: disk Disk3, group Group2']);
    expect(ready(worldOf(joined, '', { isBackupSeen: false }))).toEqual([
      'shadow-not-seen: unknown: sdxinfo printed nothing',
    ]);
    expect(ready(worldOf(joined, '', { mounts: [mountOf('/else')] }))).toEqual(['nothing-mounted: /else']);
  });

  it('every status is known, GDS can make the shadow, and the disks are those of the proxy', () => {
    expect(ready(worldOf(edited(joined, '1048576 STOP', '1048576 ODD')))).toEqual([
      'statuses-known: volume Volume2 ODD on node1, volume Volume2 ODD on node2',
    ]);
    expect(ready(worldOf(joined.replaceAll('mirror Class1  Group2', 'stripe Class1  Group2')))).toContain(
      'shadowable-type: stripe (node1)',
    );
    const disks = { primary: new Map([['c1t1d3', 'serial 3']]), backup: new Map([['c1t1d3', 'serial 2']]) };
    expect(ready({ ...worldOf(joined), disks })).toEqual(['disk-identity: Disk3 serial 2']);
  });
});

describe('before a rejoin', () => {
  const rejoinable = (world: World, of = assignment) => blocking(judgeRejoinable(of, world));

  it('no shadow exists, nothing is mounted, and the proxy is parted or joined already', () => {
    expect(rejoinable(worldOf(parted))).toEqual([]);
    expect(rejoinable(worldOf(joined))).toEqual([]);
    expect(rejoinable(worldOf(parted, shadow))).toEqual([
      'no-shadow-objects: disk Disk3, group Group2, volume Volume2, slice Disk3.Volume2, blocks of group Group2',
    ]);
    expect(rejoinable(worldOf(parted, '', { mounts: [mountOf('/else')] }))).toEqual([
      'nothing-mounted: /else',
    ]);
    expect(rejoinable(worldOf(parted, '', { node2: joined }))).toEqual([
      'proxy-parted: Part of Volume1 on node1; Join of Volume1 on node2',
    ]);
  });

  it('each proxy that is not joined is judged, and only those to be rejoined', () => {
    expect(rejoinable(worldOf(joined), several)).toEqual(['proxy-parted: none on node1, node2']);
    expect(blocking(judgeRejoinable(several, worldOf(joined), assignment.volumes))).toEqual([]);
  });

  it('both sides are queried again, the backup server last, and the checks hold throughout', () => {
    const { judge, ...checks } = rejoinChecks(several, assignment.volumes);
    expect(checks).toEqual({
      looks: ['primaries', 'backup'],
      fresh: ['primaries'],
      last: 'backup',
      holdThroughout: true,
    });
    expect(blocking(judge(worldOf(started)))).toEqual([]);
    expect(blocking(judge(worldOf(parted, halfShadow)))).toEqual([
      'no-shadow-objects: disk Disk3, group Group2',
    ]);
  });

  it('by hand, only after it is certain that nobody else has parted the proxies', () => {
    const marks = marksOf([], [], '/mnt1');
    expect(unlessOwn(several, { ...marks, partProven: true })).toBeUndefined();
    expect(unlessOwn(several, marks)).toBe(
      'once it is certain that nobody else has parted Volume2 and Volume9',
    );
  });
});

describe('before the mount point is unmounted', () => {
  const seen = (...devices: string[]) =>
    judgeOwnMount(
      assignment,
      worldOf(parted, shadow, { mounts: devices.map((device) => mountOf('/mnt1', device)) }),
    );

  it('nothing but the shadow is mounted there', () => {
    const verdict = {
      rule: 'own-mount',
      title: 'Nothing but the shadow is mounted on /mnt1',
      expected: 'nothing else',
      actual: 'nothing else',
      verdict: 'holds',
      why: 'the run unmounts only what it has mounted',
      source: 'Shadowtape',
    };
    expect(seen()).toEqual([verdict]);
    expect(seen('/dev/sfdsk/Class2/dsk/Volume2')).toEqual([verdict]);
    expect(seen('/dev/dsk/c0t0d0s0', '/dev/sfdsk/Class2/dsk/Volume2', '/dev/dsk/c0t0d0s1')).toEqual([
      { ...verdict, verdict: 'fails', actual: '/dev/dsk/c0t0d0s0, /dev/dsk/c0t0d0s1' },
    ]);
    const elsewhere = worldOf(parted, shadow, { mounts: [mountOf('/else', '/dev/dsk/c0t0d0s0')] });
    expect(judgeOwnMount(assignment, elsewhere)).toEqual([verdict]);
    // Nobody has looked: that is no proof of anything.
    const unseen = { ...elsewhere, backup: undefined };
    expect(() => judgeOwnMount(assignment, unseen)).toThrow('the step does not check the backup server');
  });
});
