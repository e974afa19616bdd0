/** How far a drill has proven a backup. A record of 0.1.0 does not say it, so nothing is said of it. */
import { say } from './text/say.ts';

/**
 * `read`: all of it was read from its tapes and compared with what its run wrote; nothing was extracted or restored.
 * `extracted`: besides, all of it was written into a scratch folder, which was removed.
 */
export type DrillLevel = 'read' | 'extracted';

/** `restored`: it was written to its volume, and read again. */
export type ProvenLevel = DrillLevel | 'restored';

/** The last drill that has proven a backup. */
export interface DrillProof {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The proxy volumes that it read, where the backup has others, too. */
  readonly volumes?: readonly string[];
  readonly level?: DrillLevel | undefined;
}

const words: Readonly<Record<ProvenLevel, string>> = {
  read: say('read from tape and compared, not restored'),
  extracted: say('read from tape and compared, extracted into a scratch folder, not restored'),
  restored: say('restored to its volume'),
};

/** Undefined if the level is not known. */
export const levelText = (level: ProvenLevel | undefined): string | undefined => level && words[level];

/** Fits after "by". */
export const drillText = (level: ProvenLevel | undefined): string =>
  level ? say('a drill ({level})', { level: words[level] }) : say('a drill');
