/** What is left to roll back after each step, whether it belongs to the run, and what must be certain before it is done by hand. */
import { describe, expect, it } from 'vitest';
import type { RestoreOrder } from '../../../contract/restore-events.ts';
import { edited } from '../../gds/fixtures/read-fixture.ts';
import { onAnyNode, type Assignment } from '../model/assignment.ts';
import {
  guideAssignment,
  restoreOrder,
  halfShadow,
  joined,
  mountOf,
  parted,
  shadow,
  started,
  worldOf,
} from '../model/guide-cluster.test-support.ts';
import { marksOf, type RunMarks } from '../model/run-marks.ts';
import type { StepCommand } from '../model/step.ts';
import type { World } from '../model/world.ts';
import { resumeCommands } from './steps-3-4-part.ts';
import { stepsOf } from './steps.ts';

const raw = guideAssignment();
const files = guideAssignment({ method: '6b', fsck: { answerYes: true } });
const byServer = guideAssignment({ route: 'server' });
const hashed = guideAssignment({ verify: { fingerprint: 'all' } });
const nothing = marksOf([], [], '/mnt1');
const work = { volume: 'Volume2', purpose: 'dump', folder: '/var/tmp/w', isOver: false } as const;

const stepOf = (assignment: Assignment, id: string) => {
  const step = stepsOf(assignment).find((each) => each.id === id);
  if (!step) throw new Error(`the run has no step ${id}`);
  return step;
};
function unwindingOf(assignment: Assignment, id: string) {
  const { unwinds } = stepOf(assignment, id);
  if (!unwinds) throw new Error(`step ${id} rolls nothing back`);
  return unwinds;
}
const isDone = (assignment: Assignment, id: string, world: World, marks: Partial<RunMarks> = {}) =>
  unwindingOf(assignment, id).isDone(world, { ...nothing, ...marks });
const mayBeNeeded = (assignment: Assignment, id: string, marks: Partial<RunMarks> = {}) =>
  unwindingOf(assignment, id).mayBeNeeded?.({ ...nothing, ...marks });
/** The commands of a step that have something left to do. */
const left = (assignment: Assignment, id: string, world: World, marks: Partial<RunMarks> = {}) =>
  stepOf(assignment, id)
    .commands.filter((command) => !command.isDone?.(world, { ...nothing, ...marks }))
    .map(({ argv }) => argv.join(' '));

const clean = worldOf(joined);
const copying = worldOf(edited(joined, 'Disk3   Volume2 STOP', 'Disk3   Volume2 COPY'));
const failed = worldOf(edited(joined, 'Disk3   Volume2 STOP', 'Disk3   Volume2 INVALID'));
const apart = worldOf(parted);
const running = worldOf(started);
const shadowed = worldOf(parted, shadow);

describe('what a rollback performs', () => {
  const unwinding = (assignment: Assignment) =>
    stepsOf(assignment).flatMap(({ id, unwinds }) => (unwinds ? [[id, ...unwinds.looks]] : []));

  it('are these steps, each of which queries what it changes', () => {
    const rejoin = [
      ['7', 'backup'],
      ['8-1', 'primaries'],
      ['8-2', 'primaries'],
    ];
    const part = [['3-4'], ['3-5', 'primaries']];
    expect(unwinding(raw)).toEqual([...part, ...rejoin]);
    expect(unwinding(files)).toEqual([...part, ['6b-5', 'backup'], ...rejoin]);
    expect(unwinding(byServer)).toEqual([...part, ['dump-ended'], ...rejoin, ['clear']]);
    const [remove = [], ...others] = rejoin;
    expect(unwinding(hashed)).toEqual([...part, remove, ['stop-proxy', 'primaries'], ...others]);
  });
});

