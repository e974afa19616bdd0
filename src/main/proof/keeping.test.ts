import { mkdir, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { create } from 'tar';
import { afterEach, describe, expect, it } from 'vitest';
import { provenDrills } from '../journal/drill-records.ts';
import { readJournal } from '../journal/journal-reader.ts';
import { packedFile } from '../journal/kept-file.ts';
import { StateFolder } from '../journal/state-folder.ts';
import { thisProcess } from '../owner/process-owner.ts';
import { auditState } from './audit.ts';
import { worstToSign } from '../../folds/audit-words.ts';
import { markLive } from './live-runs.ts';
import { compressFile, compressRuns, millisecondsOf, unpackJournal } from './packed-runs.ts';
import {
  newFolder,
  newState,
  recordedEvents,
  removeFolders,
  run,
  sealedState,
  smallEvents,
  writeRun,
} from './proof.test-support.ts';
import { readSeals, sealRun } from './seals-file.ts';
import { exportState, importState, removeRun } from './state-archive.ts';

afterEach(removeFolders);

describe('a journal that is compressed', () => {
  it('is listed, read and audited as before, and unpacked where its run is resumed', async () => {
    const state = await sealedState();
    const file = state.journalFile(run);
    const plain = await readFile(file);
    await writeFile(state.catalogueFile(run), '{"path":"a"}\n');
    await writeFile(state.reportsFile(run), '');
    const [compressed] = await compressRuns(state, 0);
    expect(compressed?.saved).toBeGreaterThan(plain.length / 2);
    expect((await readdir(state.runsFolder)).sort()).toEqual([
      `${run}.catalogue.ndjson.gz`,
      `${run}.ndjson.gz`,
      `${run}.reports.ndjson`,
    ]);
    expect(await state.runs()).toEqual([run]);
    expect((await readJournal(file, run)).events).toHaveLength(164);
    expect(worstToSign(await auditState({ state }))).toBe('proven');
    expect(await compressRuns(state, 0)).toEqual([]);
    await unpackJournal(state, run);
    expect((await readFile(file)).equals(plain)).toBe(true);
    expect(await readdir(state.runsFolder)).not.toContain(`${run}.ndjson.gz`);
  });

  it('is whole at every moment: the plain one counts while both are there, and is removed at the next compressing', async () => {
    const state = await sealedState(smallEvents());
    const file = state.journalFile(run);
    const plain = await readFile(file);
    await compressFile(file);
    await writeFile(file, plain);
    expect(await state.runs()).toEqual([run]);
    expect(worstToSign(await auditState({ state }))).toBe('proven');
    await writeFile(packedFile(file), 'half of it');
    expect(worstToSign(await auditState({ state }))).toBe('proven');
    await compressRuns(state, 0);
    expect(await readdir(state.runsFolder)).toEqual([`${run}.ndjson.gz`]);
    expect(worstToSign(await auditState({ state }))).toBe('proven');
    await writeFile(packedFile(file), (await readFile(packedFile(file))).subarray(0, -20));
    expect((await auditState({ state }, [run]))[0]?.sentence).toBe(
      `${file}.gz cannot be unpacked: unexpected end of file`,
    );
  });

  it('is only one of a run that is over, has ended long enough ago, and does not continue', async () => {
    const state = await sealedState(smallEvents());
    writeRun(state, smallEvents().slice(0, 2), 'killed');
    const [start, , end] = smallEvents();
    if (!start || !end) throw new Error('there are three');
    writeRun(state, [start, { ...end, exitStatus: 3 } as never], 'halted');
    const unmark = await markLive(state, run);
    expect(await compressRuns(state, 0)).toEqual([]);
    await unmark('removed');
    expect(await compressRuns(state, millisecondsOf('99 years'))).toEqual([]);
    expect((await compressRuns(state, millisecondsOf('0 days'))).map((one) => one.run)).toEqual([run]);
    expect(() => millisecondsOf('long ago')).toThrow('"long ago" is not a length of time');
  });

  it('is compressed by two at once, and what a killed process has left is removed', async () => {
    const state = await sealedState();
    const [old, young] = ['0123456789ab', 'ba9876543210'].map((word) =>
      join(state.runsFolder, `${run}.ndjson.gz.${word}.tmp`),
    ) as [string, string];
    await writeFile(old, 'half of it');
    await writeFile(young, 'half of it');
    const yesterday = new Date(Date.now() - 86_400_000);
    await utimes(old, yesterday, yesterday);
    await Promise.all([compressRuns(state, 0), compressRuns(state, 0)]);
    expect((await readdir(state.runsFolder)).sort()).toEqual([`${run}.ndjson.gz`, basename(young)]);
    expect(worstToSign(await auditState({ state }))).toBe('proven');
  });

  it('is left as it was where the operator stops', async () => {
    const state = await sealedState(smallEvents());
    await expect(compressRuns(state, 0, undefined, AbortSignal.abort())).rejects.toMatchObject({
      message: `stopped before the end: runs from ${run} on were not changed`,
    });
    expect(await readdir(state.runsFolder)).toEqual([`${run}.ndjson`]);
  });

  it('is none that was changed', async () => {
    const state = await sealedState(smallEvents());
    const file = state.journalFile(run);
    await writeFile(file, (await readFile(file, 'utf8')).replace('ü', 'u'));
    expect(await compressRuns(state, 0)).toEqual([
      { run, saved: 0, trouble: `${file}, line 3: it does not follow the previous line` },
    ]);
  });
});

describe('the archive of a state folder', () => {
  it('copies all of it into an empty one, where it is proven as before', async () => {
    const state = await sealedState();
    await mkdir(state.labFolder);
    await writeFile(join(state.labFolder, 'disk'), 'x');
    await writeFile(join(state.path, 'index.sqlite'), 'x');
    const archive = join(await newFolder(), 'state.tar.gz');
    expect(await exportState(state, archive)).toBe(2);
    await expect(exportState(state, archive)).rejects.toMatchObject({
      message: `${archive} already exists`,
    });
    const other = await newState();
    expect(await importState(other, archive)).toEqual([
      { name: `runs/${run}.ndjson`, what: 'new' },
      { name: 'seals.ndjson', what: 'new' },
    ]);
    expect((await readdir(other.path)).sort()).toEqual(['runs', 'seals.ndjson']);
    expect(worstToSign(await auditState({ state: other }))).toBe('proven');
    expect((await importState(other, archive)).map(({ what }) => what)).toEqual(['same', 'same']);
  });

  it('copies the records of drills, and omits those of restores', async () => {
    const state = await sealedState(smallEvents());
    await mkdir(state.restoresFolder);
    const finished = {
      type: 'drill-finished',
      at: '2026-11-22T15:00:00.000Z',
      run,
      exitStatus: 0,
      volumes: ['Volume2'],
    };
    await writeFile(
      join(state.restoresFolder, '20261122-150000-drill.ndjson'),
      `${JSON.stringify(finished)}\n`,
    );
    await writeFile(join(state.restoresFolder, '20261122-160000.ndjson'), '{}\n');
    const archive = join(await newFolder(), 'state.tar.gz');
    await exportState(state, archive);
    const other = await newState();
    await importState(other, archive);
    expect(await readdir(other.restoresFolder)).toEqual(['20261122-150000-drill.ndjson']);
    expect(provenDrills(other.restoresFolder).get(run)).toEqual({ at: finished.at, volumes: ['Volume2'] });
  });

  it('overwrites nothing that differs, and copies the seals of what was new', async () => {
    const state = await sealedState(smallEvents());
    const archive = join(await newFolder(), 'state.tar.gz');
    await exportState(state, archive);
    const other = await newState();
    writeRun(other, smallEvents(), 'own');
    await writeFile(other.sealsFile, '');
    expect(await importState(other, archive)).toEqual([
      { name: `runs/${run}.ndjson`, what: 'new' },
      { name: 'seals.ndjson', what: 'merged' },
    ]);
    expect((await auditState({ state: other }, [run]))[0]?.sentence).toMatch(
      /^3 lines, chain intact, sealed \S+ elsewhere, imported \S+; final hash/,
    );
    await writeFile(other.journalFile(run), 'mine');
    expect((await importState(other, archive))[0]).toEqual({ name: `runs/${run}.ndjson`, what: 'differs' });
    expect(await readFile(other.journalFile(run), 'utf8')).toBe('mine');
  });

  it('copies the seal of a journal that an import has left without one, which was interrupted', async () => {
    const state = await sealedState(smallEvents());
    const archive = join(await newFolder(), 'state.tar.gz');
    await exportState(state, archive);
    const other = await newState();
    writeRun(other, smallEvents(), 'own');
    await sealRun(other, 'own');
    await writeFile(other.journalFile(run), await readFile(state.journalFile(run)));
    expect(worstToSign(await auditState({ state: other }))).toBe('unproven');
    expect(await importState(other, archive)).toEqual([
      { name: `runs/${run}.ndjson`, what: 'same' },
      { name: 'seals.ndjson', what: 'merged' },
    ]);
    expect(worstToSign(await auditState({ state: other }))).toBe('proven');
    expect((await importState(other, archive)).map(({ what }) => what)).toEqual(['same', 'same']);
  });

  it('is not written where there is nothing to export, something cannot be read, or the operator stops', async () => {
    const folder = await newFolder();
    const archive = join(folder, 'state.tar.gz');
    const empty = await newState();
    await expect(exportState(empty, archive)).rejects.toMatchObject({
      message: `there is nothing to export in ${empty.path}`,
    });
    const file = new StateFolder(join(folder, 'file'));
    await mkdir(file.sealsFile, { recursive: true });
    await expect(auditState({ state: file })).rejects.toMatchObject({
      message: `${file.sealsFile} cannot be read: it is a folder`,
    });
    const state = await sealedState(smallEvents());
    await expect(exportState(state, archive, AbortSignal.abort())).rejects.toMatchObject({
      message: 'stopped before the end: nothing was written',
    });
    expect(await readdir(folder)).toEqual(['file']);
    await exportState(state, archive);
    const other = await newState();
    await expect(importState(other, archive, { abort: AbortSignal.abort() })).rejects.toMatchObject({
      message: 'stopped before the end: 0 files were added',
    });
    expect(await readdir(other.path)).toEqual([]);
  });

  it.each([
    ['a way out', '../escaped'],
    ['a folder of another name', 'lab/disk'],
    ['a program', 'runs/x.sh'],
  ])('is refused as a whole where it has %s', async (_what, entry) => {
    const folder = await newFolder();
    const inner = join(folder, 'inner');
    await mkdir(join(inner, 'runs'), { recursive: true });
    await mkdir(join(inner, 'lab'));
    await writeFile(join(inner, entry), 'x');
    await writeFile(join(inner, 'rates.json'), '{}');
    const archive = join(folder, 'bad.tar.gz');
    await create({ cwd: inner, file: archive, gzip: true, preservePaths: true }, ['rates.json', entry]);
    const state = await newState();
    await expect(importState(state, archive)).rejects.toMatchObject({
      message: `${archive} has an entry that no state folder has: "${entry}"`,
    });
    expect(await readdir(state.path)).toEqual([]);
  });

  it('is refused where it has a link, is none, or a run continues', async () => {
    const folder = await newFolder();
    await symlink('/etc/passwd', join(folder, 'rates.json'));
    const archive = join(folder, 'bad.tar.gz');
    await create({ cwd: folder, file: archive, gzip: true }, ['rates.json']);
    const state = await newState();
    await expect(importState(state, archive)).rejects.toMatchObject({ code: 'STATE_ARCHIVE_FORBIDDEN' });
    await writeFile(archive, 'no archive');
    await expect(importState(state, archive)).rejects.toMatchObject({ code: 'STATE_ARCHIVE_UNREADABLE' });
    const unmark = await markLive(state, run);
    await expect(importState(state, archive)).rejects.toMatchObject({ code: 'STATE_RUN_LIVE' });
    await unmark('removed');
    await expect(importState(new StateFolder(join(folder, 'new')), '/nowhere')).rejects.toMatchObject({
      code: 'STATE_ARCHIVE_UNREADABLE',
    });
  });
});

/** The journal of a run that has sent a command that changes something, and that ended as recorded. */
async function stateOf(end: { exitStatus: 2 | 3; discarded?: true } | undefined): Promise<StateFolder> {
  const recorded = recordedEvents('raw-dd').map((event) =>
    event.type === 'run-finished' ? { ...event, verdict: 'failed' as const, ...end } : event,
  );
  return sealedState(end ? recorded : recorded.slice(0, -1));
}

describe('a run that needs somebody', () => {
  const own = { ...thisProcess(), since: '2026-11-22T02:00:04Z' };
  const gone = { ...own, process: 2 ** 22 + 1 };
  it.each([
    ['whose process died', undefined, gone, 'was interrupted'],
    ['that was interrupted by a reboot', undefined, { ...own, boot: 'abc' }, 'was interrupted'],
    ['that keeps its locks', { exitStatus: 3 }, { ...own, ended: true }, 'ended with action required'],
  ] as const)('%s is not removed', async (_what, end, mark, how) => {
    const state = await stateOf(end);
    await mkdir(state.liveFolder, { recursive: true });
    await writeFile(join(state.liveFolder, `${run}.json`), JSON.stringify(mark));
    await expect(removeRun(state, run, 'marion')).rejects.toMatchObject({
      code: 'STATE_RUN_OPEN',
      message: `run ${run} ${how}: without its journal it can be neither resumed nor rolled back`,
      hint: `resume, roll back or discard it first: shadowtape resume ${run}, shadowtape rollback ${run}, or shadowtape unlock Class1 --discard ${run}`,
    });
    expect(await readdir(state.runsFolder)).toEqual([`${run}.ndjson`]);
  });

  it.each([
    ['was rolled back, and whose process died before it could say so', { exitStatus: 2 }, gone],
    ['was discarded', { exitStatus: 3, discarded: true }, { ...own, ended: true }],
  ] as const)('no longer, since it %s, is removed', async (_what, end, mark) => {
    const state = await stateOf(end);
    await mkdir(state.liveFolder, { recursive: true });
    await writeFile(join(state.liveFolder, `${run}.json`), JSON.stringify(mark));
    await removeRun(state, run, 'marion');
    expect(await readdir(state.runsFolder)).toEqual([]);
  });
});

describe('a run that is removed', () => {
  it('leaves what it was in the list of seals', async () => {
    const state = await sealedState(smallEvents());
    await writeFile(state.catalogueFile(run), '');
    await writeFile(`${state.journalFile(`${run}-2`)}`, '');
    const unmark = await markLive(state, run);
    await expect(removeRun(state, run, 'marion')).rejects.toMatchObject({ code: 'STATE_RUN_LIVE' });
    await unmark('removed');
    expect(await removeRun(state, run, 'marion@jump1')).toEqual({
      files: [`${run}.catalogue.ndjson`, `${run}.ndjson`],
      head: (await readSeals(state)).lastHash,
    });
    expect(await readdir(state.runsFolder)).toEqual([`${run}-2.ndjson`]);
    expect((await auditState({ state }, [run]))[0]).toMatchObject({
      verdict: 'unproven',
      sentence: expect.stringMatching(
        /^removed \S+Z by marion@jump1: 3 lines, final hash [0-9a-f]{64}$/,
      ) as string,
    });
    await rm(state.journalFile(`${run}-2`));
    expect(worstToSign(await auditState({ state }))).toBe('proven');
    await expect(removeRun(state, '../seals', 'x')).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
  });
});
