/** A dump of a file system (6c, 6e) is restored completely into a folder of a host, by its own program. Files are read there. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RestoreResult } from '../../src/main/application/console.ts';
import { sceneArguments } from '../support/command-line.ts';
import { withJob } from '../support/failures.ts';
import { filesOfVolume, openScene, openSceneConsole, runScene, type Scene } from '../support/lab-run.ts';
import { fillers, fillUp, onHost } from '../support/lab-shell.ts';
import { failureOf } from '../support/refusals.ts';
import { changeTape, flipped } from '../support/changed-tape.ts';
import { performed } from '../support/performed-command.ts';

const kinds = [
  { job: 'ufsdump', method: '6c', proxy: 'Volume2', tool: 'ufsrestore' },
  { job: 'sfxdump', method: '6e', proxy: 'Volume4', tool: 'sfxrestore' },
] as const;

describe.each(kinds)('a dump of method $method', ({ job, proxy, tool }) => {
  let scene: Scene;
  let run: string;
  let files: Record<string, string>;
  let count = 0;
  const plain = withJob({ rejoin: 'leave-parted' }, job);

  beforeAll(async () => {
    scene = await openScene({ blocks: 8192, jobs: [job] });
    const end = await runScene(scene, { job, change: plain });
    expect(end.exitStatus, end.sentence).toBe(0);
    ({ run } = end);
    files = await filesOfVolume(scene.lab, 'Class1', proxy);
    expect(Object.keys(files).length).toBeGreaterThan(2);
  });
  afterAll(() => scene.close());

  async function restore(to: string, what: readonly string[] = [run]): Promise<RestoreResult> {
    const console = await openSceneConsole(scene, plain);
    try {
      const service = console.fileRestoreService;
      const nothing = () => Promise.resolve({ hits: [], more: false });
      const prepared = await service.prepare({ what, to, overwrite: 'never' }, nothing);
      return await service.perform(prepared, {
        ...{ abort: new AbortController().signal, ask: undefined },
        ...{ onProgress: () => undefined, onFile: () => undefined },
      });
    } finally {
      await console.close();
    }
  }

  const newFolder = () => `/var/tmp/restored-${(count += 1)}`;
  const lines = (text: string) => text.split('\n').filter((line) => line !== '');

  /** What the host itself has of the files, by their digests. */
  async function onDisk(folder: string): Promise<Record<string, string>> {
    const names = Object.keys(files);
    const digests = names.map((name) => ['digest', '-a', 'sha256', `${folder}/${name}`]);
    const printed = lines(await onHost(scene, 'node1', ...digests));
    return Object.fromEntries(names.map((name, index) => [name, (printed[index] ?? '').trim()]));
  }

  it('restores every file, and lists it with its digest', async () => {
    const folder = newFolder();
    const result = await restore(`node1:${folder}`);
    expect(result, result.error?.message).toMatchObject({ exitStatus: 0, sources: [{ isCompared: true }] });
    expect(await onDisk(folder)).toEqual(files);
    const told = result.files.filter(({ kind }) => kind === 'file');
    expect(Object.fromEntries(told.map(({ path, sha256 }) => [path.replace('./', ''), sha256]))).toEqual(
      files,
    );
    expect(lines(await onHost(scene, 'node1', ['ls', folder]))).not.toContain('restoresymtable');
    expect(result.uncompared).toContain(
      `Only ${tool} reads this dump: its files are as good as its exit status and messages say`,
    );
  });

  it('is restored by the command line as the hint for this computer says', async () => {
    const site = [...(await sceneArguments(scene)), '--trust'];
    const here = await performed([...site, 'restore', run, '--to', `${scene.folder}/restored`]);
    expect(here.exitStatus).toBe(1);
    expect(here.stderr).toContain(
      `nothing can be restored to ${scene.folder}/restored: only ${tool} reads this backup\n  hint: name a new or empty folder of a host of the site that has ${tool}: --to HOST:/DIR\n`,
    );
    const folder = newFolder();
    const end = await performed([...site, 'restore', run, '--to', `node1:${folder}`]);
    expect(end, end.stderr).toMatchObject({ exitStatus: 0 });
    expect(end.stdout).toContain(`bs=32768 | ${tool} rf -\n`);
    expect(await onDisk(folder)).toEqual(files);
  });

  it.each([
    [
      'single files of it are wanted',
      (folder: string) => restore(folder, [run, 'ledger.db']),
      'RESTORE_DUMP_TAKEN_WHOLE',
    ],
    ['the folder is not empty', () => restore('node1:/etc'), 'RESTORE_FOLDER_NOT_EMPTY'],
  ])('is refused if %s', async (_why, refused, code) => {
    const sent = scene.lab.commands.length;
    expect(await failureOf(refused(`node1:${newFolder()}`))).toMatchObject({ code });
    expect(scene.lab.commands.slice(sent).filter(({ line }) => /^mkdir|exec/.test(line))).toEqual([]);
  });

  it('is refused on a host that does not have its program', async () => {
    scene.lab.faults.set(`not-found=node1:${tool}`);
    onTestFinished(() => scene.lab.faults.clear(`not-found=node1:${tool}`));
    const folder = newFolder();
    const { code, sentence } = await failureOf(restore(`node1:${folder}`));
    expect({ code, sentence }).toEqual({
      code: 'RESTORE_TARGET_UNUSABLE',
      sentence: `nothing can be restored to node1:${folder}: node1 does not have ${tool}, which this backup needs`,
    });
  });

  it.each([
    ['its program fails', `fail-once=node1:sh -c cd "$1" && exec ${tool}`, 'COMMAND_FAILED'],
    ['the connection is lost', 'connection-lost=node1:300000', 'CONNECTION_LOST'],
  ])('is not reported as restored if %s', async (_why, fault, code) => {
    scene.lab.faults.set(fault);
    expect(await restore(`node1:${newFolder()}`)).toMatchObject({
      exitStatus: 2,
      error: { code },
      files: [],
    });
    expect(scene.lab.faults.list()).toEqual([]);
  });

  it('is not said to be restored to a host that is filled up meanwhile: the reason is named, and the hint works', async () => {
    const folder = newFolder();
    const stop = scene.lab.onCommand(({ phase, line }) =>
      phase === 'started' && line.includes(`exec ${tool}`) ? fillUp(scene.lab, 'node1') : undefined,
    );
    const full = await restore(`node1:${folder}`).finally(stop);
    expect(full).toMatchObject({ exitStatus: 2, error: { code: 'RESTORE_FILE_UNWRITABLE' }, files: [] });
    expect(full.error?.message).toContain(`node1:${folder} cannot be written: its file system is full; `);
    await onHost(scene, 'node1', ['rm', ...fillers], ['rm', '-r', folder]);
    expect(await restore(`node1:${folder}`)).toMatchObject({ exitStatus: 0 });
    expect(await onDisk(folder)).toEqual(files);
  });

  it('that is not what its run wrote is reported', async () => {
    await changeTape(scene.lab, (tape) => flipped(tape));
    expect(await restore(`node1:${newFolder()}`)).toMatchObject({
      exitStatus: 2,
      error: { code: 'RESTORE_TAPE_DIFFERS' },
      files: [],
    });
  });
});
