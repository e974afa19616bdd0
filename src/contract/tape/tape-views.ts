/** What screens are shown of tapes: the one in the drive, and those in the tape inventory. */
import type { RunLine } from '../screens.ts';
import type { TapeLoss } from './tape-loss.ts';

export interface TapeFileView {
  readonly file: number;
  readonly holds: string;
  readonly kind: 'label' | 'manifest' | 'data';
  /** The proxy volume of the data, by the label. */
  readonly volume?: string | undefined;
  readonly recordBytes: number | undefined;
}

/** What was found on the tape in the drive. */
export interface TapeContents {
  readonly host: string;
  readonly device: string;
  readonly blank: boolean;
  readonly label:
    | {
        readonly name: string;
        readonly uuid: string;
        readonly writtenAt: string;
        readonly run: string | undefined;
        readonly keepUntil: string | undefined;
        readonly number: number | undefined;
        /** Lines that restore its volumes without Shadowtape; labels of 0.1.0 have none. */
        readonly byHand?: readonly { readonly volume: string; readonly line: string }[] | undefined;
      }
    | undefined;
  readonly files: readonly TapeFileView[];
  readonly end: string;
  /** Whose data it holds, by its label or its first record; several: one of them, since their first records are the same. */
  readonly writtenBy?: readonly WriterOfTape[] | undefined;
}

/** A run whose data is on a tape; without a verdict where its journal is not known here. */
export interface WriterOfTape {
  readonly run: string;
  readonly verdict?: RunLine['verdict'] | undefined;
  readonly exitStatus?: number | undefined;
  readonly skipped?: number | undefined;
  readonly inconsistent?: number | undefined;
  readonly unreadable?: number | undefined;
  /** True if the run left an unfinished dump that begins as this tape does: nothing proves that it is that one. */
  readonly unfinished?: boolean | undefined;
}

export interface KnownTapeView {
  readonly uuid: string;
  readonly name: string;
  readonly run: string | undefined;
  readonly keepUntil: string | undefined;
  readonly files: readonly {
    readonly file: number;
    readonly volume: string;
    readonly method: string;
    readonly bytes?: number | undefined;
  }[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly host: string;
  readonly device: string;
  /** Where a person put the tape after it was in that drive. */
  readonly location?: string | undefined;
  readonly replaced: boolean;
  /** Of a second copy: the tape that was copied, as the inventory knows it. */
  readonly copyOf?: string | undefined;
  /** When a person declared that the tape is not found, and who. */
  readonly declaredLost?: { readonly at: string; readonly by: string } | undefined;
  /** True if what was on it is known to be overwritten, or the tape is declared lost. */
  readonly lost?: boolean | undefined;
  /** When, and by which run; absent if nothing says that it is lost. */
  readonly loss?: Omit<TapeLoss, 'tape'> | undefined;
}
