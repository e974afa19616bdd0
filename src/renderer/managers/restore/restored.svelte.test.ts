import { describe, expect, it } from 'vitest';
import { fakeBridge, Refusal } from '../../../../test/support/ui/fake-bridge.ts';
import type { RestoreView } from '../../../contract/restore-views.ts';
import { RestoredManager } from './restored.svelte.ts';

const view = (name: string): RestoreView => ({
  line: {
    ...{ name, kind: 'drill', runs: ['one'], volumes: ['Volume2'], to: undefined, by: 'marion' },
    ...{ startedAt: '2026-11-22T02:00:00.000Z', finishedAt: '2026-11-22T02:01:00.000Z', exitStatus: 0 },
    ...{ written: undefined, notWritten: undefined, sentence: undefined, live: false },
  },
  ...{ recordFile: `/restores/${name}.ndjson`, tapes: [], entries: [], sources: [], notes: [] },
  error: undefined,
});

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('a restore of files or a drill on the screen', () => {
  it('is read by the name of its record, and again once it is over', async () => {
    const bridge = fakeBridge({ restoreRecord: ({ restore }) => view(restore) });
    const manager = new RestoredManager(bridge);
    manager.show('one-drill');
    await settled();
    expect(manager.record.value?.line.name).toBe('one-drill');
    manager.refresh();
    await settled();
    expect(bridge.asked.filter(({ channel }) => channel === 'restoreRecord')).toHaveLength(2);
    manager.show(undefined);
    expect(manager.record.value).toBeUndefined();
  });

  it('is stopped, or shows why it cannot be', async () => {
    const bridge = fakeBridge({
      restoreRecord: ({ restore }) => view(restore),
      stopRestore: () => {
        throw new Refusal({ sentence: 'restore one-drill is not running in this console' });
      },
    });
    const manager = new RestoredManager(bridge);
    manager.show('one-drill');
    await manager.stop();
    expect(bridge.asked.at(-1)).toEqual({ channel: 'stopRestore', request: { restore: 'one-drill' } });
    expect(manager.actError?.sentence).toBe('restore one-drill is not running in this console');
  });
});
