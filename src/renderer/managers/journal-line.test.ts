import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../contract/events.ts';
import { emptyJournal, foldJournal } from './journal-line.ts';

const common = { at: '2026-11-22T02:00:00.000Z', run: 'r', prev: '0'.repeat(64) };
const begins = (seq: number, step: string, phase: string): RunEvent => ({
  ...common,
  seq,
  type: 'step-started',
  step,
  phase,
  title: `Step ${step}`,
  unwinding: false,
});
const warns = (seq: number): RunEvent => ({ ...common, seq, type: 'warning', step: '4', text: 'look out' });

describe('the footer of a run', () => {
  it('tells how many events there are, and the step that began last', () => {
    const line = foldJournal(emptyJournal, [begins(1, '3-3', 'part'), begins(2, '4', 'view'), warns(3)]);
    expect(line).toMatchObject({ events: 3, phase: 'view', step: '4', title: 'Step 4', finished: false });
  });

  it('takes a replay after a lost connection as what it knows', () => {
    const all = [begins(1, '3-3', 'part'), begins(2, '4', 'view')];
    const line = foldJournal(emptyJournal, all);
    expect(foldJournal(line, [...all, warns(3)])).toMatchObject({ events: 3, step: '4' });
  });

  it('knows the end', () => {
    const end: RunEvent = {
      ...common,
      seq: 2,
      type: 'run-finished',
      verdict: 'verified',
      exitStatus: 0,
      sentence: 'Volume2 is on the tape',
      stands: [],
    };
    expect(foldJournal(emptyJournal, [begins(1, '8-2', 'rejoin'), end])).toMatchObject({
      events: 2,
      finished: true,
    });
  });
});
