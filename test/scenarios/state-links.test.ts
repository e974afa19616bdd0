/** A name in the state folder that is a link to something else: its target is neither read nor written. */
import { lstat, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keepRate, readRates } from '../../src/main/application/rates-file.ts';
import { readSmallFile, writeSmallFile } from '../../src/main/application/small-file.ts';
import { IndexFile } from '../../src/main/history/index-file.ts';
import { thisProcess } from '../../src/main/owner/process-owner.ts';
import { liveRuns } from '../../src/main/proof/live-runs.ts';
import { readCatalogue } from '../../src/main/history/catalogue-reader.ts';
import { smallEvents, writeRun } from '../../src/main/proof/proof.test-support.ts';
import { appendSeals, readSeals } from '../../src/main/proof/seals-file.ts';
import { signatureOf } from '../../src/main/proof/signature-facts.ts';
import { appendKnownHost } from '../../src/main/ssh/keys/known-hosts.ts';
import { MediaFile } from '../../src/main/tape/media-file.ts';
import { readKept } from '../../src/main/journal/kept-file.ts';
import { readReportRecords, writeReportRecord } from '../../src/main/journal/report-record.ts';
import { StateFolder } from '../../src/main/journal/state-folder.ts';

let folder: string;
let state: StateFolder;
/** A file of somebody else. */
let other: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadowtape-links-'));
  state = new StateFolder(join(folder, 'state'));
  other = join(folder, 'other');
  await mkdir(state.runsFolder, { recursive: true });
  await writeFile(other, 'not ours\n');
});
afterEach(() => rm(folder, { recursive: true }));

const run = '20261122-020004-volume2';
const link = 'it is a symbolic link; the state folder may not contain any';
const seal = { what: 'sealed', at: '', run, lines: 1, bytes: 1, hash: '0'.repeat(64) } as const;
const record = {
  at: '2026-11-22T03:00:00.000Z',
  what: 'journal',
  sha256: '0'.repeat(64),
  journalHash: '0'.repeat(64),
  version: '1',
} as const;

const first = async (entries: AsyncGenerator<unknown>) => (await entries.next()).value as unknown;

describe('a link in the state folder', () => {
  it.each([
    ['a journal', () => state.journalFile(run), () => readKept(state.journalFile(run))],
    ['a compressed journal', () => `${state.journalFile(run)}.gz`, () => readKept(state.journalFile(run))],
    ['the list of seals', () => state.sealsFile, () => readSeals(state)],
    ['a signature', () => state.signatureFile(run), () => signatureOf(state, run)],
  ])('is not read: %s', async (_what, file, read) => {
    await symlink(other, file());
    await expect(read()).rejects.toMatchObject({
      code: 'STATE_FILE_UNREADABLE',
      message: expect.stringContaining(`${file()} cannot be read: ${link}`) as string,
    });
  });

  it.each([
    ['the list of exports', () => state.reportsFile(run), () => readReportRecords(state, run)],
    ['a list of files', () => state.catalogueFile(run), () => first(readCatalogue(state.catalogueFile(run)))],
    ['the list of tapes', () => state.tapesFile, async () => new MediaFile(state.tapesFile).list()],
  ])('is not read either: %s', async (_what, file, read) => {
    await symlink(other, file());
    await expect(read()).rejects.toThrow(/ELOOP/);
  });

  it.each([
    ['the list of seals', () => state.sealsFile, () => appendSeals(state, [seal])],
    [
      'the known hosts',
      () => state.knownHostsFile,
      () => appendKnownHost(state.knownHostsFile, 'a', 22, Buffer.alloc(8)),
    ],
    ['the list of exports', () => state.reportsFile(run), () => writeReportRecord(state, run, record)],
    [
      'the rates',
      () => join(state.path, 'rates.json'),
      () => keepRate(join(state.path, 'rates.json'), 's', 'h', { read: 1, write: 1 }),
    ],
  ])('is not written through: %s', async (_what, file, write) => {
    await symlink(other, file());
    await expect(write()).rejects.toThrow();
    expect(await readFile(other, 'utf8')).toBe('not ours\n');
  });

  it('is not a folder of runs', async () => {
    writeRun(state, smallEvents());
    const elsewhere = join(folder, 'elsewhere');
    await rename(state.runsFolder, elsewhere);
    await symlink(elsewhere, state.runsFolder);
    const refused = { message: expect.stringContaining(link) as string };
    await expect(state.runs()).rejects.toMatchObject(refused);
    await expect(readKept(state.journalFile(run))).rejects.toMatchObject(refused);
    await expect(state.prepare()).rejects.toMatchObject(refused);
  });

  it('is not a file of secrets, nor one for the place of the window', async () => {
    const file = join(state.path, 'secrets.json');
    await writeFile(other, '{"a":"b"}');
    await symlink(other, file);
    expect(readSmallFile(file, z.record(z.string(), z.string()))).toBeUndefined();
    expect(() => writeSmallFile(file, {})).toThrow(/ELOOP/);
    expect(await readFile(other, 'utf8')).toBe('{"a":"b"}');
  });

  it('is not a mark of a run', async () => {
    await mkdir(state.liveFolder);
    await writeFile(other, JSON.stringify({ ...thisProcess(), since: '2026-11-22T03:00:00.000Z' }));
    await symlink(other, join(state.liveFolder, `${run}.json`));
    expect(await liveRuns(state)).toEqual([]);
  });

  it('is not an index, and its target is unchanged', async () => {
    const file = join(state.path, 'index.sqlite');
    for (const name of [file, `${file}-journal`]) await symlink(other, name);
    const index = new IndexFile(file, 'links');
    await index.change(() => undefined);
    index.close();
    expect((await lstat(file)).isFile()).toBe(true);
    expect(await readFile(other, 'utf8')).toBe('not ours\n');
  });

  it('does not count as rates', async () => {
    const file = join(state.path, 'rates.json');
    await writeFile(other, '{"s/h":{"read":1,"write":1}}');
    await symlink(other, file);
    expect(await readRates(file, 's', ['h'])).toEqual({});
  });
});

it('the state folder itself may be a link', async () => {
  writeRun(state, smallEvents());
  const named = join(folder, 'named');
  await symlink(state.path, named);
  const same = new StateFolder(named);
  await same.prepare();
  expect(await same.runs()).toEqual([run]);
  expect((await readKept(same.journalFile(run))).length).toBeGreaterThan(0);
});
