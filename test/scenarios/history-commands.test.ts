import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MediaFile } from '../../src/main/tape/media-file.ts';
import { writeGeneratedRun, type GeneratedRun } from '../support/generated-history.ts';
import { performed } from '../support/performed-command.ts';

let folder: string;

const run = (number: number, more: Partial<GeneratedRun> = {}): GeneratedRun => ({
  run: `2026110${number}-020000-volume2`,
  at: new Date(Date.UTC(2026, 10, number, 2)),
  job: 'nightly',
  volume: 'Volume2',
  tapeName: `NIGHTLY-${number}`,
  bytes: 1024 ** 3,
  ...more,
});

const command = (...args: string[]) => performed([...args, '--state', folder]);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-history-'));
  writeGeneratedRun(folder, run(1), [{ path: './app/ledger.db', size: 3000 }]);
  writeGeneratedRun(folder, run(2, { bytes: 2 * 1024 ** 3 }), [{ path: "./app/it's.db", size: 9 }]);
  writeGeneratedRun(folder, run(3, { ends: 'failed' }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the history, queried without a site', () => {
  it('lists the runs that match', async () => {
    const all = await command('runs');
    expect(all.stdout).toBe(
      [
        '20261103-020000-volume2       failed, rolled back   nightly       6b              -  Volume2  the dump failed; the cluster is back in its normal state',
        '20261102-020000-volume2       verified              nightly       6b          2 GiB  Volume2  Volume2 is on the tape, and was read back',
        '20261101-020000-volume2       verified              nightly       6b          1 GiB  Volume2  Volume2 is on the tape, and was read back',
        '',
      ].join('\n'),
    );
    const some = await command('runs', 'verdict:verified', '"read back"', '--limit', '1');
    expect(some.stdout).toMatch(/^20261102-020000-volume2 .*\n$/);
    expect(some.stderr).toBe('showing 1; --limit N shows more\n');
    const none = await command('runs', 'tape:NIGHTLY-9');
    expect(none).toEqual({ exitStatus: 0, stdout: 'no matching run\n', stderr: '' });
    const json = await command('runs', 'code:TAPE_WRITE', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ run: run(3).run, verdict: 'failed', exitStatus: 2 });
  });

  it('shows where a search is invalid', async () => {
    const end = await command('runs', 'verdict:good');
    expect(end.exitStatus).toBe(1);
    expect(end.stderr).toBe(
      'shadowtape: the search cannot be read at character 9: verdict must be one of verified, unverified, failed, unfinished, unreadable, not "good"\n' +
        '  hint: put terms with a space or a colon in quotes\n',
    );
  });

  it('shows where a file is, and how to restore it', async () => {
    const found = await command('where', 'ledger.db');
    expect(found.stdout).toBe(
      [
        './app/ledger.db  2.9 KiB  2026-09-21 14:13 UTC',
        '  run 20261101-020000-volume2, verified; Volume2 on tape "NIGHTLY-1", file 1; record 0, byte 0',
        '  node3 # mt -f /dev/rmt/0n rewind && mt -f /dev/rmt/0n fsf 1 && dd if=/dev/rmt/0n bs=32768 | tar xvf - ./app/ledger.db',
        '',
      ].join('\n'),
    );
    const quoted = await command('where', "it's.db", '--json');
    expect((JSON.parse(quoted.stdout) as { command: string }).command).toMatch(
      / \| tar xvf - '.\/app\/it'\\''s\.db'$/,
    );
    const none = await command('where', 'nothing');
    expect(none).toEqual({
      exitStatus: 1,
      stdout: '',
      stderr: 'nothing is in no file list: only tar archives have one (methods 6b, 6d)\n',
    });
  });

  it('accepts runs by the beginnings of their names, and the last one as latest', async () => {
    const [first, third] = [run(1).run, run(3).run];
    const shown = await command('show', first.slice(0, 8));
    expect(shown.stderr).toBe(`${first.slice(0, 8)}: run ${first}\n`);
    expect(shown.stdout).toBe((await command('show', first)).stdout);
    const compared = await command('compare', first.slice(0, 8), 'latest');
    expect(compared.stderr).toBe(`${first.slice(0, 8)}: run ${first}\nlatest: run ${third}\n`);
    expect(compared.stdout).toBe((await command('compare', first, third)).stdout);
    const audited = await command('audit', 'latest');
    expect(audited.stdout).toContain(third);
    expect(audited.stdout).not.toContain(first);
  });

  it('shows where a tape was put, until it is in a drive again', async () => {
    const media = new MediaFile(join(folder, 'tapes.ndjson'));
    const tape = {
      uuid: `uuid-of-${run(1).run}`,
      name: 'NIGHTLY-1',
      host: 'node3',
      device: '/dev/rmt/0',
    };
    media.append({ what: 'written', at: '2026-11-01T03:00:00.000Z', ...tape });
    expect(await command('tapes', 'move', 'NIGHTLY-1', 'fire safe 2')).toEqual({
      exitStatus: 0,
      stdout: 'moved: NIGHTLY-1 is at fire safe 2\n',
      stderr: '',
    });
    const place = '; at fire safe 2; last seen 2026-11-01 03:00 UTC in /dev/rmt/0 on node3\n';
    expect((await command('tapes')).stdout).toContain(place);
    expect((await command('where', 'ledger.db')).stdout).toContain(
      'Volume2 on tape "NIGHTLY-1" (at fire safe 2), file 1; record 0',
    );
    const unknown = await command('tapes', 'move', 'NIGHTLY-2', 'fire safe 2');
    expect(unknown.exitStatus).toBe(1);
    expect(unknown.stderr).toMatch(
      /^shadowtape: there is no tape "NIGHTLY-2" in the tape inventory\n {2}hint: did you mean "NIGHTLY-1"\? /,
    );
    media.append({ what: 'seen', at: '2026-11-02T03:00:00.000Z', ...tape });
    expect((await command('tapes')).stdout).not.toContain('fire safe');
  });

  it('does not guess if several runs begin alike, or none does', async () => {
    expect(await command('show', '202611')).toEqual({
      exitStatus: 1,
      stdout: '',
      stderr:
        `shadowtape: 3 runs begin with 202611\n` +
        `  hint: type more of the name: ${[3, 2, 1].map((day) => run(day).run).join(', ')}\n`,
    });
    expect((await command('show', '2025')).stderr).toBe(
      'shadowtape: there is no run 2025\n' +
        `  hint: shadowtape --state ${folder} runs lists the runs; name another state folder with --state DIR\n`,
    );
  });

  it('is found at the place in the environment, unless an option overrides it', async () => {
    const environment = { SHADOWTAPE_STATE: folder, SHADOWTAPE_SITE: join(folder, 'none.yaml') };
    const there = (...args: string[]) => performed(args, environment);
    expect((await there('runs')).stdout).toBe((await command('runs')).stdout);
    expect((await there('locks')).stderr).toBe(
      `shadowtape: there is no site file at ${environment.SHADOWTAPE_SITE}\n` +
        '  hint: name it with --site FILE; without --site the embedded lab is used\n',
    );
    const elsewhere = await there('runs', '--state', join(folder, 'empty'));
    expect(elsewhere.stdout).toBe(`no runs yet in ${join(folder, 'empty')}\n`);
  });

  it('writes a report to the standard output', async () => {
    const file = join(folder, 'rates.csv');
    const written = await command('report', 'latest', '--as', 'rates', '-o', file);
    expect(written.stdout).toBe(`${file}\n`);
    const piped = await command('report', 'latest', '--as', 'rates', '-o', '-');
    expect(piped.stdout).toBe(readFileSync(file, 'utf8'));
    const pdf = await command('report', 'latest', '-o', '-');
    expect(pdf.stdout.slice(0, 8)).toMatch(/^%PDF-1\.\d$/);
    expect(pdf.stdout.trimEnd()).toMatch(/%%EOF$/);
  });

  it('compares two runs', async () => {
    const end = await command('compare', run(1).run, run(3).run);
    expect(end.stdout).toMatch(
      /^Verdict {21}verified, exit status 0 {9}failed, rolled back, exit status 2$/m,
    );
    expect(end.stdout).toMatch(/^Tape {24}NIGHTLY-1 {23}NIGHTLY-3$/m);
    expect(end.stdout).not.toMatch(/^Job/m);
    const same = await command('compare', run(1).run, run(1).run);
    expect(same.stdout).toMatch(/nothing differs\n$/);
    const all = await command('compare', run(1).run, run(1).run, '--all');
    expect(all.stdout).toMatch(/^Job {25}nightly {25}nightly$/m);
  });

  it('shows trends, and what the index holds', async () => {
    const trends = await command('trends', '--volume', 'Volume2');
    expect(trends.stdout).toMatch(/^Volume2 of class Class1, payroll-cluster\n/);
    expect(trends.stdout).toMatch(/^2026-11-01 02:00 UTC {2}verified {8}1 GiB {2}████ /m);
    expect(trends.stdout).toMatch(/^2026-11-02 02:00 UTC {2}verified {8}2 GiB {2}████████ /m);
    const index = await command('index', '--rebuild');
    expect(index.stdout).toMatch(
      /^index .*index\.sqlite: \d+ KiB\n {2}3 runs\n {2}2 file lists with 2 entries; 2 different files\n$/,
    );
  });

  it('answers although the index is damaged', async () => {
    writeFileSync(join(folder, 'index.sqlite'), 'damaged');
    expect((await command('runs')).stdout.split('\n')).toHaveLength(4);
  });
});
