/** Ways A and B: the master is lost, and restored from tape or proxy. Oracles check the lab, not what the program says. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { StateFolder } from '../../src/main/application/console.ts';
import { onHost } from '../support/lab-shell.ts';
import { jobOf, runScene, type SiteTree } from '../support/lab-run.ts';
import { failureOf } from '../support/refusals.ts';
import {
  openRestoreScene,
  RestoreOracle,
  rollBackRestore,
  restoreScene,
  restoringCommands,
  type RestoreScene,
  type RestoreSetting,
} from '../support/restore-run.ts';

let scene: RestoreScene;

const masterDigest = () => scene.lab.volumeDigest('Class1', 'Volume1');

/** Restores, and watches the master until its replacement is approved. */
async function restore(setting: RestoreSetting = {}) {
  const oracle = new RestoreOracle(scene);
  let restored: Promise<string> | undefined;
  const end = await restoreScene(scene, {
    ...setting,
    onEvent(event) {
      oracle.hear(event);
      // Before the services write to it.
      if (event.type === 'step-started' && event.step === '3-4') restored ??= masterDigest();
      setting.onEvent?.(event);
    },
  });
  expect(await oracle.wrong()).toEqual([]);
  return { ...end, restored: await restored };
}

/** Halts a restore at the beginning of a step: nothing is sent any more, and nothing rolled back. */
async function restoreHalted(step: string, setting: RestoreSetting = {}) {
  const halt = new AbortController();
  const end = await restore({
    ...setting,
    halt: halt.signal,
    onEvent(event) {
      if (isBegin(step)(event)) halt.abort();
    },
  });
  expect(end).toMatchObject({ exitStatus: 3, error: { code: 'RUN_HALTED' } });
  return end;
}

const isBegin =
  (step: string) =>
  (event: RunEvent): boolean =>
    event.type === 'step-started' && event.step === step && !event.unwinding;

/** Does something at the console of a host, once, right before a step. */
const typedBefore = (step: string, node: 'node1' | 'node2', line: string) => (event: RunEvent) => {
  if (isBegin(step)(event)) void scene.lab.type(node, line);
};

const parted = { state: 'Part', statusOn: { node1: 'STOP', node2: 'STOP' } };
const active = { node1: 'ACTIVE', node2: 'ACTIVE' };

describe('a lost master is restored from a plain tape', () => {
  beforeAll(async () => void (scene = await openRestoreScene()));
  afterAll(() => scene.close());

  it('byte for byte, with these commands, and everything else is unchanged', async () => {
    expect(scene.noiseDigest).not.toBe(scene.backupDigest);
    const end = await restore();
    expect(end.error?.message).toBeUndefined();
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0, hasLocks: false });
    expect(end.restored).toBe(scene.backupDigest);
    expect(restoringCommands(scene)).toEqual([
      'node1 sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
      'node1 sdxvolume -F -c Class1 -v Volume2 -e allnodes',
      'node3 sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3',
      'node3 sdxshadowdisk -C -c Class2 -g Group2 -d Disk3',
      'node3 sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 4096',
      'node3 sdxshadowvolume -F -c Class2 -v Volume2',
      'node3 sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw',
      'node3 dd ibs=262144 obs=32768 of=/dev/sfdsk/Class2/rdsk/Volume2',
      'node3 sdxshadowvolume -F -c Class2 -v Volume2',
      'node3 sdxshadowvolume -R -c Class2 -v Volume2',
      'node3 sdxshadowgroup -R -c Class2 -g Group2',
      'node3 sdxshadowdisk -R -c Class2 -d Disk3',
      'node1 sdxvolume -N -c Class1 -v Volume2 -e mode=ro',
      'node1 sdxvolume -F -c Class1 -v Volume2 -e allnodes',
      'node1 umount /app',
      'node1 sdxvolume -F -c Class1 -v Volume1 -e allnodes',
      'node1 sdxproxy RejoinRestore -c Class1 -p Volume2 -e nowaitsync',
      'node1 sdxvolume -N -c Class1 -v Volume1 -e mode=ro',
      'node1 sdxvolume -F -c Class1 -v Volume1 -e allnodes',
      'node1 sdxvolume -N -c Class1 -v Volume1 -e node=node1:node2',
      'node1 mount /app',
    ]);
    expect(scene.lab.world()).toMatchObject({
      proxy: { state: 'Join', sliceStatusOn: { node1: 'STOP', node2: 'STOP' } },
      master: { statusOn: active },
      shadow: { disks: [], groups: [], volumes: [] },
      services: { node1: 'running' },
    });
    expect(await onHost(scene, 'node1', ['ls', '/var/tmp'])).not.toContain('shadowtape');
  });

  it('a copy that copied nothing is detected: the content of the master decides', async () => {
    await scene.lab.writeMaster(700_000, Buffer.from('newer than the backup'));
    scene.lab.faults.set('restore-skips');
    const end = await restoreScene(scene);
    expect(end).toMatchObject({ exitStatus: 3, error: { code: 'RESTORE_DIFFERS' } });
    expect(end.sentence).toContain('step read-master: Volume1 as read on the cluster is not the backup');
    expect(scene.lab.world().services.node1).toBe('stopped');
    expect(end.stands).toContain(
      'Volume1 may hold a mixture of old and restored data: do not start it, and keep the tape loaded',
    );
  });
});

