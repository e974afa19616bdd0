/** Whether the shadow is still as it was verified: checked before and after everything that uses it. */
import { describe, expect, it } from 'vitest';
import { isBlocking, type RuleVerdict } from '../../../contract/checks.ts';
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import { edited, readFixture } from '../../gds/fixtures/read-fixture.ts';
import {
  guideAssignment,
  joined,
  mountOf,
  parted,
  shadow,
  started,
  worldOf,
} from '../model/guide-cluster.test-support.ts';
import { layoutSeen } from '../model/layout-seen.ts';
import type { World } from '../model/world.ts';
import { isOfCluster, judgeGuard, judgeRebootSinceCreation, toldOfGuard } from './shadow-guard.ts';

const raw = guideAssignment();
const files = guideAssignment({ method: '6b', fsck: { answerYes: true } });
/** As both forms of sdxinfo show it. */
const whole = `${shadow}\n${readFixture('shadow-with-mode')}`;
const verified = worldOf(parted, whole);
const moved = whole.replaceAll(' 65536  1114111', ' 65540  1114115');
const stopped = whole.replaceAll('1048576 ACTIVE', '1048576 STOP  ');

const journal = (...events: readonly NewEvent[]) =>
  events.map((event, index) => ({ seq: index + 1, at: '', run: 'run-1', prev: '', ...event }) as RunEvent);
const layoutOf = (boot?: string): NewEvent => ({
  ...{ type: 'layout', step: 'verify', spaces: layoutSeen(verified, raw) },
  ...(boot === undefined ? {} : { boot }),
});
const activated = (...options: readonly string[]): NewEvent[] =>
  options.map((option) => {
    const argv = ['sdxshadowvolume', option, '-c', 'Class2', '-v', 'Volume2'];
    return { type: 'intent', step: '6b-1', host: 'node3', argv, line: argv.join(' '), changes: true };
  });

const booted = (boot: string, world = verified): World => ({
  ...world,
  backup: world.backup && { ...world.backup, boot },
});
const lines = (verdicts: readonly RuleVerdict[]) =>
  verdicts.filter(isBlocking).map(({ rule, actual }) => `${rule}: ${actual}`);
const blocking = (
  world: World,
  events: readonly RunEvent[] = journal(layoutOf()),
  of = raw,
  mountPointMade = false,
) => lines(judgeGuard(of, world, events, mountPointMade));

describe('the shadow during a run', () => {
  it('is as it was verified, and its proxy parted and stopped', () => {
    expect(blocking(verified)).toEqual([]);
    expect(blocking(worldOf(started, whole))).toEqual(['proxy-stopped: ACTIVE on node1, node2']);
    expect(blocking(worldOf(joined, whole))).toEqual(['proxy-parted: Join of Volume1 on node1, node2']);
    expect(blocking(worldOf(parted, stopped))).toEqual([
      'shadow-active: volume STOP, slice of Disk3 ACTIVE, disk Disk3 ENABLE',
    ]);
  });

  it('lies where it lay', () => {
    expect(blocking(worldOf(parted, moved)).at(-1)).toBe(
      'shadow-unchanged: Class1/Group2 mirror Disk3=c1t1d3 Volume2 at 65536+1048576; Class2/Group2 mirror Disk3=c1t1d3 Volume2 at 65540+1048576',
    );
    expect(judgeGuard(raw, verified, journal(layoutOf()), false).at(-1)).toEqual({
      rule: 'shadow-unchanged',
      title: 'Configuration is unchanged since verification',
      expected:
        'Class1/Group2 mirror Disk3=c1t1d3 Volume2 at 65536+1048576; Class2/Group2 mirror Disk3=c1t1d3 Volume2 at 65536+1048576',
      actual:
        'Class1/Group2 mirror Disk3=c1t1d3 Volume2 at 65536+1048576; Class2/Group2 mirror Disk3=c1t1d3 Volume2 at 65536+1048576',
      verdict: 'equal',
      why: 'the verification proves nothing about a changed configuration',
      source: 'Shadowtape',
    });
    expect(judgeGuard(raw, verified, journal(), false).map(({ rule }) => rule)).not.toContain(
      'shadow-unchanged',
    );
  });

  it('ignores other volumes of the cluster that come and go next to the proxy', () => {
    const free = 'volume *       Class1  Group2  *    *    1114112  1736703   622592 FREE';
    const more = edited(
      parted,
      free,
      `volume Volume7 Class1  Group2  off  on   1114112  1179647    65536 ACTIVE\n${free.replace('1114112', '1179648').replace('622592', '557056')}`,
    );
    expect(blocking(worldOf(more, whole))).toEqual([]);
  });

  it('is compared with the last verification', () => {
    const unlike = { ...layoutOf(), spaces: [] } as NewEvent;
    expect(blocking(verified, journal(unlike, layoutOf()))).toEqual([]);
    const reversed = { ...layoutOf(), spaces: layoutSeen(verified, raw).toReversed() } as NewEvent;
    expect(blocking(verified, journal(reversed))).toEqual([]);
    expect(blocking(verified, journal(layoutOf(), unlike))).toEqual([
      'shadow-unchanged: Class1/Group2 mirror Disk3=c1t1d3 Volume2 at 65536+1048576; Class2/Group2 mirror Disk3=c1t1d3 Volume2 at 65536+1048576',
    ]);
  });
});

