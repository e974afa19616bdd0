/**
 * Whether each volume of a site is protected: its newest backup that is verified and still on tape, against the time that the job allows
 * (`protect.every`), and what came after it. Pure.
 */
import type {
  PairBackup,
  PairPoint,
  PairProtection,
  PairTrouble,
  ProtectedPair,
  Protection,
} from '../contract/protection.ts';
import type { TrendSeries } from '../contract/history.ts';
import type { RunLine } from '../contract/screens.ts';
import { phrase } from '../contract/text/say.ts';
import { isInFuture } from '../contract/time/in-future.ts';
import { provenRestorable } from './restore/proven-restorable.ts';

export type { PairProtection, ProtectedPair };

/** A run of the volume, as the history lists it; `running` where a process performs it. */
export interface PairRun extends Pick<
  RunLine,
  | 'run'
  | 'class'
  | 'volumes'
  | 'verdict'
  | 'exitStatus'
  | 'sentence'
  | 'startedAt'
  | 'finishedAt'
  | 'tapeNames'
  | 'lost'
  | 'restores'
  | 'restored'
  | 'drilled'
> {
  readonly running: boolean;
  /**
   * When the proxy was parted: the instant that the backup shows. Undefined if the journal does not tell; the start of
   * the run counts then.
   */
  readonly partedAt?: string | undefined;
}

/** Runs of a pair that the first screen shows. */
const shownPoints = 12;

/** All series -> those by site, class and volume: a thousand pairs search for theirs. */
const byVolume = new WeakMap<readonly TrendSeries[], ReadonlyMap<string, TrendSeries>>();

const seriesKey = (site: string, of: string, volume: string): string => JSON.stringify([site, of, volume]);

function seriesOf(
  pair: ProtectedPair,
  site: string,
  series: readonly TrendSeries[],
): TrendSeries | undefined {
  const known =
    byVolume.get(series) ??
    new Map(series.map((each) => [seriesKey(each.site, each.class, each.volume), each]));
  byVolume.set(series, known);
  return known.get(seriesKey(site, pair.class, pair.proxy));
}

/** The last runs of a pair, oldest first, as recorded in the index. */
export function pointsOf(pair: ProtectedPair, site: string, series: readonly TrendSeries[]): PairPoint[] {
  const own = seriesOf(pair, site, series);
  return (own?.points ?? [])
    .filter(({ verdict }) => verdict !== 'unfinished')
    .slice(-shownPoints)
    .map(({ run, verdict, bytes, rate }) => ({ run, good: verdict === 'verified', bytes, rate }));
}

/** A run that was imported from a tape without its journal has no end, and none is expected. */
export const isImported = ({ verdict, sentence }: Pick<RunLine, 'verdict' | 'sentence'>): boolean =>
  verdict === 'unfinished' && sentence !== undefined;

/** The newest run whose backup counts. */
const holdsBackup = ({ verdict, lost, restores }: PairRun): boolean =>
  restores === undefined && verdict === 'verified' && (lost ?? []).length === 0;

/** A restore is not a backup: it counts while it runs, and where it has left the proxy for a person to act on. */
const isEndedRestore = (run: PairRun): boolean =>
  run.restores !== undefined && !run.running && !needsPerson(run);

/** @param newestFirst runs of any volume, newest first */
function runsOfPair<Run extends PairRun>(pair: ProtectedPair, newestFirst: readonly Run[]): Run[] {
  return newestFirst.filter(
    (run) =>
      run.class === pair.class &&
      run.volumes.includes(pair.proxy) &&
      !isImported(run) &&
      !isEndedRestore(run),
  );
}

/** The newest run of the pair whose backup is verified and on tape. */
export const backupRunOf = <Run extends PairRun>(pair: ProtectedPair, newestFirst: readonly Run[]) =>
  runsOfPair(pair, newestFirst).find(holdsBackup);

function backupOf(run: PairRun | undefined, proxy: string, now: Date): PairBackup | undefined {
  if (!run) return undefined;
  const at = run.partedAt ?? run.startedAt;
  const proven = provenRestorable(run, proxy);
  return {
    run: run.run,
    at,
    ageSeconds: (now.getTime() - Date.parse(at)) / 1000,
    tapeNames: run.tapeNames,
    ...(proven ? { provenAt: proven.at } : {}),
    ...(proven?.level ? { provenLevel: proven.level } : {}),
  };
}

