/** State checks of master and proxy during a restore, and after it. */
import { describe, expect, it } from 'vitest';
import { isBlocking, type RuleVerdict } from '../../../../contract/checks.ts';
import type { RestoreOrder } from '../../../../contract/restore-events.ts';
import { edited } from '../../../gds/fixtures/read-fixture.ts';
import {
  guideAssignment,
  halfShadow,
  joined,
  mountOf,
  parted,
  started,
  worldOf,
  restoreOrder,
} from '../../model/guide-cluster.test-support.ts';
import type { World } from '../../model/world.ts';
import {
  isAsFound,
  isMasterActive,
  judgeDisksProven,
  judgeMasterActive,
  judgeMasterStopped,
  judgeRebuildable,
  judgeRebuilt,
  judgeRejoined,
  judgeReplaceable,
  judgeRestorable,
} from './restore-checks.ts';

const assignment = guideAssignment();
const order: RestoreOrder = { ...restoreOrder, activeOn: ['node1', 'node2'] };
const nobody = worldOf(undefined);

const told = (verdicts: readonly RuleVerdict[]) =>
  verdicts.map(({ rule, actual, verdict }) => `${rule} ${verdict}: ${actual}`);
const blocking = (verdicts: readonly RuleVerdict[]) =>
  verdicts.filter(isBlocking).map(({ rule, actual }) => `${rule}: ${actual}`);

/** The volume of the master with another status; its slices stay. */
const master = (text: string, word: string) => text.replace(/(volume Volume1 .*)ACTIVE/, `$1${word}`);
/** Without the rows of the master. */
const withoutMaster = (text: string) =>
  text.replaceAll(/^(volume|slice) .*Volume1 .*$/gm, (row) => (row.includes('Volume2') ? row : ''));
const allStopped = (text: string) => text.replaceAll('ACTIVE', 'STOP');

describe('before anything is changed', () => {
  const proven = (world: World): World => ({
    ...world,
    disks: { primary: new Map([['c1t1d3', 'serial 3']]), backup: new Map([['c1t1d3', 'serial 3']]) },
  });

  it('the proxy is as the restore expects it: joined, or parted and stopped', () => {
    const fromParted: RestoreOrder = { ...order, begins: 'parted' };
    expect(blocking(judgeRestorable(assignment, order, proven(worldOf(joined))))).toEqual([]);
    expect(blocking(judgeRestorable(assignment, order, proven(worldOf(parted))))).toEqual([
      'proxy-joined: Part of Volume1 (node1)',
    ]);
    expect(blocking(judgeRestorable(assignment, fromParted, proven(worldOf(parted))))).toEqual([]);
    expect(blocking(judgeRestorable(assignment, fromParted, proven(worldOf(started))))).toEqual([
      'proxy-stopped: ACTIVE on node1, node2',
    ]);
    expect(blocking(judgeRestorable(assignment, fromParted, proven(worldOf(joined))))).toContain(
      'proxy-parted: Join of Volume1 on node1, node2',
    );
  });

  it('the disks are proven if something is written through the shadow', () => {
    const unproven = ['disks-proven: Disk3 without serial number'];
    expect(blocking(judgeRestorable(assignment, order, worldOf(joined)))).toEqual(unproven);
    expect(blocking(judgeRestorable(assignment, { ...order, from: 'proxy' }, worldOf(joined)))).toEqual([]);
    expect(judgeDisksProven(assignment, proven(worldOf(joined)))).toEqual([
      {
        rule: 'disks-proven',
        title: 'The disks of the shadow are those of the proxy',
        expected: 'Disk3 serial 3',
        actual: 'Disk3 serial 3',
        verdict: 'equal',
        why: 'what is written through the shadow of another disk destroys other data, and the content does not tell the disks apart',
        source: 'Shadowtape',
      },
    ]);
    const twice = { ...proven(worldOf(joined)) };
    const alike = new Map([...(twice.disks?.primary ?? []), ['c1t1d1', 'serial 3'] as const]);
    const seen = { ...twice, disks: { primary: alike, backup: new Map([['c1t1d3', 'serial 3']]) } };
    expect(told(judgeDisksProven(assignment, seen))).toEqual([
      'disks-proven differs: Disk3 serial 3, also Disk1',
    ]);
    // The same disk under the name that it has in another class of the node.
    const ofOther = edited(joined, 'Disk1   mirror Class1', 'Disk1   mirror Class9');
    expect(told(judgeDisksProven(assignment, { ...worldOf(ofOther), disks: seen.disks }))).toEqual([
      'disks-proven equal: Disk3 serial 3',
    ]);
    const both = {
      ...assignment,
      shadow: { ...assignment.shadow, devices: { Disk1: 'c1t1d1', Disk3: 'c1t1d3' } },
    };
    expect(judgeDisksProven(both, proven(worldOf(joined)))).toMatchObject([
      {
        expected: 'Disk1 without serial number, Disk3 serial 3',
        actual: 'Disk1 without serial number, Disk3 serial 3',
        verdict: 'differs',
      },
    ]);
    const none = { ...assignment, shadow: { ...assignment.shadow, devices: {} } };
    expect(told(judgeDisksProven(none, worldOf(joined)))).toEqual(['disks-proven differs: ']);
    expect(told(judgeDisksProven(assignment, { ...proven(nobody) }))).toEqual([
      'disks-proven differs: Disk3 serial 3',
    ]);
  });

  it('no shadow exists, nothing is mounted, every status is known, and GDS can make the shadow', () => {
    const seen = (world: World) => blocking(judgeRestorable(assignment, order, proven(world)));
    expect(seen(worldOf(joined, halfShadow))).toEqual(['no-shadow-objects: disk Disk3, group Group2']);
    expect(seen(worldOf(joined, '', { mounts: [mountOf('/else')] }))).toEqual(['nothing-mounted: /else']);
    expect(seen(worldOf(edited(joined, '1048576 STOP', '1048576 ODD')))).toEqual([
      'statuses-known: volume Volume2 ODD on node1, volume Volume2 ODD on node2',
    ]);
    expect(seen(worldOf(joined.replaceAll('mirror Class1  Group2', 'stripe Class1  Group2')))).toContain(
      'shadowable-type: stripe (node1)',
    );
    const other = { primary: new Map([['c1t1d3', 'serial 3']]), backup: new Map([['c1t1d3', 'serial 2']]) };
    expect(blocking(judgeRestorable(assignment, order, { ...worldOf(joined), disks: other }))).toEqual([
      ...['disk-identity: Disk3 serial 2', 'disks-proven: Disk3 serial 2'],
    ]);
  });
});

