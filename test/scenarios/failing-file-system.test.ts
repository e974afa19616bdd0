/** Method 6b: what can go wrong with the file system of the shadow, its mount point and tar (GDS guide 6.6.3.7, steps 6b-1 to 6b-5). */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  bringingBack,
  byHand,
  failingRun,
  inScene,
  normalStands,
  proceduralCommands,
  tapeStands,
  withJob,
} from '../support/failures.ts';
import { clusterState, filesOfVolume, normalState, runScene, type Scene } from '../support/lab-run.ts';
import { classLockStands } from '../support/lab-shell.ts';

const job = 'ufs-tar';
const parted = 'Volume2: PROXY Part, STATUS STOP, slice of Disk3 STOP (as node1 shows it)';
const writableShadow = 'node3: shadow objects of Class2: volume Volume2 (ACTIVE), group Group2, disk Disk3';
const rmdir = 'node3 rmdir /mnt1';
const umount = 'node3 umount /mnt1';

const madeDirectories = ({ lab }: Scene) => lab.world().directories.node3;

describe('the mount of the shadow', () => {
  it('fails: the mount point that was made is removed again', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { job, faults: ['fail=node3:mount:32'] });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence:
          'node3: mount -F ufs -o ro /dev/sfdsk/Class2/dsk/Volume2 /mnt1 ended with exit status 32: mount: the lab was told to fail this command',
        stands: normalStands,
      });
      expect(proceduralCommands(scene).slice(-6)).toEqual([rmdir, ...bringingBack]);
      expect(madeDirectories(scene)).toEqual([]);
    });
  });

  it('cannot be undone: nothing is removed under it, and the last lines begin with the umount', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { job, faults: ['fail=node3:umount'] });
      expect(end).toMatchObject({
        exitStatus: 3,
        sentence:
          'node3: umount /mnt1 ended with exit status 1: umount: the lab was told to fail this command',
        stands: [
          parted,
          writableShadow,
          'node3: /dev/sfdsk/Class2/dsk/Volume2 is mounted on /mnt1',
          'node3: the mount point /mnt1 still exists',
          ...classLockStands,
          tapeStands.written,
          'not rolled back: step 7: Nothing is mounted: expected none, seen /mnt1',
          'not rolled back: step 8-1: No shadow is left: expected none, seen disk Disk3, group Group2, volume Volume2, slice Disk3.Volume2, blocks of group Group2',
          'run by hand on node3: umount /mnt1',
          'run by hand on node3: rmdir /mnt1',
          ...byHand(bringingBack[0]),
        ],
      });
      // The first is that of step 6b-1, which starts the shadow again for writing.
      expect(
        proceduralCommands(scene).filter((line) => bringingBack.some((command) => command === line)),
      ).toEqual([bringingBack[0]]);
    }, 'otherwise');
  });

  it('can be undone only at the second attempt: everything is rolled back', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { job, faults: ['fail-once=node3:umount'] });
      expect(end).toMatchObject({ exitStatus: 2, stands: [...normalStands, tapeStands.written] });
      expect(proceduralCommands(scene).slice(-8)).toEqual([umount, umount, rmdir, ...bringingBack]);
    });
  });

  it('leaves a mount point that cannot be removed: everything else is rolled back, and the rmdir is named', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { job, faults: ['fail=node3:rmdir /mnt1'] });
      const left = 'node3: the mount point /mnt1 still exists';
      expect(end).toMatchObject({
        exitStatus: 3,
        stands: [
          ...normalStands,
          left,
          ...classLockStands,
          tapeStands.written,
          'run by hand on node3: rmdir /mnt1',
        ],
      });
      expect(madeDirectories(scene)).toContain('/mnt1');
    });
  });
});

