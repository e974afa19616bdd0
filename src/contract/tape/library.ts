/** What is in a tape library, as its changer shows it. Plain data; times are ISO 8601 in UTC. */

/** What a cartridge is for, in a word of the inventory. */
export type CartridgeUse = 'data' | 'cleaning' | 'diagnosis';

/** A place of a library, and what is in it. */
export interface LibraryElement {
  readonly place: 'drive' | 'slot' | 'import/export';
  /** As mtx counts: drives from 0, slots from 1. */
  readonly number: number;
  /** True for the drive of the site. */
  readonly own: boolean;
  readonly full: boolean;
  /** Undefined if the element is empty, or the cartridge has no bar code. */
  readonly barcode: string | undefined;
  readonly use: CartridgeUse | undefined;
  /** The tape that it is, by its bar code; undefined if the site file and the tape inventory name none. */
  readonly tape: string | undefined;
  /** The run whose data it holds, and its retention, as far as the tape inventory records it. */
  readonly run: string | undefined;
  readonly keepUntil: string | undefined;
  /** Of a drive: the slot that its cartridge came from. */
  readonly loadedFrom: number | undefined;
}

export interface LibraryView {
  readonly host: string;
  readonly changer: string;
  /** When the changer showed it. */
  readonly at: string;
  readonly elements: readonly LibraryElement[];
}

/** A cartridge that a library has moved between a slot and the drive of the site, and shows there. */
export interface CartridgeMove {
  readonly what: 'loaded' | 'unloaded';
  readonly slot: number;
  /** As the changer counts its drives, from 0. */
  readonly drive: number;
  readonly barcode: string | undefined;
}
