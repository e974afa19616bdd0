/**
 * A run that ends with action required keeps the locks of its class: nobody rejoins its proxy under its shadow, from
 * whatever backup server. It is resumed, rolled back or discarded while the process that ended it keeps running, like a
 * desktop.
 */
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenRun, ProtectionView } from '../../src/contract/protection.ts';
import { readRun, StateFolder } from '../../src/main/application/console.ts';
import { Desk } from '../../src/main/desk/desk.ts';
import { runName } from '../../src/main/journal/state-folder.ts';
import { lockFolder } from '../../src/main/procedure/model/lock.ts';
import { sceneArguments } from '../support/command-line.ts';
import { flipped } from '../support/changed-tape.ts';
import { byHand, withJob } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  type Scene,
  type SceneRun,
} from '../support/lab-run.ts';
import { allLocks, changingCommands, removeLocksByHand } from '../support/lab-shell.ts';
import { recoverScene } from '../support/mortal-console.ts';
import { failureOf } from '../support/refusals.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ blocks: 4096 });
});
afterEach(() => scene.close());

const folder = lockFolder('Class1');
const classLocks = ['node1', 'node2', 'node3'].map((host) => `${host} ${folder}`);
const lockFolders = () => allLocks(scene).filter((path) => path.endsWith('.lock'));

/** What the first screen shows. */
async function shownProtection(): Promise<ProtectionView> {
  const desk = new Desk({ state: scene.state, siteFile: await scene.writeSite(), guest: 'browser' });
  try {
    const reply = await desk.answer('protection', {}, new AbortController().signal);
    if ('error' in reply) throw new Error(reply.error.sentence);
    return reply.result as ProtectionView;
  } finally {
    await desk.close();
  }
}

/** The runs that require action, as the screens show them. */
async function openRuns(): Promise<Pick<OpenRun, 'run' | 'holds' | 'discarded'>[]> {
  const { open } = await shownProtection();
  return open.map(({ run, holds, discarded }) => ({ run, holds, discarded }));
}

/** The dump fails, and the job wants everything left as it is. */
async function haltedRun(): Promise<SceneRun> {
  scene.lab.faults.set('tape-error=3');
  const end = await runScene(scene, { change: withJob({ onFailure: 'halt' }) });
  scene.lab.faults.clear('tape-error=3');
  await scene.lab.insertCartridge('tape', { blank: true });
  expect(end).toMatchObject({ verdict: 'failed', exitStatus: 3 });
  return end;
}

const elsewhere = (): Scene => ({ ...scene, state: new StateFolder(join(scene.folder, 'other-state')) });

/** Somebody rolls the cluster back with the commands that the run has named. */
async function repairByHand({ stands }: SceneRun): Promise<void> {
  expect(stands).toEqual(expect.arrayContaining(byHand('node3 sdxshadowvolume -F -c Class2 -v Volume2')));
  for (const sentence of stands) {
    const [, host, line] = /^run by hand on ([^\s,:]+)(?:, .*?)?: (.+)$/.exec(sentence) ?? [];
    if (host && line) expect((await scene.lab.type(host as 'node1', line)).status, line).toBe(0);
  }
  await scene.lab.copyingFinished();
  expect(await clusterState(scene)).toEqual(normalState);
}

