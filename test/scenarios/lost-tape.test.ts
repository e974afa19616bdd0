/** A missing tape is declared lost: its contents no longer count, until it is found or in a drive again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { FileHit } from '../../src/contract/history.ts';
import { readSite, StateFolder } from '../../src/main/application/console.ts';
import { declareTapeLost, moveTape } from '../../src/main/application/known-tapes.ts';
import { serviceStateOf, siteStatus } from '../../src/main/application/protection/status-service.ts';
import { History } from '../../src/main/history/history.ts';
import { sampleSite } from '../../src/main/site/site.test-support.ts';
import type { MediaEvent } from '../../src/main/tape/media-catalogue.ts';
import { MediaFile } from '../../src/main/tape/media-file.ts';
import { writeGeneratedRun } from '../support/generated-history.ts';
import { performed } from '../support/performed-command.ts';

const hour = 3_600_000;
const person = `${userInfo().username}@${hostname()}`;

let folder: string;
let state: StateFolder;
let media: MediaFile;
let older: string;
let newer: string;

/** A run of the job on a tape of its pool, that many hours ago, with one file. */
function writeRun(hoursAgo: number, tapeName: string): string {
  const at = new Date(Date.now() - hoursAgo * hour);
  const run = `20261101-${String(24 - hoursAgo).padStart(2, '0')}0000-volume2`;
  const file = { path: './app/ledger.db', size: 3000 };
  writeGeneratedRun(folder, { run, at, job: 'nightly', volume: 'Volume2', tapeName, bytes: 1024 ** 3 }, [
    file,
  ]);
  media.append(written(tapeName, run, at));
  return run;
}

/** The entry of a run for its tape. */
const written = (name: string, run: string, at: Date): MediaEvent => ({
  ...{ what: 'labelled', at: at.toISOString(), uuid: `uuid-of-${run}`, name, run, onto: 'blank' },
  ...{ host: 'node3', device: '/dev/rmt/0', keepUntil: at.toISOString() },
});

const command = (...args: string[]) =>
  performed([...args, '--site', join(folder, 'site.yaml'), '--state', folder, '--utc']);
