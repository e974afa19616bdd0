/**
 * What may be named how: GDS objects, and the devices that are registered as disks.
 *
 * A name that passes here holds no blank, no quote and none of the separators of the sdx commands (`,` `=` `:` `/`),
 * so it can neither split an argument nor climb out of /dev/sfdsk.
 */

import { failure } from '../../contract/errors.ts';

/** GDS guide (Linux) 4.2, A.1.1: object names have at most 32 characters. */
export const longestName = 32;
/** GDS guide (Linux) 4.2, A.1.1: the name of a disk that is used singly, outside any group. */
export const longestSingleDiskName = 28;

/** The kinds of object that have a GDS name, as a message calls them. */
export type NamedObject = 'class' | 'group' | 'disk' | 'volume' | 'proxy volume' | 'object';

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const devicePattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const longestDeviceName = 255;

/** True if GDS accepts the text as the name of an object (GDS guide (Linux) 4.2, A.1.1). */
export function isGdsName(text: string): boolean {
  return text.length <= longestName && namePattern.test(text);
}

/** True if GDS accepts the text as the name of a disk outside any group (GDS guide (Linux) 4.2, A.1.1). */
export function isSingleDiskName(text: string): boolean {
  return text.length <= longestSingleDiskName && namePattern.test(text);
}

/**
 * True for the name of a disk device, without a path: `c1t1d3`, `sda`, `emcpower1`, `mphd3` (GDS guide 4.5, E.4).
 */
export function isDeviceName(text: string): boolean {
  return text.length <= longestDeviceName && devicePattern.test(text);
}

/**
 * Returns the name where GDS accepts it.
 * @throws GDS_NAME_FORBIDDEN
 */
export function gdsName(what: NamedObject, text: string): string {
  if (!isGdsName(text)) throw failure('GDS_NAME_FORBIDDEN', { name: text, what, longest: longestName });
  return text;
}

/**
 * Returns the device name where it can be used in a command.
 * @throws GDS_DEVICE_FORBIDDEN
 */
export function deviceName(text: string): string {
  if (!isDeviceName(text)) throw failure('GDS_DEVICE_FORBIDDEN', { name: text });
  return text;
}
