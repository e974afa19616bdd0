/**
 * The console's disk is full when a screen starts something: the refusal has code, sentence and hint, nothing was
 * touched, and the hint works when it is followed.
 */
import { copyFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, RequestOf } from '../../src/contract/channels.ts';
import type { RunPush } from '../../src/contract/screens.ts';
import { Desk } from '../../src/main/desk/desk.ts';
import { StateFolder } from '../../src/main/journal/state-folder.ts';
import { questionsTo } from '../support/desk-questions.ts';
import { fillableDisk } from '../support/full-disk.ts';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { changingCommands, locksLeft } from '../support/lab-shell.ts';

const fillDiskFor = fillableDisk();

let scene: Scene;
let desk: Desk;
let backup: string;
/** Names of files in the state folder, and how many commands the hosts had, before the disk was full. */
let before: { readonly files: readonly string[]; readonly commands: number };

const { ask, result, endOf, isOver } = questionsTo(() => desk);

const withoutQuestions = (site: SiteTree) => {
  for (const name of ['raw-dd', 'ufs-tar']) jobOf(site, name)['approve'] = 'when-verified';
  Object.assign(site.jobs, { halting: { ...jobOf(site), onFailure: 'halt' } });
};

async function recordsKept(): Promise<string[]> {
  const folders = [join(scene.state.path, 'runs'), scene.state.restoresFolder];
  const names = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])));
  return names.flat().toSorted();
}

beforeAll(async () => {
  scene = await openScene({ blocks: 4096, jobs: ['raw-dd', 'ufs-tar'] });
  await scene.state.prepare();
  await copyFile(scene.lab.knownHostsFile, scene.state.knownHostsFile);
  desk = new Desk({
    state: scene.state,
    siteFile: await scene.writeSite(withoutQuestions),
    guest: 'browser',
  });
  ({ run: backup } = await result('start', { job: 'ufs-tar' }));
  expect(await endOf(backup)).toBe(0);
});
afterAll(async () => {
  await desk.close();
  await scene.close();
});
beforeEach(async () => {
  before = { files: await recordsKept(), commands: scene.lab.commands.length };
});
// Whatever a test has refused, has not begun, and keeps nothing from beginning.
afterEach(() => {
  expect(desk.activity).toMatchObject({ runs: [], restores: [] });
});

async function refusal<Name extends Channel>(channel: Name, request: RequestOf<Name>) {
  const reply = await ask(channel, request);
  if ('result' in reply) throw new Error(`${channel} was not refused`);
  expect(changingCommands(scene, before.commands)).toEqual([]);
  expect(locksLeft(scene)).toEqual([]);
  expect(await recordsKept()).toEqual(before.files);
  return reply.error;
}

/** Follows a run whose dump fails, and answers its question by halting. @returns its exit status */
function haltedEnd(run: string): Promise<number> {
  desk.follow('run', { run }, (told) => {
    const push = 'push' in told ? (told.push as RunPush) : undefined;
    if (push?.kind === 'question' && push.question)
      void ask('answer', { run, number: push.question.number, choice: 'halt' });
  });
  return endOf(run);
}

const ofJournal = {
  code: 'JOURNAL_UNWRITABLE',
  sentence: expect.stringMatching(/^the journal \S+\.ndjson cannot be written: the disk is full$/) as string,
  onScreen: 'free some space in the state folder; Shadowtape does not run without a journal',
};
const ofRecord = {
  code: 'RESTORE_RECORD_UNWRITABLE',
  sentence: expect.stringMatching(/^the record \S+\.ndjson cannot be written: the disk is full$/) as string,
  onScreen: 'free some space in the state folder, then start again',
};

describe('on a full disk', () => {
  it('a backup is refused, and verified when there is room', async () => {
    fillDiskFor('.ndjson');
    expect(await refusal('start', { job: 'raw-dd' })).toMatchObject(ofJournal);
    fillDiskFor(undefined);
    await scene.lab.insertCartridge('next', { blank: true });
    const { run } = await result('start', { job: 'raw-dd' });
    expect(await endOf(run)).toBe(0);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('a volume is not restored', async () => {
    const raw = (await result('runs', {})).find(({ job }) => job === 'raw-dd')?.run ?? '';
    fillDiskFor('.ndjson');
    expect(await refusal('restore', { run: raw, replace: ['Volume1'] })).toMatchObject(ofJournal);
  });

  it('a halted run is not resumed, and stays as it is until it is rolled back', async () => {
    await scene.lab.insertCartridge('third', { blank: true });
    scene.lab.faults.set('tape-error=3');
    const { run } = await result('start', { job: 'halting' });
    expect(await haltedEnd(run)).toBe(3);
    scene.lab.faults.clear('tape-error');
    const file = scene.state.journalFile(run);
    const left = await clusterState(scene);
    fillDiskFor('.ndjson');
    expect(await ask('resume', { run })).toMatchObject({
      error: { ...ofJournal, sentence: `the journal ${file} cannot be written: the disk is full` },
    });
    expect(await clusterState(scene)).toEqual(left);
    fillDiskFor(undefined);
    expect(await result('unwind', { run })).toEqual({ run });
    expect(await endOf(run)).toBe(2);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('files, a drill and a second copy are refused, and the drive is free again', async () => {
    const to = join(scene.folder, 'restored');
    fillDiskFor('.ndjson');
    expect(await refusal('restoreFiles', { what: [backup, 'payroll'], path: to })).toMatchObject(ofRecord);
    expect(await refusal('drill', { run: backup })).toMatchObject(ofRecord);
    expect(
      await refusal('copyRun', { run: backup, to: ['COPY-1'], drive: 'node3:/dev/rmt/1' }),
    ).toMatchObject(ofRecord);
    expect(await readdir(to).catch(() => [])).toEqual([]);
    fillDiskFor(undefined);
    await scene.lab.insertCartridge('tape');
    const { restore } = await result('drill', { run: backup });
    await isOver(restore);
    expect((await result('restoreRecord', { restore })).line).toMatchObject({ exitStatus: 0 });
  });
});

it('where the folder of journals is a file, a backup is refused, and verified when the file is gone', async () => {
  const state = new StateFolder(join(scene.folder, 'state-without-runs'));
  await state.prepare();
  await copyFile(scene.lab.knownHostsFile, state.knownHostsFile);
  await writeFile(join(state.path, 'runs'), '');
  const other = new Desk({ state, siteFile: await scene.writeSite(withoutQuestions), guest: 'browser' });
  const on = questionsTo(() => other);
  try {
    await scene.lab.insertCartridge('fourth', { blank: true });
    expect(await on.ask('start', { job: 'raw-dd' })).toMatchObject({
      error: {
        code: 'JOURNAL_UNWRITABLE',
        sentence: expect.stringMatching(/cannot be written: its folder is a file$/) as string,
      },
    });
    await rm(join(state.path, 'runs'));
    const { run } = await on.result('start', { job: 'raw-dd' });
    expect(await on.endOf(run)).toBe(0);
  } finally {
    await other.close();
  }
});
