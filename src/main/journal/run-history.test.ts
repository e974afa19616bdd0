import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from './journal.ts';
import { nextOrder, runsBegunAfter } from './run-history.ts';
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
});