describe('a shadow that the run has started for writing', () => {
  const writable = worldOf(parted, edited(whole, ' ro ', ' rw '));
  const readable = verified;
  const ended = (events: readonly NewEvent[]) =>
    journal(
      layoutOf(),
      ...events.flatMap((event, index): NewEvent[] => {
        const output = { stdout: '', stdoutBytes: 0, stderr: '', stderrBytes: 0, milliseconds: 1 };
        return [event, { type: 'outcome', step: '6b-1', of: 2 + index * 2, exitStatus: 0, ...output }];
      }),
    );

  it('is writable only if this run has made it so', () => {
    const ours = ended(activated('-F', '-N'));
    expect(blocking(writable, ours)).toEqual([]);
    expect(blocking(readable, ours)).toEqual(['access-mode: ro']);
    expect(blocking(writable)).toEqual(['access-mode: rw']);
    expect(blocking(readable)).toEqual([]);
  });

  it('is not judged by its status and mode while it is stopped and started', () => {
    const between = ended(activated('-F'));
    expect(blocking(writable, between)).toEqual([]);
    expect(blocking(readable, between)).toEqual([]);
    expect(blocking(worldOf(parted, stopped), between)).toEqual([]);
    expect(blocking(worldOf(parted, moved), between)).toContain('first-block: 65,540');
  });
});

describe('the boot of the backup server', () => {
  it('is that of the verification', () => {
    const events = journal(layoutOf('who Nov 28 10:00'));
    expect(blocking(booted('who Nov 28 10:00'), events)).toEqual([]);
    const later = journal(layoutOf('who Nov 28 10:00'), ...activated('-F'));
    expect(blocking(booted('who Nov 28 11:00'), later)).toContain('same-boot: boot who Nov 28 11:00');
    const same = judgeGuard(raw, booted('who Nov 28 10:00'), events, false);
    expect(same.find(({ rule }) => rule === 'same-boot')?.verdict).toBe('holds');
    expect(judgeGuard(raw, booted('who Nov 28 11:00'), events, false).find(isBlocking)).toEqual({
      rule: 'same-boot',
      title: 'Backup server was not rebooted',
      expected: 'boot who Nov 28 10:00',
      actual: 'boot who Nov 28 11:00',
      verdict: 'fails',
      why: 'a shadow does not survive a reboot: a shadow after a reboot was created by somebody else',
      source: 'GDS guide 4.5, 2.2.2',
    });
  });

  it('is the one in which the shadow was created, when it is verified', () => {
    const sent = (line: string, stdout: string, place: number): NewEvent[] => [
      { type: 'intent', step: '5', host: 'node3', argv: line.split(' '), line, changes: line !== 'who -b' },
      {
        ...{ type: 'outcome', step: '5', of: place, exitStatus: 0, milliseconds: 1, stdout, stderr: '' },
        ...{ stdoutBytes: stdout.length, stderrBytes: 0 },
      },
    ];
    const created = journal(
      ...sent('who -b', '   .       system boot  Nov 28 10:00', 1),
      ...sent('sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3', '', 3),
    );
    expect(judgeRebootSinceCreation(raw, booted('who Nov 28 10:00'), created)).toEqual([]);
    expect(lines(judgeRebootSinceCreation(raw, booted('who Nov 28 11:00'), created))).toEqual([
      'same-boot: boot who Nov 28 11:00',
    ]);
  });

  it('is not judged where it is not known', () => {
    expect(blocking(booted('who Nov 28 11:00'))).toEqual([]);
    expect(blocking(verified, journal(layoutOf('who Nov 28 10:00')))).toEqual([]);
    expect(judgeRebootSinceCreation(raw, booted('who Nov 28 11:00'), journal())).toEqual([]);
  });
});

