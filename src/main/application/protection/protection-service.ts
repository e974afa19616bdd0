/** Whether the volumes of a site are protected, by its site file and the journals of the state folder. No host is queried. */
import type { RunEvent } from '../../../contract/events.ts';
import type { TrendSeries } from '../../../contract/history.ts';
import type { MissedNightOfJob, NextTapeOfJob, ProtectionView } from '../../../contract/protection.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { openRunsOf } from '../../../folds/open-runs.ts';
import {
  backupRunOf,
  lastFailureOf,
  pointsOf,
  protectionOf,
  type PairProtection,
  type PairRun,
  type ProtectedPair,
} from '../../../folds/protection.ts';
import { readRun } from '../../journal/run-history.ts';
import { lastOf } from '../../journal/run-summary.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import { MediaFile } from '../../tape/media-file.ts';
import { sentCommands } from '../../procedure/model/sent-commands.ts';
import { performedRuns } from '../../proof/live-runs.ts';
import type { Site } from '../../site/site-schema.ts';
import { unsentDigest } from '../digest/digest-record.ts';
import { nextTapeOfJob } from '../media/next-tape.ts';
import { lastMissedNight, missedSentence } from '../schedule/schedule-service.ts';
import { scheduledTasks } from '../schedule/scheduled-job.ts';

/** When the proxies of a run were last parted; undefined if no part is known to have succeeded. */
export function partedAtOf(events: readonly RunEvent[]): string | undefined {
  const part = sentCommands(events).findLast(
    ({ intent: { argv }, isProven }) => isProven && argv[0] === 'sdxproxy' && argv[1] === 'Part',
  );
  const outcome = events.find((event) => event.type === 'outcome' && event.of === part?.intent.seq);
  return outcome?.at ?? part?.intent.at;
}

const pairsOf = ({ jobs }: Site): ProtectedPair[] =>
  Object.entries(jobs).flatMap(([job, { class: className, volumes, protect }]) =>
    volumes.map(({ master, proxy }) => ({
      job,
      class: className,
      master,
      proxy,
      everySeconds: protect.every,
    })),
  );

/** State folder -> run that has ended -> when its proxies were parted: its journal no longer changes, and may be long. */
const partsKnown = new WeakMap<StateFolder, Map<string, string | undefined>>();

/** An unreadable journal does not show when the proxy was parted. */
async function withPart(state: StateFolder, run: PairRun): Promise<PairRun> {
  const known = partsKnown.get(state) ?? new Map<string, string | undefined>();
  partsKnown.set(state, known);
  if (!known.has(run.run)) {
    const read = await readRun(state, run.run).catch(() => undefined);
    if (!read) return run;
    known.set(run.run, partedAtOf(read.events));
  }
  return { ...run, partedAt: known.get(run.run) };
}

/** True if the last end of the run says that an operator has discarded it. */
async function isDiscarded(state: StateFolder, run: string): Promise<boolean> {
  const read = await readRun(state, run).catch(() => undefined);
  return read !== undefined && lastOf(read.events, 'run-finished')?.discarded === true;
}

/** Class and proxy -> its runs: a site may have a thousand volumes and ten thousand runs. */
function byPair(runs: readonly PairRun[]): Map<string, PairRun[]> {
  const found = new Map<string, PairRun[]>();
  for (const run of runs)
    for (const volume of run.volumes) {
      const key = `${run.class}/${volume}`;
      const before = found.get(key);
      if (before) before.push(run);
      else found.set(key, [run]);
    }
  return found;
}

/** The runs of the site, newest first, and whether a process performs them. */
async function runsOf(site: Site, state: StateFolder, lines: readonly RunLine[]): Promise<PairRun[]> {
  const running = new Set((await performedRuns(state)).map(({ run }) => run));
  return lines
    .filter(({ trouble, site: name }) => trouble === undefined && name === site.site)
    .map((line) => ({ ...line, running: line.live || running.has(line.run) }));
}

