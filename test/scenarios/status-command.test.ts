import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { sampleSite } from '../../src/main/site/site.test-support.ts';
import { writeGeneratedRun, type GeneratedRun } from '../support/generated-history.ts';
import { performed } from '../support/performed-command.ts';

let folder: string;
const hour = 3_600_000;

function writeSite(protect: object | undefined, jobs: object = {}): void {
  const site = sampleSite();
  if (protect) site.jobs.nightly.protect = protect;
  Object.assign(site.jobs, jobs);
  writeFileSync(join(folder, 'site.yaml'), stringify(site));
}

/** A run of the job that began some hours ago, at most 9. */
function writeRun(hoursAgo: number, more: Partial<GeneratedRun> = {}): string {
  const at = new Date(Date.now() - hoursAgo * hour);
  const run = `20261101-0${9 - hoursAgo}0000-volume2`;
  const tapeName = `NIGHTLY-${hoursAgo}`;
  writeGeneratedRun(folder, {
    run,
    at,
    job: 'nightly',
    volume: 'Volume2',
    tapeName,
    bytes: 1024 ** 3,
    ...more,
  });
  return run;
}

const status = (...args: string[]) =>
  performed(['status', '--site', join(folder, 'site.yaml'), '--state', folder, ...args]);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-status-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('status', () => {
  it('exits 3 when the newest backup shows an instant that the clock has not reached', async () => {
    writeSite({ every: '24 hours' });
    const run = writeRun(-2);
    const { stdout, ...end } = await status();
    expect(end).toEqual({ exitStatus: 3, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(
        `^unknown {10}Class1/Volume1 {8}nightly {7}(1 h 59|2 h 0) min in the future, every 24 h, run ${run}, tape NIGHTLY--2; the newest backup shows an instant in the future: check the clock of the console\n$`,
      ),
    );
    const json = await status('--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ state: 'unknown', service: 'UNKNOWN' });
  });

  it('exits 0 when the newest backup is young enough, and shows its age since the part', async () => {
    writeSite({ every: '24 hours' });
    writeRun(8, { ends: 'failed' });
    const run = writeRun(5);
    const { stdout, ...end } = await status();
    expect(end).toEqual({ exitStatus: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(
        `^protected {8}Class1/Volume1 {8}nightly {7}(4 h 59|5 h 0) min old, every 24 h, run ${run}, tape NIGHTLY-5\n$`,
      ),
    );
    const json = await status('--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      job: 'nightly',
      class: 'Class1',
      master: 'Volume1',
      proxy: 'Volume2',
      everySeconds: 86_400,
      state: 'protected',
      backup: { run, tapeNames: ['NIGHTLY-5'] },
    });
  });

  it('exits 2 when a newer run failed', async () => {
    writeSite({ every: '24 hours' });
    const older = writeRun(9);
    const run = writeRun(2, { ends: 'failed' });
    const { exitStatus, stdout } = await status();
    expect(exitStatus).toBe(2);
    expect(stdout).toMatch(new RegExp(`^failed {11}Class1/Volume1 .*, run ${older}, `));
    expect(stdout).toMatch(new RegExp(`; run ${run} is not verified; the dump failed; the cluster is back`));
  });

  it('exits 1 when the newest backup is too old, and 2 when a run was interrupted', async () => {
    writeSite({ every: '4 hours' });
    writeRun(5);
    expect(await status()).toMatchObject({
      exitStatus: 1,
      stdout: expect.stringMatching(
        /^missed .*; the newest backup is too old, and no run has ended since\n$/,
      ),
    });
    const run = writeRun(1, { ends: 'not' });
    expect(await status()).toMatchObject({
      exitStatus: 2,
      stdout: expect.stringMatching(new RegExp(`^action required .*; run ${run} was interrupted\n$`)),
    });
  });

  it('prints one line for a volume of two jobs, judged by the stricter one', async () => {
    const { nightly } = sampleSite().jobs;
    const weekly = { ...nightly, protect: { every: '2 hours' } };
    writeSite({ every: '24 hours' }, { weekly });
    writeRun(3);
    const { exitStatus, stdout } = await status();
    expect(exitStatus).toBe(1);
    expect(stdout).toMatch(
      /^missed {11}Class1\/Volume1 {8}weekly, nightly {2}\d h \d+ min old, every 2 h, [^\n]*\n$/,
    );
  });

  it('replaces the metrics file as a whole, readable for the monitor', async () => {
    writeSite({ every: '24 hours' });
    const run = writeRun(5);
    const metrics = join(folder, 'shadowtape.prom');
    writeFileSync(metrics, 'old', { mode: 0o600 });
    expect(await status('--prometheus', metrics)).toMatchObject({ exitStatus: 0, stderr: '' });
    const text = readFileSync(metrics, 'utf8');
    const volume = 'site="payroll-cluster",class="Class1",volume="Volume1",proxy="Volume2"';
    expect(text).toContain(`\nshadowtape_volume_state{${volume},state="protected"} 1\n`);
    expect(text).toContain(`\nshadowtape_last_run_bytes{${volume}} ${1024 ** 3}\n`);
    expect(text).toContain(`\nshadowtape_last_run_verdict{${volume},verdict="verified"} 1\n`);
    expect(statSync(metrics).mode & 0o777).toBe(0o644 & ~process.umask());
    expect(readdirSync(folder).filter((name) => name.includes(`prom.`))).toEqual([]);
    const nowhere = await status('--prometheus', join(folder, 'missing', 'shadowtape.prom'));
    expect(nowhere).toMatchObject({
      exitStatus: 3,
      stdout: expect.stringContaining(`run ${run}`) as string,
      stderr: expect.stringMatching(/^shadowtape: .*shadowtape\.prom cannot be written: /) as string,
    });
  });

  it('exits 3 when a journal, which may be that of a newer run, cannot be read, and nothing is worse', async () => {
    writeSite({ every: '24 hours' });
    writeRun(5);
    const file = join(folder, 'runs', `${writeRun(2)}.ndjson`);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"seq":1', '"seq":7'));
    const unread = await status();
    expect(unread).toMatchObject({ exitStatus: 3, stdout: expect.stringMatching(/^protected /) as string });
    expect(unread.stderr).toMatch(/^the journal of run 20261101-070000-volume2 cannot be read: .*, line 1: /);
    writeSite({ every: '4 hours' });
    expect((await status()).exitStatus).toBe(1);
  });

  it('exits 3 when the job does not say how old a backup may be, and when there is no site file', async () => {
    writeSite(undefined);
    writeRun(1);
    expect(await status()).toMatchObject({
      exitStatus: 3,
      stdout: expect.stringMatching(/^unknown .*; the job has no protect\.every: age is not judged\n$/),
    });
    rmSync(join(folder, 'site.yaml'));
    const end = await status();
    expect(end.exitStatus).toBe(3);
    expect(end.stderr).toMatch(/^shadowtape: there is no site file at .*site\.yaml/);
  });
});
