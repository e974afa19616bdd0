/** What is reported of a run that is resumed or rolled back: where its journal ends, and what the hosts show. */
import { describe, expect, it } from 'vitest';
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import { guideAssignment, joined, parted, shadow, worldOf } from '../model/guide-cluster.test-support.ts';
import { marksOf } from '../model/run-marks.ts';
import type { World } from '../model/world.ts';
import type { Settled } from '../run/settle.ts';
import { findingsOf } from './findings.ts';

const assignment = guideAssignment();

const started = (step: string, unwinding = false): NewEvent => ({
  ...{ type: 'step-started', step, title: step, phase: 'part', unwinding },
});
const finished = (step: string, result: 'done' | 'failed' = 'done'): NewEvent => ({
  ...{ type: 'step-finished', step, result, milliseconds: 1 },
});
const ended = { type: 'run-finished', exitStatus: 2, sentence: 'Rolled back.' } as NewEvent;

/** A command and how it ended: its exit status, or not at all. */
function sent(step: string, host: string, line: string, status?: number, changes = true): NewEvent[] {
  const intent: NewEvent = { type: 'intent', step, host, argv: line.split(' '), line, changes };
  const nothing = { milliseconds: 1, stdout: '', stdoutBytes: 0, stderr: '', stderrBytes: 0 };
  if (status === undefined) return [intent];
  // `of` is the number of the intent, see below.
  return [intent, { type: 'outcome', step, of: 0, exitStatus: status, ...nothing }];
}
const part = (status?: number) => sent('3-3', 'node1', 'sdxproxy Part -c Class1 -p Volume2', status);
const create = (status?: number) => sent('5', 'node3', 'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3', status);
const remove = (status?: number) => sent('7', 'node3', 'sdxshadowdisk -R -c Class2 -d Disk3', status);
const rejoin = (status?: number, step = '8-1') =>
  sent(step, 'node1', 'sdxproxy Rejoin -c Class1 -p Volume2', status);

function findings(
  told: readonly NewEvent[],
  seen = worldOf(joined),
  settled: readonly Settled[] = [],
): string[] {
  const events = told.map((event, index) => {
    const of = event.type === 'outcome' ? { of: index } : {};
    return { seq: index + 1, at: '', run: 'run-1', prev: '', ...event, ...of } as RunEvent;
  });
  return findingsOf(assignment, events, seen, marksOf(events, ['6a'], '/mnt1'), settled);
}

const state = (...sentences: string[]) => sentences.map((sentence) => `found: ${sentence}`);
const normal = state('Volume2: joined to Volume1, in sync', 'node3: no shadow object of Class2');

describe('the end of a journal', () => {
  const end = (...events: readonly NewEvent[]) => findings(events)[0];

  it('is before the first step, in the middle of one, or after one', () => {
    expect(end()).toBe('the journal ends before the first step');
    expect(end(started('3-1'))).toBe('the journal ends in the middle of step 3-1');
    expect(end(started('3-1'), finished('3-1'))).toBe('the journal ends after step 3-1, which was done');
    expect(end(started('3-1'), finished('3-1', 'failed'))).toBe(
      'the journal ends after step 3-1, which failed',
    );
  });

  it('is that of the last step, and of its last start', () => {
    const first = [started('3-1'), finished('3-1')];
    expect(end(...first, started('3-2'))).toBe('the journal ends in the middle of step 3-2');
    expect(end(...first, started('3-1'))).toBe('the journal ends in the middle of step 3-1');
    expect(end(started('3-2'), started('3-1'), finished('3-2'))).toBe(
      'the journal ends in the middle of step 3-1',
    );
  });

  it('may be in a rollback', () => {
    expect(end(started('8-1', true))).toBe('the journal ends in the middle of step 8-1 of the rollback');
    expect(end(started('8-1', true), finished('8-1'))).toBe(
      'the journal ends after step 8-1 of the rollback, which was done',
    );
  });

  it('is the end of the run, unless something was done afterwards', () => {
    expect(end(started('3-1'), ended)).toBe('the journal ends with exit status 2: Rolled back.');
    expect(end(started('3-1'), ended, started('3-2'))).toBe('the journal ends in the middle of step 3-2');
  });
});

