import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewEvent } from '../../contract/events.ts';
import { fixtureEvents } from '../../folds/journals.test-support.ts';
import { Journal } from '../journal/journal.ts';
import { chainScript } from '../report/document/section-proof.ts';
import { ReportService } from './report-service.ts';
import { readReportRecords } from '../journal/report-record.ts';
import { MediaFile } from '../tape/media-file.ts';
import { plainTapeEvent } from '../tape/tape-holders.ts';
import { writeSiteReport } from './site/site-report.ts';
import { StateFolder } from '../journal/state-folder.ts';

const run = '20261122-145307-volume2';
let folder: string;
let state: StateFolder;
let lastHash: string;

/** A journal with a valid chain, at the times of the fixture. */
function keepJournal(): string {
  let at = '';
  const journal = new Journal({ file: state.journalFile(run), run, now: () => new Date(at) });
  // The fixture is an excerpt: events are renumbered, and outcomes follow their intents.
  const numbers = new Map<number, number>();
  for (const kept of fixtureEvents('raw-dd')) {
    const { seq, at: when, ...event } = kept;
    at = when;
    for (const name of ['run', 'prev']) Reflect.deleteProperty(event, name);
    const belongs = event.type === 'outcome' ? { ...event, of: numbers.get(event.of) ?? 0 } : event;
    numbers.set(seq, journal.append(belongs as NewEvent));
  }
  journal.close();
  return journal.lastHash;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadowtape-report-'));
  state = new StateFolder(join(folder, 'state'));
  lastHash = keepJournal();
});
afterEach(() => rm(folder, { recursive: true }));

const request = { run, what: 'pdf', paper: 'A4' } as const;
const digestOf = (content: Buffer) => createHash('sha256').update(content).digest('hex');

