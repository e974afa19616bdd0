/** Operates the changer for one of its drives: that of the site. Cartridges in its other drives are never moved. */
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { commandLine } from '../../ssh/quoting.ts';
import {
  changerStatusArguments,
  dataSlots,
  loadArguments,
  parseChangerStatus,
  slotToReturnTo,
  unloadArguments,
  type ChangerStatus,
} from '../../tape/changer.ts';
import { slotsToTry } from '../../tape/library.ts';
import { driveInChanger, type ChangerRoom } from './drive-in-changer.ts';
import { driveStatus } from './drive-ready.ts';

/** The contents of a changer, and which of its drives is the site's. */
export interface ChangerSight {
  readonly status: ChangerStatus;
  readonly drive: number;
}

/** A library with many drives moves one cartridge at a time. */
const moveSeconds = 900;

/** @throws CHANGER_UNREADABLE, and errors of the query */
async function changerStatus(
  { runner, step, drive }: Pick<ChangerRoom, 'runner' | 'step' | 'drive'>,
  device: string,
): Promise<ChangerStatus> {
  const { tapeHost: host } = drive;
  const command = { host, argv: changerStatusArguments(device), changes: false };
  const { stdout } = await runner.send(step, command, { timeLimitSeconds: moveSeconds });
  const status = parseChangerStatus(stdout.toString('utf8'));
  if (!status) throw failure('CHANGER_UNREADABLE', { host, device });
  return status;
}

/** @throws CHANGER_UNREADABLE, CHANGER_DRIVE_UNNAMED, CHANGER_DRIVE_MISSING */
export async function lookAtChanger(room: ChangerRoom, device: string): Promise<ChangerSight> {
  const status = await changerStatus(room, device);
  return { status, drive: await driveInChanger(room, device, status) };
}

/**
 * Checks, as far as possible, that the changer's drive is the site's device: a tape in the device is in the changer's
 * drive, too. For the changer, a drive that has ejected its cartridge still holds it.
 * @throws CHANGER_UNREADABLE, CHANGER_DRIVE_UNNAMED, CHANGER_DRIVE_MISSING, CHANGER_DRIVE_IS_ANOTHER
 */
export async function requireChangerDrive(room: ChangerRoom, device: string): Promise<ChangerSight> {
  const sight = await lookAtChanger(room, device);
  if (sight.status.drives.get(sight.drive)?.cartridge) return sight;
  const { tapeHost: host, tapeDevice } = room.drive;
  const { state } = await driveStatus(room.runner, room.step, room.drive);
  if (state !== 'ready') return sight;
  const drive = String(sight.drive);
  throw failure('CHANGER_DRIVE_IS_ANOTHER', { device: tapeDevice, host, drive, changer: device });
}

/** A move between a slot and the site's drive. */
interface Move {
  readonly slot: number;
  readonly drive: number;
  /** Of the cartridge; undefined if it has none. */
  readonly barcode: string | undefined;
}

/**
 * The exit status of mtx does not prove the move: the changer is queried afterwards.
 * @throws CHANGER_MOVE_UNPROVEN, CHANGER_UNREADABLE, and errors of commands
 */
async function move(
  room: ChangerRoom,
  changer: string,
  argv: readonly string[],
  shown: (status: ChangerStatus) => string | undefined,
): Promise<void> {
  const { runner, step, drive } = room;
  const { tapeHost: host } = drive;
  await runner.send(step, { host, argv, changes: true }, { timeLimitSeconds: moveSeconds });
  const wrong = shown(await changerStatus(room, changer));
  if (wrong !== undefined)
    throw failure('CHANGER_MOVE_UNPROVEN', { command: commandLine(argv), host, changer, shown: wrong });
}

const cartridgeWords = (cartridge: { readonly barcode: string | undefined } | undefined): string =>
  cartridge ? (cartridge.barcode ?? phrase('a cartridge without a bar code')) : phrase('no cartridge');

/** Loads a cartridge into the site's drive, which is empty. @throws as move */
export function loadFromSlot(room: ChangerRoom, changer: string, { slot, drive, barcode }: Move) {
  return move(room, changer, loadArguments(changer, slot, drive), ({ drives }) => {
    const present = drives.get(drive)?.cartridge;
    const isThere = present !== undefined && (barcode === undefined || present.barcode === barcode);
    return isThere
      ? undefined
      : phrase('drive {drive} holds {cartridge}', { drive, cartridge: cartridgeWords(present) });
  });
}

/** Returns the cartridge in the site's drive to a slot. @throws as move */
export function unloadToSlot(room: ChangerRoom, changer: string, { slot, drive, barcode }: Move) {
  return move(room, changer, unloadArguments(changer, slot, drive), ({ drives, slots }) => {
    const present = drives.get(drive)?.cartridge;
    if (present)
      return phrase('drive {drive} holds {cartridge}', { drive, cartridge: cartridgeWords(present) });
    const arrived = slots.get(slot)?.cartridge;
    const isThere = arrived !== undefined && (barcode === undefined || arrived.barcode === barcode);
    return isThere
      ? undefined
      : phrase('slot {slot} holds {cartridge}', { slot, cartridge: cartridgeWords(arrived) });
  });
}

/** The slots after the one that the drive was loaded from. */
export class Changer {
  readonly #room: ChangerRoom;
  readonly #device: string;
  readonly #tried = new Set<number>();

  constructor(room: ChangerRoom, device: string) {
    this.#room = room;
    this.#device = device;
  }

  /**
   * Puts the next data cartridge into the drive. In a library that is the one with the bar code of the wanted tape, or,
   * if any tape will do, one that the site file assigns to no pool and no other job.
   * @param slot the wanted one, if known
   * @param name of the wanted tape; undefined if any tape will do
   * @returns the slot that it came from
   * @throws CHANGER_EMPTY if no slot is left, CHANGER_FULL, CHANGER_UNREADABLE, CHANGER_DRIVE_UNNAMED,
   *   CHANGER_DRIVE_MISSING, CHANGER_MOVE_UNPROVEN
   */
  async next(slot: number | undefined, name?: string): Promise<number> {
    const sight = await lookAtChanger(this.#room, this.#device);
    const { status } = sight;
    const { loadedFrom = 0 } = status.drives.get(sight.drive) ?? {};
    if (loadedFrom > 0) this.#tried.add(loadedFrom);
    const { library } = this.#room.change;
    const all = library ? slotsToTry(library, status, name) : dataSlots(status);
    const left = all.filter((each) => !this.#tried.has(each));
    const chosen =
      slot !== undefined && left.includes(slot) ? slot : (left.find((each) => each > loadedFrom) ?? left[0]);
    if (chosen === undefined)
      throw failure('CHANGER_EMPTY', { host: this.#room.drive.tapeHost, device: this.#device });
    await this.#unload(sight);
    this.#tried.add(chosen);
    const barcode = status.slots.get(chosen)?.cartridge?.barcode;
    await loadFromSlot(this.#room, this.#device, { slot: chosen, drive: sight.drive, barcode });
    return chosen;
  }

  async #unload({ status, drive }: ChangerSight): Promise<void> {
    const cartridge = status.drives.get(drive)?.cartridge;
    if (!cartridge) return;
    const slot = slotToReturnTo(status, drive);
    if (slot === undefined) {
      const place = { changer: this.#device, host: this.#room.drive.tapeHost };
      throw failure('CHANGER_FULL', { ...place, drive: String(drive) });
    }
    this.#tried.add(slot);
    await unloadToSlot(this.#room, this.#device, { slot, drive, barcode: cartridge.barcode });
  }
}
