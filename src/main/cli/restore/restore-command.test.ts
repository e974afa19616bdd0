/** One command restores volumes, and with `--to` files and images: options of the other form are refused, not ignored. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { performed } from '../../../../test/support/performed-command.ts';

let state: string;
beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), 'shadowtape-restore-'));
});
afterAll(() => rmSync(state, { recursive: true, force: true }));

const misfit = (option: string, form: string) =>
  `shadowtape: ${option} has no meaning ${form} --to\n` +
  '  hint: with --to, files and images are restored; without it, a volume on the cluster. shadowtape --state STATE restore --help lists the options of both\n';
const unplaced =
  'shadowtape: no place to restore to is named\n' +
  '  hint: for files and images, add --to DIR, --to FILE or --to HOST:/PATH; for a volume on the cluster, name its run alone\n';

const undrilled =
  'shadowtape: a drill takes one run, and no paths\n' +
  '  hint: shadowtape --state STATE restore RUN --drill reads all of its tapes; --volume names one volume\n';

describe('restore is refused before anything is touched', () => {
  it.each<[string, string[], string]>([
    ['--volume without --to', ['RUN', '--volume', 'Volume2'], misfit('--volume', 'without')],
    ['--overwrite without --to', ['RUN', '--overwrite', 'never'], misfit('--overwrite', 'without')],
    ['--replace with --to', ['RUN', '--to', 'x', '--replace', 'Volume1'], misfit('--replace', 'with')],
    ['a path without --to', ['RUN', './app/ledger.db'], unplaced],
    ['--drill with a path', ['RUN', './app/ledger.db', '--drill'], undrilled],
    ['latest where there is no run', ['latest'], `shadowtape: there are no runs yet in STATE\n`],
  ])('with %s', async (_what, words, told) => {
    const { exitStatus, stdout, stderr } = await performed(['--state', state, 'restore', ...words]);
    expect(stderr).toContain(told.replace('STATE', state));
    expect({ exitStatus, stdout }).toEqual({ exitStatus: 1, stdout: '' });
  });
});