describe('before the master is stopped, and before it is overwritten', () => {
  const replaceable = (world: World) => blocking(judgeReplaceable(assignment, world));

  it('the proxy is parted and stopped, the master valid, and nothing in the way', () => {
    expect(replaceable(worldOf(parted))).toEqual([]);
    expect(replaceable(worldOf(started))).toEqual(['proxy-stopped: ACTIVE on node1, node2']);
    expect(replaceable(worldOf(parted, halfShadow))).toEqual(['no-shadow-objects: disk Disk3, group Group2']);
    expect(replaceable(worldOf(parted, '', { mounts: [mountOf('/else')] }))).toEqual([
      'nothing-mounted: /else',
    ]);
    expect(replaceable(worldOf(edited(parted, 'Disk2   Volume1 ACTIVE', 'Disk2   Volume1 INVALID')))).toEqual(
      ['master-valid: Disk1 ACTIVE, Disk2 INVALID on node1, node2'],
    );
    expect(judgeReplaceable(assignment, worldOf(parted)).slice(2, 5)).toEqual([
      {
        rule: 'proxy-slices',
        title: 'Proxy slices are valid',
        expected: 'each slice STOP',
        actual: 'slice of Disk3 STOP on node1, node2',
        verdict: 'holds',
        why: 'a slice that is being filled or damaged does not hold what was compared',
        source: 'GDS guide 6.6.3.7, step 3-1; (Linux) 4.1, 2.7.2.4',
      },
      {
        rule: 'master-valid',
        title: 'Master slices are valid',
        expected: 'each slice ACTIVE or STOP',
        actual: 'Disk1 ACTIVE, Disk2 ACTIVE on node1, node2',
        verdict: 'holds',
        why: 'a joined proxy of a failed master may hold the newest data; a spare disk may be being filled',
        source: 'Shadowtape, based on GDS guide 4.5, F.1.1 and F.1.3',
      },
      {
        rule: 'other-proxies-parted',
        title: 'Other proxies of the master are parted',
        expected: 'none joined',
        actual: 'none joined on node1, node2',
        verdict: 'holds',
        why: 'a joined proxy follows its master: the copy would overwrite it, too',
        source: 'Shadowtape',
      },
    ]);
    expect(replaceable(worldOf(withoutMaster(parted)))).toEqual([
      'master-valid: no slice is shown on node1, node2',
    ]);
    const [row = ''] = /^volume Volume2 mirror.*$/m.exec(parted) ?? [];
    const other = (word: string) =>
      edited(parted, row, `${row}\n${row.replace('Volume2', 'Volume9').replace('Part', word)}`);
    expect(replaceable(worldOf(other('Part')))).toEqual([]);
    expect(replaceable(worldOf(other('Join')))).toEqual(['other-proxies-parted: Volume9 on node1, node2']);
    const third = row.replace('Volume2', 'Volume8').replace('Part', 'Join');
    expect(replaceable(worldOf(edited(other('Join'), row, `${third}\n${row}`)))).toEqual([
      'other-proxies-parted: Volume8, Volume9 on node1, node2',
    ]);
    expect(replaceable(worldOf(edited(parted, row, `${row}\n${third.replace('Class1', 'Class9')}`)))).toEqual(
      [],
    );
  });

  it('each slice of the proxy is valid on every node: what it lacks would be copied to the master', () => {
    const damaged = edited(parted, 'Disk3   Volume2 STOP', 'Disk3   Volume2 INVALID');
    const copied = edited(parted, 'Disk3   Volume2 STOP', 'Disk3   Volume2 COPY');
    expect(replaceable(worldOf(damaged))).toEqual(['proxy-slices: slice of Disk3 INVALID on node1, node2']);
    expect(replaceable(worldOf(parted, '', { node2: copied }))).toEqual([
      'proxy-slices: slice of Disk3 STOP on node1; slice of Disk3 COPY on node2',
    ]);
    expect(blocking(judgeRebuildable(assignment, worldOf(allStopped(damaged))))).toEqual([
      'proxy-slices: slice of Disk3 INVALID on node1, node2',
    ]);
    const fromProxy: RestoreOrder = { ...order, from: 'proxy', begins: 'parted' };
    expect(blocking(judgeRestorable(assignment, fromProxy, worldOf(damaged)))).toEqual([
      'proxy-slices: slice of Disk3 INVALID on node1, node2',
    ]);
  });

  it('the master is stopped on every node, with each slice', () => {
    expect(judgeMasterStopped(assignment, worldOf(allStopped(parted)))).toEqual([
      {
        rule: 'master-stopped',
        title: 'Master is stopped',
        expected: 'STOP, each slice STOP',
        actual: 'STOP, Disk1 STOP, Disk2 STOP on node1, node2',
        verdict: 'holds',
        why: 'RejoinRestore needs master and proxy stopped, and nothing may open the master before it is proven',
        source: 'Shadowtape, based on GDS guide (Linux) 4.2, 1.5',
      },
    ]);
    const here = worldOf(allStopped(parted), '', { node2: parted });
    expect(told(judgeMasterStopped(assignment, here))).toEqual([
      'master-stopped fails: STOP, Disk1 STOP, Disk2 STOP on node1; ACTIVE, Disk1 ACTIVE, Disk2 ACTIVE on node2',
    ]);
    expect(told(judgeMasterStopped(assignment, worldOf(withoutMaster(allStopped(parted)))))).toEqual([
      'master-stopped fails: none, no slice is shown on node1, node2',
    ]);
    expect(told(judgeMasterStopped(assignment, nobody))).toEqual(['master-stopped fails: none']);
    expect(blocking(judgeRebuildable(assignment, worldOf(allStopped(parted))))).toEqual([]);
    expect(blocking(judgeRebuildable(assignment, worldOf(parted)))).toEqual([
      'master-stopped: ACTIVE, Disk1 ACTIVE, Disk2 ACTIVE on node1, node2',
    ]);
  });
});

