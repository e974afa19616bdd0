/** runs, where, compare, trends and index: the history, without a site. */
import { InvalidArgumentError, Option } from 'commander';
import type { FileHit, TapePlace } from '../../../contract/history.ts';
import type { IndexProgress } from '../../../contract/screens.ts';
import { say } from '../../../contract/text/say.ts';
import type { StateFolder } from '../../application/console.ts';
import type { History } from '../../history/history.ts';
import { jsonOption, type CommandLine, type JsonOption } from '../command-line.ts';
import { comparisonLines, differencesOf } from './compare-text.ts';
import { runLines, stateWord } from './run-listing.ts';
import { trendLines } from './trend-listing.ts';
import type { JsonOutput } from '../json-output.ts';
import { lossText, momentText } from '../terminal/display.ts';
import { exact } from '../terminal/lines.ts';
import { note, print, printJson, printVerbatim, standardError, standardOutput } from '../terminal/output.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { bytesText, countText } from '../terminal/text.ts';
import { belowOptions } from '../terminal/help-text.ts';

const progressNames = { runs: say('journals'), catalogues: say('catalog entries') } as const;

function progressWords({ what, done, total }: IndexProgress): string {
  return say('reading {done} of {total} {progressName} into the index', {
    done: countText(done),
    total: countText(total),
    progressName: progressNames[what],
  });
}

/** On a terminal a line shows the progress of the index during the wait for the answer. */
export async function withHistory<Result>(
  state: StateFolder,
  work: (history: History) => Promise<Result>,
): Promise<Result> {
  const { History } = await import('../../history/history.ts');
  const line = new ProgressLine(standardError);
  const show = () => {
    if (history.progress) line.draw(progressWords(history.progress));
    else line.clear();
  };
  const history = new History(state, show);
  try {
    return await work(history);
  } finally {
    await history.close();
  }
}

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
  const { performedRuns } = await import('../../proof/live-runs.ts');
  const running = new Set((await performedRuns(state)).map(({ run }) => run));
  if (json)
    for (const line of lines) printJson<JsonOutput['runs']>({ ...line, state: stateWord(line, running) });
  else runLines(lines, running, standardOutput.format.width).forEach(print);
  if (lines.length === 0 && !json)
    print(query === '' ? say('no runs yet in {path}', { path: state.path }) : say('no matching run'));
  if (more) note(say('showing {most}; --limit N shows more', { most: countText(most) }));
  return 0;
}

const placedText = (bare: string, location: string | undefined): string =>
  location === undefined ? bare : say('{bare} (at {location})', { bare, location });

function tapeText({ name, file, location }: TapePlace): string {
  const tape = placedText(
    name === undefined ? say('a tape without a label') : say('tape "{name}"', { name }),
    location,
  );
  return file === undefined ? tape : say('{tape}, file {file}', { tape, file });
}

function printHit(hit: FileHit): void {
  const { path, type, size, mtime, run, verdict, volume, host, offset, record, command } = hit;
  const link = hit.linkpath === undefined ? '' : ` ${say('to {linkpath}', { linkpath: hit.linkpath })}`;
  const kind = type === 'File' ? bytesText(size) : `${type}${link}`;
  print([exact(path), `  ${kind}${mtime === undefined ? '' : `  ${momentText(mtime)}`}`]);
  const { first, others, losses, byHand } = hitPlaces(hit);
  print(
    `  ${say('run {run}, {verdict}; {volume} on {tapeText}; record {record}, byte {offset}', { run, verdict, volume, tapeText: first, record: countText(record), offset: countText(offset) })}`,
  );
  for (const tape of others) print(`  ${say('also on {tape}', { tape })}`);
  for (const loss of losses) print(`  ${lossText(loss)}`);
  if (byHand) printVerbatim(`  ${host} # ${command}`);
}

const then = () => `, ${say('then')} `;

/** The tapes that hold a file: first those that still hold it, then lost ones separately. */
function hitPlaces({ tapes, lost = [] }: FileHit) {
  const own = tapes.map(tapeText).join(then());
  const copies = copiesOfHit(tapes);
  const ofTapes = tapes.flatMap(({ name, lost: loss }) => (loss ? [{ tape: name, ...loss }] : []));
  const isGone = ofTapes.some(({ certain }) => certain);
  const [copy, ...more] = isGone ? copies : [];
  // The file number of an unlabeled tape is one higher on its copy, which has a label.
  const byHand = copy === undefined || tapes.every(({ uuid }) => uuid !== undefined);
  return copy === undefined
    ? { first: own, others: isGone ? [] : copies, losses: ofTapes.length > 0 ? ofTapes : lost, byHand }
    : { first: copy, others: more, losses: ofTapes, byHand };
}

/** Each complete second copy: for a file on several tapes, their copies in order. */
function copiesOfHit(tapes: readonly TapePlace[]): string[] {
  const most = Math.min(...tapes.map(({ copies = [] }) => copies.length));
  return Array.from({ length: Number.isFinite(most) ? most : 0 }, (_, index) => {
    const each = tapes.flatMap(({ copies = [] }) => copies[index] ?? []);
    const words = each.map(({ name, location }) => placedText(say('tape "{name}"', { name }), location));
    return say('{tape}, a second copy', { tape: words.join(then()) });
  });
}

const shownHits = 20;