/** Job -> the last night, or the last drill, that it missed. */
async function missedByJob(
  task: 'run' | 'drill',
  site: Site,
  state: StateFolder,
  lines: readonly RunLine[],
  now: Date,
): Promise<Map<string, MissedNightOfJob>> {
  const missed = new Map<string, MissedNightOfJob>();
  for (const job of scheduledTasks(site).filter((each) => each.task === task)) {
    const night = await lastMissedNight(state, job, lines, now);
    if (night) missed.set(job.name, { due: night.due.toISOString(), sentence: missedSentence(job, night) });
  }
  return missed;
}

/** Job -> the tape that it needs next. @throws TAPES_UNREADABLE if the site has pools */
function nextTapes(site: Site, state: StateFolder, now: Date): Map<string, NextTapeOfJob> {
  if (site.pools === undefined) return new Map();
  const { tapes } = new MediaFile(state.tapesFile).list();
  return new Map(
    Object.entries(site.jobs).flatMap(([name, job]) => {
      const next = nextTapeOfJob(site, job, tapes, now);
      return next ? [[name, next] as const] : [];
    }),
  );
}

async function judged(
  site: Site,
  state: StateFolder,
  lines: readonly RunLine[],
  now: Date,
): Promise<{ readonly pair: PairProtection; readonly runs: readonly PairRun[] }[]> {
  const grouped = byPair(await runsOf(site, state, lines));
  const missed = await missedByJob('run', site, state, lines, now);
  const missedDrills = await missedByJob('drill', site, state, lines, now);
  const next = nextTapes(site, state, now);
  return Promise.all(
    pairsOf(site).map(async (bare) => {
      const [missedNight, missedDrill] = [missed.get(bare.job), missedDrills.get(bare.job)];
      const pair = { ...bare, missedNight, missedDrill, nextTape: next.get(bare.job) };
      const own = grouped.get(`${pair.class}/${pair.proxy}`) ?? [];
      const backup = backupRunOf(pair, own);
      const parted = backup && (await withPart(state, backup));
      const judgedRuns = own.map((run) => (run === backup && parted ? parted : run));
      return { pair: protectionOf(pair, judgedRuns, now), runs: own };
    }),
  );
}

/**
 * @param lines all runs of the state folder, newest first
 * @param now clock of the console
 */
export async function siteProtection(
  site: Site,
  state: StateFolder,
  lines: readonly RunLine[],
  now: Date,
): Promise<PairProtection[]> {
  const all = await judged(site, state, lines, now);
  return all.map(({ pair }) => pair);
}

export interface ProtectionFacts {
  readonly site: Site;
  readonly state: StateFolder;
  /** All runs of the state folder, newest first, each with who performs it. */
  readonly lines: readonly RunLine[];
  readonly series: readonly TrendSeries[];
  /** True if the next run of the class is refused because of this one. */
  readonly holds: (run: string) => Promise<boolean>;
  readonly now: Date;
}

/** The same verdict as `siteProtection`, with the other data of the first screen. */
export async function siteProtectionView(facts: ProtectionFacts): Promise<ProtectionView> {
  const { site, state, lines, series, holds, now } = facts;
  const all = await judged(site, state, lines, now);
  const open = await Promise.all(
    openRunsOf(site.site, lines).map(async (run) => ({
      ...run,
      holds: run.how === 'elsewhere' || (await holds(run.run)),
      ...(run.how === 'action-required' ? { discarded: await isDiscarded(state, run.run) } : {}),
    })),
  );
  const unsent = await unsentDigest(state, site, now);
  const unread = lines.flatMap(({ run, trouble: reason }) => (reason === undefined ? [] : [{ run, reason }]));
  return {
    at: now.toISOString(),
    ...(unread.length > 0 ? { unread } : {}),
    ...(unsent ? { unsentDigest: unsent } : {}),
    pairs: all.map(({ pair, runs: own }) => ({
      ...pair,
      points: pointsOf(pair, site.site, series),
      lastFailure: lastFailureOf(pair, own),
    })),
    open,
  };
}
