/** What must hold before a restore changes anything, and before the master is overwritten; as sdxinfo shows it. */
import { describe, expect, it } from 'vitest';
import { isBlocking } from '../../../../contract/checks.ts';
import type { RestoreOrder } from '../../../../contract/restore-events.ts';
import { edited, readFixture } from '../../../gds/fixtures/read-fixture.ts';
import { parseSdxinfo } from '../../../gds/sdxinfo.ts';
import type { Assignment } from '../../model/assignment.ts';
import { guideAssignment } from '../../model/guide-cluster.test-support.ts';
import type { World } from '../../model/world.ts';
import { stepsOf } from '../steps.ts';
import { judgeDisksProven, judgeRebuildable, judgeRestorable, otherSources } from './restore-checks.ts';

const joined = readFixture('primary-joined');
const parted = readFixture('primary-parted');

const assignment = {
  class: 'Class1',
  volumes: [{ master: 'Volume1', proxy: 'Volume2' }],
  shadow: { class: 'Class2', devices: { Disk3: 'c2t1d3' } },
} as unknown as Assignment;

const order: RestoreOrder = {
  from: 'tape',
  run: 'run',
  at: '2026-11-28T17:00:00.000Z',
  begins: 'joined',
  activeOn: [],
  volumes: [],
};

const serials = (...pairs: readonly (readonly [string, string])[]) => new Map(pairs);

function worldOf(text: string, backup = serials(['c2t1d3', 'serial 3'])): World {
  const report = parseSdxinfo(text);
  const primary = serials(['c1t1d1', 'serial 1'], ['c1t1d2', 'serial 2'], ['c1t1d3', 'serial 3']);
  return {
    primaries: [
      { node: 'node1', report },
      { node: 'node2', report },
    ],
    backup: {
      node: 'node3',
      report: parseSdxinfo(''),
      mounts: [],
      sight: { shown: 'nothing', evidence: 'no special file' },
    } as unknown as NonNullable<World['backup']>,
    disks: { primary, backup },
  };
}

const refusals = (verdicts: ReturnType<typeof judgeRestorable>) =>
  verdicts.filter(isBlocking).map(({ rule, actual }) => `${rule}: ${actual}`);
const beforeAnything = (text: string) => refusals(judgeRestorable(assignment, order, worldOf(text)));
const beforeTheCopy = (text: string) => refusals(judgeRebuildable(assignment, worldOf(text)));

describe('before anything is changed', () => {
  it('a joined proxy of a valid master may be overwritten', () => {
    expect(beforeAnything(joined)).toEqual([]);
  });

  it.each(['INVALID', 'COPY', 'TEMP', 'strange'])('a master with a slice that is %s is refused', (word) => {
    const text = edited(joined, 'Disk2   Volume1 ACTIVE', `Disk2   Volume1 ${word}`);
    expect(beforeAnything(text)).toContain(`master-valid: Disk1 ACTIVE, Disk2 ${word} on node1, node2`);
  });

  it('a second joined proxy of the master is refused', () => {
    const [row = ''] = /^volume Volume2 mirror.*$/m.exec(joined) ?? [];
    const text = edited(joined, row, `${row}\n${row.replace('Volume2', 'Volume9')}`);
    expect(beforeAnything(text)).toContain('other-proxies-parted: Volume9 on node1, node2');
  });

  it('a pair that no longer exists is refused', () => {
    const text = edited(joined, 'Volume1 Join ', '*       *    ');
    expect(beforeAnything(text)).toContain('proxy-joined: none (node1)');
  });
});

