/**
 * A raw device of a Solaris host as the target of an image. What is there is lost, so everything that tells against it is looked for, and a
 * look that fails is no answer: the device is then refused.
 */
import { failure, isFailure } from '../../contract/errors.ts';
import { bytesText, listed } from '../../contract/words.ts';
import { sdxinfo } from '../gds/commands.ts';
import { diskQuery, parseDiskIdentities } from '../gds/disk-identity.ts';
import { parseSdxinfo } from '../gds/sdxinfo.ts';
import type { CommandRunner } from '../procedure/hosts/command-runner.ts';
import type { Platform } from '../site/site-schema.ts';
import { restoreStep, type HostPlace } from './host-place.ts';
import { namedIn, parseSliceTable, rawSlice, sharingBlocks, type SliceName } from './slice-table.ts';

/** The hosts on which GDS runs: whatever the target is, it must be none of their disks. */
export interface GdsHosts {
  readonly platform: Platform;
  /** Nodes of the cluster. */
  readonly primaries: readonly string[];
  /** Nodes of the cluster, and the backup server. */
  readonly all: readonly string[];
}

/** True for a path among the devices of a host. */
export const isDevicePath = (path: string): boolean => path === '/dev' || path.startsWith('/dev/');

const wordsOf = ({ host, path }: HostPlace): string => `${host}:${path}`;

const notFree = (place: HostPlace, reason: string) =>
  failure('RESTORE_DEVICE_NOT_FREE', { target: wordsOf(place), reason });

const notKnown = (place: HostPlace, reason: string, cause?: unknown) =>
  failure('RESTORE_DEVICE_UNKNOWN', { target: wordsOf(place), host: place.host, reason }, {}, cause);

/**
 * What a host says of the device.
 * @throws RESTORE_DEVICE_UNKNOWN where it does not answer, or the command fails
 */
async function told(
  runner: CommandRunner,
  place: HostPlace,
  argv: readonly string[],
  host = place.host,
): Promise<string> {
  try {
    return (await runner.send(restoreStep, { host, argv, changes: false })).stdout.toString('utf8');
  } catch (error) {
    if (!isFailure(error) || error.code === 'COMMAND_CANCELLED') throw error;
    throw notKnown(place, error.message, error);
  }
}

/** Volume managers that may have the disk, beside GDS; a host need not have them. */
const otherManagers: readonly (readonly string[])[] = [['metastat', '-p'], ['metadb'], ['zpool', 'status']];

async function isInstalled(runner: CommandRunner, host: string, program: string): Promise<boolean> {
  const command = { host, argv: ['command', '-v', program], changes: false };
  return (await runner.send(restoreStep, command, { anyStatus: true })).status === 0;
}

/** Where the slices of the device are named: tables of mounts and swap files, and other volume managers. @throws RESTORE_DEVICE_NOT_FREE */
async function requireUnnamed(
  runner: CommandRunner,
  place: HostPlace,
  { disk }: SliceName,
  shared: readonly number[],
): Promise<void> {
  const tables = [
    { argv: ['cat', '/etc/mnttab'], words: 'is mounted' },
    { argv: ['cat', '/etc/vfstab'], words: 'is in /etc/vfstab' },
    { argv: ['swap', '-l'], words: 'is used as swap' },
  ];
  for (const argv of otherManagers)
    if (await isInstalled(runner, place.host, argv[0] ?? ''))
      tables.push({ argv: [...argv], words: `is named by ${argv.join(' ')}` });
  for (const { argv, words } of tables) {
    const [found] = namedIn(await told(runner, place, argv), disk, shared);
    if (found !== undefined) throw notFree(place, `${found} ${words}`);
  }
}

/** fuser prints process ids alone on its standard output (fuser(1M)). @throws RESTORE_DEVICE_NOT_FREE */
async function requireUnopened(
  runner: CommandRunner,
  place: HostPlace,
  { disk }: SliceName,
  shared: readonly number[],
): Promise<void> {
  const devices = shared.flatMap((number) =>
    ['rdsk', 'dsk'].map((folder) => `/dev/${folder}/${disk}s${number}`),
  );
  const pids = (await told(runner, place, ['fuser', ...devices])).match(/\d+/g);
  if (pids)
    throw notFree(
      place,
      `it is open in ${pids.length === 1 ? 'process' : 'processes'} ${listed([...new Set(pids)])}`,
    );
}

