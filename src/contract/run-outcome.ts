/**
 * What a run comes to. One function derives verdict and exit status from the facts of the run; one other names the outcome
 * that they stand for. Engine, rollback, resume, command line, desk, screens, report and index use these two. Pure.
 */
import { sayCount } from './text/say.ts';

/** `unverified`: dumped, but not read back. */
export const runVerdicts = ['verified', 'unverified', 'failed'] as const;
export type RunVerdict = (typeof runVerdicts)[number];

/**
 * 0 verified, or unverified as asked; 1 failed, nothing was changed; 2 failed, the cluster is normal; 3 action required: the
 * cluster is not proven to be normal; 4 the tape does not hold what was read, or not what the whole
 * proxy holds, and the cluster is normal.
 */
export type ExitStatus = 0 | 1 | 2 | 3 | 4;

/** What the tape is worth. `written`: every record was counted by the tape host, none was read back. */
export type TapeMark = 'untouched' | 'incomplete' | 'written' | 'verified' | 'bad';

/**
 * What kept a run from its plain end. `unwatched`: the copy of the rejoin could not be watched, every other step was done.
 * `failed`: a step failed or was canceled. `rolled-back`: a run that had ended, or whose process died, was rolled back on request.
 */
export type RunTrouble = 'none' | 'unwatched' | 'failed' | 'rolled-back';

/**
 * How the hosts show the cluster at the end. `normal`: joined and in sync, nothing of the run is left. `at-rest`: as the job
 * leaves it after its last step (parted, or still copying). `unproven`: anything else, and everything that was not seen.
 */
export type ClusterMark = 'normal' | 'at-rest' | 'unproven';

export interface OutcomeFacts {
  /** A command that may have changed the cluster or the backup server was sent, beyond the lock and the tape's position. */
  readonly changed: boolean;
  readonly tape: TapeMark;
  /** Reading back is part of the run: neither the job nor the operator left it out. */
  readonly readBackDue: boolean;
  /** The job asks for the whole proxy to be compared with the dump, and the journal does not show that it was. */
  readonly comparisonOpen: boolean;
  readonly trouble: RunTrouble;
  readonly cluster: ClusterMark;
}

export interface VerdictAndStatus {
  readonly verdict: RunVerdict;
  readonly exitStatus: ExitStatus;
}

/** @returns the verdict on the backup; a run that failed or was rolled back has none, whatever its tape holds */
function verdictOf({ tape, readBackDue, comparisonOpen, trouble }: OutcomeFacts): RunVerdict {
  if (trouble === 'failed' || trouble === 'rolled-back' || comparisonOpen) return 'failed';
  if (tape === 'verified') return 'verified';
  return tape === 'written' && !readBackDue ? 'unverified' : 'failed';
}

/** Only a run that performed every step may leave the cluster as the job wants it; all others must leave it normal. */
function isClusterProven({ trouble, cluster }: OutcomeFacts): boolean {
  return cluster === 'normal' || (cluster === 'at-rest' && trouble === 'none');
}

/** Derives verdict and exit status from the facts of a run. */
export function concludeRun(facts: OutcomeFacts): VerdictAndStatus {
  const verdict = verdictOf(facts);
  if (facts.trouble === 'failed' && !facts.changed) return { verdict, exitStatus: 1 };
  if (!isClusterProven(facts)) return { verdict, exitStatus: 3 };
  if (verdict !== 'failed') return { verdict, exitStatus: 0 };
  return { verdict, exitStatus: facts.tape === 'bad' ? 4 : 2 };
}

/** The outcome of a run in one word. Those in `-act` hold a backup, and a person must act on the cluster. */
export type RunOutcome =
  | 'verified'
  | 'unverified'
  | 'verified-act'
  | 'unverified-act'
  | 'refused'
  | 'rolled-back'
  | 'act'
  | 'tape-mismatch';

const failedOutcomes: Readonly<Record<number, RunOutcome>> = {
  1: 'refused',
  2: 'rolled-back',
  3: 'act',
  4: 'tape-mismatch',
};

/**
 * Names the outcome of a run that has ended.
 * @param end verdict and exit status, as the journal has them; an exit status that no release has written requires action
 */
export function outcomeOf({ verdict, exitStatus }: { verdict: RunVerdict; exitStatus: number }): RunOutcome {
  if (verdict === 'failed') return failedOutcomes[exitStatus] ?? 'act';
  return exitStatus === 0 ? verdict : `${verdict}-act`;
}

/** How an outcome is shown to people. */
export const outcomeWords: Readonly<Record<RunOutcome, string>> = {
  verified: 'verified',
  unverified: 'unverified',
  'verified-act': 'verified, action required',
  'unverified-act': 'unverified, action required',
  refused: 'refused, nothing was touched',
  'rolled-back': 'failed, rolled back',
  act: 'action required',
  'tape-mismatch': 'tape mismatch',
};

const normalOutcomes: readonly RunOutcome[] = [
  'verified',
  'unverified',
  'refused',
  'rolled-back',
  'tape-mismatch',
];

/** True if the run left nothing for a person to do on the cluster. */
export const leftNothing = (outcome: RunOutcome): boolean => normalOutcomes.includes(outcome);

/** Files that are on the tape of a run not at all, or not as they were at one moment, and records that are zeros; what is absent is 0. */
export interface Omissions {
  readonly skipped?: number | undefined;
  readonly inconsistent?: number | undefined;
  readonly unreadable?: number | undefined;
}

/** @returns the counts that are there, for an event or a line; a run that lacks nothing has none of the fields */
export function givenOmissions({ skipped, inconsistent, unreadable }: Omissions = {}): Omissions {
  return {
    ...(skipped === undefined ? {} : { skipped }),
    ...(inconsistent === undefined ? {} : { inconsistent }),
    ...(unreadable === undefined ? {} : { unreadable }),
  };
}

/** `, 3 files skipped, 1 file inconsistent`, to be set after a verdict; empty if the tape holds everything. */
export function omissionWords({ skipped = 0, inconsistent = 0, unreadable = 0 }: Omissions): string {
  const parts = [
    ...(skipped === 0
      ? []
      : [sayCount(skipped, '{count} file skipped', '{count} files skipped', { count: skipped })]),
    ...(inconsistent === 0
      ? []
      : [
          sayCount(inconsistent, '{count} file inconsistent', '{count} files inconsistent', {
            count: inconsistent,
          }),
        ]),
    ...(unreadable === 0
      ? []
      : [
          sayCount(unreadable, '{count} unreadable record', '{count} unreadable records', {
            count: unreadable,
          }),
        ]),
  ];
  return parts.map((part) => `, ${part}`).join('');
}
