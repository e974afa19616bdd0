/** The weekly digest over generated histories: each night once, in every zone, and in the weeks in which the clock changes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { lastWeek } from '../../src/contract/time/week.ts';
import { History } from '../../src/main/history/history.ts';
import { StateFolder } from '../../src/main/journal/state-folder.ts';
import { parseSite } from '../../src/main/site/site-file.ts';
import { sampleSite } from '../../src/main/site/site.test-support.ts';
import { writeGeneratedRun } from '../support/generated-history.ts';
import { digestLines } from '../../src/main/application/digest/digest-text.ts';
import { sendDigest } from '../../src/main/application/digest/send-digest.ts';
import { weekDigest } from '../../src/main/application/digest/week-digest.ts';

const day = 86_400_000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-digest-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function siteIn(zone: string, notify: unknown = undefined) {
  const site = sampleSite();
  site.jobs.nightly.schedule = { at: '02:30', window: '2 hours', zone };
  site.jobs.nightly.protect = { every: '26 hours' };
  if (notify !== undefined) site.notify = notify as typeof site.notify;
  return parseSite('site.yaml', stringify(site));
}

/** The schedule is in effect since then. */
const watchedSince = (at: string) =>
  writeFileSync(
    join(folder, 'schedule.ndjson'),
    `${JSON.stringify({ what: 'watched', at, site: 'payroll-cluster', job: 'nightly' })}\n`,
  );

function writeRun(at: string, ends: 'verified' | 'failed' = 'verified'): string {
  const run = `${at.replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}-volume2`;
  writeGeneratedRun(folder, {
    ...{ run, at: new Date(at), job: 'nightly', volume: 'Volume2', bytes: 1024 ** 2, ends, progress: 1 },
  });
  return run;
}

async function factsNow() {
  const history = new History(new StateFolder(folder));
  try {
    return { lines: await history.lines(), series: await history.trends({}) };
  } finally {
    await history.close();
  }
}

/** @param facts what the history says; it is asked where they are left out */
async function digestAt(now: string, zone: string, facts?: Awaited<ReturnType<typeof factsNow>>) {
  const state = new StateFolder(folder);
  const at = new Date(now);
  const known = facts ?? (await factsNow());
  return weekDigest({ site: siteIn(zone), state, ...known, now: at }, lastWeek(at, zone));
}

describe('the digest of a week', () => {
  it('has each night once: verified, failed, and missed', async () => {
    watchedSince('2026-11-01T00:00:00Z');
    // Monday to Sunday; Thursday has no run.
    for (const date of [23, 24, 27, 28, 29]) writeRun(`2026-11-${date}T01:31:00Z`);
    const failed = writeRun('2026-11-25T01:31:00Z', 'failed');
    const { volumes } = await digestAt('2026-11-30T06:00:00Z', 'Europe/Berlin');
    const [volume] = volumes;
    expect(volume?.nights.map(({ at, outcome }) => `${at.slice(8, 10)} ${outcome}`)).toEqual([
      '23 verified',
      '24 verified',
      '25 failed, rolled back',
      '26 missed',
      '27 verified',
      '28 verified',
      '29 verified',
    ]);
    expect(volume?.nights.filter(({ isLoud }) => isLoud)).toMatchObject([
      { run: failed, reason: 'the dump failed; the cluster is back in its normal state' },
      { run: undefined, at: '2026-11-26T01:30:00.000Z' },
    ]);
  });

  it.each([
    ['spring', '2026-03-22', '2026-03-30T06:00:00Z', 167],
    ['autumn', '2026-10-18', '2026-10-26T06:00:00Z', 169],
  ])('has seven nights in the week of the change in %s', async (_season, first, now, hours) => {
    watchedSince('2026-01-01T00:00:00Z');
    const { volumes, from, to } = await digestAt(now, 'Europe/Berlin');
    expect((Date.parse(to) - Date.parse(from)) / 3_600_000).toBe(hours);
    const nights = volumes[0]?.nights ?? [];
    expect(nights).toHaveLength(7);
    expect(new Set(nights.map(({ outcome }) => outcome))).toEqual(new Set(['missed']));
    const days = nights.map(({ at }) => at.slice(0, 10));
    const begin = Date.parse(`${first}T00:00:00Z`);
    expect(days).toEqual(
      Array.from({ length: 7 }, (_, index) => new Date(begin + (index + 1) * day).toISOString().slice(0, 10)),
    );
  });

  it.each(['Asia/Tokyo', 'America/Los_Angeles', 'Pacific/Auckland'])(
    'joins the week before without a gap and without a night told twice, in %s',
    async (zone) => {
      watchedSince('2026-01-01T00:00:00Z');
      const told: string[] = [];
      const facts = await factsNow();
      for (let week = 0; week < 53; week += 1) {
        const now = new Date(Date.parse('2026-01-12T23:00:00Z') + week * 7 * day).toISOString();
        const { volumes } = await digestAt(now, zone, facts);
        told.push(...(volumes[0]?.nights ?? []).map(({ at }) => at));
      }
      expect(new Set(told).size).toBe(told.length);
      expect(told).toEqual(told.toSorted());
      const gaps = told.slice(1).map((at, index) => Date.parse(at) - Date.parse(told[index] ?? at));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(25 * 3_600_000);
    },
  );

  it('says why a night is none, which backup there is, and where the seals end', async () => {
    watchedSince('2026-11-01T00:00:00Z');
    const run = writeRun('2026-11-29T01:31:00Z');
    const lines = digestLines(await digestAt('2026-11-30T06:00:00Z', 'Europe/Berlin'), 'Europe/Berlin');
    expect(lines[0]).toMatch(/^payroll-cluster, week of 2026-11-23: 1 \w+/);
    expect(lines).toContain('from 2026-11-23 00:00 CET to 2026-11-30 00:00 CET');
    expect(lines).toContain(
      '  2026-11-28 02:30 CET  missed: the night of 2026-11-28 02:30 CET was missed: no run was started in its window',
    );
    expect(lines).toContain(`  2026-11-29 02:31 CET  verified: run ${run}`);
    expect(lines).toContain('  last drill: none');
    expect(lines.at(-1)).toBe('head of the seals: nothing is sealed yet');
  });
});

describe('sending the digest', () => {
  const zone = 'Europe/Berlin';
  const now = new Date('2026-11-30T06:00:00Z');

  it('reaches who asks for it, once for each week', async () => {
    const told = join(folder, 'told');
    const script = 'cat >> "$0"; echo "$SHADOWTAPE_EVENT" >> "$0"';
    const site = siteIn(zone, [
      { on: ['digest'], command: ['/bin/sh', '-c', script, told] },
      { on: ['failure'], command: ['/bin/false'] },
    ]);
    const state = new StateFolder(folder);
    const digest = await digestAt(now.toISOString(), zone);
    const warned: string[] = [];
    const options = { zone, now, warn: (text: string) => warned.push(text) };
    expect(await sendDigest(state, site, digest, options)).toBe(true);
    expect(await sendDigest(state, site, digest, options)).toBe(false);
    const message = readFileSync(told, 'utf8');
    expect(message).toContain(digestLines(digest, zone).join('\n'));
    expect(message.match(/^digest$/gm)).toHaveLength(1);
    expect(warned).toEqual([]);
  });

  it('is refused where nobody asks for it', async () => {
    const digest = await digestAt(now.toISOString(), zone);
    const sending = sendDigest(new StateFolder(folder), siteIn(zone), digest, {
      zone,
      now,
      warn: () => undefined,
    });
    await expect(sending).rejects.toThrow('nobody in notify of the site file asks for the digest');
  });
});
