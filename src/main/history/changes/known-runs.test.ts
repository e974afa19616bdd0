/** A reader gets every run once, then only the runs that have changed. The oracle is a search of the index for all runs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  journalText,
  writeGeneratedRun,
  type GeneratedRun,
} from '../../../../test/support/generated-history.ts';
import { StateFolder } from '../../journal/state-folder.ts';
import { HistoryIndex } from '../history-index.ts';
import { KnownRuns, type HistoryChanges } from './known-runs.ts';

let folder: string;
let state: StateFolder;
let index: HistoryIndex;
let known: KnownRuns;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-known-'));
  state = new StateFolder(folder);
  index = new HistoryIndex(state, 'one', () => undefined);
  known = new KnownRuns();
});
afterEach(() => {
  index.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (day: number, more: Partial<GeneratedRun> = {}): GeneratedRun => ({
  run: `202611${String(day).padStart(2, '0')}-020000-volume${day % 2}`,
  at: new Date(Date.UTC(2026, 10, day, 2)),
  job: 'nightly',
  volume: `Volume${day % 2}`,
  tapeName: `NIGHTLY-${day}`,
  bytes: 512 * 1024 * 1024,
  ...more,
});

/** Asks for what has changed, as the console does. */
async function take(): Promise<HistoryChanges> {
  const changes = await index.changes({ since: known.version });
  known.take(changes);
  return changes;
}

const told = ({ isWhole, lines, points }: HistoryChanges) => [
  isWhole ? 'all' : 'changed',
  lines.length,
  points.length,
];

/** What the index holds, asked for again. */
async function expectAll(): Promise<void> {
  const { lines } = await index.search({ query: '', limit: 1000 });
  expect(known.lines).toEqual(lines);
  const byName = <Series extends { readonly volume: string }>(all: readonly Series[]) =>
    all.toSorted((one, other) => (one.volume < other.volume ? -1 : 1));
  expect(byName(known.series)).toEqual(byName(await index.trends({})));
}

it('every run is sent once, and none again while nothing changes', async () => {
  for (const day of [1, 2, 3, 4]) writeGeneratedRun(folder, run(day));
  expect(told(await take())).toEqual(['all', 4, 4]);
  await expectAll();
  const { lines, series } = known;
  expect(told(await take())).toEqual(['changed', 0, 0]);
  expect([known.lines === lines, known.series === series]).toEqual([true, true]);
});

it('only a new run is sent, or one whose journal has grown', async () => {
  for (const day of [1, 2]) writeGeneratedRun(folder, run(day));
  await take();
  writeGeneratedRun(folder, run(3, { ends: 'not' }));
  expect(told(await take())).toEqual(['changed', 1, 1]);
  await expectAll();
  writeFileSync(state.journalFile(run(3).run), journalText(run(3, { ends: 'failed' }), folder));
  expect(told(await take())).toEqual(['changed', 1, 1]);
  expect(known.lines.map(({ verdict }) => verdict)).toEqual(['failed', 'verified', 'verified']);
  await expectAll();
});

it('every run is sent again after one was removed', async () => {
  for (const day of [1, 2, 3]) writeGeneratedRun(folder, run(day));
  await take();
  rmSync(state.journalFile(run(2).run));
  expect(told(await take())).toEqual(['all', 2, 2]);
  await expectAll();
});

it('a reader of another index gets every run, whatever earlier readers received', async () => {
  for (const day of [1, 2]) writeGeneratedRun(folder, run(day));
  await take();
  const other = await index.changes({ since: undefined });
  expect(told(other)).toEqual(['all', 2, 2]);
  expect(told(await index.changes({ since: 'of another index' }))).toEqual(['all', 2, 2]);
  expect(other.version).toBe(known.version);
});

it('a drill that proves a backup sends every run again: no journal has changed', async () => {
  writeGeneratedRun(folder, run(1));
  await take();
  expect(known.lines[0]?.drilled).toBeUndefined();
  const record = join(state.restoresFolder, '20261105-020000-drill.ndjson');
  mkdirSync(state.restoresFolder, { recursive: true });
  const at = '2026-11-05T02:00:00.000Z';
  const lines = [
    { type: 'drill-started', at, run: run(1).run },
    { type: 'drill-finished', at, run: run(1).run, exitStatus: 0, volumes: ['Volume1'] },
  ];
  writeFileSync(record, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  expect(told(await take())).toEqual(['all', 1, 1]);
  expect(known.lines[0]?.drilled).toEqual({ at });
  await expectAll();
});