/**
 * On the backup server a disk of the cluster looks free. Serial numbers tell whether it is one.
 * @throws RESTORE_DEVICE_NOT_FREE, RESTORE_DEVICE_UNKNOWN
 */
async function requireNoGdsDisk(
  runner: CommandRunner,
  place: HostPlace,
  { disk }: SliceName,
  { platform, primaries, all }: GdsHosts,
): Promise<void> {
  const identitiesOn = async (host: string) =>
    parseDiskIdentities(platform, await told(runner, place, diskQuery(platform), host));
  const own = (await identitiesOn(place.host)).get(disk);
  if (own === undefined) throw notKnown(place, `${place.host} shows no serial number of ${disk}`);
  for (const host of all) {
    const text = await told(runner, place, sdxinfo({ show: ['disk'] }), host);
    const { disks } = parseSdxinfo(text);
    // Silence is not absence: a cluster has disks, and a host that is to be written to must show that it has none.
    const mustTell = primaries.includes(host) || host === place.host;
    if (disks.length === 0 && (primaries.includes(host) || (mustTell && text.trim() === '')))
      throw notKnown(place, `sdxinfo on ${host} shows no disk`);
    const identities = await identitiesOn(host);
    for (const { name, class: className, device = '' } of disks) {
      const isSame = identities.get(device) === own || (host === place.host && device === disk);
      if (isSame) throw notFree(place, `it is ${name} of ${className}, as ${host} shows it`);
      if (!identities.has(device) && host !== place.host)
        throw notKnown(place, `${host} shows no serial number of ${name} of ${className}`);
    }
  }
}

/**
 * Asks whether a device can take an image. Changes nothing.
 * @param bytes of the image
 * @throws RESTORE_DEVICE_REFUSED, RESTORE_DEVICE_SMALL, RESTORE_DEVICE_NOT_FREE, RESTORE_DEVICE_UNKNOWN, and what sending commands can end with
 */
export async function requireFreeDevice(
  runner: CommandRunner,
  place: HostPlace,
  bytes: number,
  gds: GdsHosts,
): Promise<void> {
  const { host, path } = place;
  const target = wordsOf(place);
  const refused = (reason: string) => failure('RESTORE_DEVICE_REFUSED', { target, reason });
  if (gds.platform !== 'solaris') throw refused(`${host} is not a Solaris host`);
  const name = rawSlice(path);
  if (!name) throw refused('it is not named as /dev/rdsk/cNtNdNsN');
  const test = { host, argv: ['test', '-c', path], changes: false };
  const { status } = await runner.send(restoreStep, test, { anyStatus: true });
  if (status !== 0) throw refused(`${host} has no such character device`);
  const table = parseSliceTable(await told(runner, place, ['prtvtoc', path]));
  const slice = table?.slices.find(({ number }) => number === name.number);
  if (!table || !slice) throw notKnown(place, 'prtvtoc does not show its size');
  const size = slice.count * table.sectorBytes;
  if (size < bytes)
    throw failure('RESTORE_DEVICE_SMALL', { target, size: bytesText(size), needed: bytesText(bytes) });
  const sharing = sharingBlocks(table, slice);
  const mounted = sharing.find(({ directory }) => directory !== undefined);
  if (mounted?.directory !== undefined)
    throw notFree(place, `${name.disk}s${mounted.number} is mounted on ${mounted.directory}`);
  const shared = sharing.map(({ number }) => number);
  await requireUnnamed(runner, place, name, shared);
  await requireNoGdsDisk(runner, place, name, gds);
  await requireUnopened(runner, place, name, shared);
}

/**
 * @param replace what may be lost, as it was named
 * @throws RESTORE_DEVICE_NOT_CONFIRMED
 */
export function requireDeviceNamed(place: HostPlace, replace: readonly string[]): void {
  const { host, path } = place;
  if (replace.length === 1 && replace[0] === path) return;
  throw failure('RESTORE_DEVICE_NOT_CONFIRMED', { target: wordsOf(place), device: path, host });
}
