import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure } from '../../../contract/errors.ts';
import { fakeBridge, Refusal, type Answers } from '../../../../test/support/ui/fake-bridge.ts';
import type { QuestionView, RunView } from '../../../contract/screens.ts';
import { eventsUntil, fixtureEvents } from '../../../folds/journals.test-support.ts';
import { RunManager } from './run.svelte.ts';

const events = fixtureEvents('raw-dd');
const run = events[0]?.run ?? '';
const untilDump = eventsUntil(events, 'step-started', '6a');

const view = (live: boolean, lastHash: string): RunView => ({
  line: { live } as RunView['line'],
  events: [],
  journalFile: '/runs/journal.ndjson',
  lastHash,
  chain: 'intact',
  plan: undefined,
});

const question: QuestionView = {
  run,
  number: 3,
  id: 'approve-shadow',
  step: 'verify',
  text: 'Dump it?',
  choices: [
    { id: 'approve', label: 'Approve', asksReason: false },
    { id: 'stop', label: 'Stop', asksReason: true },
  ],
};

function follow(answers: Answers = {}) {
  const journal = { hash: 'before', live: true };
  const bridge = fakeBridge({ run: () => view(journal.live, journal.hash), ...answers });
  const manager = new RunManager(bridge);
  manager.show(run);
  return { bridge, journal, manager };
}

/** Waits for the rate of ten updates per second, and for pending answers. */
const settle = () => vi.advanceTimersByTimeAsync(150);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a run without an end that this console does not perform', () => {
  const performedBy = {
    host: 'jump1',
    isOtherMachine: false,
    process: 4711,
    since: '2026-11-28T18:00:00.000Z',
  };

  it('is running elsewhere while another process performs it, and interrupted once it is refreshed after that', async () => {
    let isPerformed = true;
    const answer = (): RunView => {
      const shown = view(false, 'hash');
      return isPerformed ? { ...shown, line: { ...shown.line, performedBy } } : shown;
    };
    const { bridge, manager } = follow({ run: answer });
    bridge.push('run', { kind: 'events', events: untilDump });
    await settle();
    expect([manager.state, manager.performedBy]).toEqual(['elsewhere', performedBy]);
    isPerformed = false;
    manager.refresh();
    await settle();
    expect([manager.state, manager.performedBy]).toEqual(['dead', undefined]);
  });
});

describe('a run that is followed', () => {
  it('is unknown at first, runs, asks and ends', async () => {
    const { bridge, journal, manager } = follow();
    expect([manager.state, manager.live, manager.journal]).toEqual(['loading', undefined, undefined]);
    bridge.push('run', { kind: 'events', events: untilDump });
    await settle();
    expect([manager.state, manager.model.current?.step, manager.journal?.lastHash]).toEqual([
      'running',
      '6a',
      'before',
    ]);
    bridge.push('run', { kind: 'question', question });
    await settle();
    expect([manager.state, manager.question]).toEqual(['asking', question]);
    journal.hash = 'after';
    journal.live = false;
    bridge.push('run', { kind: 'events', events: events.slice(untilDump.length) });
    bridge.push('run', { kind: 'end', exitStatus: 0, error: undefined });
    await settle();
    expect([manager.state, manager.live, manager.question]).toEqual(['verified', false, undefined]);
    expect(manager.journal?.lastHash).toBe('after');
  });

  it('is asked for again where it is shown again after its end: it may have a second copy since', async () => {
    const { bridge, journal, manager } = follow();
    bridge.push('run', { kind: 'events', events });
    await settle();
    journal.hash = 'after';
    manager.show(run);
    await settle();
    expect(manager.journal?.lastHash).toBe('before');
    bridge.push('run', { kind: 'end', exitStatus: 0, error: undefined });
    await settle();
    journal.hash = 'with a copy';
    manager.show(run);
    await settle();
    expect([manager.journal?.lastHash, manager.model.eventCount]).toEqual(['with a copy', events.length]);
    expect(bridge.followed).toEqual([{ topic: 'run', request: { run } }]);
  });

  it('is shown alone: another one starts empty, and the first is no longer followed', async () => {
    const { bridge, manager } = follow();
    bridge.push('run', { kind: 'events', events: untilDump });
    await settle();
    manager.show(run);
    expect(bridge.followed).toEqual([{ topic: 'run', request: { run } }]);
    manager.show(undefined);
    expect([manager.run, manager.state, manager.model.eventCount, bridge.followed]).toEqual([
      undefined,
      'loading',
      0,
      [],
    ]);
  });

  it('that no process performs is shown as such', async () => {
    const { bridge, journal, manager } = follow();
    journal.live = false;
    bridge.push('run', { kind: 'events', events: untilDump });
    manager.show(undefined);
    manager.show(run);
    await settle();
    expect([manager.live, manager.state]).toEqual([false, 'dead']);
  });

  it('shows what failed outside of its journal', async () => {
    const { bridge, manager } = follow();
    bridge.push('run', { kind: 'events', events: untilDump });
    const error = failure('JOURNAL_END_UNWRITABLE', { file: '/state/runs/run1.ndjson' }).toInfo();
    bridge.push('run', { kind: 'end', exitStatus: 70, error });
    await settle();
    expect([manager.trouble, manager.live]).toEqual([error, false]);
  });
});

describe('an action of the operator', () => {
  it('is an answer to the question that is shown, with a reason if given', async () => {
    const { bridge, manager } = follow({ answer: () => null });
    expect(await manager.answer('approve')).toBe(false);
    bridge.push('run', { kind: 'question', question });
    await settle();
    const answering = manager.answer('stop', 'the extents differ');
    expect(manager.acting).toBe('answer');
    expect(await answering).toBe(true);
    await manager.answer('approve', '');
    expect([manager.acting, manager.actError]).toEqual([undefined, undefined]);
    expect(bridge.asked.filter(({ channel }) => channel === 'answer').map(({ request }) => request)).toEqual([
      { run, number: 3, choice: 'stop', reason: 'the extents differ' },
      { run, number: 3, choice: 'approve' },
    ]);
  });

  it('may roll the cluster back, which the page remembers until the run is left', async () => {
    const { bridge, manager } = follow({ cancel: () => null, halt: () => null });
    expect(await manager.cancel()).toBe(true);
    expect(manager.cancelled).toBe(true);
    expect(await manager.halt()).toBe(true);
    expect(bridge.asked.map(({ channel }) => channel)).toEqual(['run', 'cancel', 'halt']);
    manager.show(undefined);
    expect(manager.cancelled).toBe(false);
  });

  it('is refused with the reason, and does not count as done', async () => {
    const { manager } = follow({
      cancel: () => {
        throw new Refusal({ code: 'RUN_NOT_LIVE', sentence: 'the run does not go on here' });
      },
    });
    expect(await manager.cancel()).toBe(false);
    expect([manager.cancelled, manager.acting, manager.actError?.code]).toEqual([
      false,
      undefined,
      'RUN_NOT_LIVE',
    ]);
  });

  it('may resume the run, which is then followed from its beginning', async () => {
    const { bridge, manager } = follow({ resume: () => ({ run }), unwind: () => ({ run }) });
    bridge.push('run', { kind: 'events', events: untilDump });
    await settle();
    const before = bridge.asked.length;
    expect(await manager.recover('unwind', true)).toBe(true);
    expect(bridge.asked.slice(before)).toEqual([
      { channel: 'unwind', request: { run, takeOverLock: true } },
      { channel: 'run', request: { run } },
    ]);
    expect(bridge.followed).toEqual([{ topic: 'run', request: { run } }]);
  });
});
