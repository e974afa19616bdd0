/**
 * A year in a machine room: every night is protected or loud, no tape in retention is overwritten, and what the program says agrees each week
 * with the tapes. `npm run test:year` plays all of it, and this file the two weeks in which the clock changes.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lastWeek } from '../../src/contract/time/week.ts';
import { weekDigest } from '../../src/main/application/digest/week-digest.ts';
import { serviceStateOf, siteStatus } from '../../src/main/application/protection/status-service.ts';
import { History } from '../../src/main/history/history.ts';
import { auditState } from '../../src/main/proof/audit.ts';
import { openScene, openSceneConsole, type Scene } from '../support/lab-run.ts';
import { locksLeft } from '../support/lab-shell.ts';
import { job, sizeOfFolder, Year, zone, type KindOfNight, type SpentNight } from '../support/year.ts';

const isWhole = process.env['SHADOWTAPE_YEAR'] === 'all';
const pool = ['N1', 'N2', 'N3', 'N4', 'N5', 'N6', 'N7', 'N8'];

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ jobs: [job], blocks: 2048 });
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await scene.close();
});

async function withHistory<Value>(work: (history: History) => Promise<Value>): Promise<Value> {
  const history = new History(scene.state);
  try {
    return await work(history);
  } finally {
    await history.close();
  }
}

/** How often the job begins in a night. A run that is refused is tried again each hour of the window, which has three. */
const runsOf: Readonly<Record<KindOfNight, number>> = {
  good: 1,
  off: 0,
  'no tape': 3,
  'late tape': 2,
  'drive fails': 1,
  'tape full': 1,
};
const isProtected = ({ kind }: SpentNight): boolean => kind === 'good' || kind === 'late tape';
const isMissed = ({ kind }: SpentNight): boolean => kind === 'off' || kind === 'no tape';

/** A night has a verified run, or somebody was told that it has none. */
function expectProtectedOrLoud({ kind, due, runs, told }: SpentNight): void {
  const failures = told.filter((line) => line.startsWith('failure '));
  const words = `${kind} ${due.toISOString()}: ${told.join(' | ')}`;
  expect(runs, words).toHaveLength(runsOf[kind]);
  if (kind === 'good') expect(failures, words).toEqual([]);
  else expect(failures.length, words).toBeGreaterThan(0);
}

const facts = () =>
  withHistory(async (history) => ({
    lines: await history.lines(),
    series: await history.trends({}),
  }));

/** Status, history, audit and digest say what was seen of the nights. */
async function expectAgreement(year: Year, week: readonly SpentNight[]): Promise<void> {
  const site = await year.site();
  const { lines, series } = await facts();
  const verdicts = new Map(lines.map(({ run, verdict }) => [run, verdict]));
  const verified = week.filter(({ runs }) => runs.some((run) => verdicts.get(run) === 'verified'));
  expect(verified).toEqual(week.filter(isProtected));
  const status = await siteStatus({ site, state: scene.state, lines, series, now: new Date() });
  const [volume] = status.volumes;
  if (!volume) throw new Error('the site has a volume');
  expect(serviceStateOf(volume) === 'OK').toBe(verified.at(-1) === week.at(-1));
  const audited = await auditState({ state: scene.state });
  expect(audited.filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
  const period = { from: week[0]?.due ?? new Date(), to: new Date() };
  const digest = await weekDigest({ site, state: scene.state, lines, series, now: new Date() }, period);
  const nights = digest.volumes[0]?.nights ?? [];
  expect(nights.filter(({ isLoud }) => !isLoud)).toHaveLength(verified.length);
  const entries = week.map((night) => night.runs.length + (isMissed(night) ? 1 : 0));
  expect(nights).toHaveLength(entries.reduce((sum, count) => sum + count, 0));
}

/** One file comes back from the tape that `where` names. */
async function expectRestored(year: Year): Promise<void> {
  const hit = await withHistory(async (history) => {
    const { hits } = await history.where({ file: '**', limit: 200 });
    return hits.find(({ type, size, verified, lost }) => type === 'File' && size > 0 && verified && !lost);
  });
  if (!hit) throw new Error('some file is on tape');
  await scene.lab.insertCartridge(hit.tapes[0]?.name ?? 'none');
  const to = join(scene.folder, 'restored');
  const console = await openSceneConsole(scene, year.change);
  try {
    const where = (file: string, limit: number) => withHistory((history) => history.where({ file, limit }));
    const { fileRestoreService } = console;
    const what = [hit.run, hit.path];
    const prepared = await fileRestoreService.prepare({ what, to, overwrite: 'never' }, where);
    const end = await fileRestoreService.perform(prepared, {
      ...{ abort: new AbortController().signal, ask: undefined },
      ...{ onProgress: () => undefined, onFile: () => undefined },
    });
    expect(end, end.error?.message).toMatchObject({ exitStatus: 0 });
  } finally {
    await console.close();
  }
  expect((await readFile(join(to, hit.path))).length).toBe(hit.size);
  await rm(to, { recursive: true, force: true });
}

describe('nights of a week in which the clock changes', () => {
  it.each<[string, string, readonly KindOfNight[]]>([
    ['spring', '2026-03-27T12:00:00Z', ['good', 'off', 'late tape', 'good']],
    ['autumn', '2026-10-23T12:00:00Z', ['drive fails', 'good', 'tape full', 'no tape', 'good']],
  ])(
    'are each protected or loud, in %s',
    async (_season, from, kinds) => {
      const year = new Year(scene, pool, 1);
      const nights = await year.begin(from, kinds.length);
      expect(nights).toHaveLength(kinds.length);
      for (const [index, night] of nights.entries())
        expectProtectedOrLoud(await year.spend(night, kinds[index]));
      await expectAgreement(year, year.nights);
      await expectRestored(year);
      expect(year.overwritten).toEqual([]);
      expect(locksLeft(scene)).toEqual([]);
      // Some seconds; a machine with much else to do takes longer.
    },
    400_000,
  );
});

/** The least of several times is what the work takes; the others have waited. In milliseconds. */
async function leastOf(times: number, work: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const begin = performance.now();
    await work();
    took.push(performance.now() - begin);
  }
  return Math.min(...took);
}

describe.runIf(isWhole)('a whole year', () => {
  it(
    'has no silent night, keeps its tapes, and stays quick',
    async () => {
      const seed = Number(process.env['SHADOWTAPE_SEED'] ?? 2026);
      const year = new Year(scene, pool, seed);
      const nights = await year.begin('2026-01-02T12:00:00Z', 364);
      expect(nights).toHaveLength(364);
      const growth: number[] = [];
      const speeds: number[] = [];
      let before = 0;
      for (let week = 0; week < 52; week += 1) {
        if (week === 20) year.lose('N3');
        const own = nights.slice(week * 7, week * 7 + 7);
        for (const night of own) expectProtectedOrLoud(await year.spend(night));
        const spent = year.nights.slice(-7);
        await expectAgreement(year, spent);
        if (week > 0) await expectRestored(year);
        expect(year.overwritten, `seed ${seed}`).toEqual([]);
        expect(lastWeek(new Date(), zone).to.getTime()).toBeLessThan(Date.now());
        const size = await sizeOfFolder(scene.state.path);
        growth.push(size - before);
        before = size;
        speeds.push(await leastOf(3, facts));
      }
      const [, first = 1] = growth;
      // What is kept of a night does not grow with the nights before it.
      expect((growth.at(-1) ?? 0) / first).toBeLessThan(2);
      expect((speeds.at(-1) ?? 0) / (speeds[0] ?? 1)).toBeLessThan(4);
    },
    4 * 3_600_000,
  );
});
