/** Errors right before and during the copy to the master: an unverified master is never started. */
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { openSceneConsole } from '../support/lab-run.ts';
import { sampled } from '../support/sampled.ts';
import {
  openRestoreScene,
  restoreScene,
  restoringCommands,
  rollBackRestore,
  type RestoreScene,
} from '../support/restore-run.ts';

let scene: RestoreScene;
afterEach(() => scene.close());

const begins = (step: string, event: RunEvent): boolean =>
  event.type === 'step-started' && event.step === step && !event.unwinding;

/** Restores, and makes something happen at the beginning of a step. */
const restoredWhile = (step: string, happens: () => void) =>
  restoreScene(scene, {
    onEvent(event) {
      if (begins(step, event)) happens();
    },
  });

const sent = (word: string): string[] => restoringCommands(scene).filter((line) => line.includes(word));

/** The master kept its bytes and runs again, with its services. */
async function expectMasterRuns(): Promise<void> {
  expect(await scene.lab.volumeDigest('Class1', 'Volume1')).toBe(scene.noiseDigest);
  expect(scene.lab.world()).toMatchObject({
    master: { statusOn: { node1: 'ACTIVE', node2: 'ACTIVE' } },
    services: { node1: 'running' },
  });
}

/** The same, and the proxy stays parted. */
async function expectMasterKept(): Promise<void> {
  expect(sent('RejoinRestore')).toEqual([]);
  expect(scene.lab.world().proxy.state).toBe('Part');
  await expectMasterRuns();
}

/** Types what the last lines of a restore leave to a person. */
async function typeByHand(lines: readonly string[]): Promise<void> {
  for (const text of lines) {
    const [, node, line = ''] = /^run by hand on (node[123]): (.*)$/.exec(text) ?? [];
    if (node === undefined) continue;
    expect(await scene.lab.type(node as 'node1', line), line).toMatchObject({ status: 0 });
  }
}

describe('a master that cannot be stopped', () => {
  it('is reported with the processes that hold it, and its mounts', async () => {
    scene = await openRestoreScene({}, 1_000_000);
    const reader = scene.lab.type('node2', 'sleep 1000 < /dev/sfdsk/Class1/rdsk/Volume1');
    scene.lab.faults.set('ignore=node1:umount');
    const end = await restoreScene(scene);
    const [, pid = ''] = /process (\d+) of root/.exec(end.sentence) ?? [];
    expect(end).toMatchObject({ exitStatus: 3, error: { code: 'RESTORE_MASTER_HELD' } });
    expect(end.sentence).toBe(
      `step stop-master: Volume1 cannot be stopped: mounted on /app on node1; sleep 1000 (process ${pid} of root) on node2`,
    );
    expect(end.error?.hint).toBe(
      `nothing was copied to Volume1. End what uses it, or add its command to services.stop of the job; then restore again: shadowtape restore ${scene.backup}`,
    );
    await expectMasterKept();
    // The hint works when it is followed.
    scene.lab.faults.clear('ignore');
    await scene.lab.type('node2', `kill ${pid}`);
    await reader;
    const again = await restoreScene(scene);
    expect(again.exitStatus, again.sentence).toBe(0);
  });

  it("is reported with sdxvolume's message if nothing shows what holds it", async () => {
    scene = await openRestoreScene({}, 1_000_000);
    scene.lab.faults.set('not-found=node2:fuser');
    // It ends with the lab.
    void scene.lab.type('node2', 'sleep 1000 < /dev/sfdsk/Class1/rdsk/Volume1');
    const end = await restoreScene(scene);
    expect(end).toMatchObject({ exitStatus: 3, error: { code: 'COMMAND_FAILED' } });
    expect(end.sentence).toContain('volume is in use on node node2');
    expect(end.events).toContainEqual(
      expect.objectContaining({
        type: 'warning',
        text: expect.stringMatching(/^what uses Volume1 on node2 is not known: .*fuser/) as string,
      }),
    );
    await expectMasterKept();
  });
});

