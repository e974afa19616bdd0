/** A run whose lock is removed or taken by somebody else changes nothing more: not in its steps, not in its rollback. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import { lockFolder } from '../../src/main/procedure/model/lock.ts';
import { listTapes, readRun } from '../../src/main/application/console.ts';
import type { TapeService } from '../../src/main/application/tape-service.ts';
import { byHand } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  type Scene,
} from '../support/lab-run.ts';
import { allLocks, changingCommands, onHost } from '../support/lab-shell.ts';
import { recoverScene } from '../support/mortal-console.ts';
import { failureOf } from '../support/refusals.ts';
import { sceneOfTest } from '../support/scene-of-test.ts';

const folder = lockFolder('Class1');
const hosts = ['node3', 'node1', 'node2'] as const;

/** The hosts on which there is a lock of Class1. */
const locksOn = (scene: Scene) =>
  allLocks(scene).flatMap((path) => (path.endsWith(` ${folder}`) ? [path.split(' ')[0]] : []));

/** Somebody removes the lock of Class1 on a host, perhaps replacing it with another owner's. */
function removeLock({ lab }: Scene, host: NodeName, owner?: string): void {
  const others = owner === undefined ? [] : [folder, `${folder}/${owner}`];
  lab.editFolders(host, (folders) => [...folders.filter((path) => !path.startsWith(folder)), ...others]);
}

type Moment = (event: RunEvent) => boolean;

const atStep =
  (step: string, unwinding = false): Moment =>
  (event) =>
    event.type === 'step-started' && event.step === step && event.unwinding === unwinding;

/** Runs a job, and removes its lock at one moment. @returns its end, and what was changed after that moment */
async function runWithout(scene: Scene, job: string, moment: Moment, host: NodeName, owner?: string) {
  let from: number | undefined;
  const end = await runScene(scene, {
    job,
    onEvent(event) {
      if (from !== undefined || !moment(event)) return;
      removeLock(scene, host, owner);
      from = scene.lab.commands.length;
    },
  });
  if (from === undefined) throw new Error('the moment never came');
  // A reader is opened before the tape, which is then not opened.
  const changed = changingCommands(scene, from).filter((line) => !/^node3 tar cf - /.test(line));
  return { end, changed };
}

/** The steps of a successful run with commands that change something. */
async function changingSteps(job: string): Promise<string[]> {
  const scene = await openScene({ blocks: 4096 });
  const { events, exitStatus } = await runScene(scene, { job });
  await scene.close();
  expect(exitStatus).toBe(0);
  const intents = events.filter((event) => event.type === 'intent').filter(({ changes }) => changes);
  return [...new Set(intents.map(({ step }) => step))].filter((step) => step !== 'lock' && step !== 'unlock');
}

const steps = {
  'raw-dd': ['3-2', '3-3', '3-4', '3-5', '5', '6a', 'read-back', '7', '8-1'],
  'ufs-tar': ['6b-1', '6b-3', '6b-4', '6b-5'],
};

describe.each(Object.entries(steps))('the lock is removed during a run of %s', (job, ofJob) => {
  it('the steps below are all steps that change something', async () => {
    const ofOther = job === 'raw-dd' ? [] : steps['raw-dd'];
    expect((await changingSteps(job)).filter((step) => !ofOther.includes(step))).toEqual(ofJob);
  });

  it.each(ofJob.map((step, index) => [step, hosts[index % hosts.length] as NodeName] as const))(
    'at step %s, on %s: nothing more is changed, and the end requires action',
    async (step, host) => {
      const scene = await sceneOfTest();
      const { end, changed } = await runWithout(scene, job, atStep(step), host);
      expect(changed).toEqual([]);
      expect(end).toMatchObject({
        verdict: 'failed',
        exitStatus: 3,
        sentence: `step ${step}: the lock of Class1 on ${host} is gone; nothing more was changed`,
        error: { code: 'LOCK_LOST', evidence: { host, command: `ls ${folder}` } },
      });
      expect(end.error?.hint).toBe(
        `find out who removed or took it: shadowtape locks shows who holds Class1. When nobody else works on Class1, resume or roll back the run: shadowtape resume ${end.run}, shadowtape rollback ${end.run}`,
      );
      // The others stay: nobody else may start while a shadow, or a parted proxy, may remain.
      const kept = step === '3-2' ? [] : hosts.filter((each) => each !== host);
      expect(end.stands.filter((line) => line.includes('the lock'))).toEqual(
        kept.map((each) => `${each}: the lock ${folder} still exists`),
      );
      expect(locksOn(scene)).toEqual(kept.toSorted());
      const { events } = await readRun(scene.state, end.run);
      expect(events.at(-1)).toMatchObject({ type: 'run-finished', exitStatus: 3, code: 'LOCK_LOST' });
    },
  );
});

