/** Names of a tape drive's device files and command lines of mt. */
import { failure } from '../../contract/errors.ts';

/**
 * The device of the same drive that does not rewind when it is closed: `/dev/rmt/0` -> `/dev/rmt/0n` (Solaris),
 * `/dev/st0` -> `/dev/nst0` (Linux).
 * @throws TAPE_DEVICE_UNKNOWN where the name follows neither pattern
 */
export function withoutRewind(device: string): string {
  const solaris = /^\/dev\/rmt\/\d+[lmhuc]?b?(n?)$/.exec(device);
  if (solaris) return solaris[1] === 'n' ? device : `${device}n`;
  if (/^\/dev\/nst\d+[lma]?$/.test(device)) return device;
  if (/^\/dev\/st\d+[lma]?$/.test(device)) return device.replace('/dev/st', '/dev/nst');
  throw failure('TAPE_DEVICE_UNKNOWN', { device });
}

/** The device of the same drive that rewinds when it is closed: what the guide writes to. */
export function withRewind(device: string): string {
  const without = withoutRewind(device);
  return without.startsWith('/dev/nst') ? without.replace('/dev/nst', '/dev/st') : without.slice(0, -1);
}

/**
 * The drive that a device file is of, as its shortest device: `/dev/rmt/0`, `/dev/rmt/0n` and `/dev/rmt/0cbn` are one drive, and so are
 * `/dev/st0`, `/dev/nst0` and `/dev/nst0a`. The persistent names of udev end with -nst where the drive does not rewind. A name of another
 * kind is a drive of its own.
 */
export function driveOf(device: string): string {
  const solaris = /^(\/dev\/rmt\/\d+)[lmhuc]?b?n?$/.exec(device)?.[1];
  const linux = /^\/dev\/n?(st\d+)[lma]?$/.exec(device)?.[1];
  if (linux !== undefined) return `/dev/${linux}`;
  return solaris ?? device.replace(/^(\/dev\/tape\/.*)-nst$/, '$1');
}

export type DriveCommand = 'status' | 'rewind' | 'eod' | 'fsf' | 'bsf' | 'weof' | 'offline';

/**
 * @param device the one without rewind: `mt` would otherwise move the tape again when it closes the drive
 * @param count how many file marks are passed or written, for `fsf`, `bsf` and `weof`
 */
export function driveCommand(device: string, command: DriveCommand, count?: number): string[] {
  return ['mt', '-f', withoutRewind(device), command, ...(count === undefined ? [] : [String(count)])];
}