function needsPerson({ verdict, exitStatus, running }: PairRun): boolean {
  return exitStatus === 3 || (verdict === 'unfinished' && !running);
}

/** @returns undefined if the newest run that has ended is the backup */
function troubleOf(ended: PairRun | undefined, backup: PairBackup | undefined) {
  if (!ended || (ended.run === backup?.run && !needsPerson(ended))) return undefined;
  return ended;
}

const isOverwritten = (lost: PairRun['lost'] = []): boolean =>
  lost.every(({ declaredBy }) => declaredBy === undefined);

function failureOf({ run, verdict, lost }: PairRun): string {
  if (verdict !== 'verified') return phrase('run {run} is not verified', { run });
  return isOverwritten(lost)
    ? phrase('run {run} was overwritten on tape', { run })
    : phrase('run {run} is on a tape that is lost', { run });
}

/** A run that began since it was due has made the night good, or has failed by itself. */
function missedNightOf({ missedNight }: ProtectedPair, runs: readonly PairRun[]) {
  if (!missedNight) return undefined;
  const due = Date.parse(missedNight.due);
  return runs.some(({ startedAt }) => Date.parse(startedAt) >= due) ? undefined : missedNight;
}

function judge(
  { everySeconds, missedNight }: ProtectedPair,
  backup: PairBackup | undefined,
  trouble: PairRun | undefined,
): [Protection, string] {
  if (trouble && needsPerson(trouble)) {
    const { run, verdict } = trouble;
    return [
      'action required',
      verdict === 'unfinished'
        ? phrase('run {run} was interrupted', { run })
        : phrase('run {run} needs action', { run }),
    ];
  }
  if (missedNight) return ['missed', missedNight.sentence];
  if (everySeconds === undefined)
    return ['unknown', phrase('the job has no protect.every: age is not judged')];
  if (!backup) return ['overdue', phrase('no verified backup on tape')];
  if (backup.ageSeconds > everySeconds)
    return trouble
      ? ['overdue', phrase('the newest backup is too old, and {failure}', { failure: failureOf(trouble) })]
      : ['missed', phrase('the newest backup is too old, and no run has ended since')];
  if (trouble) return ['failed', failureOf(trouble)];
  // It would never be too old.
  if (isInFuture(backup.ageSeconds))
    return [
      'unknown',
      phrase('the newest backup shows an instant in the future: check the clock of the console'),
    ];
  return ['protected', phrase('verified, and on tape')];
}

const troubleWords = ({ run, sentence, finishedAt, startedAt }: PairRun): PairTrouble => ({
  run,
  sentence,
  at: finishedAt ?? startedAt,
});

/** The last run of the pair that did not end as a backup should, however long ago; not one that is running. */
export function lastFailureOf(pair: ProtectedPair, newestFirst: readonly PairRun[]): PairTrouble | undefined {
  const failed = runsOfPair(pair, newestFirst).find(
    (run) => needsPerson(run) || (run.verdict !== 'verified' && run.verdict !== 'unfinished'),
  );
  return failed && troubleWords(failed);
}

/**
 * @param newestFirst all runs of the site
 * @param now clock of the console
 */
export function protectionOf(
  pair: ProtectedPair,
  newestFirst: readonly PairRun[],
  now: Date,
): PairProtection {
  const runs = runsOfPair(pair, newestFirst);
  const backup = backupOf(runs.find(holdsBackup), pair.proxy, now);
  const running = runs.find((run) => run.running && run.verdict === 'unfinished');
  const trouble = troubleOf(
    runs.find((run) => run !== running),
    backup,
  );
  const missedNight = missedNightOf(pair, runs);
  const [state, reason] = judge({ ...pair, missedNight }, backup, trouble);
  return {
    ...pair,
    missedNight,
    state,
    reason,
    backup,
    trouble: trouble && troubleWords(trouble),
    runningRun: running?.run,
  };
}
