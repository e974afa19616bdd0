import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeBridge, type FakeBridge } from '../../../test/support/ui/fake-bridge.ts';
import type { ActiveRun, LoginQuestion, ProgressView } from '../../contract/screens.ts';
import { eventsUntil, fixtureEvents } from '../../folds/journals.test-support.ts';
import { ActivityManager } from './activity.svelte.ts';

const host = vi.hoisted(() => ({}) as { bridge: FakeBridge });
vi.mock('../bridge.ts', () => ({
  get bridge() {
    return host.bridge;
  },
}));

const events = fixtureEvents('raw-dd');
const untilDump = eventsUntil(events, 'step-started', '6a');
const active = (run: string): ActiveRun => ({
  run,
  job: 'raw-dd',
  volumes: ['Volume2'],
  step: '6a',
  title: 'Dump Volume2',
  asking: false,
  done: undefined,
});
const progress = (bytes: number): ProgressView => ({ step: '6a', what: 'dump', bytes });

let activity: ActivityManager;
let end: () => void;
beforeEach(() => {
  vi.useFakeTimers();
  host.bridge = fakeBridge({});
  activity = new ActivityManager();
  end = activity.follow();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what the console does now', () => {
  it('is nothing until it is told', () => {
    expect([activity.runs, activity.logins, activity.active, activity.journal.events]).toEqual([
      [],
      [],
      undefined,
      0,
    ]);
  });

  it('is told with the questions of logins', () => {
    const logins = [{ number: 1, host: 'node1' } as LoginQuestion];
    host.bridge.push('activity', { runs: [active('one'), active('two')], logins });
    expect([activity.active, activity.runs.length, activity.logins]).toEqual([active('one'), 2, logins]);
  });

  it('follows the first run, and shows where it is at most ten times a second', () => {
    host.bridge.push('activity', { runs: [active('one')], logins: [] });
    expect(host.bridge.followed).toEqual([
      { topic: 'activity', request: {} },
      { topic: 'run', request: { run: 'one' } },
    ]);
    host.bridge.push('run', { kind: 'events', events: untilDump });
    host.bridge.push('run', { kind: 'progress', progress: progress(1) });
    host.bridge.push('run', { kind: 'progress', progress: progress(2) });
    expect([activity.journal.events, activity.progress]).toEqual([0, undefined]);
    vi.advanceTimersByTime(100);
    expect([activity.journal.events, activity.journal.step, activity.progress]).toEqual([
      untilDump.at(-1)?.seq,
      '6a',
      progress(2),
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('forgets the progress of a step with the step', () => {
    host.bridge.push('activity', { runs: [active('one')], logins: [] });
    host.bridge.push('run', { kind: 'events', events: untilDump });
    host.bridge.push('run', { kind: 'progress', progress: progress(1) });
    vi.advanceTimersByTime(100);
    host.bridge.push('run', { kind: 'events', events });
    vi.advanceTimersByTime(100);
    expect([activity.journal.finished, activity.progress]).toEqual([true, undefined]);
  });

  it('goes over to the next run with nothing of the one before', () => {
    host.bridge.push('activity', { runs: [active('one'), active('two')], logins: [] });
    host.bridge.push('run', { kind: 'events', events: untilDump });
    vi.advanceTimersByTime(100);
    // The fake bridge tells a new follower what was said last: that of the run before is not to come.
    host.bridge.push('run', { kind: 'question', question: undefined });
    host.bridge.push('activity', { runs: [active('two')], logins: [] });
    expect(host.bridge.followed.at(-1)).toEqual({ topic: 'run', request: { run: 'two' } });
    vi.advanceTimersByTime(100);
    expect([activity.active?.run, activity.journal.events, activity.progress]).toEqual(['two', 0, undefined]);
  });

  it('is followed no more once it is left', () => {
    host.bridge.push('activity', { runs: [active('one')], logins: [] });
    end();
    expect(host.bridge.followed).toEqual([]);
  });
});
