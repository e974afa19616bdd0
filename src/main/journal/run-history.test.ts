import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../../test/support/refusals.ts';
import { Journal } from './journal.ts';
import { newestRun, nextOrder, runsBegunAfter } from './run-history.ts';
import { StateFolder } from './state-folder.ts';

let state: StateFolder;
beforeEach(async () => {
  state = new StateFolder(await mkdtemp(join(tmpdir(), 'shadowtape-order-')));
});
afterEach(() => rm(state.path, { recursive: true, force: true }));

function begin(run: string, order?: number, operator = 'marion'): void {
  const journal = new Journal({ file: state.journalFile(run), run });
  journal.append({
    type: 'run-started',
    job: 'raw-dd',
    site: 'lab',
    route: 'console',
    layout: 'plain',
    method: '6a',
    volumes: [],
    operator,
    version: '0.1.0',
    class: 'Class1',
    tape: { host: 'node3', device: '/dev/rmt/0' },
    recordBytes: 32768,
    ...(order === undefined ? {} : { order }),
  });
  journal.close();
}

/** As `state compress` leaves the journal of a run that has ended. */
async function pack(run: string): Promise<void> {
  const file = state.journalFile(run);
  await writeFile(`${file}.gz`, gzipSync(await readFile(file)));
  await rm(file);
}

describe('the order of runs', () => {
  it('is counted, and a clock that was set back does not change it', async () => {
    begin('20261122-020000-volume2', await nextOrder(state));
    begin('20261121-230000-volume2', await nextOrder(state));
    expect(await runsBegunAfter(state, '20261122-020000-volume2')).toEqual(['20261121-230000-volume2']);
    expect(await runsBegunAfter(state, '20261121-230000-volume2')).toEqual([]);
  });

  it('is found in a first line of any length', async () => {
    begin('20261120-020000-volume2', 7, 'm'.repeat(20_000));
    expect(await nextOrder(state)).toBe(8);
  });

  it('is that of their names among runs of earlier releases, which are older than counted ones', async () => {
    begin('20261120-020000-volume2');
    begin('20261121-020000-volume2');
    begin('20261119-020000-volume2', await nextOrder(state));
    expect(await runsBegunAfter(state, '20261120-020000-volume2')).toEqual([
      '20261119-020000-volume2',
      '20261121-020000-volume2',
    ]);
    expect(await runsBegunAfter(state, '20261119-020000-volume2')).toEqual([]);
  });

  it.each([10, 20_000])(
    'is found in compressed journals, with a first line of %i letters or more',
    async (letters) => {
      // What does not repeat is not compressed below the size that is read first.
      const operator = randomBytes(letters).toString('hex');
      begin('20261120-020000-volume2', 6);
      begin('20261121-020000-volume2', 7, operator);
      await pack('20261121-020000-volume2');
      expect(await nextOrder(state)).toBe(8);
      expect(await runsBegunAfter(state, '20261120-020000-volume2')).toEqual(['20261121-020000-volume2']);
      expect(await newestRun(state)).toBe('20261121-020000-volume2');
    },
  );
});

describe('a journal whose beginning cannot be read', () => {
  const broken = '20261121-020000-volume2';
  beforeEach(async () => {
    begin('20261120-020000-volume2', 1);
    await writeFile(state.journalFile(broken), 'not a journal\n');
  });

  it('may be that of a later run', async () => {
    expect(await runsBegunAfter(state, '20261120-020000-volume2')).toEqual([broken]);
  });

  it('may be that of the latest run', async () => {
    expect(await failureOf(newestRun(state))).toMatchObject({
      code: 'RUN_LATEST_UNKNOWN',
      sentence: `which run is the latest is not known: the beginning of ${state.journalFile(broken)} cannot be read`,
    });
    begin('20261122-020000-volume2', 2);
    expect(await newestRun(state)).toBe('20261122-020000-volume2');
  });
});
