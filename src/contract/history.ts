/** Questions to the history: runs that match a search, files and where they are, sizes and rates over time. Plain data; times are ISO 8601 in UTC. */
import type { RunVerdict } from './run-outcome.ts';
import type { RestoreLine } from './restore-views.ts';
import type { RunLine } from './screens.ts';
import type { TapeLoss } from './tape/tape-loss.ts';

export interface FoundRuns {
  /** Newest first. */
  readonly lines: readonly RunLine[];
  /** True if there are more than the limit; ask again with `before`, the last line's run. */
  readonly more: boolean;
  /** Milliseconds. */
  readonly took: number;
  /** Journals that are not in the index yet; 0 where the answer is whole. */
  readonly unread: number;
  /** Restores of files and drills that match, newest first; only with the newest runs. */
  readonly restores?: readonly RestoreLine[] | undefined;
}

/** A tape, or the part of one, that holds a file. */
export interface TapePlace {
  /** Undefined in layout `plain`. */
  readonly name: string | undefined;
  readonly uuid: string | undefined;
  /** Number of the tape file; undefined if the journal does not tell. */
  readonly file: number | undefined;
  /** Where a person put the tape. */
  readonly location?: string | undefined;
  /** How it was lost; absent if it holds the file, for all that is known. */
  readonly lost?: Omit<TapeLoss, 'tape'> | undefined;
  /** Its second copies; absent if there are none. */
  readonly copies?: readonly { readonly name: string; readonly location: string | undefined }[] | undefined;
}

/** A file of a tar archive on a tape. */
export interface FileHit {
  /** As people read it: in the encoding of its site, each byte that is not of that as `\xA4`. */
  readonly path: string;
  /** The bytes of its name in the archive, in hexadecimal, where they are not the UTF-8 of `path`. */
  readonly pathBytes?: string | undefined;
  /** Of a hard link: the file whose content it is, as `path`. */
  readonly linkpath?: string | undefined;
  /** `File`, `Directory`, `SymbolicLink`, …: npm tar's names. */
  readonly type: string;
  readonly size: number;
  readonly mtime: string | undefined;
  readonly run: string;
  readonly startedAt: string;
  readonly verdict: RunVerdict | 'unfinished';
  /** True if the whole tape was read back and found the same. */
  readonly verified: boolean;
  /** Tapes of that run that were overwritten since; absent if none is known. */
  readonly lost?: readonly TapeLoss[] | undefined;
  /** The proxy volume. */
  readonly volume: string;
  readonly host: string;
  readonly device: string;
  /** Those that are read to restore it, in order; one, but for a file that goes over the end of a tape, and for a hard link. */
  readonly tapes: readonly TapePlace[];
  /** Where its header begins in the archive, in bytes. */
  readonly offset: number;
  /** The record of the dump in which that is, from 0, counted over all tapes. */
  readonly record: number;
  /** One command line, for the tape host: the file is restored into the current folder, a hard link together with its target. */
  readonly command: string;
}

export interface FoundFiles {
  /** Newest run first; those whose tapes are lost come last. */
  readonly hits: readonly FileHit[];
  readonly more: boolean;
  /** Milliseconds. */
  readonly took: number;
  /** Entries of catalogues that are not in the index yet; 0 where the answer is whole. */
  readonly unread: number;
}

/** A volume in one run. Seconds and rates are undefined if the journal does not tell. */
export interface TrendPoint {
  readonly run: string;
  readonly at: string;
  readonly verdict: RunVerdict | 'unfinished';
  readonly exitStatus: number | undefined;
  /** Bytes on the tape. */
  readonly bytes: number | undefined;
  /** Of the whole run. */
  readonly seconds: number | undefined;
  readonly dumpSeconds: number | undefined;
  readonly readBackSeconds: number | undefined;
  readonly resynchronisationSeconds: number | undefined;
  /** Bytes a second of the dump: over all of it, and where it was slowest. */
  readonly rate: number | undefined;
  readonly lowestRate: number | undefined;
}

export interface TrendSeries {
  readonly site: string;
  readonly class: string;
  readonly volume: string;
  /** Oldest first. */
  readonly points: readonly TrendPoint[];
}

/** What the index holds, and where it is. */
export interface IndexView {
  readonly file: string;
  /** Why it is kept in memory alone; undefined if it is in the file. */
  readonly inMemory: string | undefined;
  /** Bytes of the file. */
  readonly bytes: number;
  readonly runs: number;
  readonly unreadableRuns: number;
  readonly catalogues: number;
  /** Entries of all catalogues. */
  readonly entries: number;
  /** Different paths among them. */
  readonly files: number;
}