describe('exports', () => {
  it('are recorded, and the same bytes when they are recreated', async () => {
    const service = new ReportService(state);
    const { name, type, content } = await service.export(request);
    expect({ name, type }).toEqual({ name: `${run}.pdf`, type: 'application/pdf' });
    const { records } = await readReportRecords(state, run);
    expect(records).toMatchObject([
      { what: 'pdf', paper: 'A4', signed: false, sha256: digestOf(content), journalHash: lastHash },
    ]);
    expect((await service.again(run, { what: 'pdf', paper: 'A4' })).equals(content)).toBe(true);
    expect(await state.runs()).toEqual([run]);
  });

  it('show a tape that was overwritten since; earlier exports are recreated unchanged', async () => {
    const service = new ReportService(state);
    const before = await service.export(request);
    const media = new MediaFile(state.tapesFile);
    const [host, device, at] = ['node3', '/dev/rmt/0', '2026-11-28T20:00:00.000Z'];
    const written = plainTapeEvent({ run, sha256: 'a'.repeat(64), files: [] }, { host, device, at });
    media.append(written);
    media.append({ ...written, what: 'lost', by: '20261128-195500-volume2' });
    const after = await service.export(request);
    expect(after.content.equals(before.content)).toBe(false);
    const { records } = await readReportRecords(state, run);
    expect(records.map(({ lost }) => lost)).toEqual([
      undefined,
      [{ at, by: '20261128-195500-volume2', certain: true }],
    ]);
    for (const [index, { content }] of [before, after].entries())
      expect((await service.again(run, records[index] ?? { what: 'pdf' })).equals(content)).toBe(true);
    expect(JSON.stringify(await service.document(run))).toContain(
      'lost: the tape was overwritten by run 20261128-195500-volume2 on 2026-11-28',
    );
  });

  it('have the times of this machine’s zone, and are recreated in that zone anywhere', async () => {
    const { content } = await new ReportService(state, 'Asia/Kolkata').export(request);
    const script = await new ReportService(state, 'Asia/Kolkata').export({ ...request, what: 'commands' });
    const { records } = await readReportRecords(state, run);
    expect(records.map(({ zone }) => zone)).toEqual(['Asia/Kolkata', 'Asia/Kolkata']);
    const elsewhere = new ReportService(state, 'UTC');
    expect((await elsewhere.again(run, records[0] ?? { what: 'pdf' })).equals(content)).toBe(true);
    // The run began at 14:53:07 UTC.
    expect(script.content.toString('utf8')).toMatch(
      /^# on node3, 2026-11-22 20:23:0\d \+05:30, exit status 0/m,
    );
    expect(JSON.stringify(await new ReportService(state, 'Asia/Kolkata').document(run))).toContain(
      '2026-11-22 20:23:08 +05:30 (14:53:08 UTC)',
    );
  });

  it('of earlier releases are recreated in UTC', async () => {
    const { content } = await new ReportService(state, 'UTC').export(request);
    const elsewhere = new ReportService(state, 'Asia/Kolkata');
    expect((await elsewhere.again(run, { what: 'pdf', paper: 'A4' })).equals(content)).toBe(true);
  });

  it('are written completely or not at all, and leave nothing else', async () => {
    const file = join(folder, 'report.pdf');
    expect(await new ReportService(state).write({ ...request, file })).toBe(file);
    expect((await readFile(file)).subarray(0, 8).toString('latin1')).toBe('%PDF-1.7');
    expect((await readdir(folder)).sort()).toEqual(['report.pdf', 'state']);
  });

  it('replace nothing unless requested', async () => {
    const file = join(folder, 'report.pdf');
    await writeFile(file, 'mine');
    const service = new ReportService(state);
    await expect(service.write({ ...request, file })).rejects.toThrow(`${file} already exists`);
    expect(await readFile(file, 'utf8')).toBe('mine');
    await service.write({ ...request, file, force: true });
    expect((await readFile(file)).length).toBeGreaterThan(10_000);
  });

  it('report why they cannot be written, and are then not recorded', async () => {
    const file = join(folder, 'nowhere', 'report.pdf');
    await expect(new ReportService(state).write({ ...request, file })).rejects.toThrow(
      `${file} cannot be written: its folder does not exist`,
    );
    expect((await readReportRecords(state, run)).records).toEqual([]);
  });

  it('of an unknown run are refused', async () => {
    await expect(new ReportService(state).export({ ...request, run: 'none' })).rejects.toThrow(/none/);
  });

  it('of the commands end before the first of them, and of the rates are a table', async () => {
    const service = new ReportService(state);
    const script = join(folder, 'commands.sh');
    await service.write({ run, what: 'commands', paper: 'A4', file: script });
    const text = await readFile(script, 'utf8');
    expect(text).toMatch(
      /# on node1, 2026-11-22 14:53:08 UTC, exit status 0, \d\.\d s\nsdxproxy Part -c Class1 -p Volume2 -a pjrm=off\n/,
    );
    await expect(promisify(execFile)('sh', [script])).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'a record of commands sent to several hosts at that time: read it, do not run it\n',
    });
    const { content } = await service.export({ run, what: 'rates', paper: 'A4' });
    const [head, first] = content.toString('utf8').split('\r\n');
    expect(head).toBe('at,step,what,bytes,total,records,bytes_per_second,buffer_fill,elapsed_seconds');
    expect(first).toMatch(/^2026-11-22T14:53:\d\d\.\d{3}Z,fingerprint,fingerprint,\d+,\d+,\d+,,,$/);
  });
});

describe('how the report describes the check of the journal', () => {
  const sh = async (script: string) =>
    (await promisify(execFile)('sh', ['-c', script], { cwd: state.runsFolder })).stdout.trim();

  it('yields its hash with stock tools', async () => {
    expect(await sh(chainScript(`${run}.ndjson`).join('\n'))).toBe(lastHash);
    expect(await sh(`tail -n 1 ${run}.ndjson | tr -d '\\n' | sha256sum`)).toBe(`${lastHash}  -`);
  });

  it('shows a line that was changed', async () => {
    const file = state.journalFile(run);
    await writeFile(file, (await readFile(file, 'utf8')).replace('umount', 'uMount'));
    expect(await sh(chainScript(`${run}.ndjson`).join('\n'))).toMatch(/^broken: \{"seq":/);
  });
});

describe('the report that a site requests for every run', () => {
  it('is written into its folder, and again if a run was resumed', async () => {
    const notices: string[] = [];
    const report = { state, run, folder: join(folder, 'reports'), paper: 'Letter' as const };
    await writeSiteReport(report, (sentence) => notices.push(sentence));
    await writeSiteReport(report, (sentence) => notices.push(sentence));
    expect(await readdir(report.folder)).toEqual([`${run}.pdf`]);
    expect(notices).toEqual([]);
  });

  it('only causes a notice if it cannot be written', async () => {
    const notices: string[] = [];
    const file = join(folder, 'file');
    await writeFile(file, '');
    await mkdir(state.path, { recursive: true });
    await writeSiteReport({ state, run, folder: file, paper: 'A4' }, (sentence) => notices.push(sentence));
    expect(notices.join()).toMatch(new RegExp(`^the report of run ${run} was not written: `));
  });
});