describe('after the copy', () => {
  it('the proxy is joined on every node', () => {
    expect(judgeRejoined(assignment, worldOf(joined))).toEqual([
      {
        rule: 'proxy-rejoined',
        title: 'Proxy is joined again',
        expected: 'Join',
        actual: 'Join on node1, node2',
        verdict: 'holds',
        why: 'RejoinRestore joins the proxy and copies it to its master',
        source: 'Shadowtape, based on GDS guide 4.5, 2.2.1',
      },
    ]);
    expect(told(judgeRejoined(assignment, worldOf(joined, '', { node2: parted })))).toEqual([
      'proxy-rejoined fails: Join on node1; Part on node2',
    ]);
    const withoutProxy = joined.replaceAll(/^.*Volume2.*\n/gm, '');
    expect(told(judgeRejoined(assignment, worldOf(joined, '', { node2: withoutProxy })))).toEqual([
      'proxy-rejoined fails: Join on node1; none on node2',
    ]);
  });

  it('both are in sync, and the master stopped', () => {
    expect(blocking(judgeRebuilt(assignment, worldOf(allStopped(joined))))).toEqual([]);
    const copying = edited(allStopped(joined), 'Disk2   Volume1 STOP', 'Disk2   Volume1 COPY');
    expect(blocking(judgeRebuilt(assignment, worldOf(copying)))).toEqual([
      'master-stopped: STOP, Disk1 STOP, Disk2 COPY on node1, node2',
    ]);
    expect(blocking(judgeRebuilt(assignment, worldOf(allStopped(parted))))).toEqual([
      'proxy-joined: Part of Volume1 (node1)',
    ]);
  });
});