describe('a node that reboots', () => {
  it('before the copy has started the master: it is not overwritten', async () => {
    scene = await openRestoreScene({}, 1_000_000);
    const end = await restoredWhile('rejoin-restore', () => scene.lab.faults.set('reboot=node2'));
    expect(end).toMatchObject({ exitStatus: 3, error: { code: 'CHECK_FAILED' } });
    await expectMasterKept();
  });

  it('during the copy does not end it; the master is read before anything starts it', async () => {
    scene = await openRestoreScene({}, 1_000_000);
    scene.lab.faults.set('slow-rejoin=1000000');
    const end = await restoredWhile('watch-restore', () => scene.lab.faults.set('reboot=node1'));
    expect(end.exitStatus, end.sentence).toBe(0);
    expect(end.events).toContainEqual(
      expect.objectContaining({ type: 'restore-digest', place: 'master', sha256: scene.backupDigest }),
    );
  });

  it('while the proxy is written ends the restore: the shadow was in memory', async () => {
    scene = await openRestoreScene({}, 1_000_000);
    const end = await restoredWhile('write', () => scene.lab.faults.set('reboot=node3'));
    expect(end).toMatchObject({ exitStatus: 3, error: { code: 'SHADOW_CHANGED' } });
    expect(end.sentence).toContain('Backup server was not rebooted');
    await expectMasterKept();
  });
});

/** What sdxinfo shows as INVALID, and the command during which it begins to. */
const damages: readonly (readonly [string, string, string, string, string])[] = [
  [
    'of the slice of the proxy while the proxy is written',
    'slice=INVALID',
    'of=/dev/sfdsk/Class2/rdsk/Volume2',
    'CHECK_FAILED',
    'step write: Proxy slices are valid: expected each slice STOP, seen slice of Disk3 INVALID on node1, node2',
  ],
  [
    'of the shadow while the proxy is written',
    'shadow-status=INVALID',
    'of=/dev/sfdsk/Class2/rdsk/Volume2',
    'SHADOW_CHANGED',
    'step write: the shadow of Volume2 changed after its verification: Shadow is active: expected volume ACTIVE, each slice ACTIVE, each disk ENABLE, seen volume INVALID, slice of Disk3 ACTIVE, disk Disk3 ENABLE',
  ],
  [
    'of the slice of the proxy right before the copy',
    'slice=INVALID',
    'sdxvolume -F -c Class1 -v Volume1 ',
    'CHECK_FAILED',
    'step rejoin-restore: Proxy slices are valid: expected each slice STOP, seen slice of Disk3 INVALID on node1, node2',
  ],
];

describe('a status that becomes INVALID', () => {
  it.each(damages)('%s: nothing is copied to the master', async (_what, fault, command, code, sentence) => {
    scene = await openRestoreScene({}, 1_000_000);
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'started' || !line.includes(command)) return;
      stop();
      scene.lab.faults.set(fault);
    });
    const end = await restoreScene(scene);
    expect([end.exitStatus, end.error?.code, end.sentence]).toEqual([3, code, sentence]);
    await expectMasterKept();
  });
});

describe('a node that is missing right before the copy', () => {
  it.each([
    ['cannot be reached', 'host-down=node2', 'QUERY_UNANSWERED'],
    ['shows nothing of GDS', 'fail=node2:sdxinfo', 'SDXINFO_FAILED_ON'],
  ])(
    'because it %s: nothing is copied, and the rollback starts the master again',
    async (_why, fault, code) => {
      scene = await openRestoreScene({}, 1_000_000, { pausesCount: 30 });
      const end = await restoredWhile('rejoin-restore', () => scene.lab.faults.set(fault));
      await scene.lab.faultsSettled();
      expect(end, end.sentence).toMatchObject({ exitStatus: 3, error: { code } });
      expect(sent('RejoinRestore')).toEqual([]);
      scene.lab.faults.clear(fault);
      await scene.lab.faultsSettled();
      await rollBackRestore(scene, end.run);
      await expectMasterKept();
    },
  );
});

