/** Names of a tape drive's device files and command lines of mt. */
import { failure } from '../../contract/errors.ts';

/**
 * Of udev's 60-persistent-storage-tape.rules: by serial number, or by the path to the drive. The one without rewind
 * ends with -nst. Media changers are in the same folder, with -changer.
 */
const persistentName = /^\/dev\/tape\/by-(?:id|path)\/[^/]+(?<!-changer)$/;

/** True for a name that a drive keeps, whatever number the kernel assigns. */
export const isPersistentName = (device: string): boolean => persistentName.test(device);

/** IBM's driver (lin_tape) names its drives itself: /dev/IBMtape0 rewinds when it is closed, /dev/IBMtape0n does not. */
const ibmName = /^(\/dev\/IBMtape\d+)(n?)$/;

/** st(7D): number, density, BSD behavior, no rewind. */
const solarisName = /^(\/dev\/rmt\/\d+)[lmhuc]?b?(n?)$/;

/** The drive of a device file that a driver of Linux named: `/dev/nst0` -> `/dev/st0`; undefined for any other path. */
export function driveOfKernelName(path: string): string | undefined {
  const number = /^\/dev\/n?(st\d+)[lma]?$/.exec(path)?.[1];
  return number === undefined ? ibmName.exec(path)?.[1] : `/dev/${number}`;
}

/**
 * The device of the same drive that does not rewind when it is closed: `/dev/rmt/0` -> `/dev/rmt/0n` (Solaris),
 * `/dev/st0` -> `/dev/nst0`, `/dev/tape/by-id/X` -> `/dev/tape/by-id/X-nst`, `/dev/IBMtape0` -> `/dev/IBMtape0n`
 * (Linux).
 * @throws TAPE_DEVICE_UNKNOWN if the name follows no pattern
 */
export function withoutRewind(device: string): string {
  const [, , quiet] = solarisName.exec(device) ?? ibmName.exec(device) ?? [];
  if (quiet !== undefined) return quiet === 'n' ? device : `${device}n`;
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
 * The drive of a device file, as its shortest device: `/dev/rmt/0`, `/dev/rmt/0n` and `/dev/rmt/0cbn` are one drive,
 * and so are `/dev/st0`, `/dev/nst0` and `/dev/nst0a`. The persistent names of udev end with -nst for the no-rewind
 * device. A name of another kind counts as a separate drive.
 */
export function driveOf(device: string): string {
  const solaris = solarisName.exec(device)?.[1];
  return solaris ?? driveOfKernelName(device) ?? device.replace(/^(\/dev\/tape\/.*)-nst$/, '$1');
}

/**
 * The drive of a device file of Solaris, by the lowest of its numbers. Devices below /dev/rmt are links to /devices,
 * and a drive that was moved or has two paths may have several numbers.
 * @param listing what `ls -l /dev/rmt` prints: `... 0cbn -> ../../devices/pci@1f,4000/scsi@3/st@5,0:cbn`
 */
export function lowestNumberOf(listing: string, device: string): string {
  const drive = driveOf(device);
  const links = [...listing.matchAll(/\s(\d+)[lmhuc]?b?n? -> (\S+):[a-z]*$/gm)].map(
    ([, number, node = '']) => ({ drive: `/dev/rmt/${number}`, node }),
  );
  const node = links.find((link) => link.drive === drive)?.node;
  const numbers = links.filter((link) => link.node === node).map((link) => Number(link.drive.slice(9)));
  return node === undefined ? drive : `/dev/rmt/${Math.min(...numbers)}`;
}

/** The command that resolves a name to its drive; undefined if the name itself identifies it. */
export function driveNameQuery(device: string): readonly string[] | undefined {
  if (isPersistentName(device)) return ['readlink', '-f', device];
  // Solaris 10 has no readlink.
  return device.startsWith('/dev/rmt/') ? ['ls', '-l', '/dev/rmt'] : undefined;
}

export type DriveCommand = 'status' | 'rewind' | 'eod' | 'fsf' | 'bsf' | 'fsr' | 'weof' | 'offline';

/**
 * @param device the no-rewind one: `mt` would otherwise move the tape again when it closes the drive
 * @param count how many file marks are passed or written, for `fsf`, `bsf` and `weof`; how many records are passed, for
 *   `fsr`
 */
export function driveCommand(device: string, command: DriveCommand, count?: number): string[] {
  return ['mt', '-f', withoutRewind(device), command, ...(count === undefined ? [] : [String(count)])];
}
