/** A dump that is paused and continued by a process other than the one that performs it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { planLines } from '../../src/main/cli/plan-text.ts';
import { withJob } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  sha256,
  type Scene,
  type SceneRun,
} from '../support/lab-run.ts';
import { firstFileOfTape } from '../support/tap-file.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

const command = (...words: string[]) => performed(['--state', scene.state.path, ...words]);

/** A run that is paused while it waits for its approval. @param onPause called once its dump is paused */
async function pausedRun(onPause: (run: string) => Promise<void>): Promise<SceneRun> {
  const acts: Promise<void>[] = [];
  let name = '';
  const end = await runScene(scene, {
    change: withJob({ services: 'not-needed', approve: 'operator' }),
    async ask() {
      expect(await command('pause', name)).toMatchObject({
        exitStatus: 0,
        stdout: `paused: run ${name}; to continue it: shadowtape continue ${name}\n`,
      });
      return { choice: 'approve', by: 'operator' };
    },
    onEvent(event: RunEvent) {
      name = event.run;
      if (event.type === 'pause' && event.what === 'paused') acts.push(onPause(event.run));
    },
  });
  await Promise.all(acts);
  return end;
}

it('pauses after a whole record, and is the same on tape after it continued', async () => {
  let whilePaused: number | undefined;
  const end = await pausedRun(async (run) => {
    whilePaused = scene.lab.cartridges[0]?.writtenBytes;
    expect(await command('continue', run)).toMatchObject({
      exitStatus: 0,
      stdout: `continued: run ${run}\n`,
    });
  });
  expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
  expect(whilePaused).toBe(0);
  const pauses = end.events.flatMap((event) => (event.type === 'pause' ? [[event.step, event.what]] : []));
  expect(pauses).toEqual([
    ['6a', 'paused'],
    ['6a', 'continued'],
  ]);
  expect(sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)))).toBe(scene.masterBefore);
  expect(await clusterState(scene)).toEqual(normalState);
});

it('cannot be paused once the run has ended', async () => {
  const end = await runScene(scene, { change: withJob({ services: 'not-needed' }) });
  expect(await command('pause', end.run)).toMatchObject({
    exitStatus: 1,
    stderr: expect.stringContaining(
      `the dump of run ${end.run} cannot be paused or continued: it is not running`,
    ) as string,
  });
});

it('is paused outside of the hours of its job, and continues by itself within them', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-28T12:00:00Z') });
  try {
    const refused: Promise<unknown>[] = [];
    let whilePaused: number | undefined;
    const end = await runScene(scene, {
      change: withJob({
        services: 'not-needed',
        dumpHours: '20:00-06:00',
        schedule: { at: '02:00', zone: 'Europe/Berlin' },
      }),
      onEvent(event: RunEvent) {
        if (event.type !== 'pause' || event.what !== 'paused') return;
        whilePaused = scene.lab.cartridges[0]?.writtenBytes;
        refused.push(
          command('continue', event.run).then((continued) => {
            // 20:00 in Berlin.
            vi.setSystemTime(new Date('2026-11-28T19:00:00Z'));
            return continued;
          }),
        );
      },
    });
    expect(await Promise.all(refused)).toMatchObject([
      {
        exitStatus: 1,
        stderr: expect.stringContaining(
          `the dump of run ${end.run} cannot be paused or continued: it is paused by dumpHours 20:00-06:00 (Europe/Berlin), and continues by itself`,
        ) as string,
      },
    ]);
    expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(whilePaused).toBe(0);
    const pauses = end.events.filter((event) => event.type === 'pause');
    expect(pauses).toMatchObject([
      {
        what: 'paused',
        by: 'dumpHours 20:00-06:00 (Europe/Berlin)',
        continuesByItself: true,
        at: '2026-11-28T12:00:00.000Z',
      },
      { what: 'continued', at: '2026-11-28T19:00:00.000Z' },
    ]);
    expect(sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)))).toBe(scene.masterBefore);
    expect(await clusterState(scene)).toEqual(normalState);
  } finally {
    vi.useRealTimers();
  }
});

it('has its hours in the plan', async () => {
  const change = withJob({
    services: 'not-needed',
    dumpHours: '20:00-06:00',
    schedule: { at: '02:00', zone: 'Europe/Berlin' },
  });
  const opened = await openSceneConsole(scene, change);
  try {
    const plan = await opened.plan({ job: 'raw-dd' });
    expect(plan.dumpHours).toEqual({ hours: '20:00-06:00', zone: 'Europe/Berlin' });
    expect(planLines(plan, false)).toContain(
      '    the dump reads at 20:00-06:00 (Europe/Berlin) and is paused at other times, which are added',
    );
  } finally {
    await opened.close();
  }
});

it('is refused hours on route server, which pauses no dump', async () => {
  const change = withJob({ services: 'not-needed', dumpHours: '20:00-06:00', route: 'server' });
  await expect(runScene(scene, { change })).rejects.toMatchObject({
    code: 'DUMP_HOURS_NEED_CONSOLE',
    message: 'dumpHours: a dump on route server cannot be paused',
  });
});
