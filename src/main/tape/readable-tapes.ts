/** Which of several backups of the same data a library can load: a run's own tapes, or those of a copy. Moves nothing. Pure. */
import { isFailure, type ShadowtapeError } from '../../contract/errors.ts';
import type { ChangerStatus } from './changer.ts';
import { movesFor, nameOfCartridge, slotsToTry, type Library, type LibraryPlace } from './library.ts';

/** A tape to read. */
export interface TapeToFind {
  readonly name: string;
  readonly uuid: string;
}

/** The tapes of one backup, in the order in which they are read. */
export type TapesToFind = readonly [TapeToFind, ...TapeToFind[]];

/** The library, as it was seen. */
export interface LibrarySight {
  readonly library: Library;
  readonly status: ChangerStatus;
  /** The drive of the site, counted from 0. */
  readonly drive: number;
  readonly place: LibraryPlace;
}

/** True if only the label can identify the tape in the drive: its bar code belongs to no known tape. */
export function isDriveUnknown({ library, status, drive }: LibrarySight, tapes: readonly TapeToFind[]) {
  const cartridge = status.drives.get(drive)?.cartridge;
  if (!cartridge) return false;
  const names = [...library.named, ...tapes.map(({ name }) => name)];
  return nameOfCartridge(library, cartridge.barcode, names) === undefined;
}

/** Why a tape cannot be loaded; undefined if it can, or is in the drive. */
function refusalOf({ library, status, drive, place }: LibrarySight, { name }: TapeToFind) {
  try {
    movesFor(library, status, drive, name, place);
    return undefined;
  } catch (error) {
    if (!isFailure(error)) throw error;
    return error;
  }
}

/** A further tape with a name from the run is on a cartridge without an assigned name: each of those is tried. */
const mayBeNobodys = ({ library, status }: LibrarySight, { name }: TapeToFind): boolean =>
  !library.named.includes(name) &&
  !Object.hasOwn(library.barcodes, name) &&
  slotsToTry(library, status, name).length > 0;

/**
 * The first reason why a backup cannot be read completely.
 * @param inDrive uuid on the label of the tape in the drive, if that was read
 */
function whyNot(sight: LibrarySight, tapes: TapesToFind, inDrive: string | undefined) {
  for (const [index, tape] of tapes.entries()) {
    if (tape.uuid === inDrive) continue;
    const refusal = refusalOf(sight, tape);
    if (refusal && !(index > 0 && isFailure(refusal, 'LIBRARY_TAPE_MISSING') && mayBeNobodys(sight, tape)))
      return refusal;
  }
  return undefined;
}

/** True if nothing must be moved to read the first tape. */
function isInDrive({ library, status, drive, place }: LibrarySight, [first]: TapesToFind, inDrive?: string) {
  if (first.uuid === inDrive) return true;
  const { barcode } = status.drives.get(drive)?.cartridge ?? {};
  return barcode !== undefined && movesFor(library, status, drive, first.name, place).load === undefined;
}

/**
 * The backup to read: one whose first tape is in the drive, or else the first one with all tapes in the library.
 * @param choices in the order in which they are preferred
 * @param inDrive see whyNot
 * @returns why the first of them cannot be read, if none can
 */
export function readableTapes(
  sight: LibrarySight,
  choices: readonly [TapesToFind, ...TapesToFind[]],
  inDrive?: string,
): TapesToFind | ShadowtapeError {
  const judged = choices.map((tapes) => ({ tapes, refusal: whyNot(sight, tapes, inDrive) }));
  const whole = judged.flatMap(({ tapes, refusal }) => (refusal ? [] : [tapes]));
  const chosen = whole.find((tapes) => isInDrive(sight, tapes, inDrive)) ?? whole[0];
  return chosen ?? whyNot(sight, choices[0], inDrive) ?? choices[0];
}
