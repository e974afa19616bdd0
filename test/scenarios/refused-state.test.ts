import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lockFolder, ownerName, thisOwner, type LockOwner } from '../../src/main/procedure/model/lock.ts';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  runScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { locksLeft, onHost } from '../support/lab-shell.ts';
import { checkScene, refusedBeforeJournal, refusedRun } from '../support/refusals.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());
afterEach(async () => {
  for (const fault of scene.lab.faults.list()) scene.lab.faults.clear(fault);
  await rm(scene.state.path, { recursive: true, force: true });
});

const change = (set: (job: ReturnType<typeof jobOf>) => void) => (site: SiteTree) => set(jobOf(site));

describe('the proxy', () => {
  const copyHint =
    'COPY: wait for the copy to finish. Any other status: repair the slice, see "Slice Status Abnormality" in the GDS guide';
  it.each(['COPY', 'INVALID', 'TEMP-STOP', 'HALF-COPIED'])(
    'has a slice that is %s, a known or unknown word',
    async (word) => {
      scene.lab.faults.set(`slice=${word}`);
      const rule = `Proxy slices are valid: expected each slice STOP, seen slice of Disk3 ${word} (node1)`;
      expect(await refusedRun(scene)).toEqual({
        code: 'CHECK_FAILED',
        sentence: `step 3-1: ${rule}`,
        hint: copyHint,
      });
      expect((await checkScene(scene)).filter(({ good }) => !good)[0]).toEqual({
        host: 'node1',
        what: 'job raw-dd',
        good: false,
        said: rule,
        hint: copyHint,
      });
    },
  );

  it('is not joined', async () => {
    scene.lab.faults.set('proxy-parted');
    await onHost(scene, 'node1', ['sdxinfo', '-V', '-c', 'Class1']);
    const parted = { ...normalState, proxy: 'Part', sliceOfProxy: 'ACTIVE' };
    const rule = 'Proxy is joined: expected Join of Volume1, seen Part of Volume1 (node1)';
    const hint =
      'run shadowtape runs and shadowtape runs status:3 to find a run that left it parted; resume it or roll it back. If there is none, find out who parted it. Before a rejoin, check with sdxinfo that no backup server has a shadow of it';
    expect(await refusedRun(scene, {}, parted)).toEqual({
      code: 'CHECK_FAILED',
      sentence: `step 3-1: ${rule}`,
      hint,
    });
    const lines = (await checkScene(scene)).filter(({ good }) => !good);
    expect(lines.map(({ said }) => said)).toContain(rule);
    // The lines of a check are read on a screen, too.
    expect(lines.map((line) => line.hint).join()).not.toMatch(/\bshadowtape\b/);
    await onHost(
      scene,
      'node1',
      ['sdxvolume', '-F', '-c', 'Class1', '-v', 'Volume2', '-e', 'allnodes'],
      ['sdxproxy', 'Rejoin', '-c', 'Class1', '-p', 'Volume2', '-e', 'waitsync'],
    );
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is named wrongly in the job, or its master is', async () => {
    const hint = 'compare the names in the site file with what sdxinfo -V shows on node1';
    for (const [volumes, name] of [
      [{ master: 'Volume1', proxy: 'Volume99' }, 'Volume99'],
      [{ master: 'Volume98', proxy: 'Volume2' }, 'Volume98'],
    ] as const) {
      expect(
        await refusedBeforeJournal(scene, { change: change((job) => (job['volumes'] = [volumes])) }),
      ).toMatchObject({
        code: 'VOLUME_MISSING',
        sentence: `node1 shows no volume ${name} in Class1`,
        hint,
      });
    }
  });

  it('is the master of the job, and the master its proxy', async () => {
    const swapped = change((job) => {
      job['volumes'] = [{ master: 'Volume2', proxy: 'Volume1' }];
      job['shadow'] = { class: 'Class2', disks: { Disk1: 'c1t1d1', Disk2: 'c1t1d2' } };
    });
    expect(await refusedRun(scene, { change: swapped })).toMatchObject({
      code: 'CHECK_FAILED',
      sentence: 'step 3-1: Proxy is joined: expected Join of Volume2, seen none (node1)',
    });
  });

  it('is on disks other than those in the job', async () => {
    for (const disks of [{ Disk4: 'c1t1d3' }, { Disk3: 'c1t1d3', Disk4: 'c1t1d4' }]) {
      expect(
        await refusedBeforeJournal(scene, { change: change((job) => (job['shadow'].disks = disks)) }),
      ).toMatchObject({
        code: 'JOB_DISKS_DIFFER',
        sentence: `Volume2 is on Disk3, but the job names ${Object.keys(disks).join(', ')} for its shadow`,
        hint: 'name each disk of the group in jobs.raw-dd.shadow.disks, with its device on the backup server',
      });
    }
  });
});