/** @returns 1 if it is not found */
async function whereCommand(
  state: StateFolder,
  file: string,
  { limit, json }: SearchOptions,
): Promise<number> {
  const most = limit ?? shownHits;
  const { hits, more } = await withHistory(state, (history) => history.where({ file, limit: most }));
  const { locatedHits } = await import('../../application/known-tapes.ts');
  for (const hit of locatedHits(state, hits))
    if (json) printJson<JsonOutput['where']>(hit);
    else printHit(hit);
  if (hits.length === 0)
    note(say('{file} is in no file list: only tar archives have one (methods 6b, 6d)', { file }));
  if (more) note(say('showing {most}; --limit N shows more', { most: countText(most) }));
  return hits.length === 0 ? 1 : 0;
}

async function compareCommand(
  state: StateFolder,
  [one, other]: readonly [string, string],
  { all, json }: { readonly all: boolean; readonly json: boolean },
): Promise<number> {
  const { compareTwo } = await import('../../history/history.ts');
  const whole = await compareTwo(state, one, other);
  const compared = all ? whole : differencesOf(whole);
  if (json) printJson<JsonOutput['compare']>({ one, other, ...compared });
  else comparisonLines([one, other], compared, standardOutput.format.width).forEach(print);
  return 0;
}

async function trendsCommand(
  state: StateFolder,
  { volume, json }: { readonly volume: string | undefined; readonly json: boolean },
): Promise<number> {
  const series = await withHistory(state, (history) => history.trends({ volume }));
  if (json) series.forEach((each) => printJson<JsonOutput['trends']>(each));
  else if (series.length === 0)
    print(
      volume === undefined
        ? say('no runs yet in {path}', { path: state.path })
        : say('no run has backed up {volume}', { volume }),
    );
  else series.flatMap((each) => trendLines(each, standardOutput.format.width)).forEach(print);
  return 0;
}

async function indexCommand(state: StateFolder, rebuild: boolean): Promise<number> {
  const view = await withHistory(state, (history) => history.view({ rebuild }));
  const unreadable =
    view.unreadableRuns === 0
      ? ''
      : say(', {unreadableRuns} of them unreadable', { unreadableRuns: countText(view.unreadableRuns) });
  print(
    say('index {file}: {bytes}', {
      file: view.file,
      bytes:
        view.inMemory === undefined
          ? bytesText(view.bytes)
          : say('in memory only: {inMemory}', { inMemory: view.inMemory }),
    }),
  );
  print(`  ${say('{runs} runs{unreadable}', { runs: countText(view.runs), unreadable })}`);
  print(
    `  ${say('{lists} file lists with {entries} entries; {files} different files', { lists: countText(view.catalogues), entries: countText(view.entries), files: countText(view.files) })}`,
  );
  return 0;
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > 1_000_000)
    throw new InvalidArgumentError(say('a limit is a number from 1.'));
  return limit;
}

const limitOption = (what: string) => new Option('--limit <number>', what).argParser(limitOf);

interface LimitOptions extends JsonOption {
  readonly limit?: number;
}

const searchText = say(`Search: all words must occur, anywhere; "quoted phrases" as a whole; and key:value:
  tape: host: operator: job: site: class: volume: code:     part of the value, such as tape:NIGHTLY code:TAPE_
  verdict:failed method:6b route:server status:3            verified, unverified, failed, unfinished, unreadable
  after:2026-11 before:2026-11-22                           UTC; after includes that day, before does not
  longer:2h shorter:30min larger:1T smaller:20G`);

function registerSearches(line: CommandLine): void {
  const { program } = line;
  program
    .command('runs')
    .description(say('list runs, newest first; or only those that match a search'))
    .argument('[query...]')
    .addOption(limitOption(say('show at most this many runs (default 200; with --json all)')))
    .addOption(jsonOption())
    .addHelpText('after', belowOptions(searchText))
    .action(async (words: string[], { limit, json = false }: LimitOptions) => {
      line.exitStatus = await runsCommand(line.state, words, { limit, json });
    });
  program
    .command('where')
    .description(say('show which tapes hold a file, newest first, and how to restore it'))
    .argument(
      '<file>',
      say('a base name, a path as in the archive, DIRECTORY/, or a pattern with * and ?; \\xA4 is that byte'),
    )
    .addOption(limitOption(say('show at most this many (default 20)')))
    .addOption(jsonOption())
    .action(async (file: string, { limit, json = false }: LimitOptions) => {
      line.exitStatus = await whereCommand(line.state, file, { limit, json });
    });
}

function registerComparisons(line: CommandLine): void {
  const { program } = line;
  program
    .command('compare')
    .description(say('show the differences between two runs: sizes, rates, times, steps, commands, checks'))
    .argument('<run>')
    .argument('<other>')
    .option('--all', say('also show what is equal'), false)
    .addOption(jsonOption())
    .action(async (run: string, other: string, { all, json = false }: JsonOption & { all: boolean }) => {
      line.exitStatus = await compareCommand(line.state, [run, other], { all, json });
    });
  program
    .command('trends')
    .description(say('show size, rate and times of each volume over all runs'))
    .option('--volume <proxy>', say('only this proxy volume'))
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
    .description(say('update the index of the history, and show what it holds'))
    .option('--rebuild', say('rebuild it from the journals'), false)
    .action(async ({ rebuild }: { rebuild: boolean }) => {
      line.exitStatus = await indexCommand(line.state, rebuild);
    });
}
