import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../contract/events.ts';
import { LiveRun } from './live-run.ts';

const stamp = { at: '2026-11-22T02:00:00.000Z', run: 'one', prev: '0'.repeat(64) };
const started = (seq: number, step: string, phase: string, unwinding = false): RunEvent => ({
  ...stamp,
  seq,
  type: 'step-started',
  step,
  phase,
  title: `Step ${step}`,
  unwinding,
});
const warning = (seq: number): RunEvent => ({ ...stamp, seq, type: 'warning', step: '4', text: 'look out' });
const finished = (seq: number, step: string): RunEvent => ({
  ...stamp,
  seq,
  type: 'step-finished',
  step,
  result: 'done',
  milliseconds: 40,
});

function liveRun(before: readonly RunEvent[]): LiveRun {
  const cancel = new AbortController();
  return new LiveRun('one', { cancel, halt: cancel, plan: undefined }, before);
}

describe('what pages receive about an active run', () => {
  it('is the number of its events, and the phase and step that began last', () => {
    const run = liveRun([started(1, '3-3', 'part'), started(2, '4', 'view')]);
    expect(run.activity(false)).toMatchObject({ events: 2, phase: 'view', step: '4', title: 'Step 4' });
    run.hear(warning(3));
    expect(run.activity(true)).toMatchObject({ events: 3, phase: 'view', step: '4', asking: true });
  });

  it('counts the events from before it was resumed', () => {
    const run = liveRun([started(205, '8-1', 'rejoin', true)]);
    expect(run.activity(false)).toMatchObject({ events: 205, unwinding: true });
  });

  it('is the progress of a step until the step ends', () => {
    const run = liveRun([started(1, '6a', 'dump')]);
    run.progress = { step: '6a', what: 'dump', bytes: 4096, total: 8192 };
    expect(run.activity(false)).toMatchObject({ done: 0.5, progress: { bytes: 4096 } });
    run.hear(finished(2, '6a'));
    expect(run.activity(false)).toMatchObject({ events: 2, done: undefined, progress: undefined });
  });
});