describe('a master that is started again', () => {
  const onNode1: RestoreOrder = { ...order, activeOn: ['node1'] };
  const off = master(joined, 'STOP  ');

  it('is active where it was, whatever the other nodes show', () => {
    const seen = worldOf(joined, '', { node2: off });
    expect([isMasterActive(assignment, onNode1, seen), isMasterActive(assignment, order, seen)]).toEqual([
      ...[true, false],
    ]);
    expect(isMasterActive(assignment, order, worldOf(joined))).toBe(true);
    expect(judgeMasterActive(assignment, order, worldOf(joined))).toEqual([
      {
        rule: 'master-active',
        title: 'Master is started',
        expected: 'ACTIVE on node1, node2',
        actual: 'ACTIVE on node1, node2',
        verdict: 'holds',
        why: 'it is started where it was active before the restore',
        source: 'Shadowtape, based on GDS guide 4.5, D.4',
      },
    ]);
    expect(told(judgeMasterActive(assignment, onNode1, worldOf(withoutMaster(joined))))).toEqual([
      'master-active fails: none on node1',
    ]);
    expect(told(judgeMasterActive(assignment, order, seen))).toEqual([
      'master-active fails: ACTIVE on node1; STOP on node2',
    ]);
    expect(isMasterActive(assignment, order, nobody)).toBe(false);
  });

  it('needs no wait where it was active on no node', () => {
    const nowhere: RestoreOrder = { ...order, activeOn: [] };
    expect(isMasterActive(assignment, nowhere, worldOf(off))).toBe(true);
    expect(isMasterActive(assignment, nowhere, nobody)).toBe(false);
  });
});

describe('a restore that leaves everything as it found it', () => {
  const fromParted: RestoreOrder = { ...order, begins: 'parted' };

  it('leaves a proxy joined, or parted and stopped, and the master active', () => {
    expect(isAsFound(assignment, order, worldOf(joined))).toBe(true);
    expect(isAsFound(assignment, order, worldOf(parted))).toBe(false);
    expect(isAsFound(assignment, fromParted, worldOf(parted))).toBe(true);
    expect(isAsFound(assignment, fromParted, worldOf(started))).toBe(false);
    expect(isAsFound(assignment, fromParted, worldOf(joined))).toBe(false);
    expect(isAsFound(assignment, order, worldOf(master(joined, 'STOP  ')))).toBe(false);
  });

  it('leaves no shadow and no mount, as both sides show it', () => {
    expect(isAsFound(assignment, order, worldOf(joined, halfShadow))).toBe(false);
    expect(isAsFound(assignment, order, worldOf(joined, '', { mounts: [mountOf('/else')] }))).toBe(false);
    expect(isAsFound(assignment, order, worldOf(joined, '', { isBackupSeen: false }))).toBe(false);
    expect(isAsFound(assignment, order, { ...worldOf(joined), backup: undefined })).toBe(false);
    expect(isAsFound(assignment, { ...order, activeOn: [] }, nobody)).toBe(false);
  });
});