describe('step 3-4', () => {
  it('has nothing to resume where nothing was stopped', () => {
    const stopped = { host: 'node1', place: 0, line: 'umount /app', sure: false };
    expect(isDone(raw, '3-4', clean)).toBe(true);
    expect(isDone(raw, '3-4', clean, { servicesStopped: [stopped] })).toBe(false);
    expect(isDone(raw, '3-4', clean, { operatorStopped: true })).toBe(false);
  });

  const command = (host: string, line: string): StepCommand => ({
    ...{ host, argv: line.split(' '), guide: false, changes: true },
  });
  const resumed = (resumes: readonly StepCommand[], marks: Partial<RunMarks>, stops = resumes) =>
    resumeCommands(stops, resumes)
      .filter(({ isDone: isOver }) => !isOver?.(clean, { ...nothing, ...marks }))
      .map(({ host, argv }) => `${host} ${argv.join(' ')}`);
  const stoppedAt = (host: string, place: number) => ({ host, place, line: '', sure: true });
  const [first, second] = [command('node1', 'start first'), command('node1', 'start second')];
  const elsewhere = command('node2', 'start first');

  it('resumes in the reverse order of the stops, and only what was stopped', () => {
    const both = [first, second, elsewhere];
    expect(resumed(both, { servicesStopped: [stoppedAt('node1', 0)] })).toEqual(['node1 start second']);
    expect(resumed(both, { servicesStopped: [stoppedAt('node1', 1)] })).toEqual(['node1 start first']);
    expect(resumed(both, { servicesStopped: [stoppedAt('node2', 0)] })).toEqual(['node2 start first']);
    expect(resumed(both, {})).toEqual([]);
  });

  it('resumes everything of a node whose number of stop commands differs', () => {
    const stops = [command('node1', 'stop'), elsewhere];
    const marks = { servicesStopped: [stoppedAt('node1', 0)] };
    expect(resumed([first, second, elsewhere], marks, stops)).toEqual([
      'node1 start first',
      'node1 start second',
    ]);
  });

  it('does not repeat a resume that exited 0 on that node', () => {
    const marks = { servicesStopped: [stoppedAt('node1', 0), stoppedAt('node1', 1)] };
    const told = (host: string, line: string) => ({ ...marks, servicesResumed: [{ host, line }] });
    expect(resumed([first, second], told('node1', 'start first'))).toEqual(['node1 start second']);
    expect(resumed([first, second], told('node2', 'start first'))).toHaveLength(2);
  });
});

describe('step 3-5', () => {
  it('has nothing to stop where the proxy is stopped, or joined', () => {
    expect([apart, clean, copying, running].map((world) => isDone(raw, '3-5', world))).toEqual([
      ...[true, true, true, false],
    ]);
    expect(isDone(raw, '3-5', worldOf(parted, '', { node2: started }))).toBe(false);
    expect([left(raw, '3-5', running), left(raw, '3-5', apart)]).toEqual([
      ['sdxvolume -F -c Class1 -v Volume2 -e allnodes'],
      [],
    ]);
  });

  it('stops only a proxy that this run has parted', () => {
    const { isOwn, provided } = unwindingOf(raw, '3-5');
    expect([mayBeNeeded(raw, '3-5'), mayBeNeeded(raw, '3-5', { partBegun: true })]).toEqual([false, true]);
    expect([isOwn?.(nothing), isOwn?.({ ...nothing, partProven: true })]).toEqual([false, true]);
    expect(provided?.(running, nothing)).toBe('once it is certain that nobody else has parted Volume2');
    expect(provided?.(running, { ...nothing, partProven: true })).toBeUndefined();
  });
});

describe('step 6b-5', () => {
  const mounted = worldOf(parted, shadow, { mounts: [mountOf('/mnt1')] });

  it('unmounts, and removes the mount point if the run has made it', () => {
    const made = { mountPointMade: true };
    expect(isDone(files, '6b-5', mounted)).toBe(false);
    expect(isDone(files, '6b-5', shadowed)).toBe(true);
    expect(isDone(files, '6b-5', shadowed, made)).toBe(false);
    expect(left(files, '6b-5', mounted, made)).toEqual(['umount /mnt1', 'rmdir /mnt1']);
    expect(left(files, '6b-5', shadowed, made)).toEqual(['rmdir /mnt1']);
    expect(left(files, '6b-5', mounted)).toEqual(['umount /mnt1']);
    expect([mayBeNeeded(files, '6b-5'), mayBeNeeded(files, '6b-5', made)]).toEqual([false, true]);
  });
});

describe('what runs detached from the console', () => {
  it('is ended before anything that it uses is removed', () => {
    const ofOther = { works: [{ ...work, volume: 'Volume9' }] };
    expect([isDone(byServer, 'dump-ended', clean), mayBeNeeded(byServer, 'dump-ended')]).toEqual([
      true,
      false,
    ]);
    expect(isDone(byServer, 'dump-ended', clean, { works: [work] })).toBe(false);
    expect(mayBeNeeded(byServer, 'dump-ended', { works: [work] })).toBe(true);
    expect(isDone(byServer, 'dump-ended', clean, ofOther)).toBe(true);
    expect(mayBeNeeded(byServer, 'dump-ended', ofOther)).toBe(false);
  });

  it('is removed, whatever volume it belongs to', () => {
    expect(isDone(byServer, 'clear', clean)).toBe(true);
    expect(isDone(byServer, 'clear', clean, { works: [{ ...work, volume: 'Volume9', isOver: true }] })).toBe(
      false,
    );
  });
});