describe('another proxy of the master', () => {
  /** The listing with a proxy Volume9 of the master on a disk of its own. */
  const withOther = (proxy: string, slice: string) => {
    const rows: readonly (readonly [RegExp, string])[] = [
      [/^volume Volume2 Class1.*$/m, 'STOP'],
      [/^slice .*Volume2 .*$/m, slice],
      [/^volume Volume2 mirror.*$/m, proxy],
    ];
    return rows.reduce((text, [pattern, word]) => {
      const [row = ''] = pattern.exec(joined) ?? [];
      const other = row
        .replace('Volume2', 'Volume9')
        .replace('Disk3', 'Disk9')
        .replace(/STOP|Join/, word);
      return edited(text, row, `${row}\n${other}`);
    }, joined);
  };
  const sources = (...texts: string[]) =>
    otherSources(assignment, {
      primaries: texts.map((text, index) => ({ node: `node${index + 1}`, report: parseSdxinfo(text) })),
    });

  it('that is parted and valid on every node may be the better source', () => {
    expect(sources(withOther('Part', 'STOP'), withOther('Part', 'ACTIVE'))).toEqual(['Volume9']);
    expect(beforeAnything(withOther('Part', 'STOP')).join()).not.toContain('other-proxies-parted');
    const restore = { ...order, otherProxies: ['Volume9'] };
    const approval = stepsOf({ ...guideAssignment(), restore }).find(({ id }) => id === 'approve-overwrite');
    expect(approval?.notes).toContain(
      'Volume9 is another proxy of Volume1, parted and valid: it may be the better source',
    );
  });

  it('that is joined, not valid, or not the same on every node is no source', () => {
    expect(sources(withOther('Join', 'STOP'))).toEqual([]);
    expect(sources(withOther('Part', 'INVALID'))).toEqual([]);
    expect(sources(withOther('Part', 'STOP'), withOther('Part', 'COPY'))).toEqual([]);
    expect(sources(withOther('Part', 'STOP'), joined)).toEqual([]);
    expect(sources(joined, joined)).toEqual([]);
    // The proxy that is restored is no other one, parted or not.
    expect(sources(parted, parted)).toEqual([]);
    // One good slice does not make a bad one good, and a volume without slices holds nothing.
    const slices = /^slice .*Volume9 .*$/m;
    const [slice = ''] = slices.exec(withOther('Part', 'STOP')) ?? [];
    const twoSlices = `${slice.replace('STOP', 'INVALID').replace('Disk9', 'Disk8')}\n${slice}`;
    expect(sources(withOther('Part', 'STOP').replace(slices, twoSlices))).toEqual([]);
    expect(sources(withOther('Part', 'STOP').replace(`${slice}\n`, ''))).toEqual([]);
  });

  it('of another master, or of a master with that name in another class, is no source', () => {
    const other = withOther('Part', 'STOP');
    const [row = ''] = /^volume Volume9 mirror.*$/m.exec(other) ?? [];
    const sourceAs = (from: string, to: string) => sources(edited(other, row, row.replace(from, to)));
    expect(sourceAs('Volume1 ', 'Volume7 ')).toEqual([]);
    expect(sources(other.replaceAll(/^.*Volume9.*$/gm, (line) => line.replace('Class1', 'Class9')))).toEqual(
      [],
    );
  });
});

describe('the disks of the shadow', () => {
  const told = (backup?: Map<string, string>) =>
    refusals(judgeDisksProven(assignment, worldOf(joined, backup)));

  it('are proven by their serial numbers alone', () => {
    expect(told()).toEqual([]);
    expect(told(serials(['c2t1d3', 'serial 1']))).toEqual(['disks-proven: Disk3 serial 1, also Disk1']);
    expect(told(serials())).toEqual(['disks-proven: Disk3 without serial number']);
  });
});

describe('right before the master is overwritten', () => {
  const stopped = parted.replaceAll('ACTIVE', 'STOP');

  it('both volumes are stopped', () => {
    expect(beforeTheCopy(stopped)).toEqual([]);
  });

  it('a master that was started again is refused, and so is a slice that is being copied', () => {
    const started = stopped.replace(/(volume Volume1 .*)STOP/, '$1ACTIVE');
    expect(beforeTheCopy(started)).toEqual([
      'master-stopped: ACTIVE, Disk1 STOP, Disk2 STOP on node1, node2',
    ]);
    const filled = edited(stopped, 'Disk2   Volume1 STOP', 'Disk2   Volume1 COPY');
    expect(beforeTheCopy(filled)).toEqual([
      'master-valid: Disk1 STOP, Disk2 COPY on node1, node2',
      'master-stopped: STOP, Disk1 STOP, Disk2 COPY on node1, node2',
    ]);
  });
});
