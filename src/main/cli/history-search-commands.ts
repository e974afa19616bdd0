/** runs, where, compare, trends and index: the history, without a site. */
import { InvalidArgumentError, Option } from 'commander';
import type { FileHit, TapePlace, TrendPoint, TrendSeries } from '../../contract/history.ts';
import type { IndexProgress, RunLine } from '../../contract/screens.ts';
import { omissionWords } from '../../contract/run-outcome.ts';
import { lossSentence } from '../../contract/tape-loss.ts';
import type { StateFolder } from '../application/console.ts';
import type { ComparedStep, History } from '../history/history.ts';
import { jsonOption, type CommandLine, type JsonOption } from './command-line.ts';
import type { JsonOutput } from './json-output.ts';
import { note, print, printJson, standardError, standardOutput } from './terminal/output.ts';
import { bytesText, countText, durationText, rateText } from './terminal/text.ts';

const progressNames = { runs: 'journals', catalogues: 'catalog entries' } as const;
const clearLine = '\r\x1b[2K';

function progressWords({ what, done, total }: IndexProgress): string {
  return `reading ${countText(done)} of ${countText(total)} ${progressNames[what]} into the index`;
}

/** On a terminal a line says how far the index is while the answer is waited for. */
export async function withHistory<Result>(
  state: StateFolder,
  work: (history: History) => Promise<Result>,
): Promise<Result> {
  const { History } = await import('../history/history.ts');
  let isShown = false;
  const show = () => {
    if (!standardError.isTTY || standardError.isBehind || (!history.progress && !isShown)) return;
    isShown = history.progress !== undefined;
    standardError.write(`${clearLine}${history.progress ? progressWords(history.progress) : ''}`);
  };
  const history = new History(state, show);
  try {
    return await work(history);
  } finally {
    await history.close();
  }
}

/** What `runs` calls a run: its verdict, or whether the process of a run without an end still exists. */
function stateWord({ verdict, run, exitStatus }: RunLine, running: ReadonlySet<string>): string {
  if (verdict === 'failed' && exitStatus === 3) return 'action required';
  if (verdict !== 'unfinished') return verdict;
  return running.has(run) ? 'running' : 'interrupted';
}

const provenText = ({ at, volumes }: NonNullable<RunLine['drilled']>): string =>
  `${volumes ? `${volumes.join(', ')} ` : ''}proven restorable ${timeText(at)}`;

const restoredText = (restored: NonNullable<RunLine['restored']>): string =>
  `${provenText(restored)} by run ${restored.run}`;

/** As a line of `runs` and of `show` says it. */
export const drillText = (drilled: NonNullable<RunLine['drilled']>): string =>
  `${provenText(drilled)} by a drill: its tape was read and compared`;

function runText(line: RunLine, state: string): string {
  if (line.trouble !== undefined) return `${line.run}  unreadable  ${line.trouble}`;
  return [
    line.run.padEnd(28),
    state.padEnd(15),
    line.job.padEnd(12),
    line.method.padEnd(6),
    (line.bytes === undefined ? '-' : bytesText(line.bytes)).padStart(9),
    line.volumes.join(', '),
    ...(line.lost ?? []).map(lossSentence),
    ...(line.restored ? [restoredText(line.restored)] : []),
    ...(line.drilled ? [drillText(line.drilled)] : []),
    `${line.sentence ?? `at step ${line.currentStep ?? '?'}`}${omissionWords(line)}`,
  ].join('  ');
}

/** Above the columns of `runText`. */
const runHeadings = [
  'RUN'.padEnd(28),
  'STATE'.padEnd(15),
  'JOB'.padEnd(12),
  'METHOD',
  'SIZE'.padStart(9),
  'VOLUMES  RESULT',
].join('  ');

interface SearchOptions {
  readonly limit: number | undefined;
  readonly json: boolean;
}

const shownRuns = 200;
const allRuns = 1_000_000;

