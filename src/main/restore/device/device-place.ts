/**
 * A device of a host as the target of an image. Its contents are lost, so every reason against it is searched for. A
 * failed query is no answer: the device is then refused.
 */
import { failure } from '../../../contract/errors.ts';
import { listed } from '../../../contract/words.ts';
import { phrase, phraseCount } from '../../../contract/text/say.ts';
import { sdxinfo } from '../../gds/commands.ts';
import { diskQuery, parseDiskIdentities } from '../../gds/disk-identity.ts';
import { parseSdxinfo } from '../../gds/sdxinfo.ts';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import type { Platform } from '../../site/site-schema.ts';
import { headBytes, ownerOf } from './device-head.ts';
import { notFree, notKnown, told, type UnusedDevice } from './device-look.ts';
import { placeWords, restoreStep, type HostPlace } from '../target/host-place.ts';
import { requireUnusedBlockDevice, requireUnusedElsewhere } from './linux-device.ts';
import { requireUnusedSlice } from './solaris-device.ts';

/** The hosts on which GDS runs: the target must not be one of their disks. */
export interface GdsHosts {
  readonly platform: Platform;
  /** Nodes of the cluster. */
  readonly primaries: readonly string[];
  /** Nodes of the cluster, and the backup server. */
  readonly all: readonly string[];
}

/** True for a path among the devices of a host. */
export const isDevicePath = (path: string): boolean => path === '/dev' || path.startsWith('/dev/');

/**
 * fuser prints process ids alone on its standard output (fuser(1M)). On Linux it exits 1 if there are none, and also if
 * it fails.
 * @throws RESTORE_DEVICE_NOT_FREE, RESTORE_DEVICE_UNKNOWN
 */
async function requireUnopened(
  runner: CommandRunner,
  place: HostPlace,
  { paths }: UnusedDevice,
  platform: Platform,
): Promise<void> {
  const command = { host: place.host, argv: ['fuser', ...paths], changes: false };
  const { status, stdout, stderr } = await runner.send(restoreStep, command, { anyStatus: true });
  const isNone = status === 0 || (platform === 'linux' && status === 1 && stderr.toString().trim() === '');
  const pids = stdout.toString('utf8').match(/\d+/g);
  if (pids)
    throw notFree(
      place,
      phraseCount(pids.length, 'it is open in process {processes}', 'it is open in processes {processes}', {
        processes: listed([...new Set(pids)]),
      }),
    );
  if (!isNone) throw notKnown(place, phrase('fuser does not show which processes have it open'));
}

/**
 * On the backup server a disk of the cluster looks free. Serial numbers show whether it is one.
 * @returns the other names that the host has for the disk
 * @throws RESTORE_DEVICE_NOT_FREE, RESTORE_DEVICE_UNKNOWN
 */
async function requireNoGdsDisk(
  runner: CommandRunner,
  place: HostPlace,
  { disk }: UnusedDevice,
  { platform, primaries, all }: GdsHosts,
): Promise<string[]> {
  const identitiesOn = async (host: string) =>
    parseDiskIdentities(platform, await told(runner, place, diskQuery(platform), host));
  const onHost = await identitiesOn(place.host);
  const own = onHost.get(disk);
  if (own === undefined)
    throw notKnown(place, phrase('{host} shows no serial number of {disk}', { host: place.host, disk }));
  for (const host of all) {
    const text = await told(runner, place, sdxinfo({ show: ['disk'] }), host);
    const { disks } = parseSdxinfo(text);
    // Silence is not absence: a cluster has disks, and a target host must prove that the device is none of them.
    const isSilent = primaries.includes(host) || (host === place.host && text.trim() === '');
    if (disks.length === 0 && isSilent)
      throw notKnown(place, phrase('sdxinfo on {host} shows no disk', { host }));
    const identities = await identitiesOn(host);
    for (const { name, class: className, device = '' } of disks) {
      const isSame = identities.get(device) === own || (host === place.host && device === disk);
      if (isSame)
        throw notFree(
          place,
          phrase('it is {name} of {className}, as {host} shows it', { name, className, host }),
        );
      if (!identities.has(device) && host !== place.host)
        throw notKnown(
          place,
          phrase('{host} shows no serial number of {name} of {className}', { host, name, className }),
        );
    }
  }
  return [...onHost].flatMap(([name, identity]) => (identity === own && name !== disk ? [name] : []));
}

/**
 * Data that a database or another host uses is listed nowhere on this host, but begins with words of its owner.
 * @throws RESTORE_DEVICE_NOT_FREE, RESTORE_DEVICE_UNKNOWN if not all of the beginning can be read
 */
async function requireNoOwner(
  runner: CommandRunner,
  place: HostPlace,
  { beginnings }: UnusedDevice,
): Promise<void> {
  for (const { name, path, bytes } of beginnings) {
    const argv = ['dd', `if=${path}`, `bs=${headBytes}`, 'count=1'];
    const command = { host: place.host, argv, changes: false };
    const { status, stdout } = await runner.send(restoreStep, command, { anyStatus: true, binary: true });
    if (status !== 0 || stdout.length !== Math.min(bytes, headBytes))
      throw notKnown(place, phrase('the beginning of {name} cannot be read', { name }));
    const owner = ownerOf(stdout);
    if (owner !== undefined) throw notFree(place, phrase('{name} holds data of {owner}', { name, owner }));
  }
}

/**
 * Checks whether a device can take an image. Changes nothing.
 * @param bytes of the image
 * @throws RESTORE_DEVICE_REFUSED, RESTORE_DEVICE_SMALL, RESTORE_DEVICE_NOT_FREE, RESTORE_DEVICE_UNKNOWN, and errors of
 *   commands
 */
export async function requireFreeDevice(
  runner: CommandRunner,
  place: HostPlace,
  bytes: number,
  gds: GdsHosts,
): Promise<void> {
  const requireUnused = gds.platform === 'linux' ? requireUnusedBlockDevice : requireUnusedSlice;
  const unused = await requireUnused(runner, place, bytes);
  const others = await requireNoGdsDisk(runner, place, unused, gds);
  await requireNoOwner(runner, place, unused);
  // Only Linux names a disk more than once: disks of Solaris that share a serial number are not known apart.
  const elsewhere = await requireUnusedElsewhere(runner, place, unused.disk, others);
  await requireUnopened(runner, place, { ...unused, paths: [...unused.paths, ...elsewhere] }, gds.platform);
}

/**
 * @param replace the device that may be lost, as it was named
 * @throws RESTORE_DEVICE_NOT_CONFIRMED
 */
export function requireDeviceNamed(place: HostPlace, replace: readonly string[]): void {
  const { host, path } = place;
  if (replace.length === 1 && replace[0] === path) return;
  throw failure('RESTORE_DEVICE_NOT_CONFIRMED', { target: placeWords(place), device: path, host });
}
