/**
 * A year in a machine room: three volumes each night, over a pool of eight tapes in a library with one drive. Every
 * night is protected or reported, no tape in retention is overwritten, and the program's reports agree each week with
 * the tapes. `npm run test:year` plays all of it, and this file the two weeks in which the clock changes.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Night } from '../../src/contract/time/schedule.ts';
import { openVaultOf } from '../support/carried-copy.ts';
import { fillableDisk } from '../support/full-disk.ts';
import { openScene, type Scene } from '../support/lab-run.ts';
import { locksLeft } from '../support/lab-shell.ts';
import { randomOf } from '../support/random-numbers.ts';
import {
  expectAgreement,
  expectProtectedOrLoud,
  expectRestored,
  historyFacts,
} from '../support/year/agreement.ts';
import { sampled } from '../support/sampled.ts';
import { yearOf } from '../support/year/calendar.ts';
import { expectCopied, expectDrilled } from '../support/year/monthly.ts';
import { cartridgeOf, job, pool, Year, type KindOfNight, type SpentNight } from '../support/year/nights.ts';
import { settableClock } from '../support/year/set-clock.ts';

const isWhole = process.env['SHADOWTAPE_YEAR'] === 'all';
const seed = Number(process.env['SHADOWTAPE_SEED'] ?? 2026);
/** Each serious failure has a week of its own, after the first two. */
const weeks = Math.max(6, Number(process.env['SHADOWTAPE_WEEKS'] ?? 52));
const fill = fillableDisk();

let scene: Scene;
let random: () => number;
let year: Year;
beforeEach(async () => {
  scene = await openScene({
    jobs: [job],
    blocks: 2048,
    slots: 12,
    changer: { mailSlots: 1 },
    cartridges: [...pool.map(cartridgeOf), 'CLN001L4'].map((name) => ({ name })),
  });
  await scene.lab.ejectCartridge();
  random = randomOf(seed);
  year = new Year({ scene, random, setClock: settableClock(), fill });
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await year.room.close();
  await scene.close();
});

describe('nights of a week in which the clock changes', () => {
  // The clock changes in the fourth night.
  const weeksOfChange: readonly [season: string, from: string, readonly KindOfNight[]][] = [
    ['spring', '2026-03-25T12:00:00Z', ['good', 'off', 'late console', 'late tape', 'off', 'off', 'good']],
    [
      'autumn',
      '2026-10-21T12:00:00Z',
      ['drive fails', 'off', 'good', 'no tape', 'disk fills', 'disk full', 'good'],
    ],
  ];
  it.each(sampled(weeksOfChange, 1))(
    'are each protected or reported, in %s',
    async (_season, from, kinds) => {
      const nights = await year.begin(from, kinds.length);
      expect(nights).toHaveLength(kinds.length);
      for (const [index, night] of nights.entries())
        expectProtectedOrLoud(await year.spend(night, kinds[index] ?? 'good'));
      await expectAgreement(scene, year, year.nights);
      await expectRestored(scene, year, random);
      expect(locksLeft(scene)).toEqual([]);
      // Some seconds; a busy machine takes longer.
    },
    400_000,
  );
});

/** Bytes of all files below a folder. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The least of several times is that of the work; the others include waits. In milliseconds. */
async function leastOf(times: number, work: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const begin = performance.now();
    await work();
    took.push(performance.now() - begin);
  }
  return Math.min(...took);
}

/** One line per week, as progress of a long test. */
function tellWeek(week: number): void {
  const count = (of: (night: SpentNight) => boolean) => year.nights.filter(of).length;
  const verified = count(({ onTape }) => onTape.length > 0);
  const begun = count(({ runs }) => runs.length > 0);
  const seconds = Math.round(process.cpuUsage().user / 1e6);
  const kinds = year.nights.slice(-7).map(({ kind }) => kind);
  process.stdout.write(
    `week ${week + 1} (${kinds.join(', ')}); so far ${year.nights.length} nights, ${begun} with runs, ${verified} verified, ${seconds} s of processor time\n`,
  );
}

describe.runIf(isWhole)('a whole year', () => {
  it(
    `has no silent night, keeps its tapes, and stays fast (seed ${seed})`,
    async () => {
      const kinds = yearOf(weeks, random);
      const nights = await year.begin('2026-01-02T12:00:00Z', weeks * 7);
      expect(nights).toHaveLength(weeks * 7);
      const vault = await openVaultOf(scene);
      year.room.addVault(vault);
      const growth: number[] = [];
      const speeds: number[] = [];
      let before = 0;
      for (let week = 0; week < weeks; week += 1) {
        for (let index = week * 7; index < week * 7 + 7; index += 1)
          expectProtectedOrLoud(await year.spend(nights[index] as Night, kinds[index] ?? 'good'));
        if (year.lost.length > 0 && year.tapes.length < pool.length) await year.buy('PAY009');
        await expectAgreement(scene, year, year.nights.slice(-7));
        await expectRestored(scene, year, random);
        if (week % 4 === 3) await expectDrilled(scene, year);
        if (week % 4 === 3) await expectCopied(scene, year, vault, `OFFSITE-${week + 1}`);
        const size = await sizeOf(scene.state.path);
        growth.push(size - before);
        before = size;
        speeds.push(await leastOf(3, () => historyFacts(scene)));
        tellWeek(week);
      }
      expect(locksLeft(scene)).toEqual([]);
      // The data of a night does not grow with the nights before it.
      expect((growth.at(-1) ?? 0) / (growth[1] ?? 1)).toBeLessThan(2);
      expect((speeds.at(-1) ?? 0) / (speeds[0] ?? 1)).toBeLessThan(4);
    },
    6 * 3_600_000,
  );
});
