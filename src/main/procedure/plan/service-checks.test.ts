/** On which node services are stopped and resumed, and which of the site's commands concern the file system. */
import { describe, expect, it } from 'vitest';
import type { RuleVerdict } from '../../../contract/checks.ts';
import { guideAssignment, mountOf } from '../model/guide-cluster.test-support.ts';
import type { MountsOfNode } from '../model/world.ts';
import {
  areWhereMounted,
  dependOnMounts,
  judgeMountedOnce,
  judgeNotMoved,
  mountedWords,
  nodesMounting,
} from './service-checks.ts';
import { isUnmountedBeforePart } from './steps-3-4-part.ts';
import { stepsOf } from './steps.ts';

const commands = { stop: ['umount /app'], resume: ['mount /app'] };
const whereMounted = guideAssignment({ services: { whereMounted: commands } });
const master = '/dev/sfdsk/Class1/dsk/Volume1';
const others = [mountOf('/home', '/dev/sfdsk/Class1/dsk/Volume7'), mountOf('/', '/dev/dsk/c0t0d0s0')];

const on = (node: string, ...points: string[]): MountsOfNode => ({
  node,
  mounts: [...others, ...points.map((point) => mountOf(point, master))],
});
const told = ({ rule, expected, actual, verdict }: RuleVerdict) =>
  `${rule} ${verdict}: ${expected} | ${actual}`;

describe('where the file system of the master is mounted', () => {
  it('is shown with its nodes and mount points', () => {
    const seen = [on('node1', '/app', '/copy'), on('node2'), on('node3', '/app')];
    expect(nodesMounting(whereMounted, seen)).toEqual(['node1', 'node3']);
    expect(mountedWords(whereMounted, seen)).toBe('node1 (/app, /copy), node3 (/app)');
    expect(mountedWords(whereMounted, [on('node1')])).toBe('no node');
  });

  it('is exactly one node before anything is stopped', () => {
    const judged = (mayBeNone: boolean, ...seen: MountsOfNode[]) =>
      told(judgeMountedOnce(whereMounted, seen, mayBeNone));
    expect(judgeMountedOnce(whereMounted, [on('node1', '/app'), on('node2')])).toEqual({
      rule: 'services-mounted-once',
      title: 'Volume1 mounted on one node',
      expected: 'one primary node',
      actual: 'node1 (/app)',
      verdict: 'holds',
      why: 'services are stopped where the file system is mounted',
      source: 'GDS guide 6.6.3.7, step 3-2',
    });
    expect(told(judgeMountedOnce(whereMounted, [on('node1')]))).toBe(
      'services-mounted-once fails: one primary node | no node',
    );
    expect(judged(false, on('node1', '/app'), on('node2', '/app'))).toBe(
      'services-mounted-once fails: one primary node | node1 (/app), node2 (/app)',
    );
    expect(judged(true, on('node1'))).toBe('services-mounted-once holds: at most one primary node | no node');
    expect(judged(true, on('node1', '/app'), on('node2', '/app'))).toBe(
      'services-mounted-once fails: at most one primary node | node1 (/app), node2 (/app)',
    );
  });

  it('is no other node once the services were stopped', () => {
    const seen = [on('node1'), on('node2', '/app')];
    expect(judgeNotMoved(whereMounted, seen, ['node1'])).toEqual({
      rule: 'services-not-moved',
      title: 'Volume1 not mounted where services run',
      expected: 'node1 or no node',
      actual: 'node2 (/app)',
      verdict: 'fails',
      why: 'services that moved to another node since they were stopped run there',
      source: 'GDS guide 6.6.3.7, step 3-2',
    });
    expect(told(judgeNotMoved(whereMounted, seen, ['node1', 'node2']))).toBe(
      'services-not-moved holds: node1 or node2 or no node | node2 (/app)',
    );
    expect(told(judgeNotMoved(whereMounted, [on('node1')], []))).toBe(
      'services-not-moved holds: no node | no node',
    );
  });
});

const at = (node: string, mountPoint = '/app', master = 'Volume1') => ({ node, master, mountPoint });