describe('after any error before the master is replaced, it keeps its data, and nobody rejoins the proxy', () => {
  beforeAll(async () => void (scene = await openRestoreScene({}, 1_000_000)));
  afterAll(() => scene.close());

  it('disks without serial numbers are not written to', async () => {
    scene.lab.faults.set('no-serial');
    const end = await restore();
    expect(end).toMatchObject({ exitStatus: 1, stands: ['nothing was touched'] });
    expect(end.sentence).toContain('The disks of the shadow are those of the proxy');
    expect(restoringCommands(scene)).toEqual([]);
    scene.lab.faults.clear('no-serial');
  });

  it('a tape that cannot be read does not cost the proxy', async () => {
    scene.lab.faults.set('tape-read-error=40');
    const end = await restore();
    expect(end).toMatchObject({ exitStatus: 1, error: { code: 'RESTORE_READ_FAILED' } });
    expect(restoringCommands(scene)).toEqual([]);
    scene.lab.faults.clear('tape-read-error');
  });

  it('a shadow of other blocks is found before it is written; no backup starts from then on', async () => {
    scene.lab.faults.set('wrong-disk');
    const end = await restore();
    expect(end).toMatchObject({ exitStatus: 3, error: { code: 'FINGERPRINT_DIFFERS' }, hasLocks: true });
    expect(restoringCommands(scene).filter((line) => line.includes('of='))).toEqual([]);
    expect(scene.lab.world()).toMatchObject({ proxy: parted, shadow: { volumes: [] } });
    scene.lab.faults.clear('wrong-disk');
    expect(await failureOf(runScene(scene, { change: scene.change }))).toMatchObject({
      code: 'RUN_INTERRUPTED',
      evidence: { run: end.run },
    });
    // The mark outlives the name of the lock's owner, and consoles that know nothing of the run.
    const lock = '/var/tmp/shadowtape-Class1.lock';
    const [owner = ''] = (await onHost(scene, 'node3', ['ls', lock]))
      .split('\n')
      .filter((name) => !name.startsWith('restore,'));
    await onHost(scene, 'node3', ['rmdir', `${lock}/${owner}`]);
    const elsewhere = { ...scene, state: new StateFolder(join(scene.folder, 'other')) };
    const other = await runScene(elsewhere, { change: scene.change });
    expect(other).toMatchObject({ exitStatus: 1, error: { code: 'RESTORE_PENDING' } });
  });

  it('data that changes once the shadow is removed is found on the cluster', async () => {
    const end = await restore({
      onEvent(event) {
        if (isBegin('start-proxy')(event)) void scene.lab.writeMaster(99_000, Buffer.from('x'), 'Volume2');
      },
    });
    expect(end).toMatchObject({ exitStatus: 3, error: { code: 'RESTORE_DIFFERS' } });
    expect(end.sentence).toContain('step read-proxy: Volume2 as read on the cluster is not the backup');
    expect(await masterDigest()).toBe(scene.noiseDigest);
    expect(scene.lab.world()).toMatchObject({ proxy: parted, master: { statusOn: active } });
  });

  it('a halted restore is rolled back: no shadow is left, and the proxy stays parted', async () => {
    const halted = await restoreHalted('read-shadow');
    expect(scene.lab.world().shadow.volumes).toHaveLength(1);
    const end = await rollBackRestore(scene, halted.run);
    expect(end).toMatchObject({
      exitStatus: 3,
      sentence: `run ${halted.run} was rolled back; Volume2 stays parted and stopped`,
    });
    expect(scene.lab.world()).toMatchObject({
      proxy: parted,
      shadow: { disks: [] },
      master: { statusOn: active },
    });
    expect(await failureOf(runScene(scene, { change: scene.change }))).toMatchObject({
      code: 'RUN_INTERRUPTED',
      evidence: { run: halted.run },
    });
  });

  it('a master that somebody starts again is not overwritten; it is started where it was, with its services', async () => {
    const end = await restore({
      onEvent: typedBefore('rejoin-restore', 'node2', 'sdxvolume -N -c Class1 -v Volume1'),
    });
    expect(end).toMatchObject({ exitStatus: 3, error: { code: 'CHECK_FAILED' } });
    expect(end.sentence).toContain('step rejoin-restore: Master is stopped');
    expect(scene.lab.world()).toMatchObject({
      proxy: parted,
      master: { statusOn: active },
      services: { node1: 'running' },
    });
  });

  it('a RejoinRestore that failed is not rolled back: the ways forward are named', async () => {
    scene.lab.faults.set('fail-once=node1:sdxproxy RejoinRestore');
    const end = await restore();
    expect(end).toMatchObject({ exitStatus: 3, error: { code: 'COMMAND_FAILED' }, hasLocks: true });
    expect(end.sentence).toContain('sdxproxy RejoinRestore');
    expect(scene.lab.world()).toMatchObject({
      proxy: parted,
      master: { statusOn: { node1: 'STOP', node2: 'STOP' } },
      services: { node1: 'stopped' },
    });
    expect(end.stands).toContain(
      '2. if Volume2 is still parted, repeat: on node1, sdxproxy RejoinRestore -c Class1 -p Volume2 -e nowaitsync',
    );
    expect(await failureOf(restoreScene(scene))).toMatchObject({
      code: 'RUN_INTERRUPTED',
      evidence: { run: end.run },
    });
  });
});