describe('the backup server', () => {
  it('still has the shadow of another run: every object is reported, and the run refused', async () => {
    await onHost(
      scene,
      'node3',
      ['sdxshadowdisk', '-M', '-c', 'Class2', '-d', 'c1t1d3=Disk3'],
      ['sdxshadowdisk', '-C', '-c', 'Class2', '-g', 'Group2', '-d', 'Disk3'],
      ['sdxshadowvolume', '-M', '-c', 'Class2', '-g', 'Group2', '-v', 'Volume2', '-s', '4096'],
    );
    const hint =
      'a shadow of another run or another cluster still exists: find out whose it is, then remove it (GDS guide 6.6.3.7, step 7)';
    const expectRefusal = async (shadowObjects: number, seen: string) => {
      const { code, sentence, hint: told } = await refusedRun(scene, {}, { ...normalState, shadowObjects });
      expect({ code, sentence, told }).toEqual({
        code: 'CHECK_FAILED',
        sentence: `step 3-1: No shadow is left: expected none, seen ${seen}`,
        told: hint,
      });
    };
    const blocks = 'blocks of group Group2';
    await expectRefusal(3, `disk Disk3, group Group2, volume Volume2, slice Disk3.Volume2, ${blocks}`);
    await onHost(
      scene,
      'node3',
      ['sdxshadowvolume', '-F', '-c', 'Class2', '-v', 'Volume2'],
      ['sdxshadowvolume', '-R', '-c', 'Class2', '-v', 'Volume2'],
    );
    await expectRefusal(2, `disk Disk3, group Group2, ${blocks}`);
    await onHost(scene, 'node3', ['sdxshadowgroup', '-R', '-c', 'Class2', '-g', 'Group2']);
    await expectRefusal(1, 'disk Disk3');
    expect((await checkScene(scene)).filter(({ good }) => !good)).toMatchObject([
      { what: 'job raw-dd', hint },
      { what: 'job ufs-tar', hint },
    ]);
    await onHost(scene, 'node3', ['sdxshadowdisk', '-R', '-c', 'Class2', '-d', 'Disk3']);
  });

  it('has something at the mount point of 6b', async () => {
    await onHost(scene, 'node3', ['mkdir', '/mnt1']);
    expect(await refusedRun(scene, { job: 'ufs-tar' })).toEqual({
      code: 'MOUNT_POINT_TAKEN',
      sentence: 'node3: /mnt1 already exists',
      hint: 'remove it, or give the job another mountPoint; the run creates and removes its own',
    });
    expect(await onHost(scene, 'node3', ['ls', '-d', '/mnt1'], ['rmdir', '/mnt1'])).toBe('/mnt1\n');
  });
});

