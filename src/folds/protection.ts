/**
 * Whether each volume of a site is protected: its newest backup that is verified and still on tape, against the time that the job allows
 * (`protect.every`), and what came after it. Pure.
 */
import type { RunLine } from '../contract/screens.ts';

/** In the order of weight: a monitor shows the gravest of all volumes. */
const protections = ['protected', 'unknown', 'failed', 'overdue', 'action required'] as const;
export type Protection = (typeof protections)[number];

/** A volume pair of a job. */
export interface ProtectedPair {
  readonly job: string;
  readonly class: string;
  readonly master: string;
  readonly proxy: string;
  /** How old the newest backup may be, in seconds; undefined where the job does not say. */
  readonly everySeconds: number | undefined;
}

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
  | 'tapeNames'
  | 'lost'
  | 'restores'
> {
  readonly running: boolean;
  /** When the proxy was parted: the instant that the backup shows. Undefined where the journal does not tell; the start of the run counts then. */
  readonly partedAt?: string | undefined;
}

interface PairBackup {
  readonly run: string;
  /** The instant that it shows. */
  readonly at: string;
  readonly ageSeconds: number;
  readonly tapeNames: readonly string[];
}

export interface PairProtection extends ProtectedPair {
  readonly state: Protection;
  /** One sentence, without a full stop. */
  readonly reason: string;
  readonly backup: PairBackup | undefined;
  /** The newest run, where it did not end as a backup should. */
  readonly trouble: { readonly run: string; readonly sentence: string | undefined } | undefined;
  readonly runningRun: string | undefined;
}

/** A run that was imported from a tape without its journal has no end, and nobody waits for one. */
const isImported = ({ verdict, sentence }: PairRun): boolean =>
  verdict === 'unfinished' && sentence !== undefined;

/** The newest run whose backup counts. */
const holdsBackup = ({ verdict, lost, restores }: PairRun): boolean =>
  restores === undefined && verdict === 'verified' && (lost ?? []).length === 0;

/** A restore is no backup: it counts while it runs, and where it has left the proxy for a person to act on. */
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

function backupOf(run: PairRun | undefined, now: Date): PairBackup | undefined {
  if (!run) return undefined;
  const at = run.partedAt ?? run.startedAt;
  return {
    run: run.run,
    at,
    ageSeconds: (now.getTime() - Date.parse(at)) / 1000,
    tapeNames: run.tapeNames,
  };
}

function needsPerson({ verdict, exitStatus, running }: PairRun): boolean {
  return exitStatus === 3 || (verdict === 'unfinished' && !running);
}

/** @returns undefined where the newest run that has ended is the backup */
function troubleOf(ended: PairRun | undefined, backup: PairBackup | undefined) {
  if (!ended || (ended.run === backup?.run && !needsPerson(ended))) return undefined;
  return ended;
}

function judge(
  { everySeconds }: ProtectedPair,
  backup: PairBackup | undefined,
  trouble: PairRun | undefined,
): [Protection, string] {
  if (trouble && needsPerson(trouble)) {
    const how = trouble.verdict === 'unfinished' ? 'was interrupted' : 'needs action';
    return ['action required', `run ${trouble.run} ${how}`];
  }
  if (everySeconds === undefined) return ['unknown', 'the job has no protect.every: age is not judged'];
  if (!backup) return ['overdue', 'no verified backup on tape'];
  if (backup.ageSeconds > everySeconds) return ['overdue', 'the newest backup is too old'];
  if (trouble) return ['failed', `run ${trouble.run} is not verified`];
  return ['protected', 'verified, and on tape'];
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
  const backup = backupOf(runs.find(holdsBackup), now);
  const running = runs.find((run) => run.running && run.verdict === 'unfinished');
  const trouble = troubleOf(
    runs.find((run) => run !== running),
    backup,
  );
  const [state, reason] = judge(pair, backup, trouble);
  return {
    ...pair,
    state,
    reason,
    backup,
    trouble: trouble && { run: trouble.run, sentence: trouble.sentence },
    runningRun: running?.run,
  };
}

/** The gravest; `unknown` where there is no volume at all. */
export function gravestOf(all: readonly Pick<PairProtection, 'state'>[]): Protection {
  if (all.length === 0) return 'unknown';
  const grave = Math.max(...all.map(({ state }) => protections.indexOf(state)));
  return protections[grave] ?? 'unknown';
}
