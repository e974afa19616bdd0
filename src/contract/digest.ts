/** What happened to the volumes of a site in a week. Plain data; times are ISO 8601 in UTC. */
import type { PairProtection } from './protection.ts';
import type { DrillLevel } from './drill-level.ts';

/** A backup of a volume, or a night that had none. */
export interface DigestNight {
  /** When the run began; of a missed night, when it was due. */
  readonly at: string;
  /** `verified`, `failed, rolled back`, `missed`, `running`, … */
  readonly outcome: string;
  /** False if no action is required: the backup is as it should be. */
  readonly isLoud: boolean;
  readonly run: string | undefined;
  /** Why it is not a backup; undefined if it is one. */
  readonly reason: string | undefined;
}

export interface DigestVolume extends Pick<
  PairProtection,
  'class' | 'master' | 'proxy' | 'state' | 'reason'
> {
  readonly jobs: readonly string[];
  /** The newest backup that is verified and on tape. */
  readonly backup: PairProtection['backup'];
  /** Earliest first. */
  readonly nights: readonly DigestNight[];
  /** When a drill last proved a backup of it; undefined if none is known. */
  readonly drilledAt: string | undefined;
  /** How far; absent if its record does not say it. */
  readonly drillLevel?: DrillLevel | undefined;
}

export interface WeekDigest {
  readonly site: string;
  readonly from: string;
  /** The end of the week, or when this was judged. */
  readonly to: string;
  /** The gravest first. */
  readonly volumes: readonly DigestVolume[];
  /** Which tapes the next nights need, one sentence each. */
  readonly tapes: readonly string[];
  /** SHA-256 (hex) of the last line of the list of seals; undefined if nothing is sealed yet. */
  readonly sealsHead: string | undefined;
}
