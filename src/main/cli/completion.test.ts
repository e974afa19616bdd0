import { describe, expect, it } from 'vitest';
import { CommandLine } from './command-line.ts';
import { completionsOf } from './completion.ts';
import { registerShown } from './history/history-commands.ts';
import { registerHistory } from './history/history-search-commands.ts';
import { registerKeeping } from './keeping-commands.ts';
import { registerLocks } from './lock-commands.ts';
import { registerProof } from './proof-commands.ts';
import { registerReport } from './report-commands.ts';
import { registerRuns } from './run/run-command.ts';

const line = new CommandLine();
for (const register of [
  registerRuns,
  registerLocks,
  registerHistory,
  registerShown,
  registerReport,
  registerProof,
  registerKeeping,
])
  register(line);

const runs = ['20261101-020000-volume2', '20261102-020000-volume2', '20261102-020000-volume4'];
const jobs = ['raw-dd', 'ufs-tar', 'ufsdump'];
const after = (...words: string[]) =>
  completionsOf(line.program, words, {
    runs: () => Promise.resolve(runs),
    jobs: () => Promise.resolve(jobs),
  });
const newestFirst = ['latest', ...runs.toReversed()];

describe('the word under the cursor', () => {
  it.each<[string, string[], string[]]>([
    ['is a command', ['re'], ['resume', 'report']],
    ['is a command behind options', ['--site', 'a.yaml', '--trust', 'res'], ['resume']],
    ['is a command of a command', ['state', ''], ['export', 'import', 'compress', 'remove']],
    ['is a job', ['run', 'uf'], ['ufs-tar', 'ufsdump']],
    ['is no second job', ['run', 'raw-dd', ''], []],
    ['is a run', ['show', ''], newestFirst],
    ['is a run by its beginning', ['report', '20261102'], newestFirst.slice(1, 3)],
    ['is the second of two runs', ['compare', 'latest', 'l'], ['latest']],
    ['is one of many runs', ['audit', 'latest', runs[0] ?? '', 'la'], ['latest']],
    ['is a run of the alias of a command', ['unwind', 'latest'], ['latest']],
    ['is a run that an option names', ['unlock', 'Class1', '--discard', ''], newestFirst],
    ['is the value of an option', ['report', 'latest', '--as', 'r'], ['rates']],
    ['is a file', ['report', 'latest', '-o', ''], []],
    ['is a site file', ['--site', 'pay'], []],
    ['is an option of a command', ['report', '--p'], ['--paper']],
    ['is an option of the program', ['show', '--tr'], ['--trust']],
    ['is unknown', ['frobnicate', 'x'], []],
  ])('%s', async (_what, words, expected) => {
    expect(await after(...words)).toEqual(expected);
  });

  it('is a class: only the hosts know those', async () => {
    expect(await after('unlock', '')).toEqual([]);
  });
});