async function runsCommand(
  state: StateFolder,
  words: readonly string[],
  { limit, json }: SearchOptions,
): Promise<number> {
  const query = words.join(' ');
  const most = limit ?? (json ? allRuns : shownRuns);
  const { lines, more } = await withHistory(state, (history) => history.search({ query, limit: most }));
  const { performedRuns } = await import('../proof/live-runs.ts');
  const running = new Set((await performedRuns(state)).map(({ run }) => run));
  // Scripts that read the lines are not given another first one.
  if (!json && lines.length > 0 && standardOutput.isTTY) print(runHeadings);
  for (const line of lines) {
    const word = stateWord(line, running);
    if (json) printJson<JsonOutput['runs']>({ ...line, state: word });
    else print(runText(line, word));
  }
  if (lines.length === 0 && !json) print(query === '' ? `no runs yet in ${state.path}` : 'no matching run');
  if (more) note(`showing ${countText(most)}; --limit N shows more`);
  return 0;
}

const timeText = (at: string): string => at.slice(0, 19).replace('T', ' ');

/** A tape with the place where a person put it. */
type LocatedTape = TapePlace & { readonly location: string | undefined };

/** @throws TAPES_UNREADABLE */
async function withLocations(state: StateFolder, hits: readonly FileHit[]) {
  const { listTapes } = await import('../application/known-tapes.ts');
  const known = hits.length === 0 ? [] : listTapes(state).tapes;
  const locations = new Map(known.map(({ uuid, location }) => [uuid, location]));
  return hits.map((hit) => ({
    ...hit,
    tapes: hit.tapes.map((tape): LocatedTape => ({ ...tape, location: locations.get(tape.uuid ?? '') })),
  }));
}

function tapeText({ name, file, location }: LocatedTape): string {
  const bare = name === undefined ? 'a tape without a label' : `tape "${name}"`;
  const tape = location === undefined ? bare : `${bare} (at ${location})`;
  return file === undefined ? tape : `${tape}, file ${file}`;
}

function hitLines(hit: Awaited<ReturnType<typeof withLocations>>[number]): string[] {
  const { path, type, size, mtime, run, verdict, volume, host, tapes, offset, record, command } = hit;
  const link = hit.linkpath === undefined ? '' : ` to ${hit.linkpath}`;
  const kind = type === 'File' ? bytesText(size) : `${type}${link}`;
  return [
    `${path}  ${kind}${mtime === undefined ? '' : `  ${timeText(mtime)}`}`,
    `  run ${run}, ${verdict}; ${volume} on ${tapes.map(tapeText).join(', then ')}; record ${countText(record)}, byte ${countText(offset)}`,
    ...(hit.lost ?? []).map((loss) => `  ${lossSentence(loss)}`),
    `  ${host} # ${command}`,
  ];
}

const shownHits = 20;

/** @returns 1 where it is nowhere */
async function whereCommand(
  state: StateFolder,
  file: string,
  { limit, json }: SearchOptions,
): Promise<number> {
  const most = limit ?? shownHits;
  const { hits, more } = await withHistory(state, (history) => history.where({ file, limit: most }));
  for (const hit of await withLocations(state, hits))
    if (json) printJson<JsonOutput['where']>(hit);
    else hitLines(hit).forEach(print);
  if (hits.length === 0) note(`${file} is in no file list: only tar archives have one (methods 6b, 6d)`);
  if (more) note(`showing ${countText(most)}; --limit N shows more`);
  return hits.length === 0 ? 1 : 0;
}

/** Times that differ by less than this part of the longer one, or by less than a second, are alike. */
const likePart = 0.2;

function differs({ one, other, onlyOne, onlyOther }: ComparedStep): boolean {
  if (one === undefined || other === undefined || onlyOne.length + onlyOther.length > 0) return true;
  return Math.abs(one - other) > Math.max(1000, likePart * Math.max(one, other));
}

const columnWidth = 30;
const columns = (name: string, one: string, other: string) =>
  `${name.padEnd(26)}  ${one.padEnd(columnWidth)}  ${other}`.trimEnd();
