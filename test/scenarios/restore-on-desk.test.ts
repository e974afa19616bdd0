/** The requests of the screens for a restore: its plan, its run, files, a drill, and the history afterwards. */
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunPush } from '../../src/contract/screens.ts';
import { Desk } from '../../src/main/desk/desk.ts';
import { questionsTo } from '../support/desk-questions.ts';
import { filesOfVolume, jobOf, openScene, sha256, type Scene, type SiteTree } from '../support/lab-run.ts';

let scene: Scene;
let desk: Desk;

const { ask, result, isOver } = questionsTo(() => desk);

/** Follows a run until it ends. @param answer of each question, by its id @returns the questions and the exit status */
function finish(run: string, answer: (id: string, choices: readonly string[]) => string) {
  const asked: string[] = [];
  return new Promise<{ asked: readonly string[]; exitStatus: number }>((resolve, reject) => {
    desk.follow('run', { run }, (told) => {
      if ('error' in told) return reject(new Error(told.error.sentence));
      const push = told.push as RunPush;
      if (push.kind === 'end') resolve({ asked, exitStatus: push.exitStatus });
      if (push.kind !== 'question' || !push.question) return undefined;
      const { number, id, choices } = push.question;
      asked.push(
        `${id}: ${choices.map(({ id: choice, byWord }) => (byWord ? `type ${choice}` : choice)).join(', ')}`,
      );
      result('answer', {
        run,
        number,
        choice: answer(
          id,
          choices.map(({ id: choice }) => choice),
        ),
      }).catch(reject);
      return undefined;
    });
  });
}

const change = (site: SiteTree) => {
  for (const name of ['raw-dd', 'ufs-tar']) jobOf(site, name)['approve'] = 'when-verified';
  jobOf(site, 'ufs-tar')['media'] = { layout: 'labelled', name: 'PAYROLL-01' };
};

beforeAll(async () => {
  scene = await openScene({ blocks: 4096, jobs: ['raw-dd', 'ufs-tar'] });
  await scene.state.prepare();
  await copyFile(scene.lab.knownHostsFile, scene.state.knownHostsFile);
  desk = new Desk({ state: scene.state, siteFile: await scene.writeSite(change), guest: 'browser' });
});
afterAll(async () => {
  await desk.close();
  await scene.close();
});

const first = (_id: string, choices: readonly string[]) => choices[0] ?? '';

describe('a volume', () => {
  let backup: string;
  let backupDigest: string;
  beforeAll(async () => {
    const { run } = await result('start', { job: 'raw-dd' });
    await finish(run, first);
    backup = run;
    backupDigest = await scene.lab.volumeDigest('Class1', 'Volume1');
    await scene.lab.writeMaster(0, randomBytes(4096 * 512));
  });

  it('has a plan with each step, which changes nothing', async () => {
    const sent = scene.lab.commands.length;
    const plan = await result('restorePlan', { run: backup });
    expect(plan.restores).toMatchObject({ run: backup, from: 'tape' });
    expect(plan.steps.map(({ step }) => step)).toContain('rejoin-restore');
    const lines = scene.lab.commands.slice(sent).map(({ line }) => line);
    expect(lines.filter((line) => /sdx(proxy|volume|shadow)|of=/.test(line))).toEqual([]);
  });

  it("is refused with the service's error, and no run begins", async () => {
    expect(await ask('restorePlan', { run: backup, fromProxy: true })).toMatchObject({
      error: { code: 'RESTORE_PROXY_JOINED' },
    });
    expect(await ask('restore', { run: backup, replace: ['Volume9'] })).toMatchObject({
      error: { code: 'RESTORE_NOT_CONFIRMED' },
    });
    expect(desk.activity.runs).toEqual([]);
  });

  it('is restored by a run, with two approvals by name', async () => {
    expect(await scene.lab.volumeDigest('Class1', 'Volume1')).not.toBe(backupDigest);
    const { run } = await result('restore', { run: backup, replace: ['Volume1'] });
    expect(await ask('label', { name: 'OTHER' })).toMatchObject({ error: { code: 'DRIVE_IN_USE' } });
    const { asked, exitStatus } = await finish(run, first);
    expect(exitStatus).toBe(0);
    expect(asked).toEqual(['approve-overwrite: type Volume2, stop', 'approve-replace: type Volume1, stop']);
    expect(await scene.lab.volumeDigest('Class1', 'Volume2')).toBe(backupDigest);
    const view = await result('run', { run: backup });
    expect(view.line.restored).toMatchObject({ run });
    const { pairs } = await result('protection', {});
    const pair = pairs.find(({ job, proxy }) => job === 'raw-dd' && proxy === 'Volume2');
    expect(pair?.backup).toMatchObject({ run: backup, provenAt: view.line.restored?.at });
  });
});

