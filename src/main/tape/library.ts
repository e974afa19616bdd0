/** Which cartridge of a library is which tape: by bar codes. Decides what must be moved, and moves nothing. Pure. */
import { failure, type ShadowtapeError } from '../../contract/errors.ts';
import type { CartridgeUse } from '../../contract/tape/library.ts';
import { phrase } from '../../contract/text/say.ts';
import { dataSlots, isForData, slotToReturnTo, type ChangerStatus } from './changer.ts';

/** The library of the site file. */
export interface Library {
  /** Name of a tape -> bar code of its cartridge, if that is not its name. */
  readonly barcodes: Readonly<Record<string, string>>;
  /** Bar codes of cartridges that never hold data begin with one of these. */
  readonly cleaning: readonly string[];
  /** Whether a run returns its tape to a slot when it ends. */
  readonly unload: 'never' | 'after-run';
  /** Tapes that the site file names, in pools and jobs: a run that takes any tape leaves them alone. */
  readonly named: readonly string[];
}

/**
 * Bar codes of LTO cartridges are six characters and two of the medium (L6, LW, M8), those of the 3592 the same (JC):
 * IBM LTO Ultrium Cartridge Label Specification. Operators call the tape by the six.
 */
const withMedium = /^([A-Z0-9]{6})[A-Z][A-Z0-9]$/;

/** True if a cartridge is the tape of that name. */
export function isCartridgeOf(
  { barcodes }: Pick<Library, 'barcodes'>,
  name: string,
  barcode: string,
): boolean {
  const given = Object.hasOwn(barcodes, name) ? barcodes[name] : undefined;
  if (given !== undefined) return barcode === given;
  return barcode === name || withMedium.exec(barcode)?.[1] === name;
}

/** Which of some named tapes a cartridge is; undefined if it is none of them. */
export const nameOfCartridge = (
  library: Pick<Library, 'barcodes'>,
  barcode: string | undefined,
  names: readonly string[],
): string | undefined =>
  barcode === undefined
    ? undefined
    : [...names, ...Object.keys(library.barcodes)].find((name) => isCartridgeOf(library, name, barcode));

interface Found {
  readonly barcode: string;
  readonly drive?: number;
  readonly slot?: number;
  readonly isMail?: boolean;
}

function placesOf(library: Library, { drives, slots }: ChangerStatus, name: string): Found[] {
  const isWanted = (barcode: string | undefined): barcode is string =>
    barcode !== undefined && isCartridgeOf(library, name, barcode);
  const inDrives = [...drives].flatMap(([drive, { cartridge }]): Found[] =>
    isWanted(cartridge?.barcode) ? [{ barcode: cartridge.barcode, drive }] : [],
  );
  const inSlots = [...slots].flatMap(([slot, { cartridge, isMail }]): Found[] =>
    isWanted(cartridge?.barcode) ? [{ barcode: cartridge.barcode, slot, isMail }] : [],
  );
  return [...inDrives, ...inSlots];
}

/** Where a library is, for its errors. */
export interface LibraryPlace {
  readonly changer: string;
  readonly host: string;
}

/** The moves that load a tape; neither if nothing must be moved. */
export interface LibraryMoves {
  /** The cartridge in the drive is moved there first. */
  readonly unload?: { readonly slot: number; readonly barcode: string | undefined };
  readonly load?: { readonly slot: number; readonly barcode: string };
}

const barcodeOf = ({ barcodes }: Library, name: string): string =>
  (Object.hasOwn(barcodes, name) ? barcodes[name] : undefined) ?? name;

const placeWords = ({ drive, slot }: Found): string =>
  drive === undefined ? phrase('slot {slot}', { slot: slot ?? '' }) : phrase('drive {drive}', { drive });

function refusalOf(
  status: ChangerStatus,
  drive: number,
  { changer, host }: LibraryPlace,
  tape: { readonly name: string; readonly barcode: string },
  places: readonly Found[],
): ShadowtapeError | undefined {
  const at = { changer, host, ...tape };
  const [found, second] = places;
  if (!found) return failure('LIBRARY_TAPE_MISSING', at);
  if (second) return failure('LIBRARY_TAPE_TWICE', { ...at, places: places.map(placeWords).join(', ') });
  if (found.drive !== undefined && found.drive !== drive)
    return failure('LIBRARY_TAPE_ELSEWHERE', { ...at, other: String(found.drive), drive: String(drive) });
  if (!found.isMail) return undefined;
  const free = [...status.slots].find(([, { isMail, cartridge }]) => !isMail && !cartridge)?.[0];
  const to = free === undefined ? 'SLOT' : String(free);
  return failure('LIBRARY_TAPE_IN_MAIL', { ...at, slot: String(found.slot), to });
}

/**
 * The moves that load the tape with that name.
 * @param drive counted from 0
 * @returns no move if it is loaded; if the cartridge in the drive has no bar code and the tape is not elsewhere, it may
 *   be that one, and its label decides
 * @throws LIBRARY_TAPE_MISSING, LIBRARY_TAPE_TWICE, LIBRARY_TAPE_ELSEWHERE, LIBRARY_TAPE_IN_MAIL, CHANGER_FULL
 */
export function movesFor(
  library: Library,
  status: ChangerStatus,
  drive: number,
  name: string,
  at: LibraryPlace,
): LibraryMoves {
  const places = placesOf(library, status, name);
  const present = status.drives.get(drive)?.cartridge;
  if (places.length === 0 && present && present.barcode === undefined) return {};
  const refusal = refusalOf(status, drive, at, { name, barcode: barcodeOf(library, name) }, places);
  if (refusal) throw refusal;
  const [found] = places;
  if (found?.slot === undefined) return {};
  const load = { slot: found.slot, barcode: found.barcode };
  if (!present) return { load };
  return { unload: { slot: freeSlotOf(status, drive, at), barcode: present.barcode }, load };
}

/** The slot that the cartridge in a drive is returned to. @throws CHANGER_FULL */
export function freeSlotOf(status: ChangerStatus, drive: number, { changer, host }: LibraryPlace): number {
  const slot = slotToReturnTo(status, drive);
  if (slot === undefined) throw failure('CHANGER_FULL', { changer, host, drive: String(drive) });
  return slot;
}

/** True if a cartridge may be any tape: the site file assigns it to no pool and to no job. */
const isNobodys = (library: Library, barcode: string | undefined): boolean =>
  nameOfCartridge(library, barcode, library.named) === undefined;

/**
 * Slots with cartridges that a run may try, in their order.
 * @param name of the wanted tape; undefined if any tape will do. If a bar code identifies it, no other is tried;
 *   otherwise those known to be another tape are skipped
 */
export function slotsToTry(library: Library, status: ChangerStatus, name: string | undefined): number[] {
  const slots = dataSlots(status, library.cleaning);
  const barcode = (slot: number) => status.slots.get(slot)?.cartridge?.barcode;
  if (name === undefined) return slots.filter((slot) => isNobodys(library, barcode(slot)));
  const exact = slots.filter((slot) => isCartridgeOf(library, name, barcode(slot) ?? ''));
  return exact.length > 0 ? exact : slots.filter((slot) => isNobodys(library, barcode(slot)));
}

export function useOf({ cleaning }: Pick<Library, 'cleaning'>, barcode: string | undefined): CartridgeUse {
  if (isForData({ barcode }, cleaning)) return 'data';
  return barcode?.toUpperCase().startsWith('DG ') ? 'diagnosis' : 'cleaning';
}
