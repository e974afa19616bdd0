import { complain, parseOptions } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { parseSpecialFile, volumeOfSpecialFile } from '../gds/gds-model.ts';
import { IoError } from '../faults/io-error.ts';
import { markFileSystem, readFileSystem } from '../gds/lab-file-system.ts';
import type { FileSystem } from '../gds/lab-file-system.ts';
import { fileSystemTypes } from '../gds/lab-model.ts';
import type { FileSystemType, Mount } from '../gds/lab-model.ts';
import { openVolume } from '../gds/volume-access.ts';
import type { Machine } from '../hosts/machine.ts';

/**
 * mount, umount and fsck for the lab's file system, with the exit statuses of Solaris' ufs commands: 32 for a mount
 * that fails, 36 for a file system whose errors remain. Their sentences are close to Solaris', not literal; those of
 * sfxfs are not known, and are the lab's own.
 */

const mountFailed = 32;

async function list(call: CommandCall): Promise<number> {
  const lines = call.machine.world.model.hosts[call.machine.node].mounts.map(
    ({ directory, special, options, time }) =>
      `${directory} on ${special} ${options === 'ro' ? 'read only' : 'read/write'}/setuid/devices on ${new Date(time * 1000).toUTCString()}\n`,
  );
  await call.output.write(lines.join(''));
  return 0;
}

/** The line of a mount point in vfstab: device, raw device, mount point, type, ... */
async function tableLineOf(machine: Machine, directory: string): Promise<string[] | undefined> {
  const table = (await machine.files.read('/etc/vfstab')).toString('utf8');
  return table
    .split('\n')
    .map((line) => line.split('\t'))
    .find((fields) => fields[2] === directory);
}

export function isFileSystemType(word: string): word is FileSystemType {
  return fileSystemTypes.some((type) => type === word);
}

/** The block device of either special file of a volume. */
export function blockDeviceOf(special: string): string {
  return special.replace('/rdsk/', '/dsk/');
}

/** Why a file system of the right type cannot be used on a device; undefined if it can. */
export function wrongDevice(system: FileSystem, special: string): string | undefined {
  if (system.type !== 'sfxfs' || system.device === blockDeviceOf(special)) return undefined;
  return `${special}: the partition information is that of ${system.device}`;
}

/**
 * Mounts a volume; a dirty file system is refused, mounting for writing makes it dirty.
 * @returns undefined, or why it failed
 */
export async function mountVolume(
  machine: Machine,
  special: string,
  directory: string,
  type: FileSystemType,
  options: 'ro' | 'rw',
): Promise<string | undefined> {
  const { world, node } = machine;
  const { mounts } = world.model.hosts[node];
  if (mounts.some((mount) => mount.directory === directory || mount.special === special)) {
    return `${special} is already mounted or ${directory} is busy`;
  }
  const kind = await machine.files.kindOf(directory);
  if (kind !== 'directory') return `${directory}: ${kind ? 'Not a directory' : 'No such file or directory'}`;
  if (parseSpecialFile(special)?.raw !== false) return `${special} not a block device`;
  try {
    const volume = openVolume(world, node, special, options === 'rw' ? 'write' : 'read');
    try {
      const system = await readFileSystem(volume);
      if (system.type !== type) return `${special} is not this fstype`;
      const misplaced = wrongDevice(system, special);
      if (misplaced !== undefined) return misplaced;
      if (system.state === 'dirty') return `the state of ${special} is not okay; run fsck and try again`;
      if (options === 'rw') await markFileSystem(volume, 'dirty', directory);
    } finally {
      volume.close();
    }
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return error.code === 'EINVAL' ? `${special} is not this fstype` : `${special}: ${error.message}`;
  }
  mounts.push({ special, directory, type, options, time: Math.floor(Date.now() / 1000) });
  await world.save();
  return undefined;
}

export const mount: Command = async (call) => {
  const { machine } = call;
  if (call.argv.length === 1) return list(call);
  const options = parseOptions(call.argv.slice(1), 'F:o:');
  if (typeof options === 'string') return complain(call, `mount: ${options}`);
  const [first, second] = options.operands;
  if (first === undefined) return complain(call, 'mount: mount point is missing');
  const directory = machine.files.resolve(call.directory, second ?? first);
  const line = second === undefined ? await tableLineOf(machine, directory) : undefined;
  const special = second === undefined ? line?.[0] : first;
  const type = options.given.get('F') ?? line?.[3] ?? 'ufs';
  if (!isFileSystemType(type)) return complain(call, `mount: /usr/lib/fs/${type}/mount not found`);
  if (special === undefined) return complain(call, `mount: Mount point cannot be determined for ${first}`);
  const mode = (options.given.get('o') ?? 'rw').split(',').includes('ro') ? 'ro' : 'rw';
  const reason = await mountVolume(machine, special, directory, type, mode);
  return reason === undefined ? 0 : complain(call, `mount: ${reason}`, mountFailed);
};

