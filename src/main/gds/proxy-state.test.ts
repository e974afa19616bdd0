import { describe, expect, test } from 'vitest';
import { edited, readFixture } from './fixtures/read-fixture.ts';
import {
  copyState,
  joinedAndInSync,
  noShadowObjects,
  parted,
  shadowable,
  stoppedEverywhere,
} from './proxy-state.ts';
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
    const two = joined.replace(/^(disk {3}Disk)3( .*)ENABLE$/m, '$13$2ENABLE\n$14$2DISABLE');
    expect(refusalsOf(two)).toEqual(['proxy-disks-enabled: each disk ENABLE | Disk3 ENABLE, Disk4 DISABLE']);
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
  test('holds where every node says so', () => {
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
    expect(refusals(stoppedEverywhere([], names))).toEqual(['proxy-stopped: STOP | none']);
  });

  test('a parted proxy whose MASTER is empty is still parted', () => {
    const text = edited(after, 'Volume1 Part', '*       Part');
    expect(refusals(parted(onTwoNodes(text, text), names))).toEqual([]);
  });
});

describe('no shadow object is left', () => {
  test('holds on an empty backup server and beside another class', () => {
    expect(noShadowObjects(emptyReport, 'Class2')).toMatchObject([{ actual: 'none', verdict: 'holds' }]);
    expect(refusals(noShadowObjects(parseSdxinfo(readFixture('shadow')), 'Class3'))).toEqual([]);
  });

  test('names everything that is left', () => {
    const class2 = 'OBJ NAME\n--- ---\nclass Class2\n';
    expect(refusals(noShadowObjects(parseSdxinfo(readFixture('shadow') + class2), 'Class2'))).toEqual([
      'no-shadow-objects: none | class Class2, disk Disk3, group Group2, volume Volume2, slice Disk3.Volume2, blocks of group Group2',
    ]);
  });
});

describe('which proxies can be shadowed', () => {
  const refusalsOf = (text: string) => refusals(shadowable(parseSdxinfo(text), names));

  test('the first volume of a mirror group of plain disks', () => {
    expect(shadowable(parseSdxinfo(joined), names).map(({ verdict }) => verdict)).toEqual([
      'holds',
      'holds',
      'holds',
    ]);
  });

  test('not a volume behind another one', () => {
    const text = edited(
      joined,
      'volume Volume2 Class1  Group2  off  on     65536  1114111  1048576 STOP',
      'volume Volume0 Class1 Group2 off on 65536 131071 65536 STOP\n' +
        'volume Volume2 Class1 Group2 off on 131072 1114111 983040 STOP',
    );
    const [refusal] = blocks(shadowable(parseSdxinfo(text), names));
    expect(refusal).toMatchObject({
      rule: 'shadowable-first-of-group',
      expected: 'only reserved blocks before it',
      actual: 'volume Volume0',
      why: 'a shadow of a volume that is not the first of its group needs stand-ins for the volumes before it',
    });
  });

  test('not a volume behind a hole, or behind blocks of an unknown state', () => {
    const hole = edited(
      joined,
      'volume Volume2 Class1  Group2  off  on     65536  1114111  1048576 STOP',
      'volume * Class1 Group2 * * 65536 131071 65536 FREE\n' +
        'volume Volume2 Class1 Group2 off on 131072 1114111 983040 STOP',
    );
    expect(refusalsOf(hole)).toEqual([
      'shadowable-first-of-group: only reserved blocks before it | blocks that are FREE',
    ]);
    expect(refusalsOf(hole.replace('65536 FREE', '65536 ODD'))).toEqual([
      'shadowable-first-of-group: only reserved blocks before it | blocks that are ODD',
    ]);
  });

  test('what lies before volumes of another group, or another class, is not in the way', () => {
    const elsewhere =
      'OBJ NAME CLASS GROUP 1STBLK LASTBLK BLOCKS STATUS\n--- --- --- --- --- --- --- ---\n' +
      'volume * Class1 Group1 10 19 10 FREE\nvolume * Class7 Group2 10 19 10 FREE\n' +
      'volume Volume7 Class7 Group2 20 29 10 STOP\n';
    expect(refusalsOf(joined + elsewhere)).toEqual([]);
  });

  test('not a stripe, and not a single disk', () => {
    expect(refusalsOf(joined.replaceAll('mirror', 'stripe'))).toEqual(['shadowable-type: mirror | stripe']);
    const single = joined
      .replaceAll(/Group2 /g, '*      ')
      .replace(/^group .*\* .*$/m, '')
      .replace(/^(disk {3}Disk3 {3})mirror/m, '$1single');
    expect(refusalsOf(single)).toEqual([
      'shadowable-type: mirror | no group',
      'shadowable-plain-disks: disks only | none',
      'shadowable-first-of-group: only reserved blocks before it | none',
    ]);
  });

  test('not a group inside a group', () => {
    expect(refusalsOf(edited(joined, 'Class1  Disk3  ', 'Class1  Disk3:Group8  '))).toEqual([
      'shadowable-plain-disks: disks only | Disk3, Group8 is no disk',
    ]);
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
