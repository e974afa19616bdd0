/** How long a shadow was held open, according to the events of a run. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../contract/events.ts';
import { holdersLeft, holdingOf } from './shadow-holding.ts';

const common = { at: '2026-11-28T17:00:00.000Z', run: 'run', prev: '0'.repeat(64) };
const started = { type: 'step-started', title: '', phase: 'verify', unwinding: false } as const;
const resumed = { type: 'run-resumed', by: 'operator', version: '0', mode: 'resume', reason: '' } as const;
const ofVolume = {
  type: 'hold',
  host: 'node3',
  volume: 'Volume2',
  device: '/dev/sfdsk/Class2/rdsk/Volume2',
} as const;

/** `STEP WHAT PID REASON`, `verify` alone for the start of the verification, `resumed`. */
function events(...lines: readonly string[]): RunEvent[] {
  return lines.map((line, index): RunEvent => {
    const [step = '', what, pid, ...reason] = line.split(' ');
    const numbered = { ...common, seq: index + 1 };
    if (step === 'resumed') return { ...numbered, ...resumed };
    if (what === undefined) return { ...numbered, ...started, step };
    return {
      ...numbered,
      ...ofVolume,
      step,
      what: what as 'taken',
      ...(pid === '-' ? {} : { pid: Number(pid) }),
      ...(reason.length > 0 ? { reason: reason.join(' ') } : {}),
    };
  });
}

describe('a shadow', () => {
  it.each([
    { what: 'all the time', lines: ['verify', 'verify taken 1'], isUnbroken: true, text: 'held open' },
    {
      what: 'but for the steps that need it closed',
      lines: ['verify', 'verify taken 1', '6c-1 released 1', '6c-3 taken 3'],
      isUnbroken: true,
      text: 'held open, except from step 6c-1 to step 6c-3',
    },
    {
      what: 'not at all, since that could not be done',
      lines: ['verify', 'verify refused - exit status 1', '6a refused - exit status 1'],
      isUnbroken: false,
      text: 'could not be held open: exit status 1',
    },
    {
      what: 'but for a lost connection',
      lines: ['verify', 'verify taken 1', '6a lost 1 node3 is gone', '6a ended 1', '6a taken 2'],
      isUnbroken: false,
      text: 'was released: node3 is gone; held open again since then',
    },
    {
      what: 'no more: an earlier process that ends late changes nothing',
      lines: [
        'verify',
        'verify taken 1',
        '6a lost 1 node3 is gone',
        '6a taken 2',
        '6a ended 1',
        '6a ended 2 killed',
      ],
      isUnbroken: false,
      text: 'was released: node3 is gone; was released: killed',
    },
    {
      what: 'but for the time in which no console lived',
      lines: ['verify', 'verify taken 1', 'resumed', '6a ended 1', '6a taken 2'],
      isUnbroken: false,
      text: 'was released: the console that held it open ended; held open again since then',
    },
    {
      what: 'all the time since it was verified anew',
      lines: ['verify', 'verify taken 1', 'resumed', 'verify', 'verify taken 2'],
      isUnbroken: true,
      text: 'held open',
    },
    { what: 'never', lines: ['verify'], isUnbroken: false, text: 'was not held open' },
  ])('is held open $what', ({ lines, isUnbroken, text }) => {
    expect(holdingOf(events(...lines), 'Volume2')).toEqual({ isUnbroken, text });
  });
});

it('processes whose end was not seen remain', () => {
  const lines = [
    'verify taken 1',
    '6a lost 1 gone',
    '6a taken 2',
    '6a released 2',
    '6a taken 3',
    '6a refused - no',
  ];
  expect(holdersLeft(events(...lines)).map(({ pid }) => pid)).toEqual([1, 3]);
  expect(holdersLeft(events(...lines, '7 ended 1', '7 ended 3'))).toEqual([]);
});
