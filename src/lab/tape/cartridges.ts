import { join } from 'node:path';
import type { MediumSize } from './end-of-medium.ts';
import { IoError } from '../faults/io-error.ts';
import type { CartridgeModel, TapeModel } from '../gds/lab-model.ts';
import { Lock } from '../lock.ts';
import { senseKeys } from './tape-handle.ts';
import type { TapeDrive } from './tape-drive.ts';
import { beginningOfTape, VirtualTape } from './virtual-tape.ts';

/** The cartridges of the lab, each a file NAME.tap in its folder: in the drive, in the changer's slots, or on a shelf. */

export interface Cartridge {
  readonly name: string;
  readonly file: string;
  /** `drive`: the lab's own; `drive N`: another drive of the changer. */
  readonly where: 'drive' | 'shelf' | `slot ${number}` | `drive ${number}`;
  /** Bytes of data that are recorded on it. */
  readonly writtenBytes: number;
}

/** A cartridge that a lab must have. */
export interface WantedCartridge {
  /**
   * Letters, digits, `_` and `-`, at most 32: the name of its file and what is printed on its bar code. One that begins with CLN cleans the
   * drive, which ejects it at once.
   */
  readonly name: string;
  /** Its capacity in bytes of data, if it differs from all others. */
  readonly bytes?: number;
  /** Where it is at first; by default the first free slot, except mail slots. */
  readonly slot?: number;
}

/** A changer beyond its slots. */
export interface ChangerShape {
  /** 1 by default. */
  readonly drives?: number;
  /** Which of them is the lab's drive, counted from 0; the others are other hosts' and have no device here. 0 by default. */
  readonly ownDrive?: number;
  /** How many of its slots, the last ones, are for import and export; 0 by default. */
  readonly mailSlots?: number;
}

export interface InsertOptions {
  /** Erases what is on it. */
  readonly blank?: boolean;
  /** Its capacity in bytes of data from now on. */
  readonly bytes?: number;
}

export interface CartridgesOptions {
  readonly folder: string;
  readonly model: TapeModel;
  readonly drive: TapeDrive;
  /** Of each cartridge that has no capacity of its own. */
  readonly size: MediumSize;
  readonly slots: number;
  readonly shape?: ChangerShape | undefined;
  /** Those that are not known yet go into the first free slots; where there is none, onto the shelf. */
  readonly wanted: readonly WantedCartridge[];
}

const isCleaning = (name: string): boolean => name.startsWith('CLN');

export class Cartridges {
  readonly slots: number;
  readonly shape: Required<ChangerShape>;
  readonly #folder: string;
  readonly #model: TapeModel;
  readonly #drive: TapeDrive;
  readonly #size: MediumSize;
  readonly #moving = new Lock();
  #tape: VirtualTape | undefined;

  private constructor({ folder, model, drive, size, slots, shape }: CartridgesOptions) {
    this.slots = slots;
    this.shape = { drives: 1, ownDrive: 0, mailSlots: 0, ...shape };
    this.#folder = folder;
    this.#model = model;
    this.#drive = drive;
    this.#size = size;
  }

