/** Files and images are restored to this computer; a wrong tape, or a tape mismatch, is reported. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Ask, RestoreResult, ShadowtapeConsole } from '../../src/main/application/console.ts';
import { sceneArguments, startCommand } from '../support/command-line.ts';
import { withJob } from '../support/failures.ts';
import {
  filesOfVolume,
  openScene,
  openSceneConsole,
  runScene,
  sha256,
  type Scene,
  type SceneRun,
} from '../support/lab-run.ts';
import { fillers, fillUp, onHost } from '../support/lab-shell.ts';
import { filesOfTape } from '../support/tap-file.ts';
import { changeTape, flipped, withTapeOut } from '../support/changed-tape.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
let target: string;
let count = 0;
beforeEach(() => {
  count += 1;
  target = join(scene.folder, `restored-${count}`);
});

interface Wish {
  readonly overwrite?: 'never' | 'older' | 'always';
  readonly to?: string;
  readonly ask?: Ask;
  readonly cancel?: AbortController;
  /** Called while bytes are read, and for each file that is written. */
  readonly onProgress?: () => void;
  readonly onFile?: () => void;
  readonly tapeFile?: number;
}

const never = new AbortController().signal;

async function onConsole<Value>(work: (console: ShadowtapeConsole) => Promise<Value>): Promise<Value> {
  const console = await openSceneConsole(scene);
  try {
    return await work(console);
  } finally {
    await console.close();
  }
}

const nowhere = () => Promise.resolve({ hits: [], more: false });

const restore = (what: readonly string[], wish: Wish = {}): Promise<RestoreResult> =>
  onConsole(async ({ fileRestoreService }) => {
    const { overwrite = 'never', to = target, tapeFile } = wish;
    const prepared = await fileRestoreService.prepare({ what, to, overwrite, tapeFile }, nowhere);
    return fileRestoreService.perform(prepared, {
      abort: wish.cancel?.signal ?? never,
      ask: wish.ask,
      onProgress: () => wish.onProgress?.(),
      onFile: () => wish.onFile?.(),
    });
  });

/** SHA-256 of every file below a folder, by its path. */
async function filesBelow(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const digests = files.map(
    async (file) => [file.slice(folder.length + 1), sha256(await readFile(file))] as const,
  );
  return Object.fromEntries(await Promise.all(digests));
}

/** Each file in the folder is reported, and none is incomplete; without a folder nothing was written. */
async function expectReported(result: RestoreResult): Promise<void> {
  const isThere = existsSync(target);
  const written = result.files.filter(({ kind }) => kind === 'file').map(({ path }) => path.slice(2));
  expect(result.exitStatus).toBe(isThere ? 2 : 1);
  expect(Object.keys(isThere ? await filesBelow(target) : {}).sort()).toEqual(written.sort());
}

const verified = async (job: string, media: object): Promise<SceneRun> => {
  const more = job === 'raw-dd' ? { services: 'not-needed' } : {};
  const end = await runScene(scene, { job, change: withJob({ ...more, media }, job) });
  expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
  return end;
};

