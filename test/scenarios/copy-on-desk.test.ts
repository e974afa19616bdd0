/** A second copy that is requested on a screen: it is made, and the run, the places of its files and its report name it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../../src/lab/lab.ts';
import { ReportService } from '../../src/main/application/console.ts';
import { Desk } from '../../src/main/desk/desk.ts';
import { readReportRecords } from '../../src/main/journal/report-record.ts';
import { questionsTo } from '../support/desk-questions.ts';
import { jobOf, openScene, sha256, type Scene, type SiteTree } from '../support/lab-run.ts';
import { locksLeft } from '../support/lab-shell.ts';
import { filesOfTape } from '../support/tap-file.ts';

let scene: Scene;
let vault: Lab;
let desk: Desk;
let run: string;

const { ask, result, endOf, isOver } = questionsTo(() => desk);

beforeAll(async () => {
  scene = await openScene({ jobs: ['ufs-tar'] });
  vault = await openLab({ folder: join(scene.folder, 'vault'), blocks: 512, savesOnlyAtClose: true });
  const node = vault.hosts[2];
  const change = (site: SiteTree) => {
    Object.assign(jobOf(site, 'ufs-tar'), {
      approve: 'when-verified',
      media: { layout: 'labelled', name: 'PAYROLL-01', keep: '4 weeks' },
    });
    site.hosts['vault'] = {
      ...{ role: 'tape', address: '127.0.0.1', port: node?.port, user: node?.user, key: vault.identityFile },
    };
  };
  await scene.state.prepare();
  const siteFile = await scene.writeSite(change);
  const keys = await Promise.all([scene.lab, vault].map((lab) => readFile(lab.knownHostsFile, 'utf8')));
  await writeFile(scene.state.knownHostsFile, keys.join(''));
  desk = new Desk({ state: scene.state, siteFile, guest: 'browser' });
  ({ run } = await result('start', { job: 'ufs-tar' }));
  expect(await endOf(run)).toBe(0);
});
afterAll(async () => {
  await desk.close();
  await vault.close();
  await scene.close();
});

const drive = 'vault:/dev/rmt/0';

describe('a second copy requested on a screen', () => {
  it('is refused before anything is touched if the request is invalid', async () => {
    expect(await ask('copyRun', { run, to: ['OFFSITE-1'], drive: 'cellar:/dev/rmt/0' })).toMatchObject({
      error: { code: 'COPY_DRIVE_UNREADABLE' },
    });
    expect(await ask('copyRun', { run, to: ['PAYROLL-01'], drive })).toMatchObject({
      error: { code: 'COPY_ONTO_BACKUP' },
    });
    expect((await result('run', { run })).copies).toBeUndefined();
    expect(await filesOfTape(vault.tapeFile)).toEqual([]);
  });

  it('is made, and the run names its tape, when it was compared, and the digests of what was read back', async () => {
    const before = new Date().toISOString();
    const { restore } = await result('copyRun', { run, to: ['OFFSITE-1'], drive });
    await isOver(restore);
    const { line } = await result('restoreRecord', { restore });
    expect(line).toMatchObject({ kind: 'copy', exitStatus: 0, runs: [run], to: 'OFFSITE-1' });
    const [, dump = []] = await filesOfTape(vault.tapeFile);
    const { copies = [] } = await result('run', { run });
    const [copy] = copies;
    expect(copies).toHaveLength(1);
    expect(copy).toMatchObject({
      isImported: false,
      tapes: [{ name: 'OFFSITE-1' }],
      volumes: [{ volume: 'Volume2', sha256: sha256(Buffer.concat(dump)) }],
    });
    expect((copy?.at ?? '') >= before).toBe(true);
    expect(locksLeft(scene)).toEqual([]);
  });

  it('is named with the places of its files, and in the inventory', async () => {
    const { hits } = await result('whereFile', { file: 'ledger' });
    expect(hits[0]?.tapes).toMatchObject([
      { name: 'PAYROLL-01', copies: [{ name: 'OFFSITE-1', location: undefined }] },
    ]);
    const tapes = await result('tapes', {});
    const own = tapes.find(({ name }) => name === 'PAYROLL-01');
    expect(tapes.find(({ name }) => name === 'OFFSITE-1')).toMatchObject({ run, copyOf: own?.uuid });
  });

  it('is in the report of the run, which can be made again byte by byte', async () => {
    const document = JSON.stringify(await result('report', { run }));
    const { copies = [] } = await result('run', { run });
    expect(document).toContain('"Second copy"');
    expect(document).toContain('OFFSITE-1');
    expect(document).toContain(copies[0]?.volumes[0]?.sha256);
    const exported = await new ReportService(scene.state).export({ run, what: 'pdf', paper: 'A4' });
    const { records } = await readReportRecords(scene.state, run);
    const [record] = records;
    if (!record) throw new Error('the export is recorded');
    expect(record.copies).toMatchObject([{ tapes: [{ name: 'OFFSITE-1' }] }]);
    const again = await new ReportService(scene.state).again(run, record);
    expect(sha256(again)).toBe(sha256(exported.content));
  });
});