/** What somebody else does right before the copy, or while the proxy is written. */
const disturbances: readonly (readonly [string, string, 'node1' | 'node2' | 'node3', string, string])[] = [
  ['starts the proxy', 'write', 'node1', 'sdxvolume -N -c Class1 -v Volume2', 'CHECK_FAILED'],
  ['stops the shadow', 'write', 'node3', 'sdxshadowvolume -F -c Class2 -v Volume2', 'SHADOW_CHANGED'],
  ['starts the proxy', 'rejoin-restore', 'node1', 'sdxvolume -N -c Class1 -v Volume2', 'CHECK_FAILED'],
  ['rejoins the proxy', 'approve-replace', 'node1', 'sdxproxy Rejoin -c Class1 -p Volume2', 'CHECK_FAILED'],
  [
    'creates a shadow on its disks',
    'approve-replace',
    'node3',
    'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3',
    'CHECK_FAILED',
  ],
  ['removes the lock', 'rejoin-restore', 'node3', 'rm -r /var/tmp/shadowtape-Class1.lock', 'LOCK_LOST'],
];

describe('somebody else', () => {
  it.each(sampled(disturbances, 2))(
    '%s at step %s: nothing is copied to the master',
    async (_what, step, node, line, code) => {
      scene = await openRestoreScene({}, 1_000_000);
      scene.lab.faults.set('slow-tape=4000000');
      let typed: Promise<unknown> | undefined;
      const end = await restoredWhile(step, () => (typed = scene.lab.type(node, line)));
      expect(await typed).toMatchObject({ status: 0 });
      expect(end, end.sentence).toMatchObject({ exitStatus: 3, error: { code } });
      expect(sent('RejoinRestore')).toEqual([]);
      await typeByHand(end.stands);
      await expectMasterRuns();
    },
  );
});

/** Somebody creates a shadow on the disks of the proxy. A check finds it, and what comes after that is not sent. */
const shadows: readonly (readonly [string, string, string])[] = [
  ['read-proxy', 'read-proxy', 'umount'],
  ['approve-replace', '3-2', 'umount'],
  ['stop-master', 'stop-master', 'sdxvolume -F -c Class1 -v Volume1 '],
];

describe('a shadow that somebody creates', () => {
  it.each(shadows)('at step %s is found by step %s, before %s', async (step, found, prevented) => {
    scene = await openRestoreScene({}, 1_000_000);
    let typed: Promise<unknown> | undefined;
    const line = 'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3';
    const end = await restoredWhile(step, () => (typed = scene.lab.type('node3', line)));
    expect(await typed).toMatchObject({ status: 0 });
    expect(end, end.sentence).toMatchObject({ exitStatus: 3, error: { code: 'CHECK_FAILED' } });
    expect(end.sentence.startsWith(`step ${found}: No shadow is left`), end.sentence).toBe(true);
    expect(sent(prevented)).toEqual([]);
    await expectMasterRuns();
  });
});

/** The step, a command that reports success and does nothing, and what is found. */
const ineffective: readonly (readonly [string, string, string])[] = [
  [
    'stop-master',
    'sdxvolume -F -c Class1 -v Volume1',
    'Master is stopped: expected STOP, each slice STOP, seen ACTIVE, Disk1 ACTIVE, Disk2 ACTIVE on node1, node2',
  ],
  [
    'rejoin-restore',
    'sdxproxy RejoinRestore',
    'Proxy is joined again: expected Join, seen Part on node1, node2',
  ],
  [
    'close-master',
    'sdxvolume -F -c Class1 -v Volume1',
    'Master is stopped: expected STOP, each slice STOP, seen ACTIVE, Disk1 ACTIVE, Disk2 ACTIVE on node1',
  ],
];

describe('a command that reports success and does nothing', () => {
  it.each(ineffective)('is found by step %s: %s', async (step, command, found) => {
    scene = await openRestoreScene({}, 1_000_000);
    const end = await restoredWhile(step, () => scene.lab.faults.set(`ignore=node1:${command}`));
    expect([end.exitStatus, end.error?.code]).toEqual([3, 'CHECK_FAILED']);
    expect(end.sentence.startsWith(`step ${step}: ${found}`), end.sentence).toBe(true);
    expect(sent('-e node=')).toEqual([]);
  });
});