describe('a command whose end is not known', () => {
  const unheard = (events: readonly NewEvent[], settled?: readonly Settled[]) =>
    findings(events, worldOf(joined), settled).filter((finding) => finding.startsWith('sent to'));

  it('is named, with what was seen of its effect', () => {
    const words = 'sent to node1: sdxproxy Rejoin -c Class1 -p Volume2';
    expect(unheard(rejoin())).toEqual([`${words}: its result is not known`]);
    expect(unheard(rejoin(), [{ of: 1, ended: 'good' }])).toEqual([`${words}: it took effect`]);
    expect(unheard(rejoin(), [{ of: 1, ended: 'bad' }])).toEqual([`${words}: it had no effect`]);
    expect(unheard([...rejoin(), ...create()], [{ of: 1, ended: 'good' }])).toEqual([
      `${words}: it took effect`,
      'sent to node3: sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3: its result is not known',
    ]);
  });

  it('does not exist where its end is known, or where it only queries', () => {
    expect(unheard([...rejoin(0), ...rejoin(1)])).toEqual([]);
    expect(unheard(sent('3-1', 'node1', 'sdxinfo -V -c Class1', undefined, false))).toEqual([]);
  });

  it('is named by its first line where it carries a script', () => {
    expect(unheard(sent('6a', 'node3', 'sh -c set -e\nmkfifo a\ndd'))).toEqual([
      'sent to node3: sh -c set -e …: its result is not known',
    ]);
  });
});

describe('what differs between hosts and journal', () => {
  const differing = (events: readonly NewEvent[], seen: World) =>
    findings(events, seen).filter((finding) => finding.startsWith('expected'));
  const isParted = 'expected from the journal: Volume2 parted from Volume1';
  const isJoined = 'expected from the journal: Volume2 joined to Volume1';
  const aShadow = 'expected from the journal: a shadow in Class2 on node3';
  const noShadow = 'expected from the journal: no shadow in Class2 on node3';

  it('is nothing where both agree', () => {
    expect(findings([started('3-3')])).toEqual(['the journal ends in the middle of step 3-3', ...normal]);
    expect(differing(part(0), worldOf(parted))).toEqual([]);
    expect(differing([...part(0), ...create(0)], worldOf(parted, shadow))).toEqual([]);
    expect(differing([...part(0), ...create(0), ...remove(0), ...rejoin(0)], worldOf(joined))).toEqual([]);
  });

  it('is a pair that is parted or joined, contrary to the last command that may have taken effect', () => {
    expect(differing(part(0), worldOf(joined))).toEqual([isParted]);
    expect(differing(part(), worldOf(joined))).toEqual([isParted]);
    expect(differing(part(1), worldOf(parted))).toEqual([isJoined]);
    expect(differing([], worldOf(parted))).toEqual([isJoined]);
    expect(differing([...part(0), ...rejoin(0)], worldOf(parted))).toEqual([isJoined]);
    expect(differing([...part(0), ...rejoin(0, '8-1:12')], worldOf(parted))).toEqual([isJoined]);
    expect(differing([...part(0), ...rejoin(1)], worldOf(joined))).toEqual([isParted]);
    expect(differing([...rejoin(0), ...part(0)], worldOf(joined))).toEqual([isParted]);
  });

  it('is a shadow that exists or not, contrary to the same command', () => {
    expect(differing([...part(0), ...create(0)], worldOf(parted))).toEqual([aShadow]);
    expect(differing(part(0), worldOf(parted, shadow))).toEqual([noShadow]);
    expect(differing([...part(0), ...create(0), ...remove(0)], worldOf(parted, shadow))).toEqual([noShadow]);
    expect(differing([...part(0), ...create(0), ...remove(1)], worldOf(parted))).toEqual([aShadow]);
  });

  it('is not concluded from commands that only query', () => {
    const look = sent('3-3', 'node1', 'sdxinfo -V -c Class1 -o Volume2', 0, false);
    expect(differing(look, worldOf(joined))).toEqual([]);
  });
});
