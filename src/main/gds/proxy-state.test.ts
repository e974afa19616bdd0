import { describe, expect, test } from 'vitest';
import { edited, readFixture } from './fixtures/read-fixture.ts';
import { copyState, joinedAndInSync, parted, stoppedEverywhere } from './proxy-state.ts';
import { blocks } from './rule-verdict.ts';
import type { RuleVerdict } from './rule-verdict.ts';
import { parseSdxinfo } from './sdxinfo.ts';
import { emptyReport } from './sdxinfo-objects.ts';

const names = { class: 'Class1', proxyVolume: 'Volume2', masterVolume: 'Volume1' };
const joined = readFixture('primary-joined');
const after = readFixture('primary-parted');

const refusals = (verdicts: readonly RuleVerdict[]) =>
  blocks(verdicts).map(({ rule, expected, actual }) => `${rule}: ${expected} | ${actual}`);
const onTwoNodes = (one: string, other: string) => [
  { node: 'node1', report: parseSdxinfo(one) },
  { node: 'node2', report: parseSdxinfo(other) },
];

describe('before the proxy is parted', () => {
  const refusalsOf = (text: string) => refusals(joinedAndInSync(parseSdxinfo(text), names));

  test('a joined proxy in sync holds every rule', () => {
    const verdicts = joinedAndInSync(parseSdxinfo(joined), names);
    expect(verdicts.map(({ rule, actual, verdict }) => [rule, actual, verdict])).toEqual([
      ['proxy-joined', 'Join of Volume1', 'holds'],
      ['proxy-slices-in-sync', 'slice of Disk3 STOP', 'holds'],
      ['proxy-disks-enabled', 'Disk3 ENABLE', 'holds'],
    ]);
    expect(verdicts[0]?.source).toBe('GDS guide 6.6.3.7, step 3-1');
  });

  test('refuses to part while a slice is COPY', () => {
    expect(refusalsOf(edited(joined, 'Disk3   Volume2 STOP', 'Disk3   Volume2 COPY'))).toEqual([
      'proxy-slices-in-sync: each slice STOP | slice of Disk3 COPY',
    ]);
  });

  test('refuses an unknown slice status, shown as printed', () => {
    expect(refusalsOf(edited(joined, 'Disk3   Volume2 STOP', 'Disk3   Volume2 stop'))).toEqual([
      'proxy-slices-in-sync: each slice STOP | slice of Disk3 stop',
    ]);
  });

  test('refuses a proxy of another master, a parted one, and a volume that is no proxy', () => {
    expect(refusalsOf(edited(joined, 'Volume1 Join', 'Volume7 Join'))).toEqual([
      'proxy-joined: Join of Volume1 | Join of Volume7',
    ]);
    expect(refusalsOf(after)).toEqual(['proxy-joined: Join of Volume1 | Part of Volume1']);
    expect(refusalsOf(edited(joined, 'Volume1 Join', '*       *   '))).toEqual([
      'proxy-joined: Join of Volume1 | none',
    ]);
  });

  test('refuses a disabled disk', () => {
    expect(refusalsOf(joined.replace(/^(disk {3}Disk3 .*)ENABLE$/m, '$1SWAP'))).toEqual([
      'proxy-disks-enabled: each disk ENABLE | Disk3 SWAP',
    ]);
  });

  test('refuses one disabled disk among several', () => {
    const two = joined
      .replace(/^(disk {3}Disk)3( .*)ENABLE$/m, '$13$2ENABLE\n$14$2DISABLE')
      .replace(/^slice .* Disk3 .*$/m, (line) => `${line}\n${line.replace('Disk3', 'Disk4')}`);
    expect(refusalsOf(two)).toEqual(['proxy-disks-enabled: each disk ENABLE | Disk3 ENABLE, Disk4 DISABLE']);
  });

  test('refuses a disk of the group on which the proxy has no slice', () => {
    const two = joined.replace(/^(disk {3}Disk)3( .*)$/m, '$13$2\n$14$2');
    expect(refusalsOf(two)).toEqual([
      'proxy-slices-in-sync: each slice STOP | slice of Disk3 STOP, slice of Disk4 none',
    ]);
  });

  test('in a nested group, slices are those of lower groups, disks those below them', () => {
    const proxy = { ...names, proxyVolume: 'Volume8', masterVolume: 'Volume7' };
    const nested = edited(readFixture('primary-nested'), 'Volume7 Part ', 'Volume7 Join ');
    expect(
      joinedAndInSync(parseSdxinfo(nested), proxy).map(({ actual, verdict }) => [actual, verdict]),
    ).toEqual([
      ['Join of Volume7', 'holds'],
      ['slice of Group6a STOP', 'holds'],
      ['Disk11 ENABLE, Disk12 ENABLE', 'holds'],
    ]);
    const failed = nested
      .replace(/^(disk {3}Disk12 .*)ENABLE$/m, '$1DISABLE')
      .replace('Group6a Volume8 STOP', 'Group6a Volume8 COPY');
    expect(refusals(joinedAndInSync(parseSdxinfo(failed), proxy))).toEqual([
      'proxy-slices-in-sync: each slice STOP | slice of Group6a COPY',
      'proxy-disks-enabled: each disk ENABLE | Disk11 ENABLE, Disk12 DISABLE',
    ]);
  });

  test('on a single disk, that disk is checked', () => {
    const proxy = { ...names, proxyVolume: 'Volume12', masterVolume: 'Volume11' };
    const single = edited(readFixture('primary-single'), 'Volume11 Part ', 'Volume11 Join ');
    expect(refusals(joinedAndInSync(parseSdxinfo(single), proxy))).toEqual([]);
    expect(
      refusals(
        joinedAndInSync(parseSdxinfo(single.replace(/^(disk {3}Disk17 .*)ENABLE$/m, '$1SWAP')), proxy),
      ),
    ).toEqual(['proxy-disks-enabled: each disk ENABLE | Disk17 SWAP']);
  });

  test('a proxy that is not shown, or without slices, proves nothing', () => {
    expect(refusals(joinedAndInSync(emptyReport, names))).toEqual([
      'proxy-joined: Join of Volume1 | none',
      'proxy-slices-in-sync: each slice STOP | none',
      'proxy-disks-enabled: each disk ENABLE | none',
    ]);
  });
});