const stepTime = (milliseconds: number | undefined) =>
  milliseconds === undefined ? 'not performed' : durationText(milliseconds / 1000);

async function compareCommand(
  state: StateFolder,
  [one, other]: readonly [string, string],
  { all, json }: { readonly all: boolean; readonly json: boolean },
): Promise<number> {
  const { compareTwo } = await import('../history/history.ts');
  const whole = await compareTwo(state, one, other);
  const facts = whole.facts.filter((fact) => all || fact.differs);
  const steps = whole.steps.filter((step) => all || differs(step));
  const checks = whole.checks.filter((check) => all || check.differs);
  if (json) {
    printJson<JsonOutput['compare']>({ one, other, facts, steps, checks });
    return 0;
  }
  print(columns('', one, other));
  for (const fact of facts) print(columns(fact.name, fact.one, fact.other));
  for (const check of checks) {
    const title = check.volume === undefined ? check.title : `${check.title}, ${check.volume}`;
    print(columns(title, check.one ?? 'not checked', check.other ?? 'not checked'));
  }
  for (const { step, title, ...times } of steps) {
    print(columns(`${step} ${title}`, stepTime(times.one), stepTime(times.other)));
    for (const line of times.onlyOne) print(`  - ${line}`);
    for (const line of times.onlyOther) print(`  + ${line}`);
  }
  if (facts.length + steps.length + checks.length === 0) print('nothing differs');
  return 0;
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;
const barWidth = 8;

function bar(value: number | undefined, most: number): string {
  const parts = value === undefined || most <= 0 ? 0 : Math.round((value / most) * barWidth * 8);
  return `${'█'.repeat(parts >> 3)}${eighths[parts & 7] ?? ''}`.padEnd(barWidth);
}

interface TrendColumn {
  readonly name: string;
  readonly width: number;
  readonly hasBar: boolean;
  readonly value: (point: TrendPoint) => number | undefined;
  readonly text: (value: number) => string;
}

const trendColumns: readonly TrendColumn[] = [
  { name: 'size', width: 9, hasBar: true, value: ({ bytes }) => bytes, text: bytesText },
  { name: 'rate', width: 11, hasBar: true, value: ({ rate }) => rate, text: rateText },
  { name: 'lowest', width: 11, hasBar: false, value: ({ lowestRate }) => lowestRate, text: rateText },
  { name: 'run', width: 12, hasBar: true, value: ({ seconds }) => seconds, text: durationText },
  { name: 'dump', width: 12, hasBar: false, value: ({ dumpSeconds }) => dumpSeconds, text: durationText },
  {
    name: 'read back',
    width: 12,
    hasBar: false,
    value: ({ readBackSeconds }) => readBackSeconds,
    text: durationText,
  },
  {
    name: 'copy',
    width: 12,
    hasBar: true,
    value: ({ resynchronisationSeconds }) => resynchronisationSeconds,
    text: durationText,
  },
];

function trendLines({ site, class: className, volume, points }: TrendSeries): string[] {
  const most = trendColumns.map(({ value }) => Math.max(0, ...points.map((point) => value(point) ?? 0)));
  const head = trendColumns.map(
    ({ name, width, hasBar }) => name.padStart(width) + (hasBar ? ' '.repeat(barWidth + 1) : ''),
  );
  const cells = (point: TrendPoint) =>
    trendColumns.map(({ width, hasBar, value, text }, index) => {
      const figure = value(point);
      const words = (figure === undefined ? '-' : text(figure)).padStart(width);
      return hasBar ? `${words} ${bar(figure, most[index] ?? 0)}` : words;
    });
  return [
    `${volume} of class ${className}, ${site}`,
    `  ${['when'.padEnd(16), 'verdict'.padEnd(10), ...head].join('  ')}`.trimEnd(),
    ...points.map((point) =>
      `  ${[timeText(point.at).slice(0, 16), point.verdict.padEnd(10), ...cells(point)].join('  ')}`.trimEnd(),
    ),
  ];
}

async function trendsCommand(
  state: StateFolder,
  { volume, json }: { readonly volume: string | undefined; readonly json: boolean },
): Promise<number> {
  const series = await withHistory(state, (history) => history.trends({ volume }));
  if (json) series.forEach((each) => printJson<JsonOutput['trends']>(each));
  else if (series.length === 0)
    print(volume === undefined ? `no runs yet in ${state.path}` : `no run has backed up ${volume}`);
  else series.flatMap(trendLines).forEach(print);
  return 0;
}

async function indexCommand(state: StateFolder, rebuild: boolean): Promise<number> {
  const view = await withHistory(state, (history) => history.view({ rebuild }));
  const unreadable =
    view.unreadableRuns === 0 ? '' : `, ${countText(view.unreadableRuns)} of them unreadable`;
  print(
    `index ${view.file}: ${view.inMemory === undefined ? bytesText(view.bytes) : `in memory only: ${view.inMemory}`}`,
  );
  print(`  ${countText(view.runs)} runs${unreadable}`);
  print(
    `  ${countText(view.catalogues)} file lists with ${countText(view.entries)} entries; ${countText(view.files)} different files`,
  );
  return 0;
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > 1_000_000)
    throw new InvalidArgumentError('a limit is a number from 1.');
  return limit;
}

