/**
 * A console is killed, and somebody starts the next run: it reports the interrupted run, and leaves everything to its
 * resume or rollback.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { sceneArguments, startCommand } from '../support/command-line.ts';
import { expectNormal, quick } from '../support/deaths.ts';
import { killedAt as killed } from '../support/killed-run.ts';
import { clusterState, openScene, type Scene, type SiteTree } from '../support/lab-run.ts';
import { allLocks, changingCommands, locksLeft, removeLocksByHand } from '../support/lab-shell.ts';
import { byServer, runningOnServer, whenStarted } from '../support/server-run.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
let site: string[];
let program: string;
beforeEach(async () => {
  scene = await openScene({ blocks: 4096 });
  site = await sceneArguments(scene);
  await scene.writeSite(quick);
  program = ['shadowtape', ...site].join(' ');
});
afterEach(() => scene.close());

const run = (...args: string[]) => performed([...site, ...args]);

const killedAt = (line: string) => killed(scene, site, line);

/** How many commands were sent that may change something; a query of detached work needs a script. */
const changesSent = () => changingCommands(scene).filter((line) => !/^node3 (sh|ps|cat) /.test(line)).length;

/** The next run: refused before anything is sent that changes something, and before it has a journal. */
async function refusedNext(): Promise<string> {
  const [locks, sent, runs, state] = [
    locksLeft(scene),
    changesSent(),
    await scene.state.runs(),
    await clusterState(scene),
  ];
  const next = await run('run', 'raw-dd');
  expect(next.exitStatus).toBe(1);
  expect(locksLeft(scene)).toEqual(locks);
  expect(changesSent()).toBe(sent);
  expect(await scene.state.runs()).toEqual(runs);
  expect(await clusterState(scene)).toEqual(state);
  return next.stderr;
}

const hintFor = (name: string) =>
  `  hint: resume it: ${program} resume ${name}; or roll it back: ${program} rollback ${name}; or discard it: ${program} unlock Class1 --discard ${name}\n`;

describe('a run whose console was killed while its shadow exists', () => {
  it('is reported by the next run, stays locked, and is rolled back by the command of the hint', async () => {
    scene.lab.faults.set('slow-tape=2000000');
    const name = await killedAt('dd ibs=');
    scene.lab.faults.clear('slow-tape');
    expect((await clusterState(scene)).shadowObjects).toBeGreaterThan(0);
    expect(await refusedNext()).toBe(
      `shadowtape: run ${name} of job raw-dd was interrupted at step 6a; it may have left Class1 parted, or a shadow on node3\n${hintFor(name)}`,
    );
    const unlocked = await run('unlock', 'Class1', '--yes');
    expect(unlocked.exitStatus).toBe(1);
    expect(unlocked.stderr).toContain(`run ${name} of job raw-dd was interrupted at step 6a`);
    expect(locksLeft(scene)).not.toEqual([]);
    expect((await run('unwind', name)).exitStatus).toBe(2);
    await expectNormal(scene, name);
    await scene.lab.insertCartridge('tape', { blank: true });
    expect((await run('run', 'raw-dd')).exitStatus).toBe(0);
  });

  it('is also reported if its lock is gone', async () => {
    const name = await killedAt('sdxshadowvolume -M');
    expect(locksLeft(scene)).not.toEqual([]);
    removeLocksByHand(scene);
    expect(await refusedNext()).toContain(`run ${name} of job raw-dd was interrupted at step 5`);
    // Discarded by the command of the hint, without its lock; a discarded run can still be rolled back.
    const discarded = await run('unlock', 'Class1', '--discard', name, '--yes');
    expect(discarded).toMatchObject({
      exitStatus: 0,
      stdout: expect.stringContaining(`discarded: run ${name}; its locks no longer existed\n`) as string,
    });
    expect((await readRun(scene.state, name)).events.at(-1)).toMatchObject({
      type: 'run-finished',
      exitStatus: 3,
    });
    expect((await run('unwind', name)).exitStatus).toBe(2);
    await expectNormal(scene, name);
  });

  it.each(['resume', 'unwind'])(
    'stays locked and interrupted, as it was, if a %s is refused after it took the locks',
    async (mode) => {
      const name = await killedAt('sdxshadowvolume -M');
      const locks = allLocks(scene).sort();
      expect(locks).not.toEqual([]);
      scene.lab.faults.set('fail=node3:sdxinfo');
      const refused = await run(mode, name, ...(mode === 'resume' ? ['--yes'] : []));
      expect(refused.exitStatus).toBe(1);
      expect(refused.stderr).toContain('node3: sdxinfo');
      expect(allLocks(scene).sort()).toEqual(locks);
      scene.lab.faults.clear('fail');
      expect(await refusedNext()).toContain(`run ${name} of job raw-dd was interrupted at step 5`);
      expect((await run('unwind', name)).exitStatus).toBe(2);
      await expectNormal(scene, name);
    },
  );

  it('is discarded by an operator who names it: only its lock is removed, and no hint advises a rejoin', async () => {
    const name = await killedAt('sdxshadowvolume -M');
    const before = await clusterState(scene);
    const other = await run('unlock', 'Class1', '--discard', 'another', '--yes');
    expect(other.stderr).toContain(`Class1 is locked on node3 by run ${name}, not by run another\n`);
    const { exitStatus, stdout } = await run('unlock', 'Class1', '--discard', name, '--yes');
    expect(stdout).toContain(
      `run ${name} is discarded: a parted proxy of Class1, stopped services and a shadow on node3 stay as they are, and the tape may be incomplete\n`,
    );
    expect(exitStatus).toBe(0);
    expect(allLocks(scene)).toEqual([]);
    expect(await clusterState(scene)).toEqual(before);
    const { events } = await readRun(scene.state, name);
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', verdict: 'failed', exitStatus: 3 });
    const next = await run('run', 'raw-dd');
    expect(next.exitStatus).toBe(1);
    expect(next.stdout + next.stderr).not.toMatch(/sdxproxy (Re)?[jJ]oin/);
    // A discarded run can still be rolled back.
    expect((await run('unwind', name)).exitStatus).toBe(2);
    await expectNormal(scene, name);
  });
});

