import { describe, expect, it } from 'vitest';
import { fakeBridge, Refusal, type Answers } from '../../../../test/support/ui/fake-bridge.ts';
import { lineOf } from '../../../../test/support/ui/played-runs.ts';
import { fixtureEvents, type FixtureName } from '../../../folds/journals.test-support.ts';
import type { Plan } from '../../../contract/plan.ts';
import { RestoreManager } from './restore.svelte.ts';

const plan: Plan = {
  ...{ site: 'lab', job: 'raw-dd', method: '6a', route: 'console', volume: 'Volume2', bytes: 2_097_152 },
  restores: { run: 'one', at: '2026-11-22T14:53:08.000Z', from: 'tape' },
  ...{ routes: [], looks: [], steps: [] },
};

function opened(run: string, fixture: FixtureName) {
  const events = fixtureEvents(fixture).map((event) => ({ ...event, run }));
  const line = lineOf(events);
  return { line, events, journalFile: '', lastHash: '', chain: 'intact' as const, plan: undefined };
}

/** A console with a backup of one volume (`one`) and one of three (`three`). */
function manager(answers: Answers = {}) {
  const bridge = fakeBridge({
    searchRuns: () => ({ lines: [], more: false, took: 1, unread: 0 }),
    run: ({ run }) => opened(run, run === 'three' ? 'three-volumes' : 'raw-dd'),
    restorePlan: () => plan,
    restorePreview: () => ({ kind: 'files', to: '/home/marion/restored', backups: [] }),
    restore: () => ({ run: 'restored' }),
    restoreFiles: () => ({ restore: 'record' }),
    drill: () => ({ restore: 'record-drill' }),
    ...answers,
  });
  const asked = (channel: string) =>
    bridge.asked.filter((each) => each.channel === channel).map(({ request }) => request);
  return { restore: new RestoreManager(bridge), asked };
}

