/** A tape changer as mtx(1) shows and operates it. Drives are counted from 0, slots from 1. Pure. */
import { phrase, phraseCount, phrases } from '../../contract/text/say.ts';

interface ChangerCartridge {
  /** As it is read from the label; undefined if the cartridge has none, or the library has no reader. */
  readonly barcode: string | undefined;
}

interface ChangerDrive {
  /** Undefined if the drive is empty. */
  readonly cartridge: ChangerCartridge | undefined;
  /** The slot that the cartridge came from; undefined if the changer does not know it. */
  readonly loadedFrom: number | undefined;
}

interface ChangerSlot {
  /** An import and export slot: its cartridge is on its way in or out. */
  readonly isMail: boolean;
  /** Undefined if the slot is empty. */
  readonly cartridge: ChangerCartridge | undefined;
}

export interface ChangerStatus {
  readonly drives: ReadonlyMap<number, ChangerDrive>;
  readonly slots: ReadonlyMap<number, ChangerSlot>;
}

/** mtx pads bar codes with spaces, and shows an empty one after the empty slots of some libraries. */
function barcodeIn(text: string): string | undefined {
  const [, tag = ''] = /:VolumeTag\s*=(.*?)(?::AlternateVolumeTag|$)/.exec(text) ?? [];
  return tag.trim() === '' ? undefined : tag.trim();
}

const cartridgeIn = (content: string, words: string): ChangerCartridge | undefined =>
  content === 'Full' ? { barcode: barcodeIn(words) } : undefined;

function drivesIn(text: string): Map<number, ChangerDrive> {
  // The only drive of a changer had no number before mtx 1.2.
  const lines = text.matchAll(/^[ \t]*Data Transfer Element(?: (\d+))?:[ \t]*(Full|Empty)\b(.*)$/gm);
  const drives = [...lines].map(([, number = '0', content = '', words = '']): [number, ChangerDrive] => {
    const source = /\(Storage Element (\d+) Loaded\)/.exec(words)?.[1];
    const loadedFrom = content === 'Full' && source !== undefined ? Number(source) : undefined;
    return [Number(number), { cartridge: cartridgeIn(content, words), loadedFrom }];
  });
  return new Map(drives);
}

function slotsIn(text: string): Map<number, ChangerSlot> {
  const lines = text.matchAll(
    /^[ \t]*Storage Element (\d+)([ \t]+IMPORT\/EXPORT)?[ \t]*:[ \t]*(Full|Empty)\b(.*)$/gm,
  );
  const slots = [...lines].map(([, number, mail, content = '', words = '']): [number, ChangerSlot] => [
    Number(number),
    { isMail: mail !== undefined, cartridge: cartridgeIn(content, words) },
  ]);
  return new Map(slots.toSorted(([one], [other]) => one - other));
}

/**
 * Reads `mtx status` (mtx 1.2 and 1.3). Unknown lines, such as those of a library's sense data, are skipped.
 * @returns undefined if it is truncated, or does not show every drive and every slot that its first line counts
 */
export function parseChangerStatus(text: string): ChangerStatus | undefined {
  const plain = text.replaceAll('\r', '');
  const counts = /^[ \t]*Storage Changer .*:(\d+) Drives, (\d+) Slots\b/m.exec(plain);
  // Half of a bar code is another bar code.
  if (!counts || !plain.endsWith('\n')) return undefined;
  const drives = drivesIn(plain);
  const slots = slotsIn(plain);
  const isWhole = drives.size > 0 && drives.size === Number(counts[1]) && slots.size === Number(counts[2]);
  return isWhole ? { drives, slots } : undefined;
}

/** What the bar codes of cleaning cartridges begin with (IBM LTO Ultrium Cartridge Label Specification). */
export const usualCleaning: readonly string[] = ['CLN'];

/** The same for the diagnostic cartridges of a library's service. */
const diagnostic = 'DG ';

/**
 * Without a bar code a cartridge counts as data.
 * @param cleaning what the bar codes of cleaning cartridges begin with
 */
export function isForData({ barcode = '' }: ChangerCartridge, cleaning = usualCleaning): boolean {
  const code = barcode.toUpperCase();
  return ![...cleaning, diagnostic].some((prefix) => code.startsWith(prefix.toUpperCase()));
}

/** Slots that hold a data cartridge, ascending; import and export slots are left alone. */
export function dataSlots({ slots }: ChangerStatus, cleaning = usualCleaning): number[] {
  return [...slots].flatMap(([number, { isMail, cartridge }]) =>
    !isMail && cartridge && isForData(cartridge, cleaning) ? [number] : [],
  );
}

/** True if a data cartridge is in the drive. */
export function holdsData({ drives }: ChangerStatus, drive: number, cleaning = usualCleaning): boolean {
  const cartridge = drives.get(drive)?.cartridge;
  return cartridge !== undefined && isForData(cartridge, cleaning);
}

/**
 * Where the cartridge in a drive is returned to: the slot that it came from, otherwise the first empty one. Not the
 * slot of a cartridge in another drive: mtx guesses a slot if the changer does not know it, and may guess that one.
 * @returns undefined if there is none
 */
export function slotToReturnTo({ drives, slots }: ChangerStatus, drive: number): number | undefined {
  const others = [...drives].filter(([number]) => number !== drive);
  const ofOthers = new Set(others.map(([, { loadedFrom }]) => loadedFrom));
  const isFree = (slot: number) =>
    slots.has(slot) && slots.get(slot)?.cartridge === undefined && !ofOthers.has(slot);
  const source = drives.get(drive)?.loadedFrom;
  if (source !== undefined && isFree(source)) return source;
  return [...slots].find(([slot, { isMail }]) => !isMail && isFree(slot))?.[0];
}

/** `2 drives; slots: 3 data cartridges, 1 for cleaning or diagnosis, 1 import/export`. */
export function changerWords(status: ChangerStatus, cleaning = usualCleaning): string {
  const { drives, slots } = status;
  const inSlots = [...slots.values()].filter(({ cartridge }) => cartridge !== undefined);
  const mail = inSlots.filter(({ isMail }) => isMail).length;
  const data = dataSlots(status, cleaning).length;
  const others = inSlots.length - mail - data;
  const cartridges = [
    phraseCount(data, '{count} data cartridge', '{count} data cartridges'),
    ...(others > 0 ? [phrase('{others} for cleaning or diagnosis', { others })] : []),
    ...(mail > 0 ? [phrase('{mail} import/export', { mail })] : []),
  ];
  return phraseCount(
    drives.size,
    '{count} drive; slots: {cartridges}',
    '{count} drives; slots: {cartridges}',
    { cartridges: phrases(cartridges, ', ') },
  );
}

export const changerStatusArguments = (device: string): string[] => ['mtx', '-f', device, 'status'];

/** Puts the cartridge in a drive into a slot. */
export const unloadArguments = (device: string, slot: number, drive: number): string[] => [
  'mtx',
  '-f',
  device,
  'unload',
  String(slot),
  String(drive),
];

export const loadArguments = (device: string, slot: number, drive: number): string[] => [
  'mtx',
  '-f',
  device,
  'load',
  String(slot),
  String(drive),
];