it('a run names the remaining commands, and is rolled back once its lock is free', async () => {
  const scene = await sceneOfTest();
  const { end } = await runWithout(scene, 'raw-dd', atStep('7'), 'node3');
  expect(end.stands).toEqual(expect.arrayContaining(byHand('node3 sdxshadowvolume -F -c Class2 -v Volume2')));
  const back = await recoverScene(scene, 'unwind', end.run, { takeOverLock: false });
  expect(back.exitStatus).toBe(2);
  expect(await clusterState(scene)).toEqual(normalState);
  expect(allLocks(scene)).toEqual([]);
});

it('a run whose lock somebody else has taken names the owner, and leaves the lock', async () => {
  const scene = await sceneOfTest();
  const other = '20261122-020004-volume2,marion,jump1,4711,20261122T020004Z';
  const { end, changed } = await runWithout(scene, 'raw-dd', atStep('6a'), 'node1', other);
  expect(changed).toEqual([]);
  expect(end.sentence).toMatch(
    /^step 6a: the lock of Class1 on node1 is held by run 20261122-020004-volume2 of marion on jump1 \(process 4711\), since 2026-11-22T02:00:04Z/,
  );
  expect(end.error?.evidence.stdout).toBe(other);
  expect(locksOn(scene)).toEqual(['node1', 'node2', 'node3']);
  expect(allLocks(scene).filter((path) => path.startsWith('node1'))).toEqual([
    `node1 ${folder}`,
    `node1 ${folder}/${other}`,
  ]);
});

it('a rollback stops if the lock is removed meanwhile', async () => {
  const scene = await sceneOfTest();
  scene.lab.faults.set('tape-error=3');
  const { end, changed } = await runWithout(scene, 'raw-dd', atStep('7', true), 'node2');
  expect(changed).toEqual([]);
  expect(end).toMatchObject({
    exitStatus: 3,
    sentence: 'step 7: the lock of Class1 on node2 is gone; nothing more was changed',
  });
  expect(locksOn(scene)).toEqual(['node1', 'node3']);
});

it('a rollback on request stops, too', async () => {
  const scene = await sceneOfTest();
  const { end } = await runWithout(scene, 'raw-dd', atStep('7'), 'node3');
  let from = 0;
  const back = await recoverScene(scene, 'unwind', end.run, {
    onEvent(event) {
      if (!atStep('8-1', true)(event)) return;
      removeLock(scene, 'node3');
      from = scene.lab.commands.length;
    },
  });
  expect(changingCommands(scene, from)).toEqual([]);
  expect(back).toMatchObject({
    exitStatus: 3,
    sentence: 'step 8-1: the lock of Class1 on node3 is gone; nothing more was changed',
  });
});

it('a lock that cannot be read is neither gone nor present: the run is rolled back once it can be read again', async () => {
  const scene = await sceneOfTest();
  const end = await runScene(scene, {
    onEvent(event) {
      if (atStep('3-3')(event)) scene.lab.faults.set('fail-once=node1:ls:2');
    },
  });
  // A failed query is followed by a query of the folder.
  expect(end.exitStatus).toBe(0);
});

describe('the lock of the drive', () => {
  const drive = '/var/tmp/shadowtape-dev.rmt.0.lock';

  it('is needed only for the tape: if it is removed nothing is written, and the cluster is rolled back', async () => {
    const scene = await sceneOfTest();
    const end = await runScene(scene, {
      onEvent(event) {
        if (!atStep('6a')(event)) return;
        scene.lab.editFolders('node3', (folders) => folders.filter((path) => !path.startsWith(drive)));
      },
    });
    expect(end).toMatchObject({
      exitStatus: 2,
      sentence:
        'step 6a: the lock of the drive /dev/rmt/0 on node3 is gone; nothing more was written to tape',
      error: { code: 'DRIVE_LOCK_LOST' },
    });
    expect(scene.lab.commands.filter(({ line }) => line.includes('of=/dev/rmt/0'))).toEqual([]);
    expect(await clusterState(scene)).toEqual(normalState);
    expect(allLocks(scene)).toEqual([]);
  });
});