describe('after the proxy was parted and stopped', () => {
  test('holds where every node reports it', () => {
    expect(parted(onTwoNodes(after, after), names)).toMatchObject([
      { rule: 'proxy-parted', actual: 'Part of Volume1 on node1, node2', verdict: 'holds' },
    ]);
    expect(stoppedEverywhere(onTwoNodes(after, after), names)).toMatchObject([
      { rule: 'proxy-stopped', actual: 'STOP on node1, node2', verdict: 'holds' },
    ]);
  });

  test('fails where one node says otherwise', () => {
    expect(refusals(parted(onTwoNodes(after, joined), names))).toEqual([
      'proxy-parted: Part of Volume1 | Part of Volume1 on node1; Join of Volume1 on node2',
    ]);
    const started = edited(after, '1048576 STOP', '1048576 ACTIVE');
    expect(refusals(stoppedEverywhere(onTwoNodes(started, after), names))).toEqual([
      'proxy-stopped: STOP | ACTIVE on node1; STOP on node2',
    ]);
    expect(refusals(stoppedEverywhere(onTwoNodes(after, ''), names))).toEqual([
      'proxy-stopped: STOP | STOP on node1; none on node2',
    ]);
  });

  test('one slice that is out of step among several is refused', () => {
    const text = edited(
      joined,
      'Disk3   Volume2 STOP',
      'Disk3   Volume2 STOP\nslice Class1 Group2 Disk4 Volume2 TEMP',
    );
    expect(refusals(joinedAndInSync(parseSdxinfo(text), names))).toEqual([
      'proxy-slices-in-sync: each slice STOP | slice of Disk3 STOP, slice of Disk4 TEMP',
    ]);
  });

  test('fails without any node', () => {
    expect(refusals(parted([], names))).toEqual(['proxy-parted: Part of Volume1 | none']);
    const noProxy = edited(after, 'Volume1 Part', '*       *   ');
    expect(refusals(parted(onTwoNodes(noProxy, noProxy), names))).toEqual([
      'proxy-parted: Part of Volume1 | none on node1, node2',
    ]);
    expect(refusals(stoppedEverywhere([], names))).toEqual(['proxy-stopped: STOP | none']);
  });

  test('a parted proxy whose MASTER is empty is still parted', () => {
    const text = edited(after, 'Volume1 Part', '*       Part');
    expect(refusals(parted(onTwoNodes(text, text), names))).toEqual([]);
  });
});

describe('the copy after a rejoin', () => {
  const slices = readFixture('guide-slice');
  test.each([
    ['in-sync', slices],
    ['copying', edited(slices, 'STOP', 'COPY')],
    ['copying', `${slices}slice  Class1  Group2  Disk4   Volume2 COPY`],
    ['unexpected', edited(slices, 'STOP', 'INVALID')],
    ['unexpected', `${slices}slice  Class1  Group2  Disk4   Volume2 ACTIVE`],
    ['unexpected', edited(slices, 'STOP', 'COPY-ISH')],
    ['unexpected', readFixture('header-only')],
  ])('is %s', (state, text) => {
    expect(copyState(parseSdxinfo(text), names)).toBe(state);
  });
});
