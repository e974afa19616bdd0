/** Several volumes of one run in one restore: one plan, two approvals, one copy to the masters. Oracles read the disks. */
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from '../support/refusals.ts';
import { filesOfVolume } from '../support/lab-run.ts';
import {
  openRestoreScene,
  RestoreOracle,
  restoreScene,
  restoringCommands,
  type RestoreScene,
  type RestoreSetting,
} from '../support/restore-run.ts';

let scene: RestoreScene;
afterEach(() => scene.close());

const pair = { master: 'Volume3', proxy: 'Volume4' };
const digest = (volume: string) => scene.lab.volumeDigest('Class1', volume);

/** A second master is lost, too. @param bytes of it */
async function loseAlso(volume: string, bytes: number): Promise<string> {
  await scene.lab.writeMaster(0, randomBytes(bytes), volume);
  return digest(volume);
}

/** Restores; the oracle watches Volume3 until its replacement is approved. */
async function restore(setting: RestoreSetting) {
  const oracle = new RestoreOracle(scene);
  const end = await restoreScene(scene, {
    ...setting,
    onEvent(event) {
      oracle.hear(event);
      setting.onEvent?.(event);
    },
  });
  expect(await oracle.wrong()).toEqual([]);
  return end;
}

describe('two of three volumes of a labeled tape', () => {
  it('are restored together, with two approvals that mention the third', async () => {
    scene = await openRestoreScene({}, 0, { job: 'three-volumes', pair, blocks: 8192 });
    const third = await digest('Volume5');
    const bytes = 8192 * 512;
    await loseAlso('Volume1', bytes);
    const asked: string[] = [];
    let restored: Promise<string[]> | undefined;
    const end = await restore({
      replace: ['Volume3', 'Volume1'],
      approveVerified: false,
      ask(question) {
        asked.push(`${question.id}: ${question.choices[0]?.id ?? ''}: ${question.text}`);
        return Promise.resolve({ choice: question.choices[0]?.id ?? '', by: 'marion' });
      },
      onEvent(event) {
        if (event.type === 'step-started' && event.step === '3-4')
          restored ??= Promise.all(['Volume1', 'Volume3'].map(digest));
      },
    });
    expect(end.error?.message).toBeUndefined();
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0, hasLocks: false });
    expect(end.sentence).toMatch(/^Volume1 and Volume3 are restored from tape: /);
    const dumped = (proxy: string) =>
      end.events.flatMap((event) =>
        event.type === 'restore-digest' && event.volume === proxy ? [event.sha256] : [],
      );
    expect(new Set(dumped('Volume2')).size).toBe(1);
    expect(await restored).toEqual([dumped('Volume2')[0], scene.backupDigest]);
    expect(await digest('Volume5')).toBe(third);
    const apart =
      'Volume5 was backed up at the same instant and is not restored: data that spans Volume1, Volume3 and Volume5 no longer matches. To keep it consistent, restore Volume1, Volume3 and Volume5 together.';
    expect(asked).toEqual([
      expect.stringMatching(/^approve-overwrite: Volume2 and Volume4: Overwrite Volume2 and Volume4 with /),
      expect.stringMatching(/^approve-replace: Volume1 and Volume3: Replace Volume1 and Volume3 with /),
    ]);
    for (const text of asked) expect(text).toContain(apart);
    expect(restoringCommands(scene).filter((line) => / Part |RejoinRestore|of=/.test(line))).toEqual([
      'node1 sdxproxy Part -c Class1 -p Volume2,Volume4 -a pjrm=off',
      'node3 dd ibs=262144 obs=32768 of=/dev/sfdsk/Class2/rdsk/Volume2',
      'node3 dd ibs=262144 obs=32768 of=/dev/sfdsk/Class2/rdsk/Volume4',
      'node1 sdxproxy RejoinRestore -c Class1 -p Volume2,Volume4 -e nowaitsync',
    ]);
  });

  it('are refused if one proxy is parted and the other joined, or their masters run on different nodes', async () => {
    scene = await openRestoreScene({}, 0, { job: 'three-volumes', pair });
    await scene.lab.type('node2', 'sdxvolume -F -c Class1 -v Volume5');
    const onOther = await failureOf(restoreScene(scene, { replace: ['Volume3', 'Volume5'] }));
    expect(onOther.sentence).toBe(
      `run ${scene.backup} cannot be restored by this release: Volume3 is active on node1, node2, and Volume5 on node1. Start them on the same nodes, or restore one at a time`,
    );
    await scene.lab.type('node1', 'sdxproxy Part -c Class1 -p Volume6 -a pjrm=off');
    const { code, sentence } = await failureOf(restoreScene(scene, { replace: ['Volume3', 'Volume5'] }));
    expect({ code, sentence }).toEqual({
      code: 'RESTORE_PROXIES_DIFFER',
      sentence: 'Volume6 is parted, and Volume4 is joined: they cannot be restored together',
    });
    expect(restoringCommands(scene)).toEqual([]);
  });

  it('are unchanged if only one of them was named to be replaced', async () => {
    scene = await openRestoreScene({}, 0, { job: 'three-volumes', pair });
    const { code } = await failureOf(restoreScene(scene, { replace: ['Volume3', 'Volume2'] }));
    expect(code).toBe('RESTORE_MASTER_NOT_NAMED');
    expect(restoringCommands(scene)).toEqual([]);
  });
});

describe('two volumes with different methods', () => {
  it('are restored with their files, each in its own file system', async () => {
    const set = {
      volumes: [
        { master: 'Volume3', proxy: 'Volume4', method: '6e' },
        { master: 'Volume5', proxy: 'Volume6', method: '6b' },
      ],
      shadow: { class: 'Class2', disks: { Disk6: 'c1t1d6' } },
      services: {
        nodes: { node1: { stop: ['umount /data', 'umount /home'], resume: ['mount /home', 'mount /data'] } },
      },
      restore: { makeFileSystem: { sfxfs: ['mkfs', '-F', 'sfxfs'] } },
      media: { layout: 'plain' },
    };
    scene = await openRestoreScene(set, 0, { job: 'three-volumes', pair, blocks: 16_384 });
    const others = await filesOfVolume(scene.lab, 'Class1', 'Volume5');
    await loseAlso('Volume5', 512 * 512);
    let restored: Promise<Record<string, string>[]> | undefined;
    const end = await restore({
      replace: ['Volume3', 'Volume5'],
      onEvent(event) {
        if (event.type === 'step-started' && event.step === '3-4')
          restored ??= Promise.all(
            ['Volume3', 'Volume5'].map((volume) => filesOfVolume(scene.lab, 'Class1', volume)),
          );
      },
    });
    expect(end.error?.message).toBeUndefined();
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0, hasLocks: false });
    expect(await restored).toEqual([scene.filesBefore, others]);
  });
});