/**
 * Unmounts a mount point, or a device.
 * @returns `busy` if it is in use, `absent` if nothing is mounted there
 */
export async function unmount(call: CommandCall, target: string): Promise<'done' | 'busy' | 'absent'> {
  const { machine } = call;
  const { world, node } = machine;
  const directory = machine.files.resolve(call.directory, target);
  const host = world.model.hosts[node];
  const found = host.mounts.find((entry) => entry.directory === directory || entry.special === target);
  if (!found) return 'absent';
  const names = parseSpecialFile(found.special);
  const isBusy = names && world.openVolumes.isOpen(node, names.className, names.volume);
  if (isBusy || call.directory === directory || call.directory.startsWith(`${directory}/`)) return 'busy';
  await cleanAfter(machine, found);
  host.mounts = host.mounts.filter((entry) => entry !== found);
  await world.save();
  return 'done';
}

export const umount: Command = async (call) => {
  const target = call.argv.at(-1) ?? '';
  const ending = await unmount(call, target);
  if (ending === 'absent')
    return complain(call, `umount: warning: ${target} not in mnttab\numount: ${target} not mounted`);
  const directory = call.machine.files.resolve(call.directory, target);
  return ending === 'busy' ? complain(call, `umount: ${directory} busy`) : 0;
};

/**
 * A file system that was mounted for writing is clean once it is unmounted. An overwritten superblock does not prevent
 * unmounting.
 */
async function cleanAfter(machine: Machine, found: Mount): Promise<void> {
  if (found.options === 'ro') return;
  const volume = openVolume(machine.world, machine.node, found.special, 'write');
  try {
    await markFileSystem(volume, 'clean');
  } catch (error) {
    if (!(error instanceof IoError && error.code === 'EINVAL')) throw error;
  } finally {
    volume.close();
  }
}

const phases = [
  '** Phase 1 - Check Blocks and Sizes',
  '** Phase 2 - Check Pathnames',
  '** Phase 3 - Check Connectivity',
  '** Phase 4 - Check Reference Counts',
  '** Phase 5 - Check Cyl groups',
];

export const fsck: Command = async (call) => {
  const { world, node } = call.machine;
  const options = parseOptions(call.argv.slice(1), 'F:yYnNmo:');
  if (typeof options === 'string') return complain(call, `fsck: ${options}`);
  const type = options.given.get('F') ?? 'ufs';
  if (!isFileSystemType(type)) return complain(call, `fsck: /usr/lib/fs/${type}/fsck not found`);
  const [special] = options.operands;
  if (special === undefined) return complain(call, 'usage: fsck [-F FSType] [-m|-n|-y] special');
  const repairs = options.given.has('y') || options.given.has('Y');
  try {
    volumeOfSpecialFile(world.model, node, special);
    if (world.model.hosts[node].mounts.some((entry) => entry.special === blockDeviceOf(special))) {
      return await complain(call, `fsck: ${special} IS CURRENTLY MOUNTED`, 33);
    }
    return await check(call, special, type, repairs);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    if (error.code === 'EINVAL')
      return complain(call, `${special}: BAD SUPERBLOCK AT BLOCK 16: MAGIC NUMBER WRONG`, 39);
    return complain(call, `Can't open ${special}: ${error.message}`, 39);
  }
};

/** The walk through the phases; with a wrong state a question, to which a missing terminal answers no. */
async function check(
  call: CommandCall,
  special: string,
  type: FileSystemType,
  repairs: boolean,
): Promise<number> {
  const { world, node } = call.machine;
  const volume = openVolume(world, node, special, 'read');
  try {
    const system = await readFileSystem(volume);
    if (system.type !== type) throw new IoError('EINVAL');
    const misplaced = wrongDevice(system, special);
    if (misplaced !== undefined) return await complain(call, `fsck: ${misplaced}`, 39);
    await call.output.write(
      [`** ${special}`, `** Last Mounted on ${system.lastMounted}`, ...phases, ''].join('\n'),
    );
    const counts = `${system.entries.length} files, ${usedBlocks(system.entries)} used\n`;
    if (system.state === 'clean') {
      await call.output.write(counts);
      return 0;
    }
    const answer = repairs ? 'yes' : 'no';
    await call.output.write(`FILE SYSTEM STATE IN SUPERBLOCK IS WRONG; FIX?  ${answer}\n\n${counts}`);
    if (!repairs) return 36;
    const writable = openVolume(world, node, special, 'write');
    await markFileSystem(writable, 'clean').finally(() => writable.close());
    await call.output.write('\n***** FILE SYSTEM WAS MODIFIED *****\n');
    return 0;
  } finally {
    volume.close();
  }
}

function usedBlocks(entries: readonly { size: number }[]): number {
  return entries.reduce((sum, entry) => sum + Math.ceil(entry.size / 512), 0);
}