describe('tar', () => {
  it('fails before its first byte', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { job, faults: ['fail=node3:tar:3'] });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: 'reading stopped after 0 bytes: tar: the lab was told to fail this command',
        stands: [...normalStands, tapeStands.incomplete],
      });
      expect(proceduralCommands(scene).slice(-7)).toEqual([umount, rmdir, ...bringingBack]);
      expect(madeDirectories(scene)).toEqual([]);
    });
  });

  it('is aborted when the tape fails halfway; its file list does not count as that of a backup', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { job, faults: ['tape-error=5'] });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: 'writing to the tape failed: write: I/O error',
        stands: [...normalStands, tapeStands.incomplete],
      });
      expect(end.events.filter(({ type }) => type === 'catalogue')).toEqual([]);
      expect(madeDirectories(scene)).toEqual([]);
    });
  });

  it('leaves everything mounted if the job halts: every command of the rollback is named', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        job,
        faults: ['tape-error=5'],
        change: withJob({ onFailure: 'halt' }, job),
      });
      expect(end.exitStatus).toBe(3);
      expect(end.stands.filter((line) => line.startsWith('run by hand'))).toEqual([
        'run by hand on node3: umount /mnt1',
        'run by hand on node3: rmdir /mnt1',
        ...byHand(bringingBack[0]),
      ]);
      expect(await clusterState(scene)).toEqual({
        ...normalState,
        proxy: 'Part',
        proxyEqualsMaster: false,
        shadowObjects: 3,
        mountsOnBackupServer: 1,
      });
    }, 'otherwise');
  });
});

describe('a file system that was mounted at the part', () => {
  const mounted = (set: Record<string, unknown> = {}) => withJob({ services: 'not-needed', ...set }, job);
  const device = '/dev/sfdsk/Class2/rdsk/Volume2';

  it.each([
    ['no service is stopped', 'not-needed'],
    ['another one is unmounted', { nodes: { node1: { stop: ['umount /data'], resume: ['mount /data'] } } }],
  ])(
    'is not repaired without an order if %s: fsck is quoted, and the solutions are named',
    async (_what, services) => {
      await inScene(async (scene) => {
        const end = await failingRun(scene, { job, change: mounted({ services }) });
        expect(end).toMatchObject({
          exitStatus: 2,
          sentence: `node3: ${device} needs a repair that fsck was not allowed to make: FILE SYSTEM STATE IN SUPERBLOCK IS WRONG; FIX?  no`,
          stands: normalStands,
        });
        expect(end.error).toMatchObject({
          code: 'FILE_SYSTEM_NOT_CLEAN',
          hint: 'the file system was mounted at the part: add umount of its mount point to services.stop of the job, or let fsck repair the shadow with fsck.answerYes: true',
          evidence: { host: 'node3', command: `fsck -F ufs ${device}`, exitStatus: 36 },
        });
        expect(proceduralCommands(scene).filter((line) => line.includes('/mnt1'))).toEqual([]);
      });
    },
  );

  it('is repaired with fsck.answerYes: the shadow’s write changes the disk of the proxy, and the rejoin overwrites it', async () => {
    await inScene(async (scene) => {
      let afterRepair: string | undefined;
      const stop = scene.lab.onCommand(({ phase, line }) => {
        if (phase !== 'ended' || !line.startsWith('tar cf')) return;
        stop();
        void scene.lab.volumeDigest('Class1', 'Volume2').then((digest) => (afterRepair = digest));
      });
      const end = await runScene(scene, { job, change: mounted({ fsck: { answerYes: true } }) });
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified', stands: normalStands });
      expect(proceduralCommands(scene)).toContain(`node3 fsck -F ufs -y ${device}`);
      expect(afterRepair).toMatch(/^[0-9a-f]{64}$/);
      expect(afterRepair).not.toBe(scene.masterBefore);
      const catalogue = (await readFile(scene.state.catalogueFile(end.run), 'utf8')).trimEnd().split('\n');
      const entries = catalogue.map((line) => JSON.parse(line) as { path: string; type: string });
      const listed = entries
        .filter(({ type }) => type === 'File')
        .map(({ path }) => path.replace(/^\.\//, ''));
      expect([...listed].sort()).toEqual(
        Object.keys(await filesOfVolume(scene.lab, 'Class1', 'Volume1')).sort(),
      );
    });
  });

  it('that even fsck -y cannot repair ends the run with fsck’s own message', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        job,
        faults: ['fail=node3:fsck:39'],
        change: mounted({ fsck: { answerYes: true } }),
      });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: `node3: fsck -F ufs -y ${device} ended with exit status 39: fsck: the lab was told to fail this command`,
        stands: normalStands,
      });
      expect(end.error?.code).toBe('COMMAND_FAILED');
    });
  });
});