describe('step 7', () => {
  it('removes what the backup server shows of the shadow, and nothing that is gone', () => {
    const all = [
      'sdxshadowvolume -F -c Class2 -v Volume2',
      'sdxshadowvolume -R -c Class2 -v Volume2',
      'sdxshadowgroup -R -c Class2 -g Group2',
      'sdxshadowdisk -R -c Class2 -d Disk3',
    ];
    expect(left(raw, '7', shadowed)).toEqual(all);
    expect(left(raw, '7', worldOf(parted, edited(shadow, '1048576 ACTIVE', '1048576 STOP')))).toEqual(
      all.slice(1),
    );
    expect(left(raw, '7', worldOf(parted, halfShadow))).toEqual(all.slice(2));
    expect(
      left(raw, '7', worldOf(parted, halfShadow.slice(0, halfShadow.indexOf('OBJ    NAME    CLASS')))),
    ).toEqual(all.slice(3));
    expect(left(raw, '7', apart)).toEqual([]);
    expect(left(raw, '7', worldOf(parted, '', { isBackupSeen: false }))).toEqual(all);
  });

  it('is done if the backup server shows that nothing of its class exists', () => {
    expect([shadowed, worldOf(parted, halfShadow), apart].map((world) => isDone(raw, '7', world))).toEqual([
      ...[false, false, true],
    ]);
    expect(isDone(raw, '7', worldOf(parted, '', { isBackupSeen: false }))).toBe(false);
    expect([mayBeNeeded(raw, '7'), mayBeNeeded(raw, '7', { shadowBegun: true })]).toEqual([false, true]);
  });
});

describe('the proxy that was started to be hashed', () => {
  const over = (world: World, marks: Partial<RunMarks> = {}) => isDone(hashed, 'stop-proxy', world, marks);
  const hash = { works: [{ ...work, purpose: 'hash' }] } as const;

  it('is stopped once its hash has ended, unless it is stopped or joined', () => {
    const begun = { proxyStarted: true };
    expect([over(running), over(running, begun), over(apart, begun), over(clean, begun)]).toEqual([
      ...[true, false, true, true],
    ]);
    expect([over(apart, hash), over(clean, hash), over(running, { works: [work] })]).toEqual([
      ...[false, false, true],
    ]);
    const needed = [{}, begun, hash, { works: [work] }].map((marks) =>
      mayBeNeeded(hashed, 'stop-proxy', marks),
    );
    expect(needed).toEqual([false, true, true, false]);
    expect([running, apart, clean].map((world) => left(hashed, 'stop-proxy', world).length)).toEqual([
      1, 0, 0,
    ]);
  });

  it('is stopped after that, unless somebody has rejoined it', () => {
    const { after } = stepOf(hashed, 'stop-proxy');
    expect(after?.judge(clean)).toEqual([]);
    expect(after?.judge(apart).map(({ rule, verdict }) => [rule, verdict])).toEqual([
      ['proxy-parted', 'holds'],
      ['proxy-stopped', 'holds'],
    ]);
    expect(after?.judge(running).map(({ verdict }) => verdict)).toEqual(['holds', 'fails']);
  });

  it('is started where it is not readable yet', () => {
    expect(left(hashed, 'start-proxy', apart)).toHaveLength(1);
    expect(left(hashed, 'start-proxy', running)).toEqual([]);
  });
});

describe('step 8-1', () => {
  const own = { ...nothing, partProven: true, shadowBegun: true };
  const provided = (world: World, marks: RunMarks = own) => unwindingOf(raw, '8-1').provided?.(world, marks);
  const unseen = { ...apart, backup: undefined };

  it('rejoins where a proxy is not joined yet, and this run has parted it', () => {
    expect([clean, copying, apart].map((world) => isDone(raw, '8-1', world))).toEqual([true, true, false]);
    expect(left(raw, '8-1', apart)).toEqual(['sdxproxy Rejoin -c Class1 -p Volume2']);
    expect(left(raw, '8-1', copying)).toEqual([]);
    expect([mayBeNeeded(raw, '8-1'), mayBeNeeded(raw, '8-1', { partBegun: true })]).toEqual([false, true]);
    const { isOwn } = unwindingOf(raw, '8-1');
    expect([isOwn?.({ ...nothing, partBegun: true }), isOwn?.(own)]).toEqual([false, true]);
  });

  it('by hand, needs a part of this run, and a backup server without a shadow', () => {
    expect(provided(apart)).toBeUndefined();
    expect(provided(apart, { ...own, partProven: false })).toBe(
      'once it is certain that nobody else has parted Volume2',
    );
    expect(provided(shadowed)).toBe('once sdxinfo on node3 shows nothing of Class2');
    expect(provided(worldOf(parted, '', { isBackupSeen: false }))).toBe(
      'once sdxinfo on node3 shows nothing of Class2',
    );
    expect(provided(unseen)).toBe('once sdxinfo on node3 shows nothing of Class2');
    expect(provided(unseen, { ...own, shadowBegun: false })).toBeUndefined();
    expect(provided(worldOf(parted, shadow.replaceAll('Class2', 'Class9')))).toBe(
      'once sdxinfo on node3 shows nothing on c1t1d3',
    );
  });
});