describe('a run whose console was killed while the backup server dumps', () => {
  it('is reported with its dump, which still runs', async () => {
    const settings = (tree: SiteTree) => {
      quick(tree);
      byServer(tree);
    };
    await scene.writeSite(settings);
    scene.lab.faults.set('slow-tape=40000');
    const command = startCommand([...site, '--trust', 'run', 'raw-dd']);
    whenStarted(scene, 'dump', () => command.process.kill('SIGKILL'));
    expect((await command.end).exitStatus).toBe(null);
    const [name = ''] = await scene.state.runs();
    expect(await runningOnServer(scene)).not.toEqual([]);
    expect(await refusedNext()).toBe(
      `shadowtape: run ${name} of job raw-dd was interrupted at step 6a; it may have left Class1 parted, or a shadow on node3; its dump of Volume2 still runs on node3\n${hintFor(name)}`,
    );
    expect(await runningOnServer(scene)).not.toEqual([]);
    scene.lab.faults.clear('slow-tape');
    expect((await run('unwind', name)).exitStatus).toBe(2);
    await expectNormal(scene, name);
  });
});

it('a run of another process is listed as running, and as interrupted once that process is killed', async () => {
  let listed: Promise<{ stdout: string }> | undefined;
  scene.lab.faults.set('slow-tape=20000');
  const command = startCommand([...site, '--trust', 'run', 'raw-dd']);
  const stop = scene.lab.onCommand(({ phase, line }) => {
    if (phase !== 'started' || !line.startsWith('dd ibs=')) return;
    listed ??= run('runs').finally(() => command.process.kill('SIGKILL'));
  });
  await command.end;
  stop();
  scene.lab.faults.clear('slow-tape');
  expect((await listed)?.stdout).toMatch(/^\S+ +running .* at step 6a\n/);
  const [line = ''] = (await run('runs', '--json')).stdout.split('\n');
  expect(JSON.parse(line)).toMatchObject({ verdict: 'unfinished', state: 'interrupted' });
  const [name = ''] = await scene.state.runs();
  expect((await run('unwind', name)).exitStatus).toBe(2);
});
