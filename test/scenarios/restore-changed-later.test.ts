/** What was true when a restore checked it changes before it is used. The master keeps its bytes, which are read from the disk. */
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { StateFolder, type Ask } from '../../src/main/application/console.ts';
import { changeTape, flipped } from '../support/changed-tape.ts';
import { runScene } from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import {
  openRestoreScene,
  restoreScene,
  restoringCommands,
  type RestoreScene,
  type RestoreSetting,
} from '../support/restore-run.ts';

let scene: RestoreScene;

async function open(...wanted: Parameters<typeof openRestoreScene>): Promise<void> {
  scene = await openRestoreScene(...wanted);
  onTestFinished(() => scene.close());
}

/** Approves everything, after something has happened at the first question. */
const approvedAfter =
  (happens: () => Promise<void>): Ask =>
  async ({ id, choices: [first] }) => {
    if (id === 'approve-overwrite') await happens();
    return { choice: first?.id ?? '', by: 'marion' };
  };

async function expectMasterKept(): Promise<void> {
  expect(await scene.lab.volumeDigest('Class1', scene.master)).toBe(scene.noiseDigest);
  expect(restoringCommands(scene).filter((line) => /sdxproxy (Rejoin|Join|Break)/.test(line))).toEqual([]);
}

/** A restore that fails before the master is touched. */
async function failure(setting: RestoreSetting) {
  const { error, sentence } = await restoreScene(scene, setting);
  await expectMasterKept();
  return { code: error?.code, sentence };
}

const differs = (step: string, where: string) => ({
  code: 'RESTORE_DIFFERS',
  sentence: expect.stringMatching(
    new RegExp(`^step ${step}: Volume2 as read ${where} is not the backup of run ${scene.backup}: SHA-256: `),
  ) as string,
});

describe('after the whole tape was read and compared,', () => {
  it.each<[string, () => Promise<unknown>, string, string]>([
    [
      'is exchanged for a blank one',
      () => scene.lab.insertCartridge('another'),
      'RESTORE_READ_FAILED',
      'the backup cannot be read: reading the tape back failed: read: I/O error',
    ],
    [
      'has another label',
      () => changeTape(scene.lab, (tape) => flipped(tape, tape.indexOf('"name":"') + 8)),
      'RESTORE_TAPE_DIFFERS',
      'the tape does not hold what run RUN wrote: expected ',
    ],
  ])(
    'a labeled tape %s: it is recognized, and the proxy keeps its data',
    async (_what, happens, code, why) => {
      await open({ media: { layout: 'labelled' } }, 1_000_000);
      const proxy = await scene.lab.volumeDigest('Class1', 'Volume2');
      const told = await failure({ ask: approvedAfter(async () => void (await happens())) });
      expect(told.code).toBe(code);
      expect(told.sentence.startsWith(why.replace('RUN', scene.backup)), told.sentence).toBe(true);
      expect(restoringCommands(scene).filter((line) => line.includes('of='))).toEqual([]);
      expect(await scene.lab.volumeDigest('Class1', 'Volume2')).toBe(proxy);
    },
  );

  it.each([
    ['6a', 'raw-dd', 0.5],
    // In the padding after the archive, which tar does not read.
    ['6b', 'ufs-tar', 0.999],
    ['6c', 'ufsdump', 0.3],
  ])('one of its bytes changes: what is written is compared, too, method %s', async (_method, job, at) => {
    await open({}, 1_000_000, { job, blocks: 8192 });
    const told = await failure({
      ask: approvedAfter(() => changeTape(scene.lab, (tape) => flipped(tape, Math.floor(tape.length * at)))),
    });
    expect(told).toEqual(differs('write', 'from tape while it was written'));
  });
});

