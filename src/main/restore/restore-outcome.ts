/** The result of a restore so far: what was written, what was skipped, and what is not known. */
import { failure, type ShadowtapeError } from '../../contract/errors.ts';
import type { RestoredFile } from './restored-file.ts';

/** A file on tape that was read completely. */
export interface ReadSource {
  /** The run that wrote it; undefined without a journal. */
  readonly run: string | undefined;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** True if it was compared with a checksum of the run. */
  readonly isCompared: boolean;
}

/** Plain data, for a screen or a script. */
export interface RestoreResult {
  /**
   * 0: everything that was requested is restored. 1: nothing was written. 2: something was written, and something is
   * missing or not proven.
   */
  readonly exitStatus: 0 | 1 | 2;
  readonly files: readonly RestoredFile[];
  readonly sources: readonly ReadSource[];
  /** What could not be compared, one sentence each. */
  readonly uncompared: readonly string[];
  readonly notes: readonly string[];
  /** Why it stopped early; undefined if it finished. */
  readonly error: ShadowtapeError | undefined;
  /** Its record in the state folder. */
  readonly record: string;
}

export class RestoreOutcome {
  readonly files: RestoredFile[] = [];
  readonly sources: ReadSource[] = [];
  readonly uncompared: string[] = [];
  readonly notes: string[] = [];
  /** What a folder of a host holds besides, by its paths. */
  readonly others: string[] = [];
  /** True once something new may be at the target. */
  mayHaveWritten = false;

  #has(what: RestoredFile['what']): boolean {
    return this.files.some((file) => file.what === what);
  }

  get hasWritten(): boolean {
    return this.mayHaveWritten || this.#has('written') || this.#has('differs');
  }

  #exitStatus(error: ShadowtapeError | undefined): RestoreResult['exitStatus'] {
    if (error === undefined && this.files.every(({ what }) => what === 'written')) return 0;
    return this.hasWritten ? 2 : 1;
  }

  /** @param error why the restore stopped early */
  result(record: string, error: ShadowtapeError | undefined): RestoreResult {
    const { files, sources, uncompared, notes } = this;
    const isEmpty = error === undefined && files.length === 0 && !this.hasWritten;
    const told = isEmpty ? failure('RESTORE_NOTHING_WRITTEN') : error;
    return { exitStatus: this.#exitStatus(told), files, sources, uncompared, notes, error: told, record };
  }
}