const limitOption = (what: string) => new Option('--limit <number>', what).argParser(limitOf);

interface LimitOptions extends JsonOption {
  readonly limit?: number;
}

const searchText = `
Search: all words must occur, anywhere; "quoted phrases" as a whole; and key:value:
  tape: host: operator: job: site: class: volume: code:     part of the value, such as tape:NIGHTLY code:TAPE_
  verdict:failed method:6b route:server status:3            verified, unverified, failed, unfinished, unreadable
  after:2026-11 before:2026-11-22                           UTC; after includes that day, before does not
  longer:2h shorter:30min larger:1T smaller:20G`;

function registerSearches(line: CommandLine): void {
  const { program } = line;
  program
    .command('runs')
    .description('list runs, newest first; or only those that match a search')
    .argument('[query...]')
    .addOption(limitOption('show at most this many runs (default 200; with --json all)'))
    .addOption(jsonOption())
    .addHelpText('after', searchText)
    .action(async (words: string[], { limit, json = false }: LimitOptions) => {
      line.exitStatus = await runsCommand(line.state, words, { limit, json });
    });
  program
    .command('where')
    .description('show which tapes hold a file, newest first, and how to restore it')
    .argument(
      '<file>',
      'a base name, a path as in the archive, DIRECTORY/, or a pattern with * and ?; \\xA4 is that byte',
    )
    .addOption(limitOption('show at most this many (default 20)'))
    .addOption(jsonOption())
    .action(async (file: string, { limit, json = false }: LimitOptions) => {
      line.exitStatus = await whereCommand(line.state, file, { limit, json });
    });
}

function registerComparisons(line: CommandLine): void {
  const { program } = line;
  program
    .command('compare')
    .description('show the differences between two runs: sizes, rates, times, steps, commands, checks')
    .argument('<run>')
    .argument('<other>')
    .option('--all', 'also show what is equal', false)
    .addOption(jsonOption())
    .action(async (run: string, other: string, { all, json = false }: JsonOption & { all: boolean }) => {
      line.exitStatus = await compareCommand(line.state, [run, other], { all, json });
    });
  program
    .command('trends')
    .description('show size, rate and times of each volume over all runs')
    .option('--volume <proxy>', 'only this proxy volume')
    .addOption(jsonOption())
    .action(async ({ volume, json = false }: JsonOption & { volume?: string }) => {
      line.exitStatus = await trendsCommand(line.state, { volume, json });
    });
}

export function registerHistory(line: CommandLine): void {
  registerSearches(line);
  registerComparisons(line);
  line.program
    .command('index')
    .description('update the index of the history, and show what it holds')
    .option('--rebuild', 'rebuild it from the journals', false)
    .action(async ({ rebuild }: { rebuild: boolean }) => {
      line.exitStatus = await indexCommand(line.state, rebuild);
    });
}
