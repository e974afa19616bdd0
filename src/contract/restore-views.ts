/** Restores of files and images, and drills, as screens show them: plain data; times are ISO 8601 in UTC, sizes are bytes. */
import type { DrillLevel } from './drill-level.ts';
import type { ErrorInfo } from './errors.ts';

/** `files` and `image` write what a tape holds to another place; `drill` reads and compares, and may extract into a folder that it removes; `copy` writes other tapes. */
export type RestoreKind = 'files' | 'image' | 'drill' | 'copy';

/** One backup that a restore reads. */
export interface PreviewedBackup {
  readonly run: string;
  readonly volume: string;
  readonly method: string;
  /** When its run began. */
  readonly startedAt: string;
  readonly host: string;
  /** In the order in which they are read; `file` is the number of the tape file. */
  readonly tapes: readonly { readonly words: string; readonly file: number; readonly bytes: number }[];
  /** The first names; undefined if it is not known, and for an image. */
  readonly files:
    | readonly { readonly path: string; readonly type: string; readonly bytes: number }[]
    | undefined;
  /** How many names there are, those that are not listed included. */
  readonly fileCount: number | undefined;
  /** That the target must have room for. */
  readonly bytes: number;
  /** The same as a command line for the tape host. */
  readonly byHand: string;
  /** What cannot be compared, one sentence each. */
  readonly uncompared: readonly string[];
}

/** What a restore of files or of an image will do. */
export interface RestorePreview {
  readonly kind: Exclude<RestoreKind, 'drill' | 'copy'>;
  /** Where it writes to: `HOST:/path`, or a path of the console's computer. */
  readonly to: string;
  /** The path of the device whose data is lost, which is typed before it is overwritten; undefined if the target is none. */
  readonly device?: string | undefined;
  readonly backups: readonly PreviewedBackup[];
}

/** A restore or drill as a line of the history. */
export interface RestoreLine {
  /** The name of its record. */
  readonly name: string;
  readonly kind: RestoreKind;
  /** Runs whose backups are read; none for a tape without a journal. */
  readonly runs: readonly string[];
  /** Proxy volumes. */
  readonly volumes: readonly string[];
  /** Of a drill its scratch folder, which it removes; undefined if it only reads. */
  readonly to: string | undefined;
  readonly by: string;
  readonly startedAt: string;
  readonly finishedAt: string | undefined;
  /** Undefined while it has no end. */
  readonly exitStatus: number | undefined;
  /** Entries that were written, and that were not, or not as the archive has them. */
  readonly written: number | undefined;
  readonly notWritten: number | undefined;
  /** Of a drill that has proven something, and says how far. */
  readonly level?: DrillLevel | undefined;
  /** Why it ended early. */
  readonly sentence: string | undefined;
  /** True while this console performs it. */
  readonly live: boolean;
}

/** Result for an entry of an archive. */
export interface RestoredEntry {
  /** As people read it, see contract/history.ts. */
  readonly path: string;
  readonly what: 'written' | 'left out' | 'differs' | 'not compared';
  readonly bytes: number | undefined;
  readonly sha256: string | undefined;
  readonly reason: string | undefined;
}

/** What was read of a tape, all of it. */
interface ReadBackup {
  /** The volume of a drill, the run of a restore; undefined if it is not known. */
  readonly of: string | undefined;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** True if it is what the run wrote. */
  readonly isCompared: boolean;
}

/** A restore or drill opened. */
export interface RestoreView {
  readonly line: RestoreLine;
  /** The file that records it. */
  readonly recordFile: string;
  readonly tapes: readonly string[];
  /** What is not as it should be first; not all of them where there are many. */
  readonly entries: readonly RestoredEntry[];
  readonly sources: readonly ReadBackup[];
  readonly notes: readonly string[];
  readonly error: ErrorInfo | undefined;
}
