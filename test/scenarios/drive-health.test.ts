/** The health of the drive is queried while no data moves: before a run, after it, and by check. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventOf, RunEvent } from '../../src/contract/events.ts';
import {
  clusterState,
  normalState,
  openScene,
  runScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { checkScene, refusedRun } from '../support/refusals.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

const told = (events: readonly RunEvent[]) =>
  events.filter((event): event is EventOf<'drive-health'> => event.type === 'drive-health');

const warnings = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));

const cleaning =
  'the drive reports TapeAlert 20, Cleaning required (critical): clean the drive with a cleaning cartridge';

const inSpite = (site: SiteTree) => {
  site.tape['onCriticalAlert'] = 'warn';
};

describe('a run', () => {
  // While a program has the drive open, sg_logs of the lab finds it busy, as the genuine one does: no flag would be known.
  it('reports the health of the drive before and after it, and never queries it while data moves', async () => {
    const run = await runScene(scene);
    expect(run, run.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(told(run.events)).toMatchObject([
      { when: 'before', alerts: [], cleaning: false, loads: 4711, compression: 'on' },
      { when: 'after', alerts: [], cleaning: false, loads: 4711, compression: 'on' },
    ]);
    expect(told(run.events).map(({ unavailable }) => unavailable)).toEqual(
      Array(2).fill([{ what: 'encryption', reason: 'stenc is not installed on node3' }]),
    );
  });

  it('is refused before anything is touched if the drive reports a critical flag, and runs once it is cleared', async () => {
    scene.lab.faults.set('tape-alert=20');
    expect(await refusedRun(scene)).toMatchObject({
      code: 'DRIVE_ALERT',
      sentence: 'the drive /dev/rmt/0 on node3 reports TapeAlert 20, Cleaning required (critical)',
    });
    scene.lab.faults.clear('tape-alert');
    expect(await runScene(scene)).toMatchObject({ exitStatus: 0 });
  });

  it('warns of a critical flag if the site says so, and reports it in its result', async () => {
    scene.lab.faults.set('tape-alert=20');
    const run = await runScene(scene, { change: inSpite });
    expect(run, run.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(warnings(run.events).filter((text) => text === cleaning)).toHaveLength(2);
    expect(run.stands).toContain(cleaning);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is not refused for a flag that is only a warning', async () => {
    scene.lab.faults.set('tape-alert=21');
    const run = await runScene(scene);
    expect(run, run.sentence).toMatchObject({ exitStatus: 0 });
    expect(run.stands).toContain(
      'the drive reports TapeAlert 21, Cleaning requested (warning): clean the drive with a cleaning cartridge',
    );
  });

  it('reports what is not available, and never calls it healthy', async () => {
    scene.lab.faults.set('not-found=node3:sg_logs');
    const run = await runScene(scene);
    expect(run, run.sentence).toMatchObject({ exitStatus: 0 });
    const reason = 'sg_logs is not installed on node3';
    const [before] = told(run.events);
    expect(before).not.toHaveProperty('alerts');
    expect(before?.unavailable).toEqual([
      ...['TapeAlert', 'load count', 'compression'].map((what) => ({ what, reason })),
      { what: 'encryption', reason: 'stenc is not installed on node3' },
    ]);
  });

  it('that fails while it writes queries the drive afterwards', async () => {
    scene.lab.faults.set('tape-error=20');
    const run = await runScene(scene, {
      onEvent(event) {
        if (event.type === 'step-started' && event.step === '6a') scene.lab.faults.set('tape-alert=6');
      },
    });
    expect(run).toMatchObject({ exitStatus: 2 });
    expect(told(run.events).at(-1)).toMatchObject({
      when: 'after',
      alerts: [{ flag: 6, severity: 'critical' }],
    });
    expect(run.stands.join('\n')).toContain('the drive reports TapeAlert 6, Write failure (critical)');
    expect(await clusterState(scene)).toEqual(normalState);
  });
});

describe('check', () => {
  it('shows the health of the drive', async () => {
    const find = async () => (await checkScene(scene)).find(({ what }) => what === 'drive /dev/rmt/0');
    expect(await find()).toMatchObject({
      good: true,
      said: 'no TapeAlert flag; no cleaning requested; 4711 loads; compression on; encryption not available (stenc is not installed on node3)',
    });
    scene.lab.faults.set('tape-alert=38');
    expect(await find()).toMatchObject({
      good: false,
      said: expect.stringMatching(/^TapeAlert 38, Predictive failure \(critical\);/) as string,
    });
  });
});