describe('a restore that replaces an unfinished one', () => {
  beforeAll(async () => void (scene = await openRestoreScene()));
  afterAll(() => scene.close());

  it('leaves its locks as they were if it fails, and none if it succeeds', async () => {
    const lock = '/var/tmp/shadowtape-Class1.lock';
    const locks = () =>
      Promise.all(
        (['node1', 'node2', 'node3'] as const).map(async (node) =>
          (await onHost(scene, node, ['ls', lock])).split('\n').toSorted(),
        ),
      );
    scene.lab.faults.set('wrong-disk');
    expect(await restore()).toMatchObject({ exitStatus: 3, hasLocks: true });
    scene.lab.faults.clear('wrong-disk');
    const before = await locks();
    expect(before[0]?.join('\n')).toMatch(/^restore,/m);
    scene.lab.faults.set('tape-read-error=40');
    expect(await restore()).toMatchObject({ error: { code: 'RESTORE_READ_FAILED' } });
    scene.lab.faults.clear('tape-read-error');
    expect(await locks()).toEqual(before);
    expect(await restore()).toMatchObject({ exitStatus: 0, hasLocks: false });
    for (const node of ['node1', 'node2', 'node3'] as const)
      expect(await onHost(scene, node, ['ls', '/var/tmp'])).not.toContain('shadowtape-Class1');
  });
});

/** What is refused before a journal is begun: settings of a restore that are wrong. */
const refused: readonly (readonly [string, RestoreSetting, string])[] = [
  ['--replace names another volume', { replace: ['Volume2'] }, 'RESTORE_NOT_CONFIRMED'],
  ['--replace names another volume, too', { replace: ['Volume1', 'Volume3'] }, 'RESTORE_REPLACES_FEWER'],
  ['--yes comes without --replace', { replace: [] }, 'RESTORE_NOT_CONFIRMED'],
  ['the proxy is joined', { fromProxy: true }, 'RESTORE_PROXY_JOINED'],
  [
    'no services are stopped',
    { change: (site: SiteTree) => void (jobOf(site)['services'] = 'not-needed') },
    'RESTORE_UNSUPPORTED',
  ],
  [
    'the site has another pair now',
    {
      change: (site: SiteTree) =>
        void Object.assign(jobOf(site), {
          volumes: [{ master: 'Volume11', proxy: 'Volume12' }],
          shadow: { class: 'Class2', disks: { Disk17: 'c1t1d17' } },
        }),
    },
    'RESTORE_PAIR_DIFFERS',
  ],
];

