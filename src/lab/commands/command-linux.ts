import { complain, parseOptions } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { IoError } from '../faults/io-error.ts';
import { markFileSystem, readFileSystem } from '../gds/lab-file-system.ts';
import { platformOf } from '../gds/lab-model.ts';
import { deviceOf, physicalDisks } from '../gds/lab-volumes.ts';
import { openVolume } from '../gds/volume-access.ts';
import { blockDeviceOf, isFileSystemType, mountVolume, unmount } from './command-mount.ts';

/**
 * mount(8), umount(8), fsck.ext3(8), dumpe2fs(8) and lsblk(8) of Linux. Sentences and exit statuses of fsck.ext3 and dumpe2fs are those of e2fsprogs 1.47, those
 * of mount are close to util-linux'. GDS volumes on Linux have a raw and a block device as on Solaris (GDS guide (Linux) 4.1, E.4.3).
 */

const mountFailed = 32;

/** The line of a mount point in fstab: device, mount point, type, ... */
async function tableLineOf(call: CommandCall, directory: string): Promise<string[] | undefined> {
  const table = (await call.machine.files.read('/etc/fstab')).toString('utf8');
  return table
    .split('\n')
    .map((line) => line.split(' '))
    .find((fields) => fields[1] === directory);
}

export const mountOfLinux: Command = async (call) => {
  const { machine } = call;
  if (call.argv.length === 1) {
    await call.output.write((await machine.files.read('/proc/mounts')).toString('utf8'));
    return 0;
  }
  const options = parseOptions(call.argv.slice(1), 't:o:r');
  if (typeof options === 'string') return complain(call, `mount: ${options.replace('illegal', 'invalid')}`);
  const [first = '', second] = options.operands;
  const directory = machine.files.resolve(call.directory, second ?? first);
  const line = second === undefined ? await tableLineOf(call, directory) : undefined;
  const special = second === undefined ? line?.[0] : first;
  if (special === undefined) return complain(call, `mount: ${first}: can't find in /etc/fstab.`);
  const type = options.given.get('t') ?? line?.[2] ?? 'ext3';
  if (!isFileSystemType(type))
    return complain(call, `mount: ${directory}: unknown filesystem type '${type}'.`, mountFailed);
  const mode = (options.given.get('o') ?? 'rw').split(',').includes('ro') ? 'ro' : 'rw';
  const reason = await mountVolume(machine, special, directory, type, mode);
  return reason === undefined ? 0 : complain(call, `mount: ${directory}: ${reason}`, mountFailed);
};

export const umountOfLinux: Command = async (call) => {
  const target = call.argv.at(-1) ?? '';
  const ending = await unmount(call, target);
  if (ending === 'absent') return complain(call, `umount: ${target}: not mounted.`, mountFailed);
  return ending === 'busy' ? complain(call, `umount: ${target}: target is busy.`, mountFailed) : 0;
};

/** e2fsck(8), EXIT CODE. */
const fsckStatuses = { clean: 0, corrected: 1, operational: 8, usage: 16 } as const;
const version = '1.47.0 (5-Feb-2023)';
const banner = `e2fsck ${version}\n`;
const passes = [
  'Pass 1: Checking inodes, blocks, and sizes',
  'Pass 2: Checking directory structure',
  'Pass 3: Checking directory connectivity',
  'Pass 4: Checking reference counts',
  'Pass 5: Checking group summary information',
];

/** `fsck.ext3 -y DEVICE`, `fsck.ext3 -p DEVICE`: without either it asks, and needs a terminal for that. */
export const fsckExt3: Command = async (call) => {
  const { world, node } = call.machine;
  const options = parseOptions(call.argv.slice(1), 'ypf');
  const special = typeof options === 'string' ? undefined : options.operands[0];
  if (typeof options === 'string' || special === undefined)
    return complain(call, 'Usage: fsck.ext3 [-pyf] device', fsckStatuses.usage);
  const repairs = options.given.has('y') || options.given.has('p');
  await call.errors.write(options.given.has('p') ? '' : banner);
  if (!repairs)
    return complain(call, 'e2fsck: need terminal for interactive repairs', fsckStatuses.operational);
  if (world.model.hosts[node].mounts.some((entry) => entry.special === blockDeviceOf(special)))
    return complain(
      call,
      `${special} is mounted.\ne2fsck: Cannot continue, aborting.\n`,
      fsckStatuses.operational,
    );
  try {
    return await check(call, special, options.given.has('p'));
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    if (error.code === 'EINVAL')
      return complain(
        call,
        `fsck.ext3: Bad magic number in super-block while trying to open ${special}`,
        fsckStatuses.operational,
      );
    return complain(
      call,
      `fsck.ext3: ${error.message} while trying to open ${special}`,
      fsckStatuses.operational,
    );
  }
};