describe('files', () => {
  let backup: string;
  let onVolume: Record<string, string>;
  let target: string;
  beforeAll(async () => {
    await scene.lab.ejectCartridge();
    await scene.lab.insertCartridge('payroll');
    onVolume = await filesOfVolume(scene.lab, 'Class1', 'Volume1');
    const { run } = await result('start', { job: 'ufs-tar' });
    await finish(run, first);
    backup = run;
    target = join(scene.folder, 'restored');
  });

  it('are previewed: tapes, names and room, and no tape is read', async () => {
    const sent = scene.lab.commands.length;
    const preview = await result('restorePreview', { what: [backup, 'payroll'], path: target });
    expect(preview).toMatchObject({
      kind: 'files',
      to: target,
      backups: [
        { run: backup, volume: 'Volume2', method: '6b', fileCount: 1, files: [{ path: './bin/payroll' }] },
      ],
    });
    expect(preview.backups[0]?.tapes).toMatchObject([{ file: 1 }]);
    const lines = scene.lab.commands.slice(sent).map(({ line }) => line);
    expect(lines.filter((line) => /rmt/.test(line))).toEqual([]);
  });

  it('are restored; the record shows what was written, and the history lists it', async () => {
    const { restore } = await result('restoreFiles', { what: [backup, 'payroll'], path: target });
    await isOver(restore);
    expect(sha256(await readFile(join(target, 'bin', 'payroll')))).toBe(onVolume['bin/payroll']);
    const view = await result('restoreRecord', { restore });
    expect(view).toMatchObject({
      line: {
        name: restore,
        kind: 'files',
        runs: [backup],
        volumes: ['Volume2'],
        to: target,
        exitStatus: 0,
        live: false,
      },
      sources: [{ of: backup, isCompared: true }],
      error: undefined,
    });
    expect(view.entries.filter(({ what }) => what === 'written').map(({ path }) => path)).toContain(
      './bin/payroll',
    );
    const found = await result('searchRuns', { query: '' });
    expect(found.restores).toMatchObject([{ name: restore, written: view.line.written }]);
    expect((await result('searchRuns', { query: 'verdict:failed' })).restores).toEqual([]);
    expect((await result('searchRuns', { query: `${restore} volume:volume2` })).restores).toHaveLength(1);
  });

  it('are not restored over existing ones: the record names each file that was skipped', async () => {
    await mkdir(join(target, 'ledger'), { recursive: true });
    await writeFile(join(target, 'bin', 'payroll'), 'newer');
    const { restore } = await result('restoreFiles', { what: [backup, 'payroll'], path: target });
    await isOver(restore);
    expect(await readFile(join(target, 'bin', 'payroll'), 'utf8')).toBe('newer');
    const { line, entries } = await result('restoreRecord', { restore });
    expect(line.exitStatus).not.toBe(0);
    expect(entries[0]).toMatchObject({ path: './bin/payroll', what: 'left out' });
  });

  it('of a run that does not hold them are refused before anything is written', async () => {
    const before = await readdir(scene.state.restoresFolder);
    expect(await ask('restoreFiles', { what: [backup, 'no/such/file'], path: target })).toMatchObject({
      error: { code: 'RESTORE_NOTHING_FOUND' },
    });
    expect(await readdir(scene.state.restoresFolder)).toEqual(before);
    expect(await ask('restoreRecord', { restore: 'nothing' })).toMatchObject({
      error: { code: 'RESTORE_RECORD_UNREADABLE' },
    });
  });

  it('a drill reads the tape and verifies the backup; no other process moves the tape meanwhile', async () => {
    const { restore } = await result('drill', { run: backup });
    expect(await ask('identify', {})).toMatchObject({ error: { code: 'DRIVE_IN_USE' } });
    expect(await ask('openSite', {})).toMatchObject({ error: { code: 'SITE_IN_USE' } });
    await isOver(restore);
    expect(await result('restoreRecord', { restore })).toMatchObject({
      line: { kind: 'drill', runs: [backup], exitStatus: 0 },
      sources: [{ of: 'Volume2', isCompared: true }],
    });
    expect((await result('run', { run: backup })).line.drilled).toBeDefined();
  });

  it('a drill that is stopped proves nothing', async () => {
    scene.lab.faults.set('slow-tape=20000');
    const { restore } = await result('drill', { run: backup });
    expect(desk.activity.restores).toMatchObject([{ name: restore, kind: 'drill', run: backup }]);
    await result('stopRestore', { restore });
    await isOver(restore);
    scene.lab.faults.clear('slow-tape');
    expect(await result('restoreRecord', { restore })).toMatchObject({
      line: { exitStatus: 1 },
      error: { code: 'DRILL_CANCELLED' },
    });
    expect(await ask('stopRestore', { restore })).toMatchObject({ error: { code: 'RESTORE_NOT_LIVE' } });
  });

  it('a drill that fails is shown with its code, its hint for a screen, and the host that failed', async () => {
    scene.lab.faults.set('tape-read-error=3');
    const { restore } = await result('drill', { run: backup });
    await isOver(restore);
    scene.lab.faults.clear('tape-read-error');
    const { error } = await result('restoreRecord', { restore });
    expect(error).toMatchObject({
      code: 'RESTORE_READ_FAILED',
      onScreen: 'clean the drive and restore again; or choose another backup',
      evidence: { host: 'node3' },
    });
  });
});
