/**
 * Loads a tape of a library into the site's drive, and returns it to its slot. The tape in the drive is checked first:
 * data of a running or interrupted run stays there.
 */
import { failure, isFailure } from '../../../contract/errors.ts';
import type { CartridgeMove } from '../../../contract/tape/library.ts';
import { phrase } from '../../../contract/text/say.ts';
import { freeSlotOf, isCartridgeOf, movesFor, useOf, type Library } from '../../tape/library.ts';
import type { KnownTape } from '../../tape/media-catalogue.ts';
import type { FoundTape } from '../../tape/overwrite-rule.ts';
import { writersOf } from '../../tape/tape-holders.ts';
import type { OpenRunOn, TapeOwners } from '../hosts/run-context.ts';
import { eject } from './change-tape.ts';
import { loadFromSlot, requireChangerDrive, unloadToSlot, type ChangerSight } from './changer-work.ts';
import type { ChangerRoom } from './drive-in-changer.ts';
import { driveStatus, threadingSeconds, waitForReadyDrive, type Patience } from './drive-ready.ts';
import { lookAtTape, type KnownDrive } from './tape-look.ts';

export interface LibraryRoom extends ChangerRoom {
  readonly drive: KnownDrive;
  readonly changer: string;
  readonly library: Library;
  /** The tape inventory. */
  readonly knownTapes: () => readonly KnownTape[];
  /** See RunOptions. */
  readonly openRunOn: OpenRunOn | undefined;
  /** The run that moves the tape, and that may unload its own; undefined outside of any run. */
  readonly own: string | undefined;
  readonly patience: Omit<Patience, 'limitSeconds'>;
  /** Receives each move, once it is proven. */
  readonly onMove: (move: CartridgeMove) => void;
}

/** What is in the drive, or why it cannot be read. */
export async function tapeInDrive({ runner, step, drive }: LibraryRoom): Promise<FoundTape | string> {
  const { state, said } = await driveStatus(runner, step, drive);
  if (state === 'busy')
    throw failure('TAPE_BUSY', {
      reason: phrase('{tapeDevice} on {tapeHost}', {
        tapeDevice: drive.tapeDevice,
        tapeHost: drive.tapeHost,
      }),
    });
  if (state !== 'ready') return said;
  try {
    return await lookAtTape(runner, step, drive);
  } catch (error) {
    if (!isFailure(error, 'TAPE_STATE_UNKNOWN')) throw error;
    return error.message;
  }
}

/** Whose data may be on the cartridge. One that cannot be read is judged by its entry in the tape inventory. */
function ownersOf(room: LibraryRoom, tape: FoundTape | string, barcode = ''): TapeOwners | undefined {
  const { knownTapes, library, drive } = room;
  const place = { host: drive.tapeHost, device: drive.tapeDevice };
  if (typeof tape !== 'string') {
    const writers = writersOf(knownTapes(), tape);
    return { ...place, writers, isForeign: !tape.blank && !tape.label && writers.length === 0 };
  }
  const known = knownTapes().filter(({ name, lost }) => !lost && isCartridgeOf(library, name, barcode));
  if (known.length === 0) return undefined;
  return { ...place, writers: known.flatMap(({ run }) => run ?? []), isForeign: false };
}

/** @throws LIBRARY_TAPE_OPEN, LIBRARY_TAPE_UNREAD, TAPE_BUSY */
async function requireUnneeded(room: LibraryRoom, { status, drive: number }: ChangerSight, slot: number) {
  const { barcode } = status.drives.get(number)?.cartridge ?? {};
  if (useOf(room.library, barcode) !== 'data') return;
  const at = { drive: String(number), changer: room.changer, host: room.drive.tapeHost };
  const tape = await tapeInDrive(room);
  const owners = ownersOf(room, tape, barcode);
  const said = typeof tape === 'string' ? tape : tape.found;
  if (!owners || !room.openRunOn) throw failure('LIBRARY_TAPE_UNREAD', { ...at, said, slot: String(slot) });
  const run = await room.openRunOn(owners, room.own);
  if (run !== undefined) throw failure('LIBRARY_TAPE_OPEN', { ...at, run });
}

/** Ejects first: not every library can take a cartridge that the drive still holds (mtx(1), BUGS). */
async function unload(room: LibraryRoom, sight: ChangerSight, slot: number): Promise<void> {
  const { barcode } = sight.status.drives.get(sight.drive)?.cartridge ?? {};
  const move = { slot, drive: sight.drive, barcode };
  await requireUnneeded(room, sight, slot);
  await eject(room);
  await unloadToSlot(room, room.changer, move);
  room.onMove({ what: 'unloaded', ...move });
}

/**
 * Loads the tape with a name into the drive, found by its bar code. The tape in the drive is returned to its slot
 * first.
 * @returns false if it was already loaded
 * @throws LIBRARY_TAPE_…, CHANGER_…, and as waitForReadyDrive
 */
export async function bringTape(room: LibraryRoom, name: string, use: 'read' | 'write'): Promise<boolean> {
  const { changer, library, drive, runner, step, patience } = room;
  const sight = await requireChangerDrive(room, changer);
  const place = { changer, host: drive.tapeHost };
  const moves = movesFor(library, sight.status, sight.drive, name, place);
  if (!moves.load) return false;
  if (moves.unload) await unload(room, sight, moves.unload.slot);
  const move = { ...moves.load, drive: sight.drive };
  await loadFromSlot(room, changer, move);
  room.onMove({ what: 'loaded', ...move });
  await waitForReadyDrive(runner, step, drive, use, { ...patience, limitSeconds: threadingSeconds });
  return true;
}

/**
 * Returns the cartridge in the drive to the slot that it came from.
 * @returns false if the drive is empty
 * @throws LIBRARY_TAPE_OPEN, LIBRARY_TAPE_UNREAD, CHANGER_…, TAPE_BUSY
 */
export async function returnTape(room: LibraryRoom): Promise<boolean> {
  const { changer, drive } = room;
  const sight = await requireChangerDrive(room, changer);
  if (!sight.status.drives.get(sight.drive)?.cartridge) return false;
  await unload(room, sight, freeSlotOf(sight.status, sight.drive, { changer, host: drive.tapeHost }));
  return true;
}
