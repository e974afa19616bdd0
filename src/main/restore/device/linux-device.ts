/** A disk or a partition of a Linux host that is large enough and unused, except perhaps by GDS. */
import { shortened } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import {
  blockDeviceName,
  blockDeviceQuery,
  diskOf,
  lineNaming,
  names,
  parseBlockDevices,
  parseSignature,
  whyInUse,
  whyOfOthers,
  type Signature,
} from './block-devices.ts';
import {
  isInstalled,
  notFree,
  notKnown,
  refusedDevice,
  requireDeviceFile,
  requireRoom,
  told,
  type UnusedDevice,
} from './device-look.ts';
import { restoreStep, type HostPlace } from '../target/host-place.ts';

/** What can be overwritten by its own name. */
const types: readonly string[] = ['disk', 'part', 'loop'];

/** Of a line of a table that a refusal quotes, in characters. */
const quoted = 120;

/**
 * What is on the device, read from it: lsblk may use a cache. blkid exits 2 if it finds nothing.
 * @throws RESTORE_DEVICE_UNKNOWN
 */
async function signatureOf(runner: CommandRunner, place: HostPlace): Promise<Signature> {
  const command = { host: place.host, argv: ['blkid', '-p', '-o', 'export', place.path], changes: false };
  const { status, stdout } = await runner.send(restoreStep, command, { anyStatus: true });
  const text = stdout.toString('utf8');
  if (status !== 0 && (status !== 2 || text.trim() !== ''))
    throw notKnown(place, phrase('blkid does not show what is on it'));
  return parseSignature(text);
}

/** The kernel names everything that is built on a device. @throws RESTORE_DEVICE_NOT_FREE, RESTORE_DEVICE_UNKNOWN */
async function requireNoHolder(runner: CommandRunner, place: HostPlace, name: string): Promise<void> {
  const holders = (await told(runner, place, ['ls', `/sys/class/block/${name}/holders`])).trim();
  if (holders !== '')
    throw notFree(
      place,
      phrase('{name} is held by {holders}, as the kernel shows it', {
        name,
        holders: holders.split(/\s+/).join(', '),
      }),
    );
}

/**
 * Lists of swap areas, arrays, volume groups and pools; a host may lack the last ones. @throws RESTORE_DEVICE_NOT_FREE,
 * RESTORE_DEVICE_UNKNOWN
 */
async function requireUnlisted(
  runner: CommandRunner,
  place: HostPlace,
  devices: readonly string[],
): Promise<void> {
  const { host } = place;
  const lists = [
    { argv: ['cat', '/proc/mounts'], words: phrase('is mounted') },
    { argv: ['cat', '/proc/swaps'], words: phrase('is used as swap') },
  ];
  const test = { host, argv: ['test', '-e', '/proc/mdstat'], changes: false };
  if ((await runner.send(restoreStep, test, { anyStatus: true })).status === 0)
    lists.push({ argv: ['cat', '/proc/mdstat'], words: phrase('is named by /proc/mdstat') });
  for (const argv of [
    ['pvs', '--noheadings', '-o', 'pv_name'],
    ['zpool', 'status'],
  ])
    if (await isInstalled(runner, host, argv[0] ?? ''))
      lists.push({ argv, words: phrase('is named by {argv}', { argv: argv[0] ?? '' }) });
  for (const { argv, words } of lists) {
    const text = await told(runner, place, argv);
    const found = devices.find((name) => names(text, name));
    if (found !== undefined) throw notFree(place, `${found} ${words}`);
  }
}

/** The mount table may name a device that is not mounted now. @throws RESTORE_DEVICE_NOT_FREE, RESTORE_DEVICE_UNKNOWN */
async function requireNotInTable(
  runner: CommandRunner,
  place: HostPlace,
  path: string,
  signature: Signature,
): Promise<void> {
  const entry = lineNaming(await told(runner, place, ['cat', '/etc/fstab']), path, signature);
  if (entry !== undefined)
    throw notFree(place, phrase('it is in /etc/fstab: {entry}', { entry: shortened(entry.trim(), quoted) }));
}

const namesOf = (name: string, disk: string): string[] => [...new Set([name, disk])];

/**
 * A disk that the host reaches by several ways has a name for each: what uses it by one of them is not shown of the
 * others.
 * @param disk the one that the target is on
 * @param others its other names
 * @returns the device files of the target by these names
 * @throws RESTORE_DEVICE_NOT_FREE, RESTORE_DEVICE_UNKNOWN
 */
export async function requireUnusedElsewhere(
  runner: CommandRunner,
  place: HostPlace,
  disk: string,
  others: readonly string[],
): Promise<string[]> {
  if (others.length === 0) return [];
  const part = (blockDeviceName(place.path) ?? disk).slice(disk.length);
  const devices = parseBlockDevices(await told(runner, place, blockDeviceQuery));
  for (const other of others) {
    const name = `${other}${part}`;
    if (!devices.some((device) => device.name === name))
      throw notKnown(place, phrase('lsblk does not show {name}, another name of it', { name }));
    const reason = whyInUse(devices, name);
    if (reason !== undefined) throw notFree(place, reason);
    for (const each of namesOf(name, other)) await requireNoHolder(runner, place, each);
    await requireUnlisted(runner, place, namesOf(name, other));
    await requireNotInTable(runner, place, `/dev/${name}`, new Map());
  }
  return others.map((other) => `/dev/${other}${part}`);
}

/**
 * @param bytes of the image
 * @throws RESTORE_DEVICE_REFUSED, RESTORE_DEVICE_SMALL, RESTORE_DEVICE_NOT_FREE, RESTORE_DEVICE_UNKNOWN, and errors of
 *   commands
 */
export async function requireUnusedBlockDevice(
  runner: CommandRunner,
  place: HostPlace,
  bytes: number,
): Promise<UnusedDevice> {
  const { path } = place;
  const name = blockDeviceName(path);
  if (name === undefined) throw refusedDevice(place, phrase('it is not named as /dev/sdb or /dev/sdb1'));
  await requireDeviceFile(runner, place, { test: '-b', words: phrase('block device') });
  const devices = parseBlockDevices(await told(runner, place, blockDeviceQuery));
  const own = devices.find((device) => device.name === name);
  if (!own) throw notKnown(place, phrase('lsblk does not show it'));
  if (!types.includes(own.type))
    throw refusedDevice(place, phrase('it is neither a disk nor a partition: {type}', { type: own.type }));
  requireRoom(place, own.bytes, bytes);
  const disk = diskOf(devices, name);
  const signature = await signatureOf(runner, place);
  const reason = whyInUse(devices, name) ?? whyOfOthers(signature);
  if (reason !== undefined) throw notFree(place, reason);
  for (const each of namesOf(name, disk)) await requireNoHolder(runner, place, each);
  await requireUnlisted(runner, place, namesOf(name, disk));
  await requireNotInTable(runner, place, path, signature);
  // blkid has searched for an owner.
  return { disk, paths: [path], beginnings: [] };
}