async function check(call: CommandCall, special: string, isPreen: boolean): Promise<number> {
  const { world, node } = call.machine;
  const volume = openVolume(world, node, special, 'read');
  try {
    const system = await readFileSystem(volume);
    if (system.type !== 'ext3') throw new IoError('EINVAL');
    const counts = `${system.entries.length}/${system.entries.length} files`;
    if (system.state === 'clean') {
      await call.output.write(`${special}: clean, ${counts}\n`);
      return fsckStatuses.clean;
    }
    await call.output.write(`${special} was not cleanly unmounted, check forced.\n`);
    const writable = openVolume(world, node, special, 'write');
    await markFileSystem(writable, 'clean').finally(() => writable.close());
    if (!isPreen)
      await call.output.write(
        [...passes, '', `${special}: ***** FILE SYSTEM WAS MODIFIED *****\n`].join('\n'),
      );
    await call.output.write(`${special}: ${counts} (0.0% non-contiguous)\n`);
    return fsckStatuses.corrected;
  } finally {
    volume.close();
  }
}

/** The lab's own: what mke2fs takes depends on mke2fs.conf(5). */
const bytesPerInode = 8192;
const bytesPerBlock = 1024;

/** `dumpe2fs -h DEVICE` prints the superblock, and changes nothing. Of its lines the lab has those that tell how it was made. */
export const dumpe2fs: Command = async (call) => {
  const [option, special, ...others] = call.argv.slice(1);
  if (option !== '-h' || special === undefined || others.length > 0)
    return complain(call, 'Usage: dumpe2fs [-bfghixV] [-o superblock=<num>] [-o blocksize=<num>] device');
  await call.errors.write(`dumpe2fs ${version}\n`);
  try {
    const volume = openVolume(call.machine.world, call.machine.node, special, 'read');
    try {
      const { type, lastMounted } = await readFileSystem(volume);
      if (type !== 'ext3') throw new IoError('EINVAL');
      const lines = [
        ['Filesystem volume name', '<none>'],
        ['Last mounted on', lastMounted || '<not available>'],
        ['Filesystem magic number', '0xEF53'],
        [
          'Filesystem features',
          'has_journal ext_attr resize_inode dir_index filetype sparse_super large_file',
        ],
        ['Filesystem OS type', 'Linux'],
        ['Inode count', String(volume.size / bytesPerInode)],
        ['Block count', String(volume.size / bytesPerBlock)],
        ['Block size', String(bytesPerBlock)],
        ['Inode size', '256'],
      ];
      await call.output.write(lines.map(([name, value]) => `${`${name}:`.padEnd(26)}${value}\n`).join(''));
      return 0;
    } finally {
      volume.close();
    }
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    const reason = error.code === 'EINVAL' ? 'Bad magic number in super-block' : error.message;
    return complain(call, `dumpe2fs: ${reason} while trying to open ${special}`, 1);
  }
};

/** `lsblk -dnP -o NAME,WWN,SERIAL`: the identity of each disk that the node sees. */
export const lsblk: Command = async (call) => {
  if (call.argv.slice(1).join(' ') !== '-dnP -o NAME,WWN,SERIAL')
    return complain(call, 'lsblk: not part of the lab', 1);
  const { node, world } = call.machine;
  for (const physical of physicalDisks) {
    const device = deviceOf(node, physical, platformOf(world.model));
    if (device === undefined) continue;
    const serial = world.faults.has('no-serial') ? '' : physical.replace('Disk', '').padStart(10, '0');
    await call.output.write(`NAME="${device}" WWN="" SERIAL="${serial}"\n`);
  }
  return 0;
};
