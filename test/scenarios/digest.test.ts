/** The weekly digest over generated histories: each night once, in every zone, and in the weeks in which the clock changes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { lastWeek, type Period } from '../../src/contract/time/week.ts';
import { History } from '../../src/main/history/history.ts';
import { StateFolder } from '../../src/main/journal/state-folder.ts';
import { parseSite } from '../../src/main/site/site-file.ts';
import { sampleSite } from '../../src/main/site/site.test-support.ts';
import { writeGeneratedRun } from '../support/generated-history.ts';
import { digestLines } from '../../src/main/application/digest/digest-text.ts';
import { sendDigests, type DigestOutcome } from '../../src/main/application/digest/send-digest.ts';
import { weekDigest } from '../../src/main/application/digest/week-digest.ts';
import { metricsText } from '../../src/main/application/protection/status-metrics.ts';
import { siteStatus } from '../../src/main/application/protection/status-service.ts';
import { startSmtpServer, type SmtpServer } from '../../src/main/notify/smtp-server.test-support.ts';
import { thisProcess } from '../../src/main/owner/process-owner.ts';
import { performed } from '../support/performed-command.ts';

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

/** The schedule has been in effect since then. */
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

/** @param facts the data of the history; by default it is queried */
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
    'follows the week before without a gap and without a repeated night, in %s',
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

  it('shows why a night has no backup, the newest backup, and the head of the seals', async () => {
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
  const monday = '2026-11-30T06:00:00Z';
  const week = '2026-11-22T23:00:00.000Z';
  const script = 'cat >> "$0"; echo "$SHADOWTAPE_EVENT" >> "$0"';
  const told = () => join(folder, 'told');
  const pager = () => ({ on: ['digest'], command: ['/bin/sh', '-c', script, told()] });
  const mailTo = (port: number) => ({
    on: ['digest'],
    mail: {
      to: ['ops@example.com'],
      from: 'shadowtape@example.com',
      host: '127.0.0.1',
      port,
      secure: 'none',
    },
  });
  const timesTold = () => readFileSync(told(), 'utf8').match(/^digest$/gm)?.length;

  const servers: SmtpServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
  async function mailServer(options: Parameters<typeof startSmtpServer>[0] = {}): Promise<SmtpServer> {
    const server = await startSmtpServer(options);
    servers.push(server);
    return server;
  }

  function sending(notify: unknown, at = monday): Promise<DigestOutcome[]> {
    const state = new StateFolder(folder);
    const site = siteIn(zone, notify);
    const now = new Date(at);
    const digestOf = async (period: Period) =>
      weekDigest({ site, state, ...(await factsNow()), now }, period);
    return sendDigests({ state, site, digestOf, zone, now });
  }

  async function statusAt(notify: unknown, at = monday) {
    const state = new StateFolder(folder);
    const now = new Date(at);
    return siteStatus({ site: siteIn(zone, notify), state, ...(await factsNow()), now });
  }

  const outcomes = (all: readonly DigestOutcome[]) =>
    all.map(({ from, outcome }) => `${from.toISOString().slice(0, 10)} ${outcome}`);

  it('reaches its receivers, once for each week', async () => {
    const notify = [pager(), { on: ['failure'], command: ['/bin/false'] }];
    expect(outcomes(await sending(notify))).toEqual(['2026-11-22 sent']);
    expect(outcomes(await sending(notify))).toEqual(['2026-11-22 sent before']);
    const digest = await digestAt(monday, zone);
    expect(readFileSync(told(), 'utf8')).toContain(digestLines(digest, zone).join('\n'));
    expect(timesTold()).toBe(1);
  });

  it('is tried again until the mail server accepts it, and no receiver gets it twice', async () => {
    const refusing = await mailServer({ refuses: ['ops@example.com'] });
    const [refused] = await sending([pager(), mailTo(refusing.port)]);
    expect(refused).toMatchObject({
      outcome: 'unsent',
      failures: [expect.stringMatching(/^mail to ops@example\.com: .*no ops@example\.com here/) as string],
    });
    const accepting = await mailServer();
    const notify = [pager(), mailTo(accepting.port)];
    expect(outcomes(await sending(notify))).toEqual(['2026-11-22 sent']);
    expect(accepting.mails.map(({ to }) => to)).toEqual([['ops@example.com']]);
    expect(accepting.mails[0]?.text).toContain('week of 2026-11-23');
    expect([timesTold(), refusing.mails]).toEqual([1, []]);
    expect(outcomes(await sending(notify))).toEqual(['2026-11-22 sent before']);
    expect(accepting.mails).toHaveLength(1);
  });

  it('is shown by status and metrics while it has not reached all receivers', async () => {
    const refusing = await mailServer({ refuses: ['ops@example.com'] });
    const notify = [mailTo(refusing.port)];
    expect((await statusAt(notify)).digest).toEqual({ unsent: undefined });
    expect(metricsText(await statusAt(notify))).toContain(
      'shadowtape_digest_unsent{site="payroll-cluster"} 0\n',
    );
    await sending(notify);
    const status = await statusAt(notify);
    expect(status.digest?.unsent).toMatchObject({
      week,
      reason: expect.stringContaining('mail to ops@example.com: ') as string,
    });
    await sending(notify);
    const again = (await statusAt(notify)).digest?.unsent;
    expect([again?.since, (again?.at ?? '') > (again?.since ?? '')]).toEqual([
      status.digest?.unsent?.since,
      true,
    ]);
    expect(metricsText(status)).toContain('shadowtape_digest_unsent{site="payroll-cluster"} 1\n');
    // It has no receivers any more.
    expect((await statusAt(undefined)).digest).toBeUndefined();
    const accepting = await mailServer();
    await sending([mailTo(accepting.port)]);
    expect((await statusAt(notify)).digest).toEqual({ unsent: undefined });
  });

  it('of an earlier week that did not arrive is sent with the latest one', async () => {
    const refusing = await mailServer({ refuses: ['ops@example.com'] });
    await sending([mailTo(refusing.port)]);
    const accepting = await mailServer();
    expect(outcomes(await sending([mailTo(accepting.port)], '2026-12-07T06:00:00Z'))).toEqual([
      '2026-11-22 sent',
      '2026-11-29 sent',
    ]);
    const subjects = accepting.mails.map(({ text }) => /week of (\d{4}-\d\d-\d\d)/.exec(text)?.[1]);
    expect(subjects).toEqual(['2026-11-23', '2026-11-30']);
  });

  it('is sent by one of two consoles that begin at the same time', async () => {
    const both = await Promise.all([sending([pager()]), sending([pager()])]);
    expect(both.flatMap(outcomes).sort()).toEqual(['2026-11-22 sent', '2026-11-22 sent before']);
    expect(timesTold()).toBe(1);
  });

  it('is sent although a console died while it was sending', async () => {
    // No process has that number: it is above the highest that Linux gives.
    const owner = { ...thisProcess(), process: 4_194_305, console: undefined };
    writeFileSync(join(folder, 'schedule.ndjson.digest.lock'), JSON.stringify({ owner, key: 'dead' }));
    expect(outcomes(await sending([pager()]))).toEqual(['2026-11-22 sent']);
    expect(readdirSync(folder).filter((name) => name.includes('.lock'))).toEqual([]);
  });

  it('is refused if it has no receivers', async () => {
    await expect(sending(undefined)).rejects.toThrow(
      'no entry under notify in the site file asks for the digest',
    );
  });

  it('exits 2 on the command line, and status warns until it was accepted', async () => {
    const site = sampleSite();
    Object.assign(site, { notify: [{ on: ['digest'], command: ['/bin/sh', '-c', 'test -e "$0"', told()] }] });
    writeFileSync(join(folder, 'site.yaml'), stringify(site));
    const command = (...words: string[]) =>
      performed(['--site', join(folder, 'site.yaml'), '--state', folder, ...words]);
    const refused = await command('digest', '--send');
    expect(refused.exitStatus).toBe(2);
    expect(refused.stderr).toMatch(
      /the digest of the week of \d{4}-\d\d-\d\d did not reach everybody: command \/bin\/sh: /,
    );
    expect((await command('status')).stderr).toContain('; shadowtape digest --send tries again\n');
    writeFileSync(told(), '');
    const sent = await command('digest', '--send');
    expect(sent).toMatchObject({ exitStatus: 0, stderr: '' });
    expect(sent.stdout).toMatch(/^the digest of the week of \d{4}-\d\d-\d\d was sent\n$/);
    expect((await command('status')).stderr).not.toContain('digest');
  });
});
