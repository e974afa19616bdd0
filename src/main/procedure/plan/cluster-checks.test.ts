/** The checks of the proxies, as every node shows them. */
import { describe, expect, it } from 'vitest';
import type { RuleVerdict } from '../../../contract/checks.ts';
import { edited } from '../../gds/fixtures/read-fixture.ts';
import {
  guideAssignment,
  joined,
  mountOf,
  parted,
  started,
  worldOf,
} from '../model/guide-cluster.test-support.ts';
import {
  isJoinedAndInSync,
  isJoining,
  isProxyJoined,
  isProxyReadable,
  isProxyStopped,
  judgeJoined,
  judgeJoining,
  judgeParted,
  judgeProxyNotMounted,
  judgeReadable,
  judgeShadowable,
  judgeStatusesKnown,
  judgeStopped,
} from './cluster-checks.ts';

const assignment = guideAssignment();
const [volume] = assignment.volumes;
const several = {
  ...assignment,
  volumes: volume ? [volume, { ...volume, master: 'Volume1', proxy: 'Volume9' }] : [],
};
const copying = edited(joined, 'Disk3   Volume2 STOP', 'Disk3   Volume2 COPY');
const broken = edited(joined, 'Disk3   Volume2 STOP', 'Disk3   Volume2 INVALID');
const nobody = worldOf(undefined);

const told = (verdicts: readonly RuleVerdict[]) =>
  verdicts.map(({ rule, actual, verdict }) => `${rule} ${verdict}: ${actual}`);

describe('a joined proxy', () => {
  it('must be shown so by each node; the verdict names the node that differs', () => {
    const good = ['proxy-joined holds: Join of Volume1', 'proxy-slices-in-sync holds: slice of Disk3 STOP'];
    const enabled = 'proxy-disks-enabled holds: Disk3 ENABLE';
    expect(told(judgeJoined(assignment, worldOf(joined)))).toEqual([...good, enabled]);
    expect(told(judgeJoined(assignment, worldOf(joined, '', { node2: copying })))).toEqual([
      good[0],
      'proxy-slices-in-sync fails: slice of Disk3 COPY (node2)',
      enabled,
    ]);
    expect(told(judgeJoined(assignment, worldOf(copying, '', { node2: joined })))[1]).toBe(
      'proxy-slices-in-sync fails: slice of Disk3 COPY (node1)',
    );
    expect(judgeJoined(assignment, nobody)).toEqual([]);
  });

  it('is named where the job has several', () => {
    const titles = judgeJoined(several, worldOf(joined)).map(({ title, volume: name }) => [name, title]);
    expect(titles[0]).toEqual(['Volume2', 'Proxy is joined (Volume2)']);
    expect(titles[3]).toEqual(['Volume9', 'Proxy is joined (Volume9)']);
    expect(judgeJoined(assignment, worldOf(joined))[0]).toMatchObject({ title: 'Proxy is joined' });
    expect(judgeJoined(assignment, worldOf(joined))[0]).not.toHaveProperty('volume');
  });

  it('counts only where every node was queried, and shows each of them', () => {
    expect(isProxyJoined(assignment, worldOf(joined))).toBe(true);
    expect(isProxyJoined(assignment, worldOf(copying))).toBe(true);
    expect(isProxyJoined(assignment, worldOf(joined, '', { node2: parted }))).toBe(false);
    expect(isProxyJoined(assignment, nobody)).toBe(false);
    expect(isProxyJoined(several, worldOf(joined))).toBe(false);
    expect(isProxyJoined(several, worldOf(joined), several.volumes.slice(0, 1))).toBe(true);
  });

  it('is in sync where no slice is copied to', () => {
    expect(isJoinedAndInSync(assignment, worldOf(joined))).toBe(true);
    expect(isJoinedAndInSync(assignment, worldOf(copying))).toBe(false);
    expect(isJoinedAndInSync(assignment, worldOf(parted))).toBe(false);
    expect(isJoinedAndInSync(assignment, nobody)).toBe(false);
    expect(isJoinedAndInSync(several, worldOf(joined), several.volumes.slice(0, 1))).toBe(true);
  });
});

describe('a proxy after its rejoin', () => {
  it('is copied or in sync', () => {
    expect(judgeJoining(assignment, worldOf(copying)).slice(1)).toEqual([
      {
        rule: 'proxy-copying',
        title: 'The copy runs',
        expected: 'copying or in-sync',
        actual: 'copying',
        verdict: 'holds',
        why: 'any other slice status means that the copy failed',
        source: 'GDS guide 6.6.3.7, step 8-2',
      },
    ]);
    expect(told(judgeJoining(assignment, worldOf(joined)))).toEqual([
      'proxy-joined holds: Join of Volume1',
      'proxy-copying holds: in-sync',
    ]);
    expect(told(judgeJoining(assignment, worldOf(copying, '', { node2: broken })))[1]).toBe(
      'proxy-copying fails: unexpected (node2)',
    );
    expect(told(judgeJoining(assignment, worldOf(parted)))[0]).toBe(
      'proxy-joined fails: Part of Volume1 (node1)',
    );
  });

  it('is waited for only if it is copied', () => {
    expect(isJoining(assignment, worldOf(copying))).toBe(true);
    expect(isJoining(assignment, worldOf(joined))).toBe(true);
    expect(isJoining(assignment, worldOf(broken))).toBe(false);
    expect(isJoining(assignment, worldOf(parted))).toBe(false);
    expect(isJoining(assignment, nobody)).toBe(false);
    expect(isJoining(several, worldOf(copying))).toBe(false);
    expect(isJoining(several, worldOf(copying), several.volumes.slice(0, 1))).toBe(true);
  });
});

