import { describe, expect, it } from 'vitest';
import { fakeBridge, Refusal } from '../../../test/support/ui/fake-bridge.ts';
import type { Plan } from '../../contract/plan.ts';
import { PlanManager } from './plan.svelte.ts';

const plan = (job: string, method = '6a'): Plan => ({
  site: 'lab',
  job,
  method,
  route: 'console',
  volume: 'Volume2',
  bytes: 536_870_912,
  routes: [],
  looks: [],
  steps: [],
});

describe('the plan of a job', () => {
  it('is requested by job, method and route, and stays visible while another method is requested', async () => {
    const bridge = fakeBridge({ plan: ({ job, method }) => plan(job, method) });
    const plans = new PlanManager(bridge);
    expect([plans.choice, plans.planned.value, plans.planned.busy]).toEqual([undefined, undefined, false]);
    await plans.choose({ job: 'nightly' });
    expect(plans.planned.value).toEqual(plan('nightly'));
    const other = plans.choose({ job: 'nightly', method: '6b', route: 'server' });
    expect([plans.planned.busy, plans.planned.value]).toEqual([true, plan('nightly')]);
    await other;
    expect([plans.planned.busy, plans.planned.value, plans.choice]).toEqual([
      false,
      plan('nightly', '6b'),
      { job: 'nightly', method: '6b', route: 'server' },
    ]);
    expect(bridge.asked.map(({ request }) => request)).toEqual([
      { job: 'nightly' },
      { job: 'nightly', method: '6b', route: 'server' },
    ]);
  });

  it('of another job is never shown under the name of the new one', async () => {
    const plans = new PlanManager(fakeBridge({ plan: ({ job }) => plan(job) }));
    await plans.choose({ job: 'nightly' });
    const other = plans.choose({ job: 'weekly' });
    expect([plans.choice, plans.planned.value]).toEqual([{ job: 'weekly' }, undefined]);
    await other;
    expect(plans.planned.value).toEqual(plan('weekly'));
  });

  it('is discarded when a site file is opened: its job with the same name may differ', async () => {
    const plans = new PlanManager(fakeBridge({ plan: ({ job }) => plan(job) }));
    await plans.choose({ job: 'nightly' });
    plans.forget();
    expect([plans.choice, plans.planned.value, await plans.start()]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is requested again by the same choice; before the first there is nothing to request', async () => {
    const bridge = fakeBridge({ plan: ({ job }) => plan(job) });
    const plans = new PlanManager(bridge);
    await plans.again();
    expect(bridge.asked).toEqual([]);
    await plans.choose({ job: 'nightly', method: '6c' });
    await plans.again();
    expect(bridge.asked.map(({ request }) => request)).toEqual([
      { job: 'nightly', method: '6c' },
      { job: 'nightly', method: '6c' },
    ]);
  });

  it('starts its run, and shows why it was refused until something else is chosen', async () => {
    const trouble = { now: true };
    const bridge = fakeBridge({
      plan: ({ job }) => plan(job),
      start: () => {
        if (trouble.now) throw new Refusal({ sentence: 'the lock is held' });
        return { run: '20261122-020004-volume2' };
      },
    });
    const plans = new PlanManager(bridge);
    expect(await plans.start()).toBeUndefined();
    await plans.choose({ job: 'nightly', route: 'server' });
    const refused = plans.start();
    expect(plans.started.busy).toBe(true);
    expect(await refused).toBeUndefined();
    expect([plans.started.busy, plans.started.error?.sentence]).toEqual([false, 'the lock is held']);
    await plans.choose({ job: 'nightly' });
    expect(plans.started.error).toBeUndefined();
    trouble.now = false;
    expect(await plans.start()).toBe('20261122-020004-volume2');
    expect(bridge.asked.filter(({ channel }) => channel === 'start')).toEqual([
      { channel: 'start', request: { job: 'nightly', route: 'server' } },
      { channel: 'start', request: { job: 'nightly' } },
    ]);
  });
});