describe('the lock of a class', () => {
  const folder = lockFolder('Class1');
  const owner = (change: Partial<LockOwner> = {}): LockOwner => ({
    ...thisOwner('x'),
    started: undefined,
    since: undefined,
    run: '20261122-020004-volume2',
    user: 'root',
    console: hostname(),
    processId: process.pid,
    ...change,
  });
  const lockAs = (one: LockOwner) =>
    onHost(scene, 'node3', ['mkdir', folder], ['mkdir', `${folder}/${ownerName(one)}`]);
  const unlock = (one: LockOwner) =>
    onHost(scene, 'node3', ['rmdir', `${folder}/${ownerName(one)}`], ['rmdir', folder]);

  /** A refusal that leaves the lock to its owner. */
  async function lockedOut() {
    const before = locksLeft(scene);
    const end = await runScene(scene);
    expect(end).toMatchObject({ verdict: 'failed', exitStatus: 1, stands: ['nothing was touched'] });
    expect(locksLeft(scene)).toEqual(before);
    return { code: end.error?.code, sentence: end.sentence, hint: end.error?.hint };
  }

  it('is held by a running run: its owner is named, and keeps the lock', async () => {
    const holder = owner();
    await lockAs(holder);
    expect(await lockedOut()).toEqual({
      code: 'CLASS_LOCKED',
      sentence: `Class1 is locked on node3 by run 20261122-020004-volume2 of root on ${hostname()} (process ${process.pid})`,
      hint: 'wait until that run ends; shadowtape locks shows whether its process is running. If it is not, or the run needs action, resume or roll back that run where it was started: shadowtape resume 20261122-020004-volume2, shadowtape rollback 20261122-020004-volume2. To discard it instead: shadowtape unlock Class1 --discard 20261122-020004-volume2',
    });
    await unlock(holder);
  });

  it('is held by a process of another machine, whose state is not known here', async () => {
    const holder = owner({ console: 'jump.example.com', processId: 4_194_303 });
    await lockAs(holder);
    expect((await lockedOut()).sentence).toBe(
      'Class1 is locked on node3 by run 20261122-020004-volume2 of root on jump.example.com (process 4194303)',
    );
    await unlock(holder);
  });

  it('is empty: its owner is not known', async () => {
    await onHost(scene, 'node3', ['mkdir', folder]);
    expect(await lockedOut()).toEqual({
      code: 'CLASS_LOCKED_NAMELESS',
      sentence: 'Class1 is locked on node3, and the lock names no owner',
      hint: 'check whether a run is just starting; if not, remove the lock with shadowtape unlock Class1',
    });
    await onHost(scene, 'node3', ['rmdir', folder]);
  });

  it('was left by a process of this machine that died, and whose journal is elsewhere: it stays', async () => {
    const { pid } = spawnSync('true');
    const holder = owner({ processId: pid });
    await lockAs(holder);
    const refused = await lockedOut();
    expect(refused).toMatchObject({
      code: 'LOCK_OF_UNKNOWN_RUN',
      sentence: `Class1 is locked on node3 by run 20261122-020004-volume2 of root on ${hostname()} (process ${pid}); no process works on that run, and this state folder has no readable journal of it`,
    });
    expect(refused.hint).toMatch(
      /; or discard it: shadowtape --site \S+ --state \S+ unlock Class1 --discard 20261122-020004-volume2$/,
    );
    await unlock(holder);
  });

  it('that cannot name its owner is not kept', async () => {
    const stop = scene.lab.onCommand(({ line, phase }) => {
      if (phase === 'ended' && line === `mkdir ${folder}`) scene.lab.faults.set('fail=node3:mkdir:2');
    });
    const { code, sentence } = await refusedRun(scene);
    stop();
    expect(code).toBe('COMMAND_FAILED');
    expect(sentence).toMatch(
      /^node3: mkdir \/var\/tmp\/shadowtape-Class1\.lock\/\S+ ended with exit status 2: mkdir: the lab was told to fail this command$/,
    );
  });

  it('cannot be made: the error of mkdir is reported, not that of the query after it', async () => {
    scene.lab.faults.set('fail=node3:mkdir:2');
    expect(await refusedRun(scene)).toMatchObject({
      code: 'COMMAND_FAILED',
      sentence: `node3: mkdir ${folder} ended with exit status 2: mkdir: the lab was told to fail this command`,
    });
  });
});