it('a byte of the proxy that changes after it was written is found through the shadow', async () => {
  await open({}, 1_000_000);
  let changed: Promise<void> | undefined;
  const told = await failure({
    onEvent(event: RunEvent) {
      if (event.type === 'step-started' && event.step === 'read-shadow')
        changed ??= scene.lab.writeMaster(1_234_567, Buffer.from('changed'), 'Volume2');
    },
  });
  await changed;
  expect(told).toEqual(differs('read-shadow', 'back through the shadow'));
});

it('a master that is started while the boots of the nodes are compared is not overwritten', async () => {
  await open({}, 1_000_000);
  let isDue = false;
  const stop = scene.lab.onCommand(({ phase, host, line }) => {
    if (!isDue || phase !== 'ended' || host !== 'node2' || !line.includes('boot_time')) return;
    stop();
    return scene.lab.type('node2', 'sdxvolume -N -c Class1 -v Volume1');
  });
  const told = await failure({
    onEvent(event: RunEvent) {
      if (event.type === 'step-started' && event.step === 'rejoin-restore') isDue = true;
    },
  });
  expect(told).toEqual({
    code: 'CHECK_FAILED',
    sentence:
      'step rejoin-restore: Master is stopped: expected STOP, each slice STOP, seen STOP, Disk1 STOP, Disk2 STOP on node1; ACTIVE, Disk1 ACTIVE, Disk2 ACTIVE on node2',
  });
  expect(restoringCommands(scene).filter((line) => line.includes('RejoinRestore'))).toEqual([]);
});

const isBegin = (event: RunEvent, step: string): boolean =>
  event.type === 'step-started' && event.step === step && !event.unwinding;

it.each(['5', 'verify', 'activate'])(
  'disks whose serial numbers vanish are found before step %s',
  async (step) => {
    await open({}, 1_000_000);
    const told = await failure({
      onEvent(event: RunEvent) {
        if (isBegin(event, step)) scene.lab.faults.set('no-serial');
      },
    });
    expect(told.code).toBe(step === 'verify' ? 'SHADOW_DIFFERS' : 'CHECK_FAILED');
    expect(told.sentence).toMatch(/The disks of the shadow are those of the proxy: expected Disk3 without /);
    expect(restoringCommands(scene).filter((line) => line.includes('of='))).toEqual([]);
  },
);

describe('a change that only a watch can find in time', () => {
  it('ends the question whether the proxy may be overwritten', async () => {
    await open({}, 1_000_000);
    const told = await failure({
      // Nobody answers.
      async ask(_question, abort) {
        const ended = once(abort, 'abort');
        await scene.lab.type('node3', 'sdxshadowvolume -F -c Class2 -v Volume2');
        await ended;
        throw abort.reason;
      },
    });
    expect(told.code).toBe('SHADOW_CHANGED');
    expect(told.sentence).toMatch(/^step approve-overwrite: the shadow of Volume2 changed /);
    expect(restoringCommands(scene).filter((line) => line.includes('of='))).toEqual([]);
  });

  it('ends the writing before all of the tape is written', async () => {
    await open({}, 1_000_000);
    const sent: RunEvent[] = [];
    let started: Promise<unknown> | undefined;
    const told = await failure({
      onEvent(event: RunEvent) {
        if (event.type === 'restore-digest' && event.place === 'sent') sent.push(event);
        if (isBegin(event, 'approve-overwrite')) scene.lab.faults.set('slow-tape=400000');
        if (event.type === 'intent' && event.argv.includes('of=/dev/sfdsk/Class2/rdsk/Volume2'))
          started ??= scene.lab.type('node1', 'sdxvolume -N -c Class1 -v Volume2');
      },
    });
    expect(await started).toMatchObject({ status: 0 });
    expect(told.code).toBe('CHECK_FAILED');
    expect(told.sentence).toMatch(/^step write: Proxy is stopped/);
    expect(sent).toEqual([]);
  });

  it('ends the reading through the shadow before all of it is read', async () => {
    await open({}, 1_000_000);
    let found = () => {};
    const isFound = new Promise<void>((resolve) => (found = resolve));
    let [isStarted, isHeld] = [false, false];
    const stop = scene.lab.onCommand(({ phase, host, line }) => {
      if (phase !== 'started' || host !== 'node3' || !line.startsWith('dd if=/dev/sfdsk/Class2/rdsk/Volume2'))
        return undefined;
      if (!isStarted) return undefined;
      stop();
      isHeld = true;
      // The disk returns nothing before the watch has found the change.
      return scene.lab.type('node1', 'sdxvolume -N -c Class1 -v Volume2').then(() => isFound);
    });
    const read: RunEvent[] = [];
    const told = await failure({
      onEvent(event: RunEvent) {
        if (isBegin(event, 'read-shadow')) isStarted = true;
        if (event.type === 'restore-digest' && event.place === 'shadow') read.push(event);
        if (isHeld && JSON.stringify(event).includes('Proxy is stopped')) found();
      },
    });
    expect(told.code).toBe('CHECK_FAILED');
    expect(told.sentence).toMatch(/^step read-shadow: Proxy is stopped/);
    expect(read).toEqual([]);
  });
});

