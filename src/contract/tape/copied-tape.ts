/** A second copy of the tapes of a run: each tape of the run has one tape that holds the same files. */
import { say } from '../text/say.ts';

/** Where the manifest is on a tape. */
interface ManifestOnTape {
  /** Number of its tape file. */
  readonly file: number;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** A tape that holds what a tape of a run holds. */
export interface CopiedTape {
  /** Which tape of the run, from 1. */
  readonly number: number;
  /** Of the tape that was copied, as recorded in the tape inventory. */
  readonly copyOf: string;
  readonly name: string;
  readonly uuid: string;
  /** ISO 8601, UTC. */
  readonly writtenAt: string;
  readonly keepUntil?: string | undefined;
  readonly host: string;
  readonly device: string;
  /** SHA-256 (hex) of its label. */
  readonly labelSha256: string;
  /** On the last tape alone. */
  readonly manifest?: ManifestOnTape | undefined;
}

/**
 * A copy that was written completely, read back, and found equal to what the run wrote; or one that was imported from
 * its tape.
 */
export interface ProvenCopy {
  /** When it ended, or was imported, in ISO 8601. */
  readonly at: string;
  /** True if another console has written it: its tape has a manifest. */
  readonly isImported?: boolean;
  readonly run: string;
  /** In the order of the run's tapes. */
  readonly tapes: readonly CopiedTape[];
  /** What was read back from them; absent if the copy was imported. */
  readonly volumes?: readonly ComparedVolume[] | undefined;
}

/** A volume that was read back from a copy, and is as its run wrote it. */
export interface ComparedVolume {
  readonly volume: string;
  readonly bytes: number;
  /** Hexadecimal; of the whole dump. */
  readonly sha256: string;
}

/** A second copy whose tapes still hold it, as it is shown. */
export interface CopyView {
  readonly at: string;
  readonly isImported: boolean;
  /** In the order of the run's tapes. */
  readonly tapes: readonly {
    readonly name: string;
    readonly keepUntil?: string | undefined;
    /** Where a person put it. */
    readonly location?: string | undefined;
  }[];
  readonly volumes: readonly ComparedVolume[];
}

/** How it is known that the copy holds what the run wrote. */
export const copyHow = ({ isImported }: Pick<CopyView, 'isImported'>): string =>
  isImported ? say('imported from its tape') : say('read back and compared');