describe('files of a tar job', () => {
  let run: string;
  let onVolume: Record<string, string>;
  beforeAll(async () => {
    scene = await openScene({ blocks: 4096 });
    onVolume = await filesOfVolume(scene.lab, 'Class1', 'Volume1');
    run = (await verified('ufs-tar', { layout: 'labelled', name: 'PAYROLL-01' })).run;
  });
  afterAll(() => scene.close());

  it('are all restored, equal to those on the volume', async () => {
    const result = await restore([run]);
    expect(result, result.error?.message).toMatchObject({ exitStatus: 0, uncompared: [] });
    expect(result.sources).toMatchObject([{ run, isCompared: true }]);
    expect(await filesBelow(target)).toEqual(onVolume);
  });

  it('are restored selectively if they are named, and are recorded', async () => {
    const result = await restore([run, '/ledger/', 'payroll']);
    expect(result.exitStatus).toBe(0);
    const wanted = Object.entries(onVolume).filter(([path]) => /^ledger\/|^bin\/payroll$/.test(path));
    expect(await filesBelow(target)).toEqual(Object.fromEntries(wanted));
    const lines = (await readFile(result.record, 'utf8')).trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { type: string });
    expect(events.at(0)).toMatchObject({ type: 'restore-started', to: target });
    expect(events.filter(({ type }) => type === 'restore-file')).toHaveLength(wanted.length);
    expect(events.at(-1)).toMatchObject({ type: 'restore-finished', exitStatus: 0, written: wanted.length });
  });

  it('are found by name on the command line, which says what it reads, writes and compares', async () => {
    const site = [...(await sceneArguments(scene)), '--trust'];
    const end = await performed([...site, 'restore', 'payroll', '--to', target]);
    const startedAt = /started (.*) UTC/.exec(end.stdout)?.[1] ?? '';
    expect(end.stdout.split('\n').slice(0, -2)).toEqual([
      `1 entry of Volume2 from run ${run}, method 6b, started ${startedAt} UTC`,
      `  tape: the tape "PAYROLL-01" of run ${run}, file 1, 480 KiB`,
      '  space needed: 1.5 KiB',
      '    ./bin/payroll  1.5 KiB',
      '  by hand: node3 # mt -f /dev/rmt/0n rewind && mt -f /dev/rmt/0n fsf 1 && dd if=/dev/rmt/0n bs=32768 | tar xvf - ./bin/payroll',
      `to ${target}`,
      `compared: the tape holds what run ${run} wrote`,
      `restored: 1 file, 1.5 KiB to ${target}`,
    ]);
    expect(end.exitStatus).toBe(0);
    expect(await filesBelow(target)).toEqual({ 'bin/payroll': onVolume['bin/payroll'] });
  });

  it('are restored to a folder of a host by the command line, links included', async () => {
    const site = [...(await sceneArguments(scene)), '--trust'];
    const folder = '/var/tmp/from-tape';
    const end = await performed([...site, 'restore', run, '--to', `node1:${folder}`]);
    expect(end, end.stderr).toMatchObject({ exitStatus: 0 });
    expect(end.stdout).toContain(`compared: the tape holds what run ${run} wrote\n`);
    const names = Object.keys(onVolume);
    const printed = await onHost(
      scene,
      'node1',
      ['digest', '-a', 'sha256', ...names.map((name) => `${folder}/${name}`)],
      ['ls', '-l', `${folder}/payslips/current`],
    );
    for (const name of names) expect(printed).toContain(`(${folder}/${name}) = ${onVolume[name]}\n`);
    expect(printed).toMatch(/^l.* -> 2005-12$/m);
  });

  it('are not reported as restored to a host whose disk fills up meanwhile: the reason is named, and the hint works', async () => {
    const to = 'node1:/var/tmp/filled';
    const stop = scene.lab.onCommand(({ phase, line }) =>
      phase === 'started' && line.includes('exec tar xpf') ? fillUp(scene.lab, 'node1') : undefined,
    );
    const full = await restore([run], { to }).finally(stop);
    expect(full).toMatchObject({ exitStatus: 2, error: { code: 'RESTORE_FILE_UNWRITABLE' } });
    expect(full.error?.message).toContain(`${to} cannot be written: its file system is full; `);
    expect(new Set(full.files.map(({ what }) => what))).toEqual(new Set(['not compared']));
    await onHost(scene, 'node1', ['rm', ...fillers], ['rm', '-r', '/var/tmp/filled']);
    const again = await restore([run], { to });
    expect(again, again.error?.message).toMatchObject({ exitStatus: 0 });
  });

  it('are not written through a link that takes the place of their folder while a tape is waited for', async () => {
    const elsewhere = join(scene.folder, 'elsewhere');
    await mkdir(elsewhere);
    await mkdir(target);
    await scene.lab.insertCartridge('another');
    const result = await restore([run], {
      async ask() {
        await rm(target, { recursive: true });
        await symlink(elsewhere, target);
        await scene.lab.insertCartridge('tape');
        return { choice: 'ready', by: 'marion' };
      },
    });
    expect(result).toMatchObject({ exitStatus: 1, files: [], error: { code: 'RESTORE_TARGET_UNUSABLE' } });
    expect(result.error?.message).toBe(`nothing can be restored to ${target}: it now leads to ${elsewhere}`);
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it('are restored to the folder that a link leads to, which is named', async () => {
    const link = join(scene.folder, 'a-link');
    await mkdir(target);
    await symlink(target, link);
    const result = await restore([run, 'bin/payroll'], { to: link });
    expect(result, result.error?.message).toMatchObject({ exitStatus: 0 });
    expect(Object.keys(await filesBelow(target))).toEqual(['bin/payroll']);
  });

  it('that exist stay, and are reported; with nothing written, the exit status is 1', async () => {
    await mkdir(join(target, 'bin'), { recursive: true });
    await writeFile(join(target, 'bin', 'payroll'), 'mine');
    const kept = await restore([run, 'payroll']);
    expect(kept).toMatchObject({
      exitStatus: 1,
      files: [{ path: './bin/payroll', what: 'left out', reason: 'it already exists' }],
    });
    expect(await readFile(join(target, 'bin', 'payroll'), 'utf8')).toBe('mine');
    expect((await restore([run, 'payroll', 'paycalc'])).exitStatus).toBe(2);
    expect((await restore([run, 'payroll'], { overwrite: 'always' })).exitStatus).toBe(0);
    expect(sha256(await readFile(join(target, 'bin', 'payroll')))).toBe(onVolume['bin/payroll']);
  });

  it('are refused if the run does not have them', async () => {
    await expect(restore([run, 'nothing'])).rejects.toMatchObject({ code: 'RESTORE_NOTHING_FOUND' });
    expect(existsSync(target)).toBe(false);
  });

  it.each([
    ['is missing', (list: string) => rm(list)],
    ['is cut off', async (list: string) => truncate(list, (await stat(list)).size - 2000)],
  ])('are found by names while they are read if the file list %s', async (_what, change) => {
    const list = scene.state.catalogueFile(run);
    const before = await readFile(list);
    await change(list);
    onTestFinished(() => writeFile(list, before));
    const result = await restore([run, 'ledger-2005.db']);
    expect(result.exitStatus).toBe(0);
    expect(await filesBelow(target)).toEqual({ 'ledger/ledger-2005.db': onVolume['ledger/ledger-2005.db'] });
  });

  it('are left out if the archive does not have them where the file list says', async () => {
    const list = scene.state.catalogueFile(run);
    const before = await readFile(list, 'utf8');
    onTestFinished(() => writeFile(list, before));
    await writeFile(list, before.replace('/bin/payroll"', '/bin/another"'));
    const result = await restore([run, 'another', 'paycalc']);
    expect(result).toMatchObject({ exitStatus: 2, error: undefined });
    expect(result.files.filter(({ what }) => what !== 'written')).toEqual([
      {
        path: './bin/another',
        what: 'left out',
        reason: 'the archive does not have it where the file list says',
      },
    ]);
    expect(await filesBelow(target)).toEqual({ 'bin/paycalc': onVolume['bin/paycalc'] });
  });

  it('are restored from a tape without a journal; what cannot be compared is reported', async () => {
    const result = await restore(['payroll'], { tapeFile: 1 });
    expect(result, result.error?.message).toMatchObject({ exitStatus: 0, sources: [{ isCompared: false }] });
    expect(result.uncompared).toEqual([
      'No journal records what file 1 of this tape must hold: its size and digest cannot be compared, nor can the space that it needs',
    ]);
    expect(await filesBelow(target)).toEqual({ 'bin/payroll': onVolume['bin/payroll'] });
    expect((await restore([], { tapeFile: 0 })).error).toMatchObject({
      code: 'RESTORE_TAPE_FILE_UNSUPPORTED',
    });
    const unsupported = await restore([], { tapeFile: 1, overwrite: 'always', to: 'node1:/var/tmp/loose' });
    expect(unsupported).toMatchObject({ exitStatus: 1, error: { code: 'RESTORE_OVERWRITE_UNSUPPORTED' } });
    expect(await onHost(scene, 'node1', ['ls', '/var/tmp'])).not.toContain('loose');
  });

  it('are not read from another tape: it is named, and the right one is requested', async () => {
    await scene.lab.insertCartridge('somebody');
    onTestFinished(() => scene.lab.insertCartridge('tape'));
    const named = `the tape in /dev/rmt/0 on node3 is not the tape "PAYROLL-01" of run ${run}: it holds blank`;
    const refused = await restore([run]);
    expect(refused).toMatchObject({ exitStatus: 1, error: { code: 'TAPE_IS_ANOTHER', message: named } });
    expect(existsSync(target)).toBe(false);
    const questions: string[] = [];
    const ask: Ask = async ({ text }) => {
      questions.push(text);
      await scene.lab.insertCartridge('tape');
      return { choice: 'ready', by: 'Marion' };
    };
    expect((await restore([run, 'payroll'], { ask })).exitStatus).toBe(0);
    expect(questions).toEqual([
      `${named}. Insert the tape "PAYROLL-01" of run ${run} into /dev/rmt/0 on node3.`,
    ]);
  });

  it('are not read from a tape that was overwritten since; the preview says by which run', async () => {
    await withTapeOut(scene.lab, async () => {
      await scene.lab.insertCartridge('tape');
      await onConsole((console) =>
        console.tapeService.label('OTHER', { overwrite: 'PAYROLL-01', abort: never }),
      );
      await scene.lab.ejectCartridge();
    });
    const { preview } = await onConsole(({ fileRestoreService }) =>
      fileRestoreService.prepare({ what: [run], to: target, overwrite: 'never' }, nowhere),
    );
    const today = new Date().toISOString().slice(0, 10);
    expect(preview[0]?.uncompared).toEqual([`lost: tape "PAYROLL-01" was overwritten by hand on ${today}`]);
    const result = await restore([run]);
    expect(result).toMatchObject({ exitStatus: 1, error: { code: 'TAPE_IS_ANOTHER' } });
    expect(result.error?.message).toContain('it holds the label "OTHER"');
  });

  it('from an archive that differs in one byte are reported together with the difference', async () => {
    await changeTape(scene.lab, (tape) => {
      tape.write('currency=USD', tape.indexOf('currency=EUR'));
      return tape;
    });
    const result = await restore([run, 'payroll.conf']);
    expect(result).toMatchObject({ exitStatus: 2, error: { code: 'RESTORE_TAPE_DIFFERS' } });
    expect(result.error?.message).toContain(`the tape does not hold what run ${run} wrote: expected `);
    expect(result.files).toMatchObject([{ path: './etc/payroll.conf', what: 'written' }]);
  });

  it('before a record that cannot be read are reported as written', async () => {
    scene.lab.faults.set('tape-read-error=12');
    onTestFinished(() => scene.lab.faults.clear('tape-read-error'));
    const result = await restore([run]);
    expect(result.error).toMatchObject({ code: 'RESTORE_READ_FAILED' });
    expect(result.error?.message).toBe(
      'the backup cannot be read: reading the tape back failed: read: I/O error',
    );
    await expectReported(result);
  });

  it('from a truncated tape are reported as far as they were written', async () => {
    await withTapeOut(scene.lab, async (file) => truncate(file, Math.floor((await stat(file)).size / 2)));
    const result = await restore([run]);
    expect(result, result.error?.message).toMatchObject({
      exitStatus: 2,
      error: { code: 'RESTORE_READ_FAILED' },
    });
    expect(await readdir(target, { recursive: true })).not.toContainEqual(
      expect.stringContaining('.shadowtape-'),
    );
  });

  it('are reported if the console is canceled halfway', async () => {
    const cancel = new AbortController();
    const result = await restore([run], { cancel, onFile: () => cancel.abort() });
    expect(result).toMatchObject({ exitStatus: 2, error: { code: 'RESTORE_CANCELLED' } });
    expect(result.files.length).toBeLessThan(Object.keys(onVolume).length);
    await expectReported(result);
  });

  it('are not read by two restores at once', async () => {
    let others: Promise<RestoreResult> | undefined;
    const result = await restore([run], {
      onProgress: () => (others ??= restore([run], { to: `${target}-other` })),
    });
    expect(result.exitStatus).toBe(0);
    expect(await others).toMatchObject({ exitStatus: 1, error: { code: 'DRIVE_IN_USE' } });
    expect(existsSync(`${target}-other`)).toBe(false);
  });

  it('are refused on a disk without room, or in a missing folder', async () => {
    const list = scene.state.catalogueFile(run);
    const before = await readFile(list, 'utf8');
    onTestFinished(() => writeFile(list, before));
    await writeFile(list, before.replace(/"size":\d{4,}/, `"size":${2 ** 52}`));
    await expect(restore([run])).rejects.toMatchObject({ code: 'RESTORE_NO_SPACE' });
    await writeFile(list, before);
    await expect(restore([run], { to: join(target, 'missing', 'folder') })).rejects.toMatchObject({
      code: 'RESTORE_TARGET_UNUSABLE',
    });
  });
});

describe('the image of a raw volume', () => {
  let run: string;
  beforeAll(async () => {
    scene = await openScene({ blocks: 4096 });
    run = (await verified('raw-dd', {})).run;
  });
  afterAll(() => scene.close());

  const digestOf = async (file: string) =>
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex');

  it('is restored byte for byte, and replaces a file only on request', async () => {
    const result = await restore([run]);
    expect(result, result.error?.message).toMatchObject({ exitStatus: 0, uncompared: [] });
    expect(await digestOf(target)).toBe(scene.masterBefore);
    await expect(restore([run])).rejects.toMatchObject({ code: 'RESTORE_TARGET_EXISTS' });
    await writeFile(target, 'old');
    expect((await restore([run], { overwrite: 'always' })).exitStatus).toBe(0);
    expect(await digestOf(target)).toBe(scene.masterBefore);
  });

  it('is restored to a file of a host, and compared there', async () => {
    const result = await restore([run], { to: 'node1:/var/tmp/image' });
    expect(result, result.error?.message).toMatchObject({ exitStatus: 0 });
    const printed = await onHost(scene, 'node1', ['digest', '-a', 'sha256', '/var/tmp/image']);
    expect(printed.trim()).toBe(scene.masterBefore);
    expect(await onHost(scene, 'node1', ['ls', '/var/tmp'])).toBe('image\n');
    await expect(restore([run], { to: 'node1:/var/tmp/image' })).rejects.toMatchObject({
      code: 'RESTORE_TARGET_EXISTS',
    });
  });

  it('is removed from a host whose connection is lost, and from one that did not store what was sent', async () => {
    scene.lab.faults.set('connection-lost=node1:300000');
    const lost = await restore([run], { to: 'node1:/var/tmp/lost' });
    expect(lost).toMatchObject({ exitStatus: 1, error: { code: 'CONNECTION_LOST' } });
    scene.lab.faults.set('ignore-once=node1:cksum');
    const unproven = await restore([run], { to: 'node1:/var/tmp/lost' });
    expect(unproven).toMatchObject({ exitStatus: 1, error: { code: 'RESTORE_IMAGE_DIFFERS' } });
    expect(await onHost(scene, 'node1', ['ls', '/var/tmp'])).not.toContain('lost');
  });

  it('is removed from a host if Ctrl-C ends it halfway, and nothing is reported as remaining', async () => {
    const words = [...(await sceneArguments(scene)), '--trust', 'restore', run, '--to', 'node1:/var/tmp/cut'];
    const command = startCommand(words);
    // Longer than the drive needs to fill the buffers on the way to the host.
    scene.lab.faults.set('slow-tape=500000');
    onTestFinished(() => scene.lab.faults.clear('slow-tape'));
    const writes = new Promise<void>((resolve) => {
      const stop = scene.lab.onCommand(({ phase, line }) => {
        if (phase !== 'started' || !line.startsWith('dd of=/var/tmp/cut.')) return;
        stop();
        resolve();
      });
    });
    await writes;
    const names = () => onHost(scene, 'node1', ['ls', '/var/tmp']);
    await expect.poll(names).toMatch(/^cut\.[0-9a-f]{12}\.tmp$/m);
    command.process.kill('SIGINT');
    const { exitStatus, stdout, stderr } = await command.end;
    expect(exitStatus, stderr).toBe(1);
    expect(stdout).not.toContain('.tmp');
    expect(await names()).not.toContain('cut');
  });

  it('that cannot be removed from a host is reported with its path, and the report is right', async () => {
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'started' || !line.startsWith('dd of=/var/tmp/lost.')) return;
      scene.lab.faults.set('host-down=node1');
      scene.lab.breakConnections('node1');
    });
    onTestFinished(() => scene.lab.faults.clear('host-down'));
    const lost = await restore([run], { to: 'node1:/var/tmp/lost' }).finally(stop);
    expect(lost).toMatchObject({ exitStatus: 2, error: { code: 'CONNECTION_LOST' } });
    scene.lab.faults.clear('host-down');
    await scene.lab.faultsSettled();
    const [name = ''] =
      /lost\.[0-9a-f]{12}\.tmp/.exec(await onHost(scene, 'node1', ['ls', '/var/tmp'])) ?? [];
    expect(lost.notes).toEqual([`node1:/var/tmp/${name} may still exist: remove it`]);
    await onHost(scene, 'node1', ['rm', `/var/tmp/${name}`]);
    expect(await restore([run], { to: 'node1:/var/tmp/lost' })).toMatchObject({ exitStatus: 0, notes: [] });
  });

  it('is not kept on a host whose disk fills up meanwhile: the reason is named, and the hint works', async () => {
    const stop = scene.lab.onCommand(({ phase, line }) =>
      phase === 'started' && line.startsWith('dd of=/var/tmp/filled')
        ? fillUp(scene.lab, 'node1')
        : undefined,
    );
    const full = await restore([run], { to: 'node1:/var/tmp/filled' }).finally(stop);
    expect(full).toMatchObject({ exitStatus: 1, error: { code: 'RESTORE_FILE_UNWRITABLE' } });
    expect(full.error?.message).toMatch(
      /^node1:\/var\/tmp\/filled cannot be written: its file system is full; dd on node1 ended with exit status 2/,
    );
    expect(full.error?.hint).toMatch(/^free some space or name another place with --to, then restore again$/);
    await onHost(scene, 'node1', ['rm', ...fillers]);
    expect(await restore([run], { to: 'node1:/var/tmp/filled' })).toMatchObject({ exitStatus: 0 });
  });

  it('that is not what the run wrote is not kept', async () => {
    await changeTape(scene.lab, (tape) => flipped(tape));
    const result = await restore([run]);
    expect(result).toMatchObject({ exitStatus: 1, error: { code: 'RESTORE_TAPE_DIFFERS' } });
    expect((await readdir(scene.folder)).filter((name) => name.startsWith(`restored-${count}`))).toEqual([]);
  });

  it('is not read from a tape without a label that begins with another record', async () => {
    await withTapeOut(scene.lab, async (file) => {
      const [records = []] = await filesOfTape(file);
      const tape = await readFile(file);
      tape.fill(1, 4, 4 + (records[0]?.length ?? 0));
      await writeFile(file, tape);
    });
    const result = await restore([run]);
    expect(result).toMatchObject({ exitStatus: 1, error: { code: 'TAPE_IS_ANOTHER' } });
    expect(result.error?.message).toContain(`is not the tape without a label of run ${run}: it holds data`);
  });

  it('has no single files', async () => {
    await expect(restore([run, 'ledger.db'])).rejects.toMatchObject({ code: 'RESTORE_IMAGE_HAS_NO_FILES' });
  });
});