it.each([
  ['fails', 'fail-once', 'dd on node3 said: dd: the lab was told to fail this command'],
  ['does nothing, and reports success', 'ignore-once', 'dd on node3 '],
])('a command that writes the proxy and %s is noticed by what it counts', async (_what, fault, why) => {
  await open({}, 1_000_000);
  scene.lab.faults.set(`${fault}=node3:dd ibs=262144 obs=32768`);
  const told = await failure({});
  expect(told.code).toBe('RESTORE_WRITE_FAILED');
  expect(told.sentence).toContain(`step write: writing Volume2 through the shadow failed: ${why}`);
});

it('a slice of the proxy that becomes INVALID while it is copied to the master is found', async () => {
  await open({}, 1_000_000);
  const end = await restoreScene(scene, {
    onEvent(event: RunEvent) {
      if (isBegin(event, 'watch-restore')) scene.lab.faults.set('slice=INVALID');
    },
  });
  expect([end.exitStatus, end.error?.code]).toEqual([3, 'CHECK_FAILED']);
  expect(end.sentence).toMatch(/^step watch-restore: .*INVALID/);
  expect(scene.lab.world().services.node1).toBe('stopped');
  // The master is mixed: the rollback starts neither it nor the services.
  const commands = restoringCommands(scene);
  const sent = commands.findIndex((line) => line.includes('RejoinRestore'));
  expect(commands.slice(sent + 1)).toEqual([]);
  const begun = end.events.flatMap((event) => (event.type === 'step-started' ? [event.step] : []));
  expect(begun.slice(begun.indexOf('watch-restore') + 1)).not.toContain('3-4');
});

it('a restore that would replace an unfinished one, and cannot read its tape, leaves the mark of that one: no backup starts', async () => {
  await open({}, 1_000_000);
  scene.lab.faults.set('wrong-disk');
  const first = await restoreScene(scene);
  expect(first).toMatchObject({ exitStatus: 3, error: { code: 'FINGERPRINT_DIFFERS' }, hasLocks: true });
  scene.lab.faults.clear('wrong-disk');
  scene.lab.faults.set('tape-read-error=40');
  const second = await restoreScene(scene);
  expect(second).toMatchObject({ exitStatus: 1, error: { code: 'RESTORE_READ_FAILED' } });
  for (const node of ['node1', 'node2', 'node3'])
    expect(await onHost(scene, node as 'node1', ['ls', '/var/tmp/shadowtape-Class1.lock'])).toContain(
      `restore,${first.run}`,
    );
  const elsewhere = { ...scene, state: new StateFolder(join(scene.folder, 'other')) };
  const other = await runScene(elsewhere, { change: scene.change });
  expect(other).toMatchObject({ exitStatus: 1, error: { code: 'CLASS_LOCKED' } });
  expect(other.sentence).toMatch(new RegExp(`^Class1 is locked on node3 by run ${first.run} of `));
});
