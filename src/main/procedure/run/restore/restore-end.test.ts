/** The state of the cluster after a restore, and how it is reported. */
import { describe, expect, it } from 'vitest';
import type { RestoreOrder } from '../../../../contract/restore-events.ts';
import { readFixture } from '../../../gds/fixtures/read-fixture.ts';
import { parseSdxinfo } from '../../../gds/sdxinfo.ts';
import type { Assignment } from '../../model/assignment.ts';
import { marksOf, type RunMarks } from '../../model/run-marks.ts';
import type { World } from '../../model/world.ts';
import { clusterMarkOfRestore, restoreSentences } from './restore-end.ts';

const order: RestoreOrder = {
  from: 'proxy',
  run: 'backup',
  at: '2026-11-28T17:00:00.000Z',
  begins: 'parted',
  partedBy: 'backup',
  activeOn: ['node1', 'node2'],
  volumes: [],
};

const assignmentOf = (restore: RestoreOrder) =>
  ({
    class: 'Class1',
    primaryNodes: ['node1', 'node2'],
    volumes: [{ master: 'Volume1', proxy: 'Volume2' }],
    shadow: { class: 'Class2', devices: { Disk3: 'c2t1d3' } },
    restore,
  }) as unknown as Assignment;

/** The proxy parted and stopped, the master active on both nodes, nothing on the backup server. */
function asFound(): World {
  const text = readFixture('primary-parted').replace(/(volume Volume2 .*)ACTIVE/, '$1STOP');
  const report = parseSdxinfo(text);
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
  };
}

const nothingDone = marksOf([], [], '/mnt');
const markOf = (restore: RestoreOrder, marks: Partial<RunMarks> = {}) =>
  clusterMarkOfRestore(assignmentOf(restore), asFound(), { ...nothingDone, ...marks }, false);

describe('a parted proxy that a restore leaves as it found it', () => {
  it('is normal where a backup left it parted', () => {
    expect(markOf(order)).toBe('normal');
  });

  it('needs action where an earlier restore left it, where it was written to, or where the copy has begun', () => {
    expect(markOf({ ...order, replaces: 'earlier' })).toBe('unproven');
    expect(markOf(order, { proxyWritten: true })).toBe('unproven');
    expect(markOf(order, { restoreSent: true })).toBe('unproven');
  });
});

describe('a restore that has stopped the services, or proven the master', () => {
  const stopped = { host: 'node1', place: 0, line: 'umount /app', sure: true };

  it('needs action until they run again', () => {
    expect(markOf(order, { servicesStopped: [stopped] })).toBe('unproven');
    expect(markOf(order, { operatorStopped: true })).toBe('unproven');
  });

  it('is normal once the master is proven, and everything joined and started', () => {
    const proven = { ...nothingDone, restoreSent: true, masterProven: true };
    const mark = (isJoined: boolean, marks: RunMarks = proven, activeOn = order.activeOn) =>
      clusterMarkOfRestore(assignmentOf({ ...order, activeOn }), asFound(), marks, isJoined);
    expect([mark(true), mark(false)]).toEqual(['normal', 'unproven']);
    expect(mark(true, { ...proven, masterProven: false })).toBe('unproven');
    expect(mark(true, proven, ['node1', 'node3'])).toBe('unproven');
  });

  it('says what it has left', () => {
    const sentences = (marks: Partial<RunMarks>) =>
      restoreSentences(assignmentOf(order), { ...nothingDone, ...marks });
    expect(sentences({})).toEqual(['Volume1 is unchanged; Volume2 was not written to']);
    expect(sentences({ proxyWritten: true })).toEqual([
      'Volume1 is unchanged; Volume2 was written to, and must not be rejoined unless its data is given up',
      'to try again: shadowtape restore backup',
    ]);
    expect(sentences({ proxyWritten: true, restoreSent: true, masterProven: true })).toEqual([
      'Volume1 is restored and proven',
    ]);
    expect(restoreSentences({ ...assignmentOf(order), restore: undefined }, nothingDone)).toEqual([]);
  });
});

it('the ways forward after the copy has begun are the documented ones', () => {
  expect(restoreSentences(assignmentOf(order), { ...nothingDone, restoreSent: true })).toEqual([
    'Volume1 may hold a mixture of old and restored data: do not start it, and keep the tape loaded',
    '1. see how far the copy is: on node1, sdxinfo -S -c Class1 -o Volume1 shows COPY until it ends',
    '2. if Volume2 is still parted, repeat: on node1, sdxproxy RejoinRestore -c Class1 -p Volume2 -e nowaitsync',
    '3. otherwise, once no slice is COPY, end the relation: on node1, sdxproxy Break -c Class1 -p Volume2. Volume2 keeps the restored data. Write Volume1 from it and compare, then on node1, sdxproxy Join -c Class1 -m Volume1 -p Volume2',
    'never sdxproxy Break -e force while a slice is COPY, and never sdxfix -V on Volume1',
  ]);
});
