/** Works the changer for one of its drives: that of the site. What lies in its other drives is never moved. */
import { failure } from '../../../contract/errors.ts';
import {
  changerStatusArguments,
  dataSlots,
  loadArguments,
  parseChangerStatus,
  slotToReturnTo,
  unloadArguments,
  type ChangerStatus,
} from '../../tape/changer.ts';
import type { CommandRunner } from '../hosts/command-runner.ts';
import type { Assignment } from '../model/assignment.ts';
import { driveStatus } from './drive-ready.ts';
import type { Drive } from '../model/tape/tape-commands.ts';

/** What working a changer needs of whoever changes tapes. */
export interface ChangerRoom {
  readonly runner: CommandRunner;
  readonly step: string;
  readonly drive: Drive;
  readonly change: Pick<Assignment['tapeChange'], 'changerDrive'>;
}

/** What a changer shows, and which of its drives is that of the site. */
export interface ChangerSight {
  readonly status: ChangerStatus;
  readonly drive: number;
}

/** A library with many drives moves one cartridge at a time. */
const moveSeconds = 900;

/** Which drive of a changer is that of the site. @throws CHANGER_DRIVE_UNNAMED, CHANGER_DRIVE_MISSING */
function chosenDrive({ drive, change }: ChangerRoom, changer: string, { drives }: ChangerStatus): number {
  const { tapeHost: host, tapeDevice: device } = drive;
  const numbers = [...drives.keys()];
  const [only] = numbers;
  const chosen = change.changerDrive ?? (numbers.length === 1 ? only : undefined);
  if (chosen === undefined)
    throw failure('CHANGER_DRIVE_UNNAMED', { changer, host, device, count: String(numbers.length) });
  if (!drives.has(chosen))
    throw failure('CHANGER_DRIVE_MISSING', {
      changer,
      host,
      drive: String(chosen),
      drives: numbers.join(', '),
    });
  return chosen;
}

/** @throws CHANGER_UNREADABLE, CHANGER_DRIVE_UNNAMED, CHANGER_DRIVE_MISSING */
async function lookAtChanger(room: ChangerRoom, device: string): Promise<ChangerSight> {
  const { runner, step, drive } = room;
  const { tapeHost: host } = drive;
  const command = { host, argv: changerStatusArguments(device), changes: false };
  const { stdout } = await runner.send(step, command, { timeLimitSeconds: moveSeconds });
  const status = parseChangerStatus(stdout.toString('utf8'));
  if (!status) throw failure('CHANGER_UNREADABLE', { host, device });
  return { status, drive: chosenDrive(room, device, status) };
}

/**
 * Asks the changer and the drive whether they are the same drive, as far as they can tell: a tape that is in the device is in the changer's
 * drive, too. A drive that has ejected its cartridge still holds it, for the changer.
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

/** Goes through the slots after the one that the drive was loaded from. */
export class Changer {
  readonly #room: ChangerRoom;
  readonly #device: string;
  readonly #tried = new Set<number>();

  constructor(room: ChangerRoom, device: string) {
    this.#room = room;
    this.#device = device;
  }

  /**
   * Puts the next data cartridge into the drive.
   * @param slot the one that is wanted, where it is known
   * @returns the slot that it came from
   * @throws CHANGER_EMPTY where no slot is left, CHANGER_FULL, CHANGER_UNREADABLE, CHANGER_DRIVE_UNNAMED, CHANGER_DRIVE_MISSING
   */
  async next(slot: number | undefined): Promise<number> {
    const sight = await lookAtChanger(this.#room, this.#device);
    const { loadedFrom = 0 } = sight.status.drives.get(sight.drive) ?? {};
    if (loadedFrom > 0) this.#tried.add(loadedFrom);
    const left = dataSlots(sight.status).filter((each) => !this.#tried.has(each));
    const chosen =
      slot !== undefined && left.includes(slot) ? slot : (left.find((each) => each > loadedFrom) ?? left[0]);
    if (chosen === undefined)
      throw failure('CHANGER_EMPTY', { host: this.#room.drive.tapeHost, device: this.#device });
    await this.#unload(sight);
    this.#tried.add(chosen);
    await this.#move(loadArguments(this.#device, chosen, sight.drive));
    return chosen;
  }

  async #unload({ status, drive }: ChangerSight): Promise<void> {
    if (!status.drives.get(drive)?.cartridge) return;
    const slot = slotToReturnTo(status, drive);
    if (slot === undefined) {
      const place = { changer: this.#device, host: this.#room.drive.tapeHost };
      throw failure('CHANGER_FULL', { ...place, drive: String(drive) });
    }
    this.#tried.add(slot);
    await this.#move(unloadArguments(this.#device, slot, drive));
  }

  async #move(argv: readonly string[]): Promise<void> {
    const { runner, step, drive } = this.#room;
    const command = { host: drive.tapeHost, argv, changes: true };
    await runner.send(step, command, { timeLimitSeconds: moveSeconds });
  }
}
