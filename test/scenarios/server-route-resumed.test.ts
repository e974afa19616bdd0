/** Route `server`: the console dies, is canceled or is stopped immediately, while the dump continues without it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { sceneArguments, startCommand } from '../support/command-line.ts';
import { expectNormal, expectTape, quick } from '../support/deaths.ts';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import { dyingRun, recoverScene } from '../support/mortal-console.ts';
import {
  byServer,
  dumpFolder,
  expectCleared,
  leftOnServer,
  runningOnServer,
  runServer,
  startsSent,
  whenStarted,
  worksOf,
} from '../support/server-run.ts';

const settings = (site: SiteTree) => {
  quick(site);
  byServer(site);
};

/** So slow that a dump does not end before it is checked; the fault is cleared then. */
const slow = 'slow-tape=40000';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ blocks: 4096 });
});
afterEach(() => scene.close());

describe('a console that was killed while the backup server dumps', () => {
  let site: string[];
  beforeEach(async () => {
    site = await sceneArguments(scene);
    await scene.writeSite(settings);
    scene.lab.faults.set(slow);
  });

  /** SIGKILL as soon as the dump is started. @returns the run's name */
  async function killed(job: string): Promise<string> {
    const command = startCommand([...site, '--trust', 'run', job]);
    whenStarted(scene, 'dump', () => command.process.kill('SIGKILL'));
    expect((await command.end).exitStatus).toBe(null);
    const [name = ''] = await scene.state.runs();
    return name;
  }

  const run = (args: readonly string[], words: string) =>
    startCommand([...site, ...args], (text) => {
      if (text.includes(words)) scene.lab.faults.clear('slow-tape');
    }).end;

  it('resume reattaches to the dump that continued, and verifies it', async () => {
    const name = await killed('raw-dd');
    expect(await runningOnServer(scene)).not.toEqual([]);
    const { exitStatus, stdout } = await run(['resume', name], 'it is reattached');
    expect(stdout).toContain('found: the dump of Volume2 on node3: running\n');
    expect(stdout, 'the scripts of the work are not shown').not.toContain('echo $$');
    expect(stdout).toContain('! the dump of Volume2 still runs on node3: it is reattached\n');
    expect(stdout).toContain('\nverified: Volume2 is on the tape in /dev/rmt/0 on node3');
    expect(exitStatus).toBe(0);
    expect(startsSent(scene)).toHaveLength(2);
    const { events } = await readRun(scene.state, name);
    expect(worksOf(events)).toEqual([
      'dump starting',
      'dump taken-up',
      'dump ended',
      'read-back starting',
      'read-back ended',
      'dump cleared',
      'read-back cleared',
    ]);
    await expectNormal(scene, name);
    await expectTape(scene, name);
    await expectCleared(scene, name);
  });

  it('resume judges the dump that has ended meanwhile', async () => {
    const name = await killed('ufs-tar');
    scene.lab.faults.clear('slow-tape');
    // The tape is rewound by the drive when the last writer has closed it: then the dump has ended.
    await onHost(scene, 'node3', [
      'sh',
      '-c',
      `until test -f ${dumpFolder(name)}/writer.status; do sleep 0.05; done`,
    ]);
    const { exitStatus, stdout } = await run(['resume', name], '');
    expect(stdout).toContain('found: the dump of Volume2 on node3: finished\n');
    expect(stdout).toContain('! the dump of Volume2 has ended on node3: it is reattached\n');
    expect(exitStatus).toBe(0);
    await expectNormal(scene, name);
    await expectCleared(scene, name);
  });

  it('in the middle of the read-back: resume ends that, and reads the tape again', async () => {
    scene.lab.faults.clear('slow-tape');
    const command = startCommand([...site, '--trust', 'run', 'raw-dd']);
    whenStarted(scene, 'read-back', () => {
      scene.lab.faults.set(slow);
      command.process.kill('SIGKILL');
    });
    expect((await command.end).exitStatus).toBe(null);
    const [name = ''] = await scene.state.runs();
    const { exitStatus, stdout } = await run(['resume', name], 'was still running and was stopped');
    expect(stdout).toMatch(/! the read-back of Volume2 was still running and was stopped \([a-z0-9, ]+\)\n/);
    expect(stdout).toContain('\nverified: Volume2 is on the tape');
    expect(exitStatus).toBe(0);
    await expectNormal(scene, name);
    await expectCleared(scene, name);
  });

  it('unwind ends it, and rolls the cluster back', async () => {
    const name = await killed('ufs-tar');
    const { exitStatus, stdout } = await run(['unwind', name], 'was rolled back');
    expect(stdout).toMatch(
      /! the dump of Volume2 was still running and was stopped \([a-z0-9, ]*writer[a-z0-9, ]*\)\n/,
    );
    expect(stdout).toContain(`failed, rolled back: run ${name} was rolled back\n`);
    expect(exitStatus).toBe(2);
    await expectNormal(scene, name);
    await expectCleared(scene, name);
  });
});

