import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeBridge, type FakeBridge } from '../../../test/support/ui/fake-bridge.ts';
import type { ActiveRun, LoginQuestion } from '../../contract/screens.ts';
import { ActivityManager } from './activity.svelte.ts';

const host = vi.hoisted(() => ({}) as { bridge: FakeBridge });
vi.mock('../bridge.ts', () => ({
  get bridge() {
    return host.bridge;
  },
}));

const active = (run: string): ActiveRun => ({
  run,
  job: 'raw-dd',
  volumes: ['Volume2'],
  events: 206,
  phase: 'dump',
  step: '6a',
  title: 'Dump Volume2',
  unwinding: false,
  asking: false,
  done: undefined,
  progress: { step: '6a', what: 'dump', bytes: 32_768 },
});

let activity: ActivityManager;
let end: () => void;
beforeEach(() => {
  host.bridge = fakeBridge({});
  activity = new ActivityManager();
  end = activity.follow();
});

describe('the current work of the console', () => {
  it('is empty until it is pushed', () => {
    expect([activity.runs, activity.logins, activity.active]).toEqual([[], [], undefined]);
  });

  it('is pushed with the questions of logins', () => {
    const logins = [{ number: 1, host: 'node1' } as LoginQuestion];
    host.bridge.push('activity', { runs: [active('one'), active('two')], logins });
    expect([activity.active, activity.runs.length, activity.logins]).toEqual([active('one'), 2, logins]);
  });

  it('has the event count, the phase and the progress of the first run with the first push', () => {
    host.bridge.push('activity', { runs: [active('one')], logins: [] });
    expect(activity.active).toMatchObject({ run: 'one', events: 206, phase: 'dump', step: '6a' });
    expect(activity.active?.progress?.bytes).toBe(32_768);
    // The journal is not read a second time for it.
    expect(host.bridge.followed).toEqual([{ topic: 'activity', request: {} }]);
  });

  it('has nothing of an ended run once the next one is first', () => {
    host.bridge.push('activity', { runs: [active('one'), active('two')], logins: [] });
    const next = { ...active('two'), events: 12, phase: 'part', progress: undefined };
    host.bridge.push('activity', { runs: [next], logins: [] });
    expect(activity.active).toEqual(next);
  });

  it('is no longer followed once it is left', () => {
    host.bridge.push('activity', { runs: [active('one')], logins: [] });
    end();
    expect(host.bridge.followed).toEqual([]);
  });
});