describe('a labeled tape of route server', () => {
  beforeAll(
    async () => void (scene = await openRestoreScene({ route: 'server', media: { layout: 'labelled' } })),
  );
  afterAll(() => scene.close());

  it('that is not the run’s is refused before anything is touched', async () => {
    await scene.lab.insertCartridge('another');
    expect(await restore()).toMatchObject({ exitStatus: 1, stands: ['nothing was touched'] });
    expect(restoringCommands(scene)).toEqual([]);
    await scene.lab.insertCartridge('tape');
  });

  it.each(refused)('is not restored if %s', async (_why, setting, code) => {
    expect(await failureOf(restoreScene(scene, setting))).toMatchObject({ code });
    expect(restoringCommands(scene)).toEqual([]);
  });

  it('restores the master if both names are typed; it is started only where it was active', async () => {
    await scene.lab.type('node2', 'sdxvolume -F -c Class1 -v Volume1');
    const asked: string[] = [];
    const end = await restore({
      replace: [],
      ask(question) {
        asked.push(`${question.id}: ${question.choices.map(({ id }) => id).join(', ')}`);
        return Promise.resolve({ choice: question.choices[0]?.id ?? '', by: 'marion' });
      },
    });
    expect(asked).toEqual(['approve-overwrite: Volume2, stop', 'approve-replace: Volume1, stop']);
    expect(end.error?.message).toBeUndefined();
    expect(end.exitStatus).toBe(0);
    expect(end.restored).toBe(scene.backupDigest);
    expect(scene.lab.world().master.statusOn).toEqual({ node1: 'ACTIVE', node2: 'STOP' });
  });
});

describe('a proxy that was left parted after the backup', () => {
  beforeAll(async () => void (scene = await openRestoreScene({ rejoin: 'leave-parted' }, 1_000_000)));
  afterAll(() => scene.close());

  it('is hashed completely: one byte that differs leaves everything as it was', async () => {
    const pieces: Buffer[] = [];
    for await (const piece of scene.lab.readVolume('Class1', 'Volume2')) pieces.push(piece as Buffer);
    const byte = Buffer.concat(pieces).subarray(1_234_567, 1_234_568);
    await scene.lab.writeMaster(1_234_567, Buffer.from([(byte[0] ?? 0) ^ 1]), 'Volume2');
    const end = await restore({ fromProxy: true });
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'RESTORE_DIFFERS' }, hasLocks: false });
    expect(scene.lab.world()).toMatchObject({ proxy: parted, master: { statusOn: active } });
    await scene.lab.writeMaster(1_234_567, byte, 'Volume2');
  });

  it('is left as it was by the rollback of a restore that was halted before the copy', async () => {
    const halted = await restoreHalted('rejoin-restore', { fromProxy: true });
    expect(scene.lab.world()).toMatchObject({
      master: { statusOn: { node1: 'STOP', node2: 'STOP' } },
      services: { node1: 'stopped' },
    });
    const end = await rollBackRestore(scene, halted.run);
    expect(end).toMatchObject({ exitStatus: 2, hasLocks: false });
    expect(scene.lab.world()).toMatchObject({
      proxy: parted,
      master: { statusOn: active },
      services: { node1: 'running' },
    });
    expect(await onHost(scene, 'node1', ['ls', '/var/tmp'])).not.toContain('shadowtape');
  });

  it('restores the master without the tape', async () => {
    await scene.lab.ejectCartridge();
    const end = await restore({ fromProxy: true });
    expect(end.error?.message).toBeUndefined();
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0, hasLocks: false });
    expect(end.restored).toBe(scene.backupDigest);
    expect(restoringCommands(scene).filter((line) => /sdxshadow|of=| Part /.test(line))).toEqual([]);
    expect(scene.lab.world()).toMatchObject({ proxy: { state: 'Join' }, master: { statusOn: active } });
  });
});
