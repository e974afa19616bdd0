/** The result for each wanted entry of an archive. */
import type { EntryKind } from './archive/entry-kind.ts';

export interface RestoredFile {
  /** As the archive has it (contract/file-names.ts). */
  readonly path: string;
  /** `differs`: what was written differs from the archive. `not compared`: a host may hold it, or a part of it. */
  readonly what: 'written' | 'left out' | 'differs' | 'not compared';
  readonly kind?: EntryKind | 'special file' | undefined;
  readonly bytes?: number | undefined;
  /** SHA-256 (hex) of a file's content, as the archive has it and as it was read back. */
  readonly sha256?: string | undefined;
  /** Why it was skipped, or how it differs. */
  readonly reason?: string | undefined;
}

/** Receives each entry, in the order of the archive. */
export type OnRestored = (file: RestoredFile) => void;
