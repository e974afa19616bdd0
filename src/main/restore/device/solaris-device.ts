/** A raw device of a Solaris host: a slice that is large enough and unused, except perhaps by GDS. */
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
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
import type { HostPlace } from '../target/host-place.ts';
import {
  namedIn,
  parseSliceTable,
  rawSlice,
  sharingBlocks,
  sliceOfVeritas,
  type SliceName,
} from './slice-table.ts';
import { phrase } from '../../../contract/text/say.ts';

/** Volume managers that may use the disk, besides GDS; a host may lack them. */
const otherManagers: readonly (readonly string[])[] = [['metastat', '-p'], ['metadb'], ['zpool', 'status']];

/**
 * Where the slices of the device may be named: mount tables, swap files, and other volume managers. @throws
 * RESTORE_DEVICE_NOT_FREE
 */
async function requireUnnamed(
  runner: CommandRunner,
  place: HostPlace,
  { disk }: SliceName,
  shared: readonly number[],
): Promise<void> {
  const tables = [
    { argv: ['cat', '/etc/mnttab'], words: phrase('is mounted') },
    { argv: ['cat', '/etc/vfstab'], words: phrase('is in /etc/vfstab') },
    { argv: ['swap', '-l'], words: phrase('is used as swap') },
  ];
  for (const argv of otherManagers)
    if (await isInstalled(runner, place.host, argv[0] ?? ''))
      tables.push({ argv: [...argv], words: phrase('is named by {argv}', { argv: argv.join(' ') }) });
  for (const { argv, words } of tables) {
    const [found] = namedIn(await told(runner, place, argv), disk, shared);
    if (found !== undefined) throw notFree(place, `${found} ${words}`);
  }
}

/**
 * @param bytes of the image
 * @throws RESTORE_DEVICE_REFUSED, RESTORE_DEVICE_SMALL, RESTORE_DEVICE_NOT_FREE, RESTORE_DEVICE_UNKNOWN, and errors of
 *   commands
 */
export async function requireUnusedSlice(
  runner: CommandRunner,
  place: HostPlace,
  bytes: number,
): Promise<UnusedDevice> {
  const { path } = place;
  const name = rawSlice(path);
  if (!name) throw refusedDevice(place, phrase('it is not named as /dev/rdsk/cNtNdNsN'));
  await requireDeviceFile(runner, place, { test: '-c', words: phrase('character device') });
  const table = parseSliceTable(await told(runner, place, ['prtvtoc', path]));
  const slice = table?.slices.find(({ number }) => number === name.number);
  if (!table || !slice) throw notKnown(place, phrase('prtvtoc does not show its size'));
  requireRoom(place, slice.count * table.sectorBytes, bytes);
  const ofVeritas = sliceOfVeritas(table);
  if (ofVeritas)
    throw notFree(
      place,
      phrase('{disk} belongs to Veritas Volume Manager: {disk}s{number} has the tag {tag}', {
        ...{ disk: name.disk, number: ofVeritas.number, tag: ofVeritas.tag },
      }),
    );
  const sharing = sharingBlocks(table, slice);
  const mounted = sharing.find(({ directory }) => directory !== undefined);
  if (mounted?.directory !== undefined)
    throw notFree(
      place,
      phrase('{disk}s{number} is mounted on {directory}', {
        disk: name.disk,
        number: mounted.number,
        directory: mounted.directory,
      }),
    );
  const shared = sharing.map(({ number }) => number);
  await requireUnnamed(runner, place, name, shared);
  return {
    disk: name.disk,
    beginnings: sharing.map(({ number, count }) => ({
      name: `${name.disk}s${number}`,
      path: `/dev/rdsk/${name.disk}s${number}`,
      bytes: count * table.sectorBytes,
    })),
    paths: shared.flatMap((number) =>
      ['rdsk', 'dsk'].map((folder) => `/dev/${folder}/${name.disk}s${number}`),
    ),
  };
}
