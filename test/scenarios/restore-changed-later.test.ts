/** What was true when a restore checked it changes before it is used. The master keeps its bytes, which are read from the disk. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import type { Ask } from '../../src/main/application/console.ts';
import { changeTape, flipped } from '../support/changed-tape.ts';
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