it('a tape that is exchanged while the first approval is asked for is recognized: nothing is written to the proxy', async () => {
  scene = await openRestoreScene({}, 1_000_000);
  const proxy = await scene.lab.volumeDigest('Class1', 'Volume2');
  const end = await restoreScene(scene, {
    async ask({ choices: [first] }) {
      await scene.lab.insertCartridge('another');
      return { choice: first?.id ?? '', by: 'marion' };
    },
  });
  expect(end).toMatchObject({ exitStatus: 3, error: { code: 'TAPE_IS_ANOTHER' } });
  expect(sent('of=')).toEqual([]);
  expect(await scene.lab.volumeDigest('Class1', 'Volume2')).toBe(proxy);
  await expectMasterKept();
});

it('a shadow without its device file is not written: dd would create a plain file instead', async () => {
  scene = await openRestoreScene({}, 1_000_000);
  scene.lab.faults.set('fail=node3:test -c /dev/sfdsk/Class2/rdsk/Volume2');
  const end = await restoreScene(scene);
  expect(end).toMatchObject({ exitStatus: 3, error: { code: 'RESTORE_DEVICE_WRONG' } });
  expect(end.sentence).toBe('step write: /dev/sfdsk/Class2/rdsk/Volume2 on node3 is not a character device');
  expect(sent('of=')).toEqual([]);
  await expectMasterKept();
});

it('a copy that ends with INVALID slices leaves the master stopped; the ways forward are named', async () => {
  scene = await openRestoreScene({}, 1_000_000);
  scene.lab.faults.set('restore-invalid');
  const end = await restoreScene(scene);
  expect(end).toMatchObject({ exitStatus: 3, error: { code: 'RESTORE_COPY_FAILED' }, hasLocks: true });
  expect(end.sentence).toBe(
    'the copy from Volume2 to Volume1 has failed: slice of Disk1 INVALID, slice of Disk2 INVALID',
  );
  expect(end.stands).toContain(
    'Volume1 may hold a mixture of old and restored data: do not start it, and keep the tape loaded',
  );
  expect(sent('RejoinRestore')).toHaveLength(1);
  expect(sent('sdxvolume -N -c Class1 -v Volume1')).toEqual([]);
  expect(restoringCommands(scene).filter((line) => /sdxproxy (Rejoin|Join|Break) /.test(line))).toEqual([]);
  expect(scene.lab.world().services.node1).toBe('stopped');
});

it('a master that is INVALID is not restored: its joined proxy keeps its data, and the hint names the way by hand', async () => {
  scene = await openRestoreScene({}, 1_000_000);
  scene.lab.faults.set('restore-invalid');
  const failed = await restoreScene(scene);
  const console = await openSceneConsole(scene, scene.change);
  await console.lockService.discard(failed.run).finally(() => console.close());
  const before = restoringCommands(scene).length;
  const proxy = await scene.lab.volumeDigest('Class1', 'Volume2');
  expect(scene.lab.world().proxy.state).toBe('Join');
  const end = await restoreScene(scene);
  expect(end).toMatchObject({
    exitStatus: 1,
    stands: ['nothing was touched'],
    error: { code: 'CHECK_FAILED' },
  });
  expect(end.sentence).toBe(
    'step view: Master slices are valid: expected each slice ACTIVE or STOP, seen Disk1 INVALID, Disk2 INVALID on node1, node2',
  );
  expect(end.error?.hint).toBe(
    'COPY: wait for the copy to finish. INVALID: the joined proxy may hold the newest data, so it is not overwritten; docs/restore.md, "A master that is lost", has the way by hand',
  );
  expect(restoringCommands(scene).slice(before)).toEqual([]);
  expect(await scene.lab.volumeDigest('Class1', 'Volume2')).toBe(proxy);
});