describe('a parted proxy', () => {
  it('is stopped where every node shows it', () => {
    expect(told(judgeStopped(assignment, worldOf(parted)))).toEqual([
      'proxy-parted holds: Part of Volume1 on node1, node2',
      'proxy-stopped holds: STOP on node1, node2',
    ]);
    expect(told(judgeStopped(assignment, worldOf(parted, '', { node2: started })))[1]).toBe(
      'proxy-stopped fails: STOP on node1; ACTIVE on node2',
    );
    expect(told(judgeParted(assignment, worldOf(started)))).toEqual([
      'proxy-parted holds: Part of Volume1 on node1, node2',
    ]);
    expect(isProxyStopped(assignment, worldOf(parted))).toBe(true);
    expect(isProxyStopped(assignment, worldOf(parted, '', { node2: started }))).toBe(false);
    expect(isProxyStopped(several, worldOf(parted))).toBe(false);
    expect(isProxyStopped(assignment, nobody)).toBe(false);
  });

  it('can be read where the node that reads has started it', () => {
    expect(judgeReadable(assignment, worldOf(started, '', { node2: parted }))).toEqual([
      {
        rule: 'proxy-readable',
        title: 'Proxy can be read',
        expected: 'ACTIVE on node1',
        actual: 'ACTIVE on node1',
        verdict: 'holds',
        why: 'a stopped volume cannot be read',
        source: 'GDS guide 6.6.3.7, step 3-5',
      },
    ]);
    expect(told(judgeReadable(assignment, worldOf(parted, '', { node2: started })))).toEqual([
      'proxy-readable fails: STOP on node1',
    ]);
    const missing = [{ node: 'node1', since: '', reason: '' }];
    expect(told(judgeReadable({ ...assignment, missing }, worldOf(parted, '', { node2: started })))).toEqual([
      'proxy-readable holds: ACTIVE on node2',
    ]);
    expect(told(judgeReadable(several, worldOf(started)))).toEqual([
      'proxy-readable holds: ACTIVE on node1',
      'proxy-readable fails: not shown on node1',
    ]);
    expect(isProxyReadable(assignment, worldOf(started))).toBe(true);
    expect(isProxyReadable(assignment, worldOf(parted))).toBe(false);
    expect(told(judgeReadable(assignment, nobody))).toEqual(['proxy-readable fails: not shown on node1']);
  });

  it('is not mounted on a node that is up again', () => {
    const device = '/dev/sfdsk/Class1/dsk/Volume2';
    expect(
      judgeProxyNotMounted(assignment, 'node2', [mountOf('/app', '/dev/sfdsk/Class1/dsk/Volume1')]),
    ).toEqual({
      rule: 'proxy-not-mounted',
      title: 'No proxy is mounted on node2',
      expected: 'none',
      actual: 'none',
      verdict: 'holds',
      why: 'a node that did not answer for a while may have mounted the proxy',
      source: 'GDS guide 6.6.3.7, step 3-5',
    });
    expect(
      told([judgeProxyNotMounted(assignment, 'node2', [mountOf('/a', device), mountOf('/b', device)])]),
    ).toEqual([`proxy-not-mounted fails: ${device} on /a of node2, ${device} on /b of node2`]);
  });
});

describe('what the proxies are built on', () => {
  it('has no status that is missing in every table', () => {
    expect(judgeStatusesKnown(assignment, worldOf(joined))).toEqual([
      {
        rule: 'statuses-known',
        title: 'Every status is known',
        expected: 'known status words',
        actual: 'known status words',
        verdict: 'holds',
        why: 'an unknown status never counts as a good one',
        source: 'GDS guide 6.6.3.7, step 3-1',
      },
    ]);
    const strange = edited(joined, 'Disk3   Volume2 STOP', 'Disk3   Volume2 STRANGE');
    const odd = edited(strange, '1048576 STOP', '1048576 DOZING');
    expect(told(judgeStatusesKnown(assignment, worldOf(joined, '', { node2: odd })))).toEqual([
      'statuses-known fails: volume Volume2 DOZING on node2, slice of Disk3 STRANGE on node2',
    ]);
  });

  it('can be shadowed as every node shows it', () => {
    const blocking = (node2: string) =>
      told(judgeShadowable(assignment, worldOf(joined, '', { node2 }))).filter((verdict) =>
        / (fails|differs): /.test(verdict),
      );
    expect(blocking(joined)).toEqual([]);
    expect(blocking(joined.replaceAll('mirror Class1  Group2', 'stripe Class1  Group2'))[0]).toBe(
      'shadowable-type fails: stripe (node2)',
    );
  });
});
