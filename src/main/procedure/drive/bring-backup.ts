/** Loads the first tape of a backup, or of its copy, unless it is in the drive already. */
import { isFailure } from '../../../contract/errors.ts';
import {
  isDriveUnknown,
  readableTapes,
  type LibrarySight,
  type TapesToFind,
} from '../../tape/readable-tapes.ts';
import { useOf } from '../../tape/library.ts';
import { requireChangerDrive } from './changer-work.ts';
import { bringTape, tapeInDrive, type LibraryRoom } from './library-work.ts';

export type Choices = readonly [TapesToFind, ...TapesToFind[]];

export interface ReadableBackup {
  readonly tapes: TapesToFind;
  /** That of the site, counted from 0. */
  readonly drive: number;
  /** True if the label of the tape in the drive says that it is the first one. */
  readonly isInDrive: boolean;
}

/** The uuid on the label in the drive, if only the label can identify it. */
async function labelInDrive(room: LibraryRoom, sight: LibrarySight, choices: Choices) {
  const { barcode } = sight.status.drives.get(sight.drive)?.cartridge ?? {};
  if (!isDriveUnknown(sight, choices.flat()) || useOf(sight.library, barcode) !== 'data') return undefined;
  const tape = await tapeInDrive(room);
  return typeof tape === 'string' ? undefined : tape.label?.uuid;
}

/**
 * The backup that the library can load. Moves nothing.
 * @throws LIBRARY_TAPE_… if each of them lacks a tape, CHANGER_…, TAPE_BUSY
 */
export async function requireReadable(room: LibraryRoom, choices: Choices): Promise<ReadableBackup> {
  const { changer, library, drive } = room;
  const { status, drive: number } = await requireChangerDrive(room, changer);
  const sight = { library, status, drive: number, place: { changer, host: drive.tapeHost } };
  const inDrive = await labelInDrive(room, sight, choices);
  const tapes = readableTapes(sight, choices, inDrive);
  if (isFailure(tapes)) throw tapes;
  return { tapes, drive: number, isInDrive: tapes[0].uuid === inDrive };
}

/**
 * Makes the library load the first tape of a backup.
 * @returns the backup that is read
 * @throws as requireReadable and bringTape
 */
export async function bringBackup(room: LibraryRoom, choices: Choices): Promise<TapesToFind> {
  const { tapes, isInDrive } = await requireReadable(room, choices);
  if (!isInDrive) await bringTape(room, tapes[0].name, 'read');
  return tapes;
}