/** Lets the fake console answer. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('a restore that is prepared', () => {
  it('starts with a backup, and shows what is missing on each page', async () => {
    const { restore } = manager();
    restore.open(undefined);
    expect(restore.refusal).toBe('choose a backup');
    restore.choose('one');
    expect(restore.refusal).toBe('the journal is being read');
    await settled();
    expect(restore.refusal).toBeUndefined();
    restore.isOfFiles = true;
    expect(restore.refusal).toBe('name at least one file');
    restore.paths = ' \n./bin/payroll\n';
    expect([restore.refusal, restore.wantedPaths]).toEqual([undefined, ['./bin/payroll']]);
    restore.next();
    expect([restore.page, restore.target, restore.refusal]).toEqual(['where', 'here', 'enter a path']);
    restore.chooseTarget('host');
    restore.folder = '/var/tmp/restored';
    expect(restore.refusal).toBe('choose a host');
    restore.chooseTarget('cluster');
    expect(restore.refusal).toBe('single files are restored to a folder');
  });

  it('shows the plan of a volume, and starts only once the name of its master is typed', async () => {
    const { restore, asked } = manager();
    restore.open({ run: 'one' });
    await settled();
    restore.next();
    restore.next();
    await settled();
    expect(restore.plan.value).toEqual(plan);
    expect(asked('restorePlan')).toEqual([{ run: 'one', fromProxy: false }]);
    expect(restore.untyped).toEqual(['Volume1']);
    expect(await restore.start()).toBeUndefined();
    restore.typed = { Volume1: 'Volume1 ' };
    expect(await restore.start()).toBeUndefined();
    expect(asked('restore')).toEqual([]);
    restore.typed = { Volume1: 'Volume1' };
    expect(await restore.start()).toEqual({ screen: 'run', subject: 'restored' });
    expect(asked('restore')).toEqual([{ run: 'one', fromProxy: false, replace: ['Volume1'] }]);
  });

  it('of several volumes names the chosen masters', async () => {
    const { restore, asked } = manager();
    restore.open({ run: 'three' });
    await settled();
    expect(restore.refusal).toBe('choose a volume');
    restore.markVolume('Volume4');
    expect(restore.masters).toEqual(['Volume3']);
    restore.next();
    restore.chooseTarget('proxy');
    restore.next();
    await settled();
    expect(asked('restorePlan')).toEqual([{ run: 'three', fromProxy: true, replace: ['Volume3'] }]);
  });

  it("is refused with the console's error, and returns to the choice", async () => {
    const { restore } = manager({
      restorePlan: () => {
        throw new Refusal({ sentence: 'Volume2 is joined to Volume1' });
      },
    });
    restore.open({ run: 'one' });
    await settled();
    restore.next();
    restore.next();
    await settled();
    expect(restore.plan.error?.sentence).toBe('Volume2 is joined to Volume1');
    restore.goTo('what');
    expect([restore.page, restore.plan.error]).toEqual(['what', undefined]);
  });

  it('of a file is written to the named folder', async () => {
    const { restore, asked } = manager();
    restore.open({ run: 'one', volume: 'Volume2', path: './bin/payroll' });
    await settled();
    expect([restore.isOfFiles, restore.target]).toEqual([true, 'here']);
    restore.next();
    restore.folder = ' restored ';
    restore.overwrite = 'older';
    restore.next();
    await settled();
    const request = {
      what: ['one', './bin/payroll'],
      volume: 'Volume2',
      path: 'restored',
      overwrite: 'older',
    };
    expect(asked('restorePreview')).toEqual([request]);
    expect(await restore.start()).toEqual({ screen: 'restored', subject: 'record' });
    expect(asked('restoreFiles')).toEqual([request]);
  });

  it('a drill of one of several volumes names it, one of all does not', async () => {
    const { restore, asked } = manager();
    restore.open({ run: 'three', volume: 'Volume4' });
    await settled();
    restore.next();
    restore.chooseTarget('drill');
    restore.next();
    expect(await restore.start()).toEqual({ screen: 'restored', subject: 'record-drill' });
    for (const proxy of ['Volume2', 'Volume6']) restore.markVolume(proxy);
    await restore.start();
    expect(asked('drill')).toEqual([{ run: 'three', volume: 'Volume4' }, { run: 'three' }]);
    expect(asked('restorePlan')).toEqual([]);
  });

  it('a drill that extracts needs a place, and names it', async () => {
    const { restore, asked } = manager();
    restore.open({ run: 'one' });
    await settled();
    restore.next();
    restore.chooseTarget('drill');
    expect(restore.refusal).toBeUndefined();
    restore.scratch = 'host';
    expect(restore.refusal).toBe('enter a path');
    restore.folder = ' /var/tmp ';
    expect(restore.refusal).toBe('choose a host');
    restore.host = 'node1';
    restore.next();
    expect(await restore.start()).toEqual({ screen: 'restored', subject: 'record-drill' });
    restore.scratch = 'here';
    await restore.start();
    restore.scratch = 'none';
    await restore.start();
    expect(asked('drill')).toEqual([
      { run: 'one', host: 'node1', path: '/var/tmp' },
      { run: 'one', path: '/var/tmp' },
      { run: 'one' },
    ]);
    expect(asked('restorePreview')).toEqual([]);
  });

  it('overwrites a device only once its path was typed, and clears that with another target', async () => {
    const device = '/dev/rdsk/c2t0d0s0';
    const { restore, asked } = manager({
      restorePreview: () => ({ kind: 'image', to: `node1:${device}`, device, backups: [] }),
    });
    restore.open({ run: 'one', volume: undefined, path: undefined });
    await settled();
    restore.next();
    restore.chooseTarget('host');
    restore.host = 'node1';
    restore.overwrite = 'always';
    restore.folder = device;
    restore.next();
    await settled();
    // The choices for a file do not count, and are not shown.
    expect(asked('restorePreview')).toMatchObject([{ path: device, overwrite: 'never' }]);
    expect(restore.untyped).toEqual([device]);
    expect(await restore.start()).toBeUndefined();
    expect(asked('restoreFiles')).toEqual([]);
    restore.typed = { [device]: device };
    expect(await restore.start()).toEqual({ screen: 'restored', subject: 'record' });
    expect(asked('restoreFiles')).toMatchObject([{ host: 'node1', path: device, replace: [device] }]);
    restore.back();
    restore.next();
    await settled();
    expect(restore.untyped).toEqual([device]);
  });
});