describe('a run that is halted', () => {
  it('keeps the locks of its class on every host, and refuses the next run of its console before anything is changed', async () => {
    const halted = await haltedRun();
    const { run, stands, events } = halted;
    expect(lockFolders()).toEqual(classLocks);
    expect(stands.filter((line) => line.includes('lock'))).toEqual(
      ['node3', 'node1', 'node2'].map((host) => `${host}: the lock ${folder} still exists`),
    );
    const text = 'Class1 stays locked for this run until it is resumed, rolled back or discarded';
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning', step: 'unlock', text }));
    const title = 'Unlock the drive';
    expect(events).toContainEqual(expect.objectContaining({ type: 'step-started', step: 'unlock', title }));
    const from = scene.lab.commands.length;
    const refused = await failureOf(runScene(scene));
    const sentence = `run ${run} of job raw-dd ended with action required; it may have left Class1 parted, or a shadow on node3`;
    expect(refused).toMatchObject({ code: 'RUN_INTERRUPTED', sentence });
    const program = `shadowtape --site ${join(scene.folder, 'site.yaml')} --state ${scene.state.path}`;
    expect(refused.hint).toBe(
      `resume it: ${program} resume ${run}; or roll it back: ${program} rollback ${run}; or discard it: ${program} unlock Class1 --discard ${run}`,
    );
    expect(changingCommands(scene, from)).toEqual([]);
  });

  it('keeps out the next run of its class if its journal cannot be read and its locks are lost', async () => {
    const halted = await haltedRun();
    const file = scene.state.journalFile(halted.run);
    const content = await readFile(file);
    removeLocksByHand(scene);
    const from = scene.lab.commands.length;
    // In the middle, and in the first line.
    for (const at of [content.indexOf('"seq":20'), 1]) {
      await writeFile(file, flipped(Buffer.from(content), at));
      const { code, sentence } = await failureOf(runScene(scene));
      expect(code).toBe('RUN_LEFT_UNREAD');
      expect(sentence).toMatch(
        new RegExp(
          `^run ${halted.run} was interrupted, or needs an operator, and its journal cannot be read: ${file}, line \\d+: .*\\. It may have left Class1 parted, or a shadow on the backup server$`,
        ),
      );
    }
    expect(changingCommands(scene, from)).toEqual([]);
    expect((await shownProtection()).unread).toEqual([
      { run: halted.run, reason: expect.stringMatching(`^${file}, line 1: `) as string },
    ]);
    // The hint works when it is followed.
    await repairByHand(halted);
    await rename(file, join(scene.folder, 'put-away.ndjson'));
    expect(await shownProtection()).not.toHaveProperty('unread');
    expect(await runScene(scene)).toMatchObject({ exitStatus: 0 });
  });

  it('keeps out a console that has another backup server and would rejoin the proxy first', async () => {
    const { run } = await haltedRun();
    // A run of the same second and process would have the same name, and so the same lock.
    await expect.poll(() => runName(new Date(), 'Volume2')).not.toBe(run);
    // The run has no lock on another backup server, and no shadow is visible there.
    scene.lab.editFolders('node3', (folders) => folders.filter((path) => !path.startsWith(folder)));
    const from = scene.lab.commands.length;
    const end = await runScene(elsewhere(), { change: withJob({ part: { synchroniseFirst: true } }) });
    expect(end).toMatchObject({
      exitStatus: 1,
      error: { code: 'CLASS_LOCKED' },
      stands: ['nothing was touched'],
    });
    expect(end.sentence).toMatch(/^Class1 is locked on node1 by run /);
    expect(changingCommands(scene, from)).toEqual([]);
    expect(lockFolders()).toEqual(classLocks.slice(0, 2));
  });

  it('is rolled back by the process that ended it, which is still running: the class is free again', async () => {
    const { run } = await haltedRun();
    const back = await recoverScene(scene, 'unwind', run, { takeOverLock: false });
    expect(back).toMatchObject({ exitStatus: 2, sentence: `run ${run} was rolled back` });
    expect(allLocks(scene)).toEqual([]);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is resumed by it, and ends as if nothing had failed', async () => {
    const { run } = await haltedRun();
    const end = await recoverScene(scene, 'resume', run, { takeOverLock: false });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(allLocks(scene)).toEqual([]);
  });

  it('keeps its locks when a rollback fails, or is stopped at once', async () => {
    const { run } = await haltedRun();
    scene.lab.faults.set('fail=node3:sdxshadowvolume -R');
    const back = await recoverScene(scene, 'unwind', run, { takeOverLock: false });
    expect(back).toMatchObject({ exitStatus: 3 });
    expect(lockFolders()).toEqual(classLocks);
    scene.lab.faults.clear('fail');
    const halt = new AbortController();
    const stopped = await recoverScene(scene, 'unwind', run, {
      takeOverLock: false,
      halt: halt.signal,
      onEvent(event) {
        if (event.type === 'step-started' && event.step === '8-1') halt.abort();
      },
    });
    expect(stopped).toMatchObject({ verdict: 'failed', exitStatus: 3, error: { code: 'RUN_HALTED' } });
    expect(stopped.stands[0]).toBe('this is the last known state; nothing was checked since');
    expect(await clusterState(scene)).toMatchObject({ proxy: 'Part', shadowObjects: 0 });
    expect(lockFolders()).toEqual(classLocks);
    expect((await recoverScene(scene, 'unwind', run, { takeOverLock: false })).exitStatus).toBe(2);
    expect(allLocks(scene)).toEqual([]);
  });

  it('is discarded once somebody has repaired everything by hand: the next run begins', async () => {
    const halted = await haltedRun();
    expect(await openRuns()).toEqual([{ run: halted.run, holds: true, discarded: false }]);
    await repairByHand(halted);
    const console = await openSceneConsole(scene);
    try {
      const { locks } = await console.lockService.look();
      expect([...new Set(locks.map(({ holder }) => holder))]).toEqual(['ended']);
      await console.lockService.remove('Class1', () => Promise.resolve(true), halted.run);
    } finally {
      await console.close();
    }
    expect(allLocks(scene)).toEqual([]);
    const { events } = await readRun(scene.state, halted.run);
    expect(events.at(-1)).toMatchObject({
      type: 'run-finished',
      verdict: 'failed',
      exitStatus: 3,
      discarded: true,
      sentence: expect.stringMatching(new RegExp(`^\\S+ discarded the run: ${halted.sentence.slice(0, 20)}`)),
    });
    expect(await openRuns()).toEqual([{ run: halted.run, holds: false, discarded: true }]);
    expect((await runScene(scene)).exitStatus).toBe(0);
  });

  it('keeps its journal until it is rolled back: state remove refuses it with commands that help', async () => {
    const { run } = await haltedRun();
    const site = await sceneArguments(scene);
    const program = ['shadowtape', ...site].join(' ');
    const remove = () => performed([...site, 'state', 'remove', run, '--yes-remove', run]);
    expect(await remove()).toEqual({
      exitStatus: 1,
      stdout: '',
      stderr: `shadowtape: run ${run} ended with action required: without its journal it can be neither resumed nor rolled back\n  hint: resume, roll back or discard it first: ${program} resume ${run}, ${program} rollback ${run}, or ${program} unlock Class1 --discard ${run}\n`,
    });
    expect((await recoverScene(scene, 'unwind', run, { takeOverLock: false })).exitStatus).toBe(2);
    expect((await remove()).exitStatus).toBe(0);
    expect(await scene.state.runs()).toEqual([]);
  });

  it('with a deleted journal is named by its locks: the next run is refused, until it is discarded by the command of the hint', async () => {
    const halted = await haltedRun();
    const { run } = halted;
    await rm(scene.state.journalFile(run));
    // A run of the same second and process would have the same name, and so the same lock.
    await expect.poll(() => runName(new Date(), 'Volume2')).not.toBe(run);
    const from = scene.lab.commands.length;
    const refused = await runScene(scene);
    expect(refused).toMatchObject({ exitStatus: 1, stands: ['nothing was touched'] });
    expect(refused.error).toMatchObject({ code: 'LOCK_OF_UNKNOWN_RUN' });
    const owner = `${userInfo().username} on ${hostname()} (process ${process.pid})`;
    expect(refused.sentence).toBe(
      `Class1 is locked on node3 by run ${run} of ${owner}; no process works on that run, and this state folder has no readable journal of it`,
    );
    expect(changingCommands(scene, from)).toEqual([]);
    expect(lockFolders()).toEqual(classLocks);
    const [, discard = ''] = /; or discard it: shadowtape (.+)$/.exec(refused.error?.hint ?? '') ?? [];
    const discarded = await performed([...discard.split(' '), '--yes']);
    expect(discarded, discarded.stderr).toMatchObject({ exitStatus: 0 });
    expect(allLocks(scene)).toEqual([]);
    expect(await readdir(scene.state.liveFolder)).toEqual([]);
    await repairByHand(halted);
    expect((await runScene(scene)).exitStatus).toBe(0);
  });

  it('is rolled back once somebody has repaired everything by hand: nothing is left, and the class is free', async () => {
    const halted = await haltedRun();
    await repairByHand(halted);
    const back = await recoverScene(scene, 'unwind', halted.run, { takeOverLock: false });
    expect(back).toMatchObject({
      exitStatus: 2,
      sentence: `nothing to roll back for run ${halted.run}: everything is in its normal state`,
    });
    expect(allLocks(scene)).toEqual([]);
  });

  it('stopped immediately, is resumed by the process that stopped it', async () => {
    const halt = new AbortController();
    const end = await runScene(scene, {
      halt: halt.signal,
      onEvent(event) {
        if (event.type === 'step-started' && event.step === '6a') halt.abort();
      },
    });
    expect(end.exitStatus).toBe(3);
    expect(lockFolders()).toEqual([...classLocks, 'node3 /var/tmp/shadowtape-dev.rmt.0.lock']);
    expect((await recoverScene(scene, 'unwind', end.run, { takeOverLock: false })).exitStatus).toBe(2);
    expect(allLocks(scene)).toEqual([]);
  });
});

describe('a run whose end was written by an earlier release', () => {
  it('has no locks: it is rolled back nevertheless', async () => {
    const { run } = await haltedRun();
    for (const host of ['node1', 'node2', 'node3'] as const)
      scene.lab.editFolders(host, (folders) => folders.filter((path) => !path.startsWith('/var/tmp/')));
    await rm(scene.state.liveFolder, { recursive: true });
    expect((await recoverScene(scene, 'unwind', run, { takeOverLock: false })).exitStatus).toBe(2);
    expect(allLocks(scene)).toEqual([]);
  });
});
