/** Names of a tape drive's device files and command lines of mt. */
import { failure } from '../../contract/errors.ts';

/** Of udev's 60-persistent-storage-tape.rules: by serial number, or by the way to the drive. The one without rewind ends with -nst. */
const persistentName = /^\/dev\/tape\/by-(?:id|path)\/[^/]+$/;

/** True for a name that a drive keeps, whatever number the kernel gives it. */
export const isPersistentName = (device: string): boolean => persistentName.test(device);

/** The drive of a device file that the kernel of Linux named: `/dev/nst0` -> `/dev/st0`; undefined for any other path. */
export function driveOfKernelName(path: string): string | undefined {
  const number = /^\/dev\/n?(st\d+)[lma]?$/.exec(path)?.[1];
  return number === undefined ? undefined : `/dev/${number}`;
}

/**
 * The device of the same drive that does not rewind when it is closed: `/dev/rmt/0` -> `/dev/rmt/0n` (Solaris),
 * `/dev/st0` -> `/dev/nst0`, `/dev/tape/by-id/X` -> `/dev/tape/by-id/X-nst` (Linux).
 * @throws TAPE_DEVICE_UNKNOWN where the name follows neither pattern
 */
export function withoutRewind(device: string): string {
  const solaris = /^\/dev\/rmt\/\d+[lmhuc]?b?(n?)$/.exec(device);
  if (solaris) return solaris[1] === 'n' ? device : `${device}n`;
  if (/^\/dev\/nst\d+[lma]?$/.test(device)) return device;
  if (/^\/dev\/st\d+[lma]?$/.test(device)) return device.replace('/dev/st', '/dev/nst');
  if (isPersistentName(device)) return device.endsWith('-nst') ? device : `${device}-nst`;
  throw failure('TAPE_DEVICE_UNKNOWN', { device });
}

/** The device of the same drive that rewinds when it is closed: what the guide writes to. */
export function withRewind(device: string): string {
  const without = withoutRewind(device);
  if (isPersistentName(without)) return without.replace(/-nst$/, '');
  return without.startsWith('/dev/nst') ? without.replace('/dev/nst', '/dev/st') : without.slice(0, -1);
}

/**
 * The drive that a device file is of, as its shortest device: `/dev/rmt/0`, `/dev/rmt/0n` and `/dev/rmt/0cbn` are one drive, and so are
 * `/dev/st0`, `/dev/nst0` and `/dev/nst0a`. The persistent names of udev end with -nst where the drive does not rewind. A name of another
 * kind is a drive of its own.
 */
export function driveOf(device: string): string {
  const solaris = /^(\/dev\/rmt\/\d+)[lmhuc]?b?n?$/.exec(device)?.[1];
  return solaris ?? driveOfKernelName(device) ?? device.replace(/^(\/dev\/tape\/.*)-nst$/, '$1');
}

export type DriveCommand = 'status' | 'rewind' | 'eod' | 'fsf' | 'bsf' | 'weof' | 'offline';

/**
 * @param device the one without rewind: `mt` would otherwise move the tape again when it closes the drive
 * @param count how many file marks are passed or written, for `fsf`, `bsf` and `weof`
 */
export function driveCommand(device: string, command: DriveCommand, count?: number): string[] {
  return ['mt', '-f', withoutRewind(device), command, ...(count === undefined ? [] : [String(count)])];
}