describe('step 8-2', () => {
  it('watches what is copied, and nothing that failed or is in sync', () => {
    const { isDue } = unwindingOf(raw, '8-2');
    const worlds = [copying, clean, failed, apart];
    expect(worlds.map((world) => isDone(raw, '8-2', world))).toEqual([false, true, false, false]);
    expect(worlds.map((world) => isDue?.(world))).toEqual([true, true, false, false]);
    expect([mayBeNeeded(raw, '8-2'), mayBeNeeded(raw, '8-2', { partBegun: true })]).toEqual([false, true]);
  });
});

describe('a synchronization before the part', () => {
  it('rejoins only what is parted', () => {
    const first = guideAssignment({ part: { synchroniseFirst: true } });
    expect(left(first, 'synchronise', apart)[0]).toBe('sdxproxy Rejoin -c Class1 -p Volume2');
    expect(left(first, 'synchronise', clean)).toEqual(['sdxinfo -S -c Class1 -o Volume2']);
    expect(stepOf(first, 'synchronise').commands[0]).toMatchObject(onAnyNode(first));
  });
});

describe('a restore that is rolled back', () => {
  const order: RestoreOrder = { ...restoreOrder, activeOn: ['node1', 'node2'] };
  const restoring: Assignment = { ...raw, restore: order };
  const fromParted: Assignment = { ...raw, restore: { ...order, begins: 'parted' } };
  const masterOff = worldOf(parted.replace(/(volume Volume1 .*)ACTIVE/, '$1STOP'));

  it('rejoins nothing, and leaves the proxy stopped', () => {
    const ids = (assignment: Assignment) =>
      stepsOf(assignment).flatMap(({ id, unwinds }) => (unwinds ? [[id, ...unwinds.looks].join(' ')] : []));
    const expected = ['3-5 primaries', '7 backup', 'stop-proxy primaries', 'start-master primaries', '3-4'];
    expect([ids(restoring), ids(fromParted)]).toEqual([expected, expected]);
    expect([isDone(fromParted, '3-5', apart), isDone(fromParted, '3-5', running)]).toEqual([true, false]);
    expect(isDone(fromParted, '3-5', clean)).toBe(true);
    expect(unwindingOf(restoring, '3-5').isOwn?.(nothing)).toBe(false);
    // A proxy that it found parted belongs to nobody else.
    expect(unwindingOf(fromParted, '3-5').isOwn).toBeUndefined();
  });

  it('starts the master where it was active, unless the copy has begun', () => {
    expect([isDone(restoring, 'start-master', apart), isDone(restoring, 'start-master', masterOff)]).toEqual([
      ...[true, false],
    ]);
    expect(isDone(restoring, 'start-master', masterOff, { restoreSent: true })).toBe(true);
    expect(mayBeNeeded(restoring, 'start-master')).toBe(false);
    expect(mayBeNeeded(restoring, 'start-master', { masterStopped: true })).toBe(true);
    expect([left(restoring, 'start-master', masterOff), left(restoring, 'start-master', apart)]).toEqual([
      ['sdxvolume -N -c Class1 -v Volume1 -e node=node1:node2'],
      [],
    ]);
  });

  it('stops no master that is stopped already, with its slices', () => {
    const slicesOff = worldOf(
      parted.replaceAll(/^((?:volume Volume1|slice .* Volume1) .*)ACTIVE/gm, '$1STOP'),
    );
    for (const id of ['stop-master', 'close-master']) {
      expect(left(restoring, id, masterOff)).toEqual(['sdxvolume -F -c Class1 -v Volume1 -e allnodes']);
      expect(left(restoring, id, slicesOff)).toEqual([]);
    }
  });

  it('resumes the services, unless the copy has begun', () => {
    const stopped = { servicesStopped: [{ host: 'node1', place: 0, line: 'umount /app', sure: true }] };
    expect(isDone(restoring, '3-4', apart, stopped)).toBe(false);
    expect(isDone(restoring, '3-4', apart, { ...stopped, restoreSent: true })).toBe(true);
    expect(isDone(restoring, '3-4', apart)).toBe(true);
  });
});
