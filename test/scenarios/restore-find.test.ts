/** The request of a restore, resolved in a history of several runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeGeneratedRun } from '../support/generated-history.ts';
import { History } from '../../src/main/history/history.ts';
import { StateFolder } from '../../src/main/journal/state-folder.ts';
import { previewOf } from '../../src/main/restore/preview.ts';
import { findWork, requireOneForHost, type RestoreQuestion } from '../../src/main/restore/restore-work.ts';

let state: StateFolder;
let history: History;
const runOf = (day: number) => `2026110${day}-020000-volume2`;

beforeAll(() => {
  state = new StateFolder(mkdtempSync(join(tmpdir(), 'shadowtape-restore-')));
  const ledger = [
    { path: './app/', size: 0, type: 'Directory' },
    { path: './app/ledger.db', size: 3000 },
    { path: './app/link', size: 0, type: 'Link', linkpath: './app/ledger.db' },
  ];
  const lists = [ledger, [...ledger, { path: './old.txt', size: 5 }], ledger, undefined, undefined];
  const methods = ['6b', '6b', '6b', '6a', '6c'] as const;
  for (const [index, method] of methods.entries()) {
    const at = new Date(Date.UTC(2026, 10, index + 1, 2));
    const name = {
      run: runOf(index + 1),
      job: 'nightly',
      volume: 'Volume2',
      tapeName: `NIGHTLY-${index + 1}`,
    };
    writeGeneratedRun(state.path, { ...name, at, method, bytes: 1_048_576 }, lists[index]);
  }
  history = new History(state);
});
afterAll(async () => {
  await history.close();
  rmSync(state.path, { recursive: true, force: true });
});

const workOf = (question: RestoreQuestion) =>
  findWork(state, question, (file, limit) => history.where({ file, limit }));

async function found(question: RestoreQuestion) {
  const work = await workOf(question);
  return previewOf(work).map(({ run, files, tapes, bytes, byHand }) => ({
    ...{ run, bytes, byHand },
    files: files?.map(({ path }) => path),
    tapes: tapes.map(({ words, file }) => `${words}, file ${file}`),
  }));
}

describe('a path without a run', () => {
  it('is restored from the newest run that holds it, a hard link with its target', async () => {
    expect(await found({ what: ['link'] })).toEqual([
      {
        run: runOf(3),
        bytes: 3000,
        files: ['./app/ledger.db', './app/link'],
        tapes: [`the tape "NIGHTLY-3" of run ${runOf(3)}, file 1`],
        byHand:
          'mt -f /dev/rmt/0n rewind && mt -f /dev/rmt/0n fsf 1 && dd if=/dev/rmt/0n bs=32768 | tar xvf - ./app/ledger.db ./app/link',
      },
    ]);
  });

  it('may be in an older run than another one: each is read from its own', async () => {
    const runs = await found({ what: ['ledger.db', 'old.txt'] });
    expect(runs.map(({ run, files }) => [run, files])).toEqual([
      [runOf(3), ['./app/ledger.db']],
      [runOf(2), ['./old.txt']],
    ]);
  });

  it('in an older run than another one goes to this computer; a host takes one dump at a time', async () => {
    const host = { kind: 'host', host: 'node1', path: '/restore' } as const;
    const both = await workOf({ what: ['ledger.db', 'old.txt'] });
    expect(() => requireOneForHost(both, { kind: 'here', path: '/restore' })).not.toThrow();
    expect(() => requireOneForHost(both, host)).toThrow(
      'the newest backups of these files are on 2 dumps, and a host takes one at a time',
    );
    const one = await workOf({ what: ['old.txt'] });
    expect(() => requireOneForHost(one, host)).not.toThrow();
  });

  it.each([
    [runOf(2), 2],
    ['2026-11-02', 2],
    ['2026-11-02T01:59:00Z', 1],
  ])('as of %s', async (asOf, day) => {
    expect(await found({ what: ['ledger.db'], asOf })).toMatchObject([{ run: runOf(day) }]);
  });

  it.each([
    [{ what: ['ledger.db'], asOf: '2026-10-31' }, 'ledger.db is in no file list up to 2026-10-31T23:59:59Z'],
    [{ what: ['nothing'] }, 'nothing is in no file list'],
    [{ what: ['ledger.db'], volume: 'Volume4' }, 'ledger.db is in no file list'],
    [{ what: [runOf(3)], asOf: '2026-11-02' }, `--as-of chooses a run, and run ${runOf(3)} is named`],
    [{ what: ['ledger.db'], asOf: 'yesterday' }, '"yesterday" is neither a run nor a date'],
  ])('is refused if nothing holds it: %j', async (question, message) => {
    await expect(found(question)).rejects.toThrow(message);
  });
});

describe('a run', () => {
  it('of method 6a is an image, and names the command that reads it', async () => {
    expect(await found({ what: [runOf(4)] })).toEqual([
      expect.objectContaining({
        files: undefined,
        bytes: 1_048_576,
        byHand: 'mt -f /dev/rmt/0n rewind && mt -f /dev/rmt/0n fsf 1 && dd if=/dev/rmt/0n bs=32768 > IMAGE',
      }),
    ]);
  });

  it('of method 6c is a dump, and names the program that reads it', async () => {
    expect(await found({ what: [runOf(5)] })).toMatchObject([
      {
        files: undefined,
        byHand:
          'mt -f /dev/rmt/0n rewind && mt -f /dev/rmt/0n fsf 1 && dd if=/dev/rmt/0n bs=32768 | ufsrestore rf -',
      },
    ]);
  });

  it.each([
    [
      [runOf(5), 'ledger.db'],
      `run ${runOf(5)} wrote Volume2 with method 6c, of which Shadowtape restores no single files`,
    ],
    [
      [runOf(4), 'ledger.db'],
      `run ${runOf(4)} wrote Volume2 as an image, in which single files are not known`,
    ],
    [[runOf(3), 'old.txt'], `the file list of run ${runOf(3)} does not have old.txt`],
  ])('is refused if it cannot provide that: %j', async (what, message) => {
    await expect(found({ what })).rejects.toThrow(message);
  });

  it('is refused if it did not back up that volume', async () => {
    await expect(found({ what: [runOf(3)], volume: 'Volume4' })).rejects.toThrow(
      `run ${runOf(3)} did not back up Volume4`,
    );
  });
});