describe('the lock of the drive, of a command outside of any run', () => {
  const drive = '/var/tmp/shadowtape-dev.rmt.0.lock';
  const never = new AbortController().signal;

  /** Somebody removes the lock when the command has checked the tape, and is about to write. */
  function removeBeforeWriting({ lab }: Scene): void {
    const stop = lab.onCommand(({ phase, line }) => {
      if (phase !== 'ended' || !line.startsWith('dd if=/dev/rmt/0n bs=262144')) return;
      stop();
      lab.editFolders('node3', (folders) => folders.filter((path) => !path.startsWith(drive)));
    });
  }

  it.each([
    ['label', (service: TapeService) => service.label('NEW', { overwrite: 'data', abort: never })],
    [
      'drive-check',
      (service: TapeService) => service.checkDrive({ overwrite: 'data', abort: never }, () => undefined),
    ],
  ])(
    'is checked right before each write: %s writes nothing, and the contents of the tape are not lost',
    async (step, work) => {
      const scene = await sceneOfTest({ faults: ['tape-not-blank'] });
      const before = await readFile(scene.lab.tapeFile);
      const console = await openSceneConsole(scene);
      try {
        removeBeforeWriting(scene);
        expect(await failureOf(work(console.tapeService))).toMatchObject({
          code: 'DRIVE_LOCK_LOST',
          sentence: `step ${step}: the lock of the drive /dev/rmt/0 on node3 is gone; nothing more was written to tape`,
          hint: 'find out who removed or took it: shadowtape locks shows who holds /dev/rmt/0. The tape may now hold data of somebody else',
        });
      } finally {
        await console.close();
      }
      expect((await readFile(scene.lab.tapeFile)).equals(before)).toBe(true);
      expect(listTapes(scene.state).tapes).toEqual([]);
    },
  );
});

describe('the lock of the class on every node', () => {
  const other = '20261122-020004-volume2,marion,jump1,4711';

  it.each(['node1', 'node2'] as const)(
    'keeps out a run with another backup server: held on %s, earlier locks are released',
    async (host) => {
      const scene = await sceneOfTest();
      await onHost(scene, host, ['mkdir', folder], ['mkdir', `${folder}/${other}`]);
      const end = await runScene(scene);
      expect(end).toMatchObject({
        exitStatus: 1,
        sentence: `Class1 is locked on ${host} by run 20261122-020004-volume2 of marion on jump1 (process 4711)`,
        stands: ['nothing was touched'],
      });
      expect(allLocks(scene)).toEqual([`${host} ${folder}`, `${host} ${folder}/${other}`]);
    },
  );

  it('is taken in one order, and released in reverse', async () => {
    const scene = await sceneOfTest();
    const { exitStatus } = await runScene(scene);
    expect(exitStatus).toBe(0);
    const drive = 'node3 /var/tmp/shadowtape-dev.rmt.0.lock';
    const sent = (command: string) =>
      scene.lab.commands
        .filter(({ line }) => line.startsWith(`${command} /var/tmp/shadowtape-`) && line.endsWith('.lock'))
        .map(({ host, line }) => `${host} ${line.slice(command.length + 1)}`);
    const order = [`node3 ${folder}`, `node1 ${folder}`, `node2 ${folder}`, drive];
    expect(sent('mkdir')).toEqual(order);
    expect(sent('rmdir')).toEqual(order.toReversed());
  });

  it('that cannot be released, because its node is down at the end, is reported, and can be removed later', async () => {
    const scene = await sceneOfTest();
    const end = await runScene(scene, {
      onEvent(event) {
        if (event.type === 'step-started' && event.step === 'unlock') scene.lab.faults.set('host-down=node2');
      },
    });
    await scene.lab.faultsSettled();
    expect(end.stands).toContain(`node2: the lock ${folder} still exists`);
    scene.lab.faults.clear('host-down=node2');
    await scene.lab.faultsSettled();
    expect(allLocks(scene)).toEqual([
      `node2 ${folder}`,
      expect.stringMatching(new RegExp(`^node2 ${folder}/${end.run},`)),
    ]);
  });
});
