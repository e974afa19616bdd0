/** A tape changer as mtx(1) shows and works it: one drive, and slots that are counted from 1. */
export interface ChangerStatus {
  /** The slot that the cartridge in drive 0 came from; undefined where the drive is empty, or the changer does not know. */
  readonly loadedFrom: number | undefined;
  readonly driveIsFull: boolean;
  /** Slots that hold a cartridge, ascending. */
  readonly full: readonly number[];
}

/**
 * Reads `mtx status` (mtx 1.3). Import and export slots are left alone: what lies there is on its way in or out.
 * @returns undefined where it does not show drive 0
 */
export function parseChangerStatus(text: string): ChangerStatus | undefined {
  const drive = /^\s*Data Transfer Element 0:\s*(Full|Empty)(?:.*?\(Storage Element (\d+) Loaded\))?/m.exec(
    text,
  );
  if (!drive) return undefined;
  const slots = [...text.matchAll(/^\s*Storage Element (\d+)(?!\s*IMPORT)\s*:\s*Full/gm)];
  return {
    driveIsFull: drive[1] === 'Full',
    loadedFrom: drive[2] === undefined ? undefined : Number(drive[2]),
    full: slots.map(([, slot]) => Number(slot)).sort((a, b) => a - b),
  };
}

export const changerStatusArguments = (device: string): string[] => ['mtx', '-f', device, 'status'];

/** Puts the cartridge in drive 0 back into the slot that it came from. */
export const unloadArguments = (device: string, slot: number): string[] => [
  'mtx',
  '-f',
  device,
  'unload',
  String(slot),
  '0',
];

export const loadArguments = (device: string, slot: number): string[] => [
  'mtx',
  '-f',
  device,
  'load',
  String(slot),
  '0',
];