it('unwind of a run whose dump has succeeded meanwhile does not say that it failed', async () => {
  const change = (site: SiteTree) => {
    settings(site);
    jobOf(site)['services'] = 'not-needed';
  };
  const { run } = await dyingRun(
    scene,
    'raw-dd',
    (event) =>
      event.type === 'outcome' && event.step === '6a' && startsSent(scene).length > 0 ? 'after' : undefined,
    change,
  );
  await onHost(scene, 'node3', ['sh', '-c', `until test -f ${dumpFolder(run)}/ended; do sleep 0.05; done`]);
  const end = await recoverScene(scene, 'unwind', run, { change });
  expect(end.stands).toEqual([
    'Volume2: joined to Volume1, in sync',
    'node3: no shadow object of Class2',
    'tape in /dev/rmt/0 on node3: not a proven backup: the dump finished, but it was neither checked nor read back',
  ]);
  expect(end.exitStatus).toBe(2);
});

describe('a run that is canceled while the backup server dumps', () => {
  it('ends the dump, unmounts, and rolls the cluster back', async () => {
    scene.lab.faults.set(slow);
    const cancel = new AbortController();
    whenStarted(scene, 'dump', () => cancel.abort());
    const end = await runServer(scene, { job: 'ufs-tar', cancel: cancel.signal, change: quick });
    expect(end).toMatchObject({
      exitStatus: 2,
      sentence: 'step 6b-4 was canceled',
      error: { code: 'RUN_CANCELLED' },
    });
    expect(end.stands).toEqual([
      'Volume2: joined to Volume1, in sync',
      'node3: no shadow object of Class2',
      'tape in /dev/rmt/0 on node3: not a backup: the dump did not finish',
    ]);
    expect(worksOf(end.events)).toEqual(['dump starting', 'dump stopped', 'dump cleared']);
    expect(await clusterState(scene)).toEqual(normalState);
    await expectCleared(scene, end.run);
  });

  it('while the tape is read back: ends the read-back, and rolls the cluster back', async () => {
    const cancel = new AbortController();
    whenStarted(scene, 'read-back', () => cancel.abort());
    const end = await runServer(scene, {
      cancel: cancel.signal,
      change: quick,
      onEvent(event) {
        if (event.type === 'step-started' && event.step === 'read-back') scene.lab.faults.set(slow);
      },
    });
    expect(end).toMatchObject({ exitStatus: 2, sentence: 'step read-back was canceled' });
    expect(end.stands).toContain('tape in /dev/rmt/0 on node3: written completely, but not read back');
    expect(worksOf(end.events).slice(-3)).toEqual(['read-back stopped', 'dump cleared', 'read-back cleared']);
    expect(await clusterState(scene)).toEqual(normalState);
    await expectCleared(scene, end.run);
  });
});

describe('a run that is stopped at once while the backup server dumps', () => {
  async function halted(): Promise<string> {
    scene.lab.faults.set(slow);
    const halt = new AbortController();
    whenStarted(scene, 'dump', () => halt.abort());
    const end = await runServer(scene, { halt: halt.signal, change: quick });
    expect(end).toMatchObject({
      exitStatus: 3,
      sentence: 'step 6a was stopped immediately, and nothing was rolled back',
      error: { code: 'RUN_HALTED' },
    });
    expect(end.stands).toContain(
      `node3: the dump of Volume2 may still run; ${dumpFolder(end.run)} shows its progress`,
    );
    expect(await runningOnServer(scene)).not.toEqual([]);
    return end.run;
  }

  it('reports where the dump continues; unwind ends it and removes its folder', async () => {
    const name = await halted();
    const end = await recoverScene(scene, 'unwind', name, { change: settings });
    expect(end).toMatchObject({ exitStatus: 2, sentence: `run ${name} was rolled back` });
    expect(worksOf(end.events)).toEqual(['dump stopped', 'dump cleared']);
    await expectNormal(scene, name);
    await expectCleared(scene, name);
  });

  it('resume reattaches to the dump that continues', async () => {
    const name = await halted();
    const end = await recoverScene(scene, 'resume', name, {
      change: settings,
      onEvent(event) {
        if (event.type === 'work' && event.what === 'taken-up') scene.lab.faults.clear('slow-tape');
      },
    });
    expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(end.events).toContainEqual(
      expect.objectContaining({
        type: 'warning',
        text: 'the dump of Volume2 still runs on node3: it is reattached',
      }),
    );
    await expectNormal(scene, name);
    await expectTape(scene, name);
    await expectCleared(scene, name);
  });
});

describe('a console that died before its cleanup', () => {
  it('unwind removes the folders, although everything else is in its normal state', async () => {
    const halt = new AbortController();
    const end = await runServer(scene, {
      halt: halt.signal,
      change: quick,
      onEvent(event) {
        if (event.type === 'step-started' && event.step === 'clear') halt.abort();
      },
    });
    expect(end.exitStatus).toBe(3);
    expect((await leftOnServer(scene)).length).toBeGreaterThan(1);
    const unwound = await recoverScene(scene, 'unwind', end.run, { change: settings });
    expect(unwound).toMatchObject({ exitStatus: 2, sentence: `run ${end.run} was rolled back` });
    await expectNormal(scene, end.run);
    await expectCleared(scene, end.run);
  });
});
