/** What an operator types for a run, and which run is meant. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StateFolder } from '../journal/state-folder.ts';
import { existingRunNamed } from './run-names.ts';

const names = ['20261128-010000-volume2', '20261129-010000-volume2', '20261129-020000-volume4'];

let folder: string;
let state: StateFolder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-names-'));
  state = new StateFolder(folder);
  for (const name of names) {
    const file = state.journalFile(name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('the unique beginning of a name is that run', async () => {
  expect(await existingRunNamed(state, '20261128')).toBe(names[0]);
});

it('the beginning of several names is refused, with the names', async () => {
  await expect(existingRunNamed(state, '20261129')).rejects.toMatchObject({
    message: '2 runs begin with 20261129',
    hint: `type more of the name: ${names[2]}, ${names[1]}`,
  });
});

it.each([
  ['20261128-010000-volume3', names[0]],
  ['latst', 'latest'],
])('%s is not a run, and the error suggests %s', async (word, meant) => {
  await expect(existingRunNamed(state, word)).rejects.toMatchObject({
    code: 'RUN_MISSPELT',
    message: `there is no run ${word}`,
    hint: `did you mean ${meant}? shadowtape runs lists the runs; name another state folder with --state DIR`,
  });
});
