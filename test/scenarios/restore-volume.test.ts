/** Way A: the master is lost, and the tape gives it back through the proxy. Oracles look at the lab, not at what the program says. */
import { afterEach, describe, expect, it } from 'vitest';
import { onHost } from '../support/lab-shell.ts';
import { runScene } from '../support/lab-run.ts';
import { failureOf } from '../support/refusals.ts';
import {
  openRestoreScene,
  RestoreOracle,
  restoreScene,
  restoringCommands,
  type RestoreScene,
} from '../support/restore-run.ts';

let scene: RestoreScene;
afterEach(() => scene.close());

const masterDigest = () => scene.lab.volumeDigest('Class1', 'Volume1');

/** The digest of the master when a step begins. */
function digestAt(step: string) {
  let digest: Promise<string> | undefined;
  return {
    hear(event: { type: string; step?: string }) {
      if (event.type === 'step-started' && event.step === step) digest = masterDigest();
    },
    get: () => digest,
  };
}

const inOrder = [
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
];

it('restores the master byte for byte, and leaves everything as it was before', async () => {
  scene = await openRestoreScene();
  expect(scene.noiseDigest).not.toBe(scene.backupDigest);
  const oracle = new RestoreOracle(scene);
  const restored = digestAt('3-4');
  const end = await restoreScene(scene, {
    onEvent(event) {
      oracle.hear(event);
      restored.hear(event);
    },
  });
  expect(end.error?.message).toBeUndefined();
  expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0, hasLocks: false });
  expect(await restored.get()).toBe(scene.backupDigest);
  expect(await oracle.wrong()).toEqual([]);
  expect(restoringCommands(scene)).toEqual(inOrder);
  expect(scene.lab.world()).toMatchObject({
    proxy: { state: 'Join', sliceStatusOn: { node1: 'STOP', node2: 'STOP' } },
    master: { statusOn: { node1: 'ACTIVE', node2: 'ACTIVE' } },
    shadow: { disks: [], groups: [], volumes: [] },
    services: { node1: 'running' },
  });
  expect(await onHost(scene, 'node1', ['ls', '/var/tmp'])).not.toContain('shadowtape');
});

describe('a labelled tape', () => {
  it('is restored, too; another one is refused before anything is touched', async () => {
    scene = await openRestoreScene({ media: { layout: 'labelled' } });
    await scene.lab.insertCartridge('another');
    const refused = await restoreScene(scene);
    expect(refused).toMatchObject({ exitStatus: 1, stands: ['nothing was touched'] });
    expect(restoringCommands(scene)).toEqual([]);
    await scene.lab.insertCartridge('tape');
    const restored = digestAt('3-4');
    const end = await restoreScene(scene, { onEvent: restored.hear });
    expect(end.error?.message).toBeUndefined();
    expect(end.exitStatus).toBe(0);
    expect(await restored.get()).toBe(scene.backupDigest);
  });
});

it('a failed proof leaves the proxy parted: no backup starts, and the same restore can be tried again', async () => {
  scene = await openRestoreScene();
  const oracle = new RestoreOracle(scene);
  scene.lab.faults.set('fail-once=node1:sdxproxy RejoinRestore');
  scene.lab.faults.set('wrong-disk');
  const end = await restoreScene(scene, { onEvent: oracle.hear });
  expect(end).toMatchObject({ exitStatus: 3, error: { code: 'FINGERPRINT_DIFFERS' }, hasLocks: true });
  expect(await oracle.wrong()).toEqual([]);
  expect(await masterDigest()).toBe(scene.noiseDigest);
  expect(scene.lab.world().proxy).toMatchObject({
    state: 'Part',
    statusOn: { node1: 'STOP', node2: 'STOP' },
  });
  scene.lab.faults.clear('wrong-disk');
  scene.lab.faults.clear('fail-once');
  expect(await failureOf(runScene(scene, { change: scene.change }))).toMatchObject({
    code: 'RUN_INTERRUPTED',
    evidence: { run: end.run },
  });
  const restored = digestAt('3-4');
  const again = await restoreScene(scene, { onEvent: restored.hear });
  expect(again.error?.message).toBeUndefined();
  expect(again.exitStatus).toBe(0);
  expect(await restored.get()).toBe(scene.backupDigest);
  expect((await runScene(scene, { change: scene.change })).error?.code).toBe('TAPE_NOT_BLANK');
});
