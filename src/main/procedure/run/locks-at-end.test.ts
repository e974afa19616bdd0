import { describe, expect, it } from 'vitest';
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import type { Assignment } from '../model/assignment.ts';
import type { RunMarks } from '../model/run-marks.ts';
import { leftAtEnd, locksAtEnd, type LockFacts } from './locks-at-end.ts';

const clear: LockFacts = {
  exitStatus: 3,
  isHalted: false,
  isLockLost: false,
  mayBeParted: false,
  mayHaveShadow: false,
  hasOther: false,
  mayMoveTape: false,
};

describe('the locks of a run that ends', () => {
  it.each<[string, Partial<LockFacts>, ReturnType<typeof locksAtEnd>]>([
    ['everything is normal, or as the job wants it', { exitStatus: 0 }, 'none'],
    ['a job leaves its proxy parted', { exitStatus: 0, mayBeParted: true }, 'none'],
    ['nothing was touched', { exitStatus: 1 }, 'none'],
    ['it was rolled back', { exitStatus: 2 }, 'none'],
    ['the tape is bad, and the cluster normal', { exitStatus: 4 }, 'none'],
    ['only the copy could not be watched, or failed', {}, 'none'],
    ['the tape may still move, and nothing else is left', { mayMoveTape: true }, 'none'],
    ['a proxy may be parted', { mayBeParted: true }, 'class'],
    ['a shadow may exist', { mayHaveShadow: true }, 'class'],
    ['services are stopped', { hasOther: true }, 'class'],
    ['its lock was lost', { isLockLost: true }, 'class'],
    ['a dump may run on', { mayHaveShadow: true, mayMoveTape: true }, 'all'],
    ['it was stopped at once', { isHalted: true }, 'all'],
    ['it was stopped at once, and had changed nothing', { isHalted: true, exitStatus: 1 }, 'all'],
  ])('where %s', (_where, facts, kept) => {
    expect(locksAtEnd({ ...clear, ...facts })).toBe(kept);
  });
});

const assignment = {
  class: 'Class1',
  tapeHost: 'node3',
  tapeDevice: '/dev/rmt/0cbn',
  volumes: [{ proxy: 'Volume2' }, { proxy: 'Volume4' }],
} as unknown as Assignment;

/** A journal of commands, each with its exit status; undefined if its end was not seen. */
function journal(...commands: [step: string, line: string, status: number | undefined][]): RunEvent[] {
  const events: NewEvent[] = commands.flatMap(([step, line, exitStatus], index): NewEvent[] => {
    const host = line.startsWith('dd') ? 'node3' : 'node1';
    const intent: NewEvent = { type: 'intent', step, host, argv: line.split(' '), line, changes: true };
    const rest = { milliseconds: 1, stdout: '', stdoutBytes: 0, stderr: '', stderrBytes: 0 };
    return exitStatus === undefined
      ? [intent, { type: 'warning', step, text: 'nobody saw its end' }]
      : [intent, { type: 'outcome', step, of: 2 * index + 1, exitStatus, ...rest }];
  });
  return events.map(
    (event, index) => ({ seq: index + 1, at: '', run: 'run-1', prev: '', ...event }) as RunEvent,
  );
}

const part = (status?: number): [string, string, number | undefined] => [
  '3-3',
  'sdxproxy Part -c Class1 -p Volume2,Volume4 -a pjrm=off',
  status,
];
const rejoin = (proxy: string, status?: number): [string, string, number | undefined] => [
  '8-1',
  `sdxproxy Rejoin -c Class1 -p ${proxy}`,
  status,
];
const dump = (status?: number): [string, string, number | undefined] => ['6a', 'dd of=/dev/rmt/0', status];

const marks = {
  partBegun: true,
  shadowBegun: true,
  servicesStopped: [],
  operatorStopped: false,
  mountPointMade: false,
  works: [],
} as unknown as RunMarks;

/** What is left according to the journal: no host can be seen. */
const unseen = (events: RunEvent[], change: Partial<RunMarks> = {}) =>
  leftAtEnd({
    assignment,
    marks: { ...marks, ...change },
    events,
    world: { primaries: [], backup: undefined },
    tapeSteps: ['6a'],
  });

describe('what a run may have left where the hosts cannot be seen', () => {
  it.each<[string, RunEvent[], boolean]>([
    ['nothing was rejoined', journal(part(0)), true],
    ['one proxy alone was rejoined', journal(part(0), rejoin('Volume2', 0)), true],
    ['a rejoin failed', journal(part(0), rejoin('Volume2', 0), rejoin('Volume4', 1)), true],
    ['nobody saw the end of a rejoin', journal(part(0), rejoin('Volume2', 0), rejoin('Volume4')), true],
    [
      'both were rejoined before the part',
      journal(rejoin('Volume2', 0), rejoin('Volume4', 0), part(0)),
      true,
    ],
    ['nobody saw the end of a later part', journal(rejoin('Volume2', 0), rejoin('Volume4', 0), part()), true],
    ['both were rejoined', journal(part(0), rejoin('Volume2', 0), rejoin('Volume4', 0)), false],
    ['a later part failed', journal(rejoin('Volume2', 0), rejoin('Volume4', 0), part(1)), true],
  ])('a parted proxy and a shadow, where %s', (_where, events, isLeft) => {
    expect(unseen(events)).toMatchObject({ mayBeParted: isLeft, mayHaveShadow: isLeft });
  });

  it('neither, where the run parted nothing and made no shadow', () => {
    expect(unseen([], { partBegun: false, shadowBegun: false })).toMatchObject({
      mayBeParted: false,
      mayHaveShadow: false,
    });
  });

  it.each<[string, Partial<RunMarks>, boolean]>([
    ['a master that RejoinRestore may have overwritten in part', { restoreSent: true }, true],
    ['a master that was proven after it', { restoreSent: true, masterProven: true }, false],
    [
      'services that are stopped',
      { servicesStopped: ['node1'] as unknown as RunMarks['servicesStopped'] },
      true,
    ],
  ])('something else: %s', (_what, change, hasOther) => {
    expect(unseen([], { masterProven: false, ...change }).hasOther).toBe(hasOther);
  });

  it.each<[string, RunEvent[], Partial<RunMarks>, boolean]>([
    ['a dump whose end nobody saw', journal(dump()), {}, true],
    [
      'a reader of the shadow whose end nobody saw',
      journal(['6a', 'dd if=/dev/sfdsk/Class2/rdsk/Volume2', undefined]),
      {},
      false,
    ],
    ['a dump that has ended', journal(dump(0)), {}, false],
    ['a dump that failed', journal(dump(1)), {}, false],
    [
      'a detached dump',
      [],
      { works: [{ volume: 'Volume2', purpose: 'dump', folder: '/x', isOver: false }] },
      true,
    ],
    [
      'one that is over',
      [],
      { works: [{ volume: 'Volume2', purpose: 'dump', folder: '/x', isOver: true }] },
      false,
    ],
    [
      'a hash on the cluster',
      [],
      { works: [{ volume: 'Volume2', purpose: 'hash', folder: '/x', isOver: false }] },
      false,
    ],
  ])('something that moves the tape: %s', (_what, events, change, mayMoveTape) => {
    expect(unseen(events, change).mayMoveTape).toBe(mayMoveTape);
  });
});
