/**
 * The history with ten thousand runs and five million files: how long the index takes to build, and how long questions
 * take. In comparison, grep over the same journals and catalogues: the machine's own speed varies, the ratio says more.
 *
 * Usage: node test/bench/history-bench.ts [RUNS] [FILES] [CATALOGUES]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistoryIndex } from '../../src/main/history/history-index.ts';
import { runName, StateFolder } from '../../src/main/journal/state-folder.ts';
import { writeGeneratedRun, type GeneratedFile } from '../support/generated-history.ts';
import { percentile, row } from './figures.ts';

const runs = Number(process.argv[2] ?? '10000');
const files = Number(process.argv[3] ?? '5000000');
const catalogues = Number(process.argv[4] ?? '300');
const filesEach = Math.ceil(files / catalogues);
const nights = 86_400_000;
const seconds = (since: number) => (performance.now() - since) / 1000;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Every file is another one: the worst case, since nothing recurs. */
function* filesOf(catalogue: number): Generator<GeneratedFile> {
  for (let index = 0; index < filesEach; index += 1) {
    const number = catalogue * filesEach + index;
    const word = ((number * 2_654_435_761) % 4_294_967_296).toString(36);
    const directory = `./data/branch-${number % 97}/year-${2000 + (index % 26)}`;
    yield { path: `${directory}/ledger-${word}-${number}.db`, size: (number * 7919) % 1_000_000 };
  }
}

function generate(folder: string): { last: string } {
  let last = '';
  const every = Math.floor(runs / catalogues) || 1;
  for (let index = 0; index < runs; index += 1) {
    const at = new Date(Date.UTC(2026, 10, 22, 2) - (runs - index) * (nights / 4));
    const volume = `Volume${index % 12}`;
    last = `${runName(at, volume)}`;
    const catalogue = Math.floor(index / every);
    writeGeneratedRun(
      folder,
      {
        run: last,
        at,
        job: `nightly-${index % 12}`,
        volume,
        tapeName: `NIGHTLY-${index % 40}`,
        bytes: 1e9 * (1 + (index % 50)),
        operator: index % 3 === 0 ? 'root@admin' : 'backup@console',
        ends: index % 11 === 0 && index % every !== 0 ? 'failed' : 'verified',
      },
      index % every === 0 && catalogue < catalogues ? filesOf(catalogue) : undefined,
    );
  }
  return { last };
}

async function times(question: () => Promise<unknown>, times: number): Promise<number[]> {
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const begun = performance.now();
    await question();
    taken.push(performance.now() - begun);
  }
  return taken;
}

function grep(folder: string, pattern: string, what: string): number {
  const begun = performance.now();
  spawnSync('sh', ['-c', `grep -l -F -- '${pattern}' ${what} > /dev/null`], { cwd: join(folder, 'runs') });
  return performance.now() - begun;
}

const folder = mkdtempSync(join(tmpdir(), 'shadowtape-history-'));
try {
  let begun = performance.now();
  generate(folder);
  say(
    `${runs} journals and ${files} files in ${catalogues} catalogues, generated in ${seconds(begun).toFixed(0)} s`,
  );

  const state = new StateFolder(folder);
  let told = 0;
  let runsAfter = 0;
  const index = new HistoryIndex(state, 'bench', (progress) => {
    if (progress?.what === 'catalogues' && runsAfter === 0) runsAfter = seconds(begun);
    if (progress) told += 1;
  });
  begun = performance.now();
  const cpu = process.cpuUsage();
  const view = await index.view({ rebuild: true });
  const { user, system } = process.cpuUsage(cpu);
  say(
    `rebuilt in ${seconds(begun).toFixed(1)} s (journals ${runsAfter.toFixed(1)} s), ${((user + system) / 1e6).toFixed(1)} s of a processor; told ${told} times how far; ${view.runs} runs, ${view.entries} entries, ${(statSync(view.file).size / 1e6).toFixed(0)} MB`,
  );

  const searches = [
    'nightly-3',
    'verdict:failed',
    'tape:NIGHTLY-17 verdict:verified',
    '"wants cleaning"',
    'code:TAPE_WRITE',
    'operator:root after:2024 larger:20G',
    'nowhere-at-all',
    'host:node3 longer:1min before:2022',
    'volume:Volume7 drive',
    '',
  ];
  const middle = Math.floor(files / 2);
  const word = ((middle * 2_654_435_761) % 4_294_967_296).toString(36);
  const base = `ledger-${word}-${middle}.db`;
  const inCatalogue = middle % filesEach;
  const path = `/data/branch-${middle % 97}/year-${2000 + (inCatalogue % 26)}/${base}`;
  const questions: readonly (readonly [string, string])[] = [
    ['where: exact path', path],
    ['where: base name', base],
    ['where: a name that is nowhere', 'ledger-zz-nowhere.db'],
    ['where: beginning of a name', `ledger-${word}*`],
    ['where: beginning of a path', '/data/branch-5/'],
    ['where: pattern, one file', `*-${middle}.d?`],
    ['where: pattern, many files', '*ledger*7.db'],
    ['where: pattern of a path', 'branch-9?/**/ledger-a*.db'],
  ];
  const grepRuns = grep(
    folder,
    'NIGHTLY-17',
    '-r --include=*0.ndjson --include=*-volume*.ndjson --exclude=*.catalogue.ndjson .',
  );
  const grepFiles = grep(folder, base, '*.catalogue.ndjson');
  say(`${'milliseconds'.padEnd(40)}${'p50'.padStart(9)}${'p95'.padStart(9)}`.padEnd(68) + '  to grep');
  const all: number[] = [];
  for (const query of searches) all.push(...(await times(() => index.search({ query, limit: 100 }), 12)));
  say(
    row(
      `runs: ${searches.length} searches`,
      [percentile(all, 50), percentile(all, 95)],
      'ms',
      percentile(all, 50) / grepRuns,
    ),
  );
  say(row('  grep over all journals', [grepRuns], 'ms', 1));
  for (const [name, file] of questions) {
    const taken = await times(() => index.where({ file, limit: 100 }), 8);
    say(row(name, [percentile(taken, 50), percentile(taken, 95)], 'ms', percentile(taken, 50) / grepFiles));
  }
  say(row('  grep over all catalogues', [grepFiles], 'ms', 1));
  index.close();

  begun = performance.now();
  const again = new HistoryIndex(state, 'again', () => undefined);
  await again.search({ query: '', limit: 100 });
  say(
    row(
      'another console: the first 100 runs',
      [performance.now() - begun],
      'ms',
      (performance.now() - begun) / grepRuns,
    ),
  );
  again.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