describe('mounts of the shadow', () => {
  const seen = (...mountPoints: string[]) =>
    worldOf(parted, whole, { mounts: mountPoints.map((point) => mountOf(point)) });

  it('may be the run’s own on its mount point, once it has made that', () => {
    expect(blocking(seen('/mnt1'), journal(), files, true)).toEqual([]);
    expect(blocking(seen('/mnt1'), journal(), files, false)).toEqual([
      'no-other-mount: /dev/sfdsk/Class2/dsk/Volume2 on /mnt1',
    ]);
    expect(blocking(seen('/mnt1', '/a', '/b'), journal(), files, true)).toEqual([
      'no-other-mount: /dev/sfdsk/Class2/dsk/Volume2 on /a, /dev/sfdsk/Class2/dsk/Volume2 on /b',
    ]);
    const rawDevice = mountOf('/mnt1', '/dev/sfdsk/Class2/dsk/Volume7');
    expect(blocking(worldOf(parted, whole, { mounts: [rawDevice] }), journal(), files, true)).toEqual([
      'no-other-mount: /dev/sfdsk/Class2/dsk/Volume7 on /mnt1',
    ]);
  });

  it('are none where the method mounts nothing', () => {
    const events = journal(layoutOf());
    expect(blocking(seen('/mnt1'), events, raw, true)).toEqual([
      'no-other-mount: /dev/sfdsk/Class2/dsk/Volume2 on /mnt1',
    ]);
    expect(judgeGuard(raw, verified, events, true).find(({ rule }) => rule === 'no-other-mount')).toEqual({
      rule: 'no-other-mount',
      title: 'Nobody else has mounted the shadow',
      expected: 'none',
      actual: 'none',
      verdict: 'holds',
      why: 'a file system mounted by somebody else may be written to during the backup',
      source: 'Shadowtape',
    });
  });
});

describe('the journal line about it', () => {
  it('is a single line with the state of the proxy where everything holds', () => {
    const told = toldOfGuard(judgeGuard(raw, verified, journal(layoutOf()), false));
    expect(told.map(({ rule, actual }) => `${rule}: ${actual}`)).toEqual([
      'proxy-parted: Part of Volume1 on node1, node2',
      'proxy-stopped: STOP on node1, node2',
      `shadow-as-verified: ${judgeGuard(raw, verified, journal(layoutOf()), false).length} rules hold`,
    ]);
    expect(told.at(-1)).toMatchObject({
      title: 'Shadow is unchanged since verification',
      expected: 'every rule holds, and the configuration is unchanged',
      verdict: 'holds',
      why: 'what was true before a wait or a command may have changed',
      source: 'Shadowtape',
    });
  });

  it('names what does not hold, and on which side its remedy is', () => {
    const world = worldOf(started, whole, { mounts: [mountOf('/else')] });
    const told = toldOfGuard(judgeGuard(raw, world, journal(layoutOf()), false));
    expect(told.map((verdict) => [verdict.rule, isOfCluster(verdict)])).toEqual([
      ['proxy-stopped', true],
      ['no-other-mount', false],
    ]);
  });
});