/** The data of status, and its output; the exit status is that of a plugin. */
async function status() {
  const history = new History(state);
  try {
    const site = await readSite(join(folder, 'site.yaml'));
    const facts = { lines: await history.lines(), series: await history.trends({}) };
    const { volumes } = await siteStatus({ site, state, ...facts, now: new Date() });
    const [volume] = volumes;
    if (!volume) throw new Error('the job has a volume');
    return { ...volume, service: serviceStateOf(volume) };
  } finally {
    await history.close();
  }
}
const told = (): string => {
  try {
    return readFileSync(join(folder, 'told'), 'utf8');
  } catch {
    return '';
  }
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-lost-'));
  state = new StateFolder(folder);
  media = new MediaFile(state.tapesFile);
  const site = sampleSite();
  Object.assign(site.jobs.nightly, {
    protect: { every: '30 hours' },
    schedule: { at: '02:00', window: '6 hours' },
    media: { layout: 'labelled', pool: 'nightly' },
  });
  const script = 'echo "$SHADOWTAPE_EVENT $SHADOWTAPE_SUBJECT: $SHADOWTAPE_SENTENCE" >> "$0"';
  Object.assign(site, {
    pools: { nightly: { tapes: ['W1', 'W2'], keep: '1 day' } },
    notify: [{ on: ['failure'], command: ['/bin/sh', '-c', script, join(folder, 'told')] }],
  });
  writeFileSync(join(folder, 'site.yaml'), stringify(site));
  older = writeRun(23, 'W1');
  newer = writeRun(5, 'W2');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a tape that is declared lost', () => {
  it('leaves its volume unprotected, and notifies the receivers of failures', async () => {
    expect(await status()).toMatchObject({ service: 'OK', state: 'protected', backup: { run: newer } });
    expect(await command('tapes', 'lost', 'W2')).toEqual({
      exitStatus: 0,
      stdout: `lost: W2 no longer counts, and no run waits for it\n  no other tape holds run ${newer}\n`,
      stderr: '',
    });
    const now = await status();
    expect(now).toMatchObject({ service: 'CRITICAL', state: 'failed', backup: { run: older } });
    expect(now.reason).toContain(`run ${newer} is on a tape that is lost`);
    expect(told()).toContain(
      `the tape "W2" was declared lost by ${person}; no other tape holds run ${newer}\n`,
    );
    expect(told()).toMatch(/^failure /);
  });

  it('is listed last by where, and as lost by tapes, show and runs', async () => {
    const places = async (...limit: string[]) => {
      const { stdout } = await command('where', 'ledger.db', '--json', ...limit);
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as FileHit);
    };
    declareTapeLost(state, 'W2');
    const hits = await places();
    expect(hits.map(({ run }) => run)).toEqual([older, newer]);
    expect(hits.map(({ tapes }) => tapes[0]?.lost?.declaredBy)).toEqual([undefined, person]);
    expect((await places('--limit', '1')).map(({ run }) => run)).toEqual([older]);
    const day = new Date().toISOString().slice(0, 10);
    const words = new RegExp(`lost: the tape was declared lost by ${person} on ${day} `);
    expect((await command('tapes')).stdout).toMatch(words);
    const ofTape = new RegExp(`lost: tape "W2" was declared lost by ${person} on ${day} `);
    for (const asked of [['show', newer], ['runs']])
      expect((await command(...asked)).stdout, asked[0]).toMatch(ofTape);
    const text = (await command('where', 'ledger.db')).stdout;
    expect(text).toMatch(ofTape);
    expect(text.indexOf('"W1"')).toBeLessThan(text.indexOf('"W2"'));
  });

  it('is not waited for by the next night, and its pool may have no other one', async () => {
    expect((await status()).nextTape?.name).toBe('W1');
    declareTapeLost(state, 'W1');
    expect((await status()).nextTape?.name).toBe('W2');
    declareTapeLost(state, 'W2');
    expect((await status()).nextTape?.sentence).toContain(
      'no tape of the pool "nightly" may be overwritten: W1 is lost, W2 is lost',
    );
  });

  it('counts again once it is found, with the place where it is', async () => {
    moveTape(state, 'W2', 'fire safe 1');
    declareTapeLost(state, 'W2');
    expect((await command('tapes')).stdout).toContain('; was at fire safe 1; ');
    expect(await command('tapes', 'found', 'W2', 'fire safe 2')).toEqual({
      exitStatus: 0,
      stdout: 'found: W2 counts again\n',
      stderr: '',
    });
    expect(await status()).toMatchObject({ service: 'OK', state: 'protected', backup: { run: newer } });
    expect((await command('tapes')).stdout).toContain('; at fire safe 2; ');
  });

  it('counts again once it is in a drive', async () => {
    declareTapeLost(state, 'W2');
    media.append({ ...written('W2', newer, new Date()), what: 'seen', onto: undefined });
    expect(await status()).toMatchObject({ service: 'OK', backup: { run: newer } });
  });

  it('loses no backup while a second copy holds its run', async () => {
    media.append({
      ...{ what: 'written', at: new Date().toISOString(), uuid: 'uuid-of-copy', name: 'OFFSITE', run: newer },
      ...{ host: 'node3', device: '/dev/rmt/1', copyOf: `uuid-of-${newer}` },
      files: [{ file: 1, volume: 'Volume2', method: '6b' }],
    });
    expect((await command('tapes', 'lost', 'W2')).stdout).toBe(
      'lost: W2 no longer counts, and no run waits for it\n',
    );
    expect(await status()).toMatchObject({ service: 'OK', backup: { run: newer } });
    expect(told()).toBe('');
    const { stdout } = await command('where', 'ledger.db', '--limit', '1');
    expect(stdout).toContain(`run ${newer}, verified; Volume2 on tape "OFFSITE", a second copy; record 0`);
    expect(stdout).toContain(`lost: tape "W2" was declared lost by ${person} on `);
    expect((await command('tapes', 'lost', 'OFFSITE')).stdout).toContain(
      `no other tape holds run ${newer}\n`,
    );
    expect(await status()).toMatchObject({ service: 'CRITICAL', backup: { run: older } });
  });
});

describe('a tape that is declared lost, or found, by mistake', () => {
  it.each([
    [['lost', 'W9'], 'there is no tape "W9" in the tape inventory', 'did you mean '],
    [['found', 'W1'], 'the tape "W1" is not declared lost', 'tapes move W1 LOCATION notes where it is'],
    [['found', 'W1', ''], '"" cannot be the location of a tape', 'give 1 to 100 characters on one line'],
  ])('%j is refused, and nothing is recorded', async (words, sentence, hint) => {
    const before = readFileSync(media.path);
    const end = await command('tapes', ...words);
    expect(end).toMatchObject({ exitStatus: 1, stdout: '' });
    expect(end.stderr).toContain(sentence);
    expect(end.stderr).toContain(hint);
    expect(readFileSync(media.path)).toEqual(before);
  });

  it('twice is refused', async () => {
    declareTapeLost(state, 'W1');
    const end = await command('tapes', 'lost', 'W1');
    expect(end).toMatchObject({ exitStatus: 1, stdout: '' });
    expect(end.stderr).toContain(`the tape "W1" is already declared lost, by ${person}`);
    expect(end.stderr).toContain('if it is found: shadowtape');
  });
});