describe('the services of a job', () => {
  const sent = (services: unknown, id: '3-2' | '3-4') => {
    const step = stepsOf(guideAssignment({ services })).find((each) => each.id === id);
    return step?.commands.map(
      ({ host, argv, ofSite, whereMounted: where }) =>
        `${host} ${argv.join(' ')}${ofSite ? '' : ' not of the site'}${where ? ' where mounted' : ''}`,
    );
  };

  it('are stopped and resumed on each node, on those that are named, or where it is mounted', () => {
    expect([sent(commands, '3-2'), sent(commands, '3-4')]).toEqual([
      ['node1 umount /app', 'node2 umount /app'],
      ['node1 mount /app', 'node2 mount /app'],
    ]);
    const onNode2 = { nodes: { node2: commands } };
    expect([sent(onNode2, '3-2'), sent(onNode2, '3-4')]).toEqual([
      ['node2 umount /app'],
      ['node2 mount /app'],
    ]);
    expect(sent({ whereMounted: commands }, '3-2')).toEqual([
      'node1 umount /app where mounted',
      'node2 umount /app where mounted',
    ]);
    for (const services of ['ask', 'not-needed'])
      expect([sent(services, '3-2'), sent(services, '3-4')]).toEqual([[], []]);
    expect([
      areWhereMounted(whereMounted.job),
      areWhereMounted(guideAssignment({ services: commands }).job),
    ]).toEqual([true, false]);
  });

  it('show where they are sent, if that depends on what is mounted', () => {
    const notes = (nodes: string[] | undefined) =>
      stepsOf({ ...whereMounted, ...(nodes ? { mounted: nodes.map((node) => at(node)) } : {}) })
        .filter(({ id }) => id === '3-2' || id === '3-4')
        .map((step) => step.notes);
    const resumed = [
      'sent on the node where services were stopped, unless Volume1 is mounted on another node by then',
    ];
    const stopped = 'sent only on the node that has Volume1 mounted right before the step';
    expect(notes(undefined)).toEqual([[stopped], resumed]);
    expect(notes(['node1', 'node2'])).toEqual([[`${stopped}; currently: node1, node2`], resumed]);
    expect(notes([])).toEqual([[`${stopped}; currently: no node`], resumed]);
    const [stop] = stepsOf(guideAssignment({ services: commands })).filter(({ id }) => id === '3-2');
    expect(stop?.notes).toBeUndefined();
  });

  const unmounts = (services: unknown, ...mounted: ReturnType<typeof at>[]) =>
    isUnmountedBeforePart({ ...guideAssignment({ services }), mounted }, 'Volume1');
  const stops = (...stop: string[]) => ({ stop, resume: ['mount /app'] });

  it('unmount the file system before the part where umount itself names its mount point or its device', () => {
    for (const stop of ['umount /app', '/usr/sbin/umount /app', 'umount -f /app/', `umount ${master}`])
      expect(unmounts(stops('hastop', stop), at('node1')), stop).toBe(true);
    expect(unmounts({ nodes: { node2: commands } }, at('node2'))).toBe(true);
    expect(unmounts({ whereMounted: commands }, at('node1'))).toBe(true);
    expect(unmounts(stops(`umount ${master}`))).toBe(true);
  });

  it('leave it mounted, as far as is known, where another file system is unmounted, or it is another node', () => {
    const other = at('node1', '/other', 'Volume3');
    for (const stop of ['umount /other', `umount ${master}3`, 'umount /application', 'umount -l /app'])
      expect(unmounts(stops(stop), at('node1'), other), stop).toBe(false);
    for (const stop of ['xumount /app', 'echo umount /app', 'umount-all', 'umount -a', 'umount'])
      expect(unmounts(stops(stop), at('node1')), stop).toBe(false);
    expect(unmounts({ nodes: { node2: commands } }, at('node1'))).toBe(false);
    expect(unmounts(stops('umount /app'), at('node1'), at('node2', '/copy'))).toBe(false);
    expect(unmounts({ stop: ['hastop'], resume: ['umount /app'] }, at('node1'))).toBe(false);
    expect([unmounts('ask', at('node1')), unmounts('not-needed', at('node1'))]).toEqual([false, false]);
  });

  it('may unmount any file system where that of the master was seen nowhere', () => {
    expect(unmounts(commands)).toBe(false);
    expect(isUnmountedBeforePart(guideAssignment({ services: commands }), 'Volume1')).toBe(false);
  });

  it('need the mount tables in the plan only where a place or a mount point is to be found in them', () => {
    const depend = (services: unknown) => dependOnMounts(guideAssignment({ services }).job);
    const needed = [commands, { whereMounted: stops('hastop') }, { nodes: { node2: commands } }];
    expect(needed.map(depend)).toEqual([true, true, true]);
    expect([stops('hastop'), 'ask', 'not-needed'].map(depend)).toEqual([false, false, false]);
  });
});
