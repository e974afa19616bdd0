/** Invalid input of a restore on the cluster: it is refused before anything is touched, and the master keeps its bytes. */
import { cp, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { StateFolder } from '../../src/main/application/console.ts';
import { jobOf, openScene, runScene, type SiteTree } from '../support/lab-run.ts';
import { failureOf } from '../support/refusals.ts';
import { filesOfTape } from '../support/tap-file.ts';
import {
  openRestoreScene,
  restoreScene,
  restoringCommands,
  type RestoreScene,
  type RestoreSetting,
} from '../support/restore-run.ts';
import { changeTape, flipped } from '../support/changed-tape.ts';

let scene: RestoreScene;

/** Nothing was changed on the cluster since the master was lost. */
async function expectUntouched(): Promise<void> {
  expect(restoringCommands(scene)).toEqual([]);
  expect(await scene.lab.volumeDigest('Class1', scene.master)).toBe(scene.noiseDigest);
}

/** A restore that ends before anything is touched. */
async function refusal(setting: RestoreSetting = {}) {
  const end = await restoreScene(scene, setting);
  expect(end, end.sentence).toMatchObject({
    exitStatus: 1,
    stands: ['nothing was touched'],
    hasLocks: false,
  });
  await expectUntouched();
  const { code = '', hint = '' } = end.error ?? {};
  return { code, sentence: end.sentence, hint };
}

const distrust = 'do not trust this tape, or what was restored from it; restore from another run';

describe('a plain tape', () => {
  beforeAll(async () => void (scene = await openRestoreScene({}, 1_000_000)));
  afterAll(() => scene.close());

  it('of another run is recognized by its first record', async () => {
    await changeTape(scene.lab, (tape) => tape.fill(1, 4, 4 + 32_768));
    expect(await refusal()).toEqual({
      code: 'TAPE_IS_ANOTHER',
      sentence: `the tape in /dev/rmt/0 on node3 is not the tape of run ${scene.backup}: it holds data that is neither tar nor ufsdump (first record 32,768 bytes)`,
      hint: `insert the tape of run ${scene.backup}`,
    });
  });

  it('that was truncated is not restored: no hint advises to dump again', async () => {
    await changeTape(scene.lab, (tape) => tape.subarray(0, Math.floor(tape.length / 2)));
    expect(await refusal()).toEqual({
      code: 'RESTORE_READ_FAILED',
      sentence: 'the backup cannot be read: reading the tape back failed: read: I/O error',
      hint: 'clean the drive and restore again; or restore from another run, which shadowtape where and shadowtape runs show',
    });
  });

  it('that differs in one byte is not restored', async () => {
    await changeTape(scene.lab, (tape) => flipped(tape));
    const told = await refusal();
    expect(told).toMatchObject({ code: 'RESTORE_TAPE_DIFFERS', hint: distrust });
    expect(told.sentence).toMatch(
      new RegExp(
        `^the tape does not hold what run ${scene.backup} wrote: expected [0-9a-f]{8}, read [0-9a-f]{8}$`,
      ),
    );
  });
});

describe('a labeled tape', () => {
  beforeAll(async () => void (scene = await openRestoreScene({ media: { layout: 'labelled' } }, 1_000_000)));
  afterAll(() => scene.close());

  it('is not restored if its manifest differs, although the data is unchanged', async () => {
    const [, , manifest = []] = await filesOfTape(scene.lab.tapeFile);
    const text = Buffer.concat(manifest);
    await changeTape(scene.lab, (tape) => flipped(tape, tape.indexOf('"crc32":"', tape.indexOf(text)) + 9));
    const told = await refusal();
    expect(told).toMatchObject({ code: 'RESTORE_TAPE_DIFFERS', hint: distrust });
    expect(told.sentence).toMatch(/ wrote: expected [0-9a-f]{64}, read [0-9a-f]{64}$/);
  });

  it('is not restored if its label is damaged', async () => {
    await changeTape(scene.lab, (tape) => flipped(tape, tape.indexOf('"name":"') + 8));
    expect(await refusal()).toMatchObject({ code: 'RESTORE_TAPE_DIFFERS', hint: distrust });
  });

  it('that a later run has overwritten is named with that run', async () => {
    const overwriting = (site: SiteTree) => {
      scene.change(site);
      Object.assign(jobOf(site)['media'] as object, { overwrite: true });
    };
    const later = await runScene(scene, { change: overwriting });
    expect(later.exitStatus, later.sentence).toBe(0);
    const end = await restoreScene(scene);
    expect(end).toMatchObject({ exitStatus: 1, error: { code: 'TAPE_IS_ANOTHER' } });
    expect(end.stands).toEqual(['nothing was touched']);
    expect(end.sentence).toMatch(
      new RegExp(
        `^the tape in /dev/rmt/0 on node3 is not the tape "(\\S+)" of run ${scene.backup}: it holds the label "\\1", written \\S+ by run ${later.run}$`,
      ),
    );
  });
});

describe('a restore is refused', () => {
  afterEach(() => scene.close());

  it('if nothing proves that the proxy was parted with pjrm=off', async () => {
    scene = await openRestoreScene({}, 1_000_000);
    await scene.lab.type('node1', 'sdxproxy Part -c Class1 -p Volume2');
    for (const fromProxy of [false, true])
      expect(await failureOf(restoreScene(scene, { fromProxy }))).toMatchObject({
        code: 'RESTORE_PROXY_PARTED',
        sentence: 'Volume2 is parted, and no journal here proves that it was parted with pjrm=off',
      });
    await expectUntouched();
  });

  it('if the journal of a later run, which may have rejoined the proxy, cannot be read', async () => {
    scene = await openRestoreScene({ rejoin: 'leave-parted' }, 1_000_000);
    const stopped = () => Promise.resolve({ choice: 'stop', by: 'marion' });
    const later = await restoreScene(scene, { fromProxy: true, ask: stopped });
    expect(later).toMatchObject({ exitStatus: 2, error: { code: 'OPERATOR_DECLINED' } });
    const before = restoringCommands(scene);
    const file = scene.state.journalFile(later.run);
    const content = await readFile(file);
    for (const at of [content.length - 100, 100]) {
      await writeFile(file, flipped(Buffer.from(content), at));
      for (const fromProxy of [false, true]) {
        const { code, sentence } = await failureOf(restoreScene(scene, { fromProxy }));
        expect(code).toBe('RESTORE_PART_UNREAD');
        expect(sentence).toMatch(
          new RegExp(
            `^Volume2 was parted by run ${scene.backup}, and run ${later.run} may have parted it again: ${file}, line \\d+: `,
          ),
        );
      }
    }
    expect(restoringCommands(scene)).toEqual(before);
    expect(await scene.lab.volumeDigest('Class1', scene.master)).toBe(scene.noiseDigest);
    // The hint works when it is followed.
    await rename(file, join(scene.folder, 'put-away.ndjson'));
    const end = await restoreScene(scene, { fromProxy: true });
    expect(end.exitStatus, end.sentence).toBe(0);
  });

  it('while a backup of the class is interrupted', async () => {
    scene = await openRestoreScene({}, 1_000_000);
    await scene.lab.insertCartridge('another');
    const halt = new AbortController();
    const backup = await runScene(scene, {
      change: scene.change,
      halt: halt.signal,
      onEvent(event) {
        if (event.type === 'step-started' && event.step === '6a') halt.abort();
      },
    });
    expect(backup).toMatchObject({ exitStatus: 3 });
    expect(await failureOf(restoreScene(scene))).toMatchObject({
      code: 'RUN_INTERRUPTED',
      evidence: { run: backup.run },
    });
    expect(await scene.lab.volumeDigest('Class1', scene.master)).toBe(scene.noiseDigest);
  });

  it('while a backup of the class is running', async () => {
    scene = await openRestoreScene({}, 1_000_000);
    await scene.lab.insertCartridge('another');
    let refused: Awaited<ReturnType<typeof restoreScene>> | undefined;
    const backup = await runScene(scene, {
      change(site) {
        scene.change(site);
        jobOf(site)['approve'] = 'operator';
      },
      async ask({ choices }) {
        refused = await restoreScene(scene);
        return { choice: choices[0]?.id ?? '', by: 'marion' };
      },
    });
    expect(backup.exitStatus, backup.sentence).toBe(0);
    expect(refused).toMatchObject({
      exitStatus: 1,
      stands: ['nothing was touched'],
      error: { code: 'CLASS_LOCKED' },
    });
    expect(refused?.sentence).toMatch(new RegExp(`^Class1 is locked on node3 by run ${backup.run} of `));
    expect(await scene.lab.volumeDigest('Class1', scene.master)).toBe(scene.noiseDigest);
  });

  it('while another restore of the class is running, on this console and on another one', async () => {
    scene = await openRestoreScene({}, 1_000_000);
    const elsewhere = join(scene.folder, 'elsewhere');
    await cp(scene.state.path, elsewhere, { recursive: true });
    const refused: unknown[] = [];
    const first = await restoreScene(scene, {
      async ask({ choices }) {
        if (refused.length === 0)
          refused.push(
            await restoreScene(scene),
            await failureOf(restoreScene({ ...scene, state: new StateFolder(elsewhere) })),
          );
        return { choice: choices[0]?.id ?? '', by: 'marion' };
      },
    });
    const sentence = expect.stringMatching(
      new RegExp(`^Class1 is locked on node3 by run ${first.run} of `),
    ) as string;
    expect(refused).toMatchObject([
      { exitStatus: 1, stands: ['nothing was touched'], error: { code: 'CLASS_LOCKED' }, sentence },
      { code: 'CLASS_LOCKED', sentence },
    ]);
    expect(first.exitStatus, first.sentence).toBe(0);
    expect(restoringCommands(scene).filter((line) => line.includes('RejoinRestore'))).toHaveLength(1);
  });

  it('if the size of the volume differs from the backup: both are shown', async () => {
    scene = await openRestoreScene({}, 0, { job: 'ufs-tar', blocks: 8192 });
    const larger = await openScene({ blocks: 16_384, jobs: ['ufs-tar'] });
    onTestFinished(() => larger.close());
    await cp(scene.state.path, larger.state.path, { recursive: true });
    expect(await failureOf(restoreScene({ ...scene, ...larger }))).toMatchObject({
      code: 'RESTORE_PAIR_DIFFERS',
      sentence: `run ${scene.backup} does not fit the site: it wrote size in blocks 8192, and now it is 16384`,
    });
    expect(larger.lab.commands.filter(({ line }) => /sdxproxy|sdxshadow|of=/.test(line))).toEqual([]);
  });
});

it('a proxy that may be the better source is named before it is overwritten', async () => {
  scene = await openRestoreScene({ rejoin: 'leave-parted' }, 1_000_000);
  onTestFinished(() => scene.close());
  const asked: string[] = [];
  const end = await restoreScene(scene, {
    replace: [],
    ask(question) {
      asked.push(question.text);
      return Promise.resolve({ choice: 'stop', by: 'marion' });
    },
  });
  expect(end).toMatchObject({ exitStatus: 2, error: { code: 'OPERATOR_DECLINED' } });
  expect(asked[0]).toContain(
    `The current data of Volume2 is lost. Volume2 was parted by run ${scene.backup}: it may be the better source (--from-proxy).`,
  );
  expect(restoringCommands(scene).filter((line) => line.includes('of='))).toEqual([]);
});
