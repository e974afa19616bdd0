/** Whether each volume of a site is protected, and which runs of the history need a person. Plain data; times are ISO 8601 in UTC. */
import type { ProvenLevel } from './drill-level.ts';
import type { RunProcess } from './screens.ts';

/** In the order of weight: a monitor shows the gravest of all volumes. */
export const protections = [
  'protected',
  'unknown',
  'failed',
  'overdue',
  'missed',
  'action required',
] as const;
export type Protection = (typeof protections)[number];

/** A volume pair of a job. */
export interface ProtectedPair {
  readonly job: string;
  readonly class: string;
  readonly master: string;
  readonly proxy: string;
  /** How old the newest backup may be, in seconds; undefined if the job does not say. */
  readonly everySeconds: number | undefined;
  /**
   * The last night that the schedule of the job asked for, and that had no run; absent if none was missed, or a run
   * began since.
   */
  readonly missedNight?: MissedNightOfJob | undefined;
  /** The last drill that the job missed; absent once a later one was made. */
  readonly missedDrill?: MissedNightOfJob | undefined;
  /** The tape that the next night of the job needs; absent if it has no schedule, or no pool of tapes. */
  readonly nextTape?: NextTapeOfJob | undefined;
}

export interface NextTapeOfJob {
  /** When the job is due. */
  readonly due: string;
  /** Undefined if no tape of the pool may be overwritten then. */
  readonly name: string | undefined;
  /** Where a person put it. */
  readonly location: string | undefined;
  /** One sentence, without a full stop. */
  readonly sentence: string;
}

export interface MissedNightOfJob {
  /** When the job was due. */
  readonly due: string;
  /** One sentence, without a full stop. */
  readonly sentence: string;
}

export interface PairBackup {
  readonly run: string;
  /** The instant that it shows. */
  readonly at: string;
  readonly ageSeconds: number;
  readonly tapeNames: readonly string[];
  /** When a restore or a drill last proved that it can be restored; absent if none is known. */
  readonly provenAt?: string | undefined;
  /** How far; absent if the record of a drill does not say it. */
  readonly provenLevel?: ProvenLevel | undefined;
}

export interface PairProtection extends ProtectedPair {
  readonly state: Protection;
  /** One sentence, without a full stop. */
  readonly reason: string;
  readonly backup: PairBackup | undefined;
  /** The newest run, where it did not end as a backup should. */
  readonly trouble: PairTrouble | undefined;
  readonly runningRun: string | undefined;
}

/** What a monitoring plugin says of a service. */
export const serviceStates = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;
export type ServiceState = (typeof serviceStates)[number];

export interface PairTrouble {
  readonly run: string;
  readonly sentence: string | undefined;
  /** When it ended; its start where it has no end. */
  readonly at?: string | undefined;
}

/** A run of the pair as a point of its history, oldest first. */
export interface PairPoint {
  readonly run: string;
  readonly good: boolean;
  /** Bytes on the tape; undefined if the journal does not tell. */
  readonly bytes: number | undefined;
  /** Bytes a second of the dump. */
  readonly rate: number | undefined;
}

/** A pair as the first screen shows it. */
export interface PairView extends PairProtection {
  /** The last runs of the pair, oldest first. */
  readonly points: readonly PairPoint[];
  /** The last run that failed, needs action, or was interrupted, however long ago. */
  readonly lastFailure: PairTrouble | undefined;
}

/**
 * The newest run of a class where it has not come to rest: a process elsewhere performs it, its process died, or it ended with
 * action required.
 */
export interface OpenRun {
  readonly run: string;
  readonly job: string;
  readonly class: string;
  readonly volumes: readonly string[];
  readonly how: 'elsewhere' | 'interrupted' | 'action-required';
  /** Since when: the end of a run that ended, else its start. */
  readonly since: string;
  readonly step: string | undefined;
  /** What it ended with. */
  readonly sentence: string | undefined;
  /** True if the next run of the class is refused until a person resumes it, rolls it back or discards it. */
  readonly holds: boolean;
  /** True if an operator has discarded it: nothing waits for it any longer. */
  readonly discarded?: boolean | undefined;
  readonly performedBy: RunProcess | undefined;
}

/** The digest of a week that did not reach every receiver. */
export interface UnsentDigest {
  /** When its week begins; ISO 8601, UTC. */
  readonly week: string;
  /** When it was first refused; ISO 8601, UTC. */
  readonly since: string;
  /** When it was last tried; ISO 8601, UTC. */
  readonly at: string;
  /** Which receivers it did not reach, and why. */
  readonly reason: string;
}

export interface ProtectionView {
  /** When this was judged, by the clock of the console. */
  readonly at: string;
  readonly pairs: readonly PairView[];
  readonly open: readonly OpenRun[];
  /** The digest of a week that did not reach everybody who asks for it; absent if there is none. */
  readonly unsentDigest?: UnsentDigest | undefined;
  /** Runs whose journals cannot be read, newest first; absent if there are none. */
  readonly unread?: readonly UnreadRun[] | undefined;
}

/** Nothing is known of a run without its journal: it may be the newest one of a volume. */
export interface UnreadRun {
  readonly run: string;
  readonly reason: string;
}
