import { expect, it } from 'vitest';
import { fakeBridge, Refusal } from '../../../../test/support/ui/fake-bridge.ts';
import { InterruptedRunManager } from './interrupted-run.svelte.ts';

const run = '20261122-020004-volume2';

it('is resumed, rolled back or discarded by its name', async () => {
  const bridge = fakeBridge({ resume: () => ({ run }), unwind: () => ({ run }), discard: () => null });
  const manager = new InterruptedRunManager(bridge);
  for (const act of ['resume', 'unwind', 'discard'] as const) {
    const done = manager.act(act, run);
    expect(manager.acting).toBe(act);
    expect(await done).toBe(true);
    expect(manager.acting).toBe(undefined);
  }
  expect(bridge.asked).toEqual([
    { channel: 'resume', request: { run } },
    { channel: 'unwind', request: { run } },
    { channel: 'discard', request: { run } },
  ]);
});

it('shows why it was refused, until something else is tried', async () => {
  let isRefused = true;
  const resume = () => {
    if (isRefused) throw new Refusal({ code: 'RUN_BUSY', sentence: 'run is being worked on' });
    return { run };
  };
  const manager = new InterruptedRunManager(fakeBridge({ resume }));
  expect(await manager.act('resume', run)).toBe(false);
  expect(manager.error?.code).toBe('RUN_BUSY');
  isRefused = false;
  expect(await manager.act('resume', run)).toBe(true);
  expect(manager.error).toBe(undefined);
});