  /** Sets up the shelf and the slots as requested, and positions the cartridge in the drive where its head was left. */
  static async open(options: CartridgesOptions): Promise<Cartridges> {
    const all = new Cartridges(options);
    for (const cartridge of options.model.cartridges) {
      if (typeof cartridge.place === 'number' && cartridge.place > options.slots) cartridge.place = 'shelf';
    }
    for (const { name, bytes, slot } of options.wanted) {
      if (!all.#find(name)) all.#add(name, bytes, slot ?? all.#freeSlot() ?? 'shelf');
    }
    await all.#threadDriven(options.model.position);
    return all;
  }

  /** All of them, in the order in which the lab got them. */
  list(): Cartridge[] {
    return this.#model.cartridges.map(({ name, place, written }) => ({
      name,
      file: this.fileOf(name),
      where: typeof place === 'number' ? `slot ${place}` : place,
      writtenBytes: written,
    }));
  }

  /** The .tap file of a cartridge, whether there is one of this name or not. */
  fileOf(name: string): string {
    return join(this.#folder, `${name}.tap`);
  }

  get inDrive(): Readonly<CartridgeModel> | undefined {
    return this.#model.cartridges.find(({ place }) => place === 'drive');
  }

  /** @param drive counted from 0 */
  inChangerDrive(drive: number): Readonly<CartridgeModel> | undefined {
    const wanted = this.#placeOf(drive);
    return this.#model.cartridges.find(({ place }) => place === wanted);
  }

  isMailSlot(slot: number): boolean {
    return slot > this.slots - this.shape.mailSlots;
  }

  /** @param slot counted from 1 */
  inSlot(slot: number): Readonly<CartridgeModel> | undefined {
    return this.#model.cartridges.find(({ place }) => place === slot);
  }

  /**
   * The slot of the cartridge in a drive. mtx takes the first one that is empty if the changer does not know (mtx 1.3,
   * mtxl.c, ReadElementStatus); undefined if none is.
   */
  homeSlot(drive: number): number | undefined {
    const home = this.inChangerDrive(drive)?.home;
    return home && home <= this.slots && !this.inSlot(home) ? home : this.#freeSlot();
  }

  /**
   * Puts a cartridge into the drive by hand, a new one where there is none of this name; what was in the drive goes to
   * the shelf. The head is at its beginning afterwards.
   * @throws IoError EBUSY while a program has the drive open
   */
  insert(name: string, { blank = false, bytes }: InsertOptions = {}): Promise<void> {
    return this.#moving.run(async () => {
      this.#requireClosed();
      const cartridge = this.#find(name) ?? this.#add(name, bytes, 'shelf');
      if (bytes !== undefined) cartridge.bytes = bytes;
      await this.#takeOut('shelf');
      await this.#putIn(cartridge, null);
      if (!blank) return;
      await this.#tape?.erase();
      cartridge.written = 0;
    });
  }

  /** Takes the cartridge out by hand and lays it onto the shelf. @throws IoError EBUSY while a program has the drive open */
  eject(): Promise<void> {
    return this.#moving.run(() => this.#takeOut('shelf'));
  }

  /** The changer's arm moves a cartridge from its slot into an empty drive. @throws IoError EBUSY, ENXIO (nothing there) */
  load(slot: number, drive: number): Promise<void> {
    return this.#moving.run(async () => {
      const place = this.#placeOf(drive);
      if (place === 'drive') this.#requireClosed();
      const cartridge = this.#model.cartridges.find((entry) => entry.place === slot);
      if (!cartridge || this.inChangerDrive(drive)) throw new IoError('ENXIO');
      if (place === 'drive') await this.#putIn(cartridge, slot);
      else Object.assign(cartridge, { place, home: slot });
    });
  }

  /** The changer's arm moves the cartridge from a drive into an empty slot. @throws IoError EBUSY, ENXIO (nothing there) */
  unload(slot: number, drive: number): Promise<void> {
    return this.#moving.run(async () => {
      const cartridge = this.inChangerDrive(drive);
      if (!cartridge || this.inSlot(slot)) throw new IoError('ENXIO');
      if (cartridge.place === 'drive') await this.#takeOut(slot);
      else Object.assign(cartridge, { place: slot, home: null });
    });
  }

  /** The changer's arm moves a cartridge from one slot into another, empty one. @throws IoError ENXIO (nothing there, or full) */
  transfer(from: number, to: number): Promise<void> {
    return this.#moving.run(() => {
      const cartridge = this.#model.cartridges.find((entry) => entry.place === from);
      if (!cartridge || this.inSlot(to)) throw new IoError('ENXIO');
      Object.assign(cartridge, { place: to, home: null });
      return Promise.resolve();
    });
  }

  /** Closes the file of the cartridge in the drive. */
  async close(): Promise<void> {
    await this.#tape?.close();
    this.#tape = undefined;
  }

  #placeOf(drive: number): 'drive' | `drive ${number}` {
    return drive === this.shape.ownDrive ? 'drive' : `drive ${drive}`;
  }

  #find(name: string): CartridgeModel | undefined {
    return this.#model.cartridges.find((cartridge) => cartridge.name === name);
  }

  #add(name: string, bytes: number | undefined, place: CartridgeModel['place']): CartridgeModel {
    if (!/^[A-Za-z0-9][\w-]{0,31}$/.test(name)) throw new Error(`"${name}" is no name for a cartridge`);
    const cartridge: CartridgeModel = { name, place, home: null, written: 0 };
    if (bytes !== undefined) cartridge.bytes = bytes;
    this.#model.cartridges.push(cartridge);
    return cartridge;
  }

  #freeSlot(): number | undefined {
    for (let slot = 1; slot <= this.slots && !this.isMailSlot(slot); slot += 1)
      if (!this.inSlot(slot)) return slot;
    return undefined;
  }

  #requireClosed(): void {
    if (this.#drive.isOpen) throw new IoError('EBUSY');
  }

  async #takeOut(place: 'shelf' | number): Promise<void> {
    this.#requireClosed();
    const cartridge = this.#model.cartridges.find((entry) => entry.place === 'drive');
    if (!cartridge) return;
    this.#drive.put(undefined);
    await this.close();
    Object.assign(cartridge, { place, home: null });
    this.#resetDrive(false);
  }

  async #putIn(cartridge: CartridgeModel, home: number | null): Promise<void> {
    Object.assign(cartridge, { place: 'drive', home });
    this.#resetDrive(!isCleaning(cartridge.name));
    await this.#threadDriven(beginningOfTape);
  }

  #resetDrive(loaded: boolean): void {
    Object.assign(this.#model, {
      loaded,
      position: { ...beginningOfTape },
      rewindAtOpen: false,
      senseKey: senseKeys.none,
      blockUnknown: false,
    });
  }

  async #threadDriven(position: TapeModel['position']): Promise<void> {
    const cartridge = this.#model.cartridges.find(({ place }) => place === 'drive');
    if (!cartridge) return;
    const tape = await VirtualTape.open(this.fileOf(cartridge.name), position);
    this.#tape = tape;
    this.#drive.put({
      tape,
      size: { ...this.#size, capacity: cartridge.bytes ?? this.#size.capacity },
      onClose: () => (cartridge.written = tape.recordedBytes ?? cartridge.written),
    });
  }
}
