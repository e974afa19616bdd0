import { complain } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { blockDeviceOf } from './command-mount.ts';
import { parseSpecialFile } from '../gds/gds-model.ts';
import { IoError } from '../faults/io-error.ts';
import { layOut, markFileSystem, readFileSystem } from '../gds/lab-file-system.ts';
import type { FileSystemType } from '../gds/lab-model.ts';
import type { PayrollEntry } from '../gds/payroll-files.ts';
import { openVolume } from '../gds/volume-access.ts';

/**
 * newfs(1M) makes a ufs: as in illumos it asks only if its standard input is a terminal. mkfs(1M) has the form `mkfs -F
 * FSType DEVICE` for every type; the options of sfxfs are not known, so it has none here. The sentences are close to
 * Solaris', not literal.
 */

/** What every new file system holds. */
const entriesOfNew = (): PayrollEntry[] => {
  const modified = Math.floor(Date.now() / 1000);
  return [
    { path: '', type: 'directory', mode: 0o755, modified },
    { path: 'lost+found', type: 'directory', mode: 0o700, modified },
  ];
};

async function make(
  call: CommandCall,
  special: string,
  type: FileSystemType,
  bytesPerInode?: number,
): Promise<number> {
  const { world, node } = call.machine;
  const [name = ''] = call.argv;
  if (parseSpecialFile(special)?.raw !== true) return complain(call, `${name}: ${special}: not a raw device`);
  const device = blockDeviceOf(special);
  if (world.model.hosts[node].mounts.some((entry) => entry.special === device))
    return complain(call, `${name}: ${special} is mounted, can't ${name}`);
  try {
    const volume = openVolume(world, node, special, 'write');
    try {
      const { pieces } = layOut(entriesOfNew(), { type, lastMounted: '', device, bytesPerInode });
      for (const { position, bytes } of pieces) await volume.write(bytes, position);
      await markFileSystem(volume, 'clean');
      await call.output.write(`${special}:\t${volume.size / 512} sectors\n`);
      return 0;
    } finally {
      volume.close();
    }
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return complain(call, `${name}: ${special}: ${error.message}`);
  }
}

/**
 * Options of newfs(1M) that the lab accepts, each followed by a blank: all but -v have a value. The lab keeps that of -i, bytes per inode,
 * and ignores the others.
 */
const newfsOptions = /^(?:-v |-[abcCdfimnorst] [^-\s]\S* )*$/;

export const newfs: Command = async (call) => {
  const options = call.argv.slice(1, -1).map((word) => `${word} `);
  const special = call.argv.slice(1).at(-1);
  return special === undefined || special.startsWith('-') || !newfsOptions.test(options.join(''))
    ? complain(call, 'usage: newfs [ -v ] [ mkfs-options ] raw-special-device')
    : make(call, special, 'ufs', Number(/-i (\d+) /.exec(options.join(''))?.[1] ?? 0));
};

/** What newfs(1M) takes for a file system of up to 1 GB. */
const usualBytesPerInode = 2048;

/** `mkfs -F ufs -m DEVICE` prints the command line that made the file system, and changes nothing (mkfs(1M), illumos mkfs_ufs(8)). */
async function showHowMade(call: CommandCall, special: string): Promise<number> {
  try {
    const volume = openVolume(call.machine.world, call.machine.node, special, 'read');
    try {
      const { type, bytesPerInode = usualBytesPerInode } = await readFileSystem(volume);
      if (type !== 'ufs') throw new IoError('EINVAL');
      const geometry = 'nsect=128,ntrack=48,bsize=8192,fragsize=1024,cgsize=49,free=10,rps=120';
      const layout = 'opt=t,apc=0,gap=0,nrpos=8,maxcontig=128,mtb=n';
      const options = `${geometry},nbpi=${bytesPerInode},${layout}`;
      await call.output.write(`mkfs -F ufs -o ${options} ${special} ${volume.size / 512}\n`);
      return 0;
    } finally {
      volume.close();
    }
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    const reason = error.code === 'EINVAL' ? 'not currently a valid file system' : error.message;
    return complain(call, `mkfs: ${special}: ${reason}`, 32);
  }
}

export const mkfs: Command = async (call) => {
  const words = call.argv.slice(1);
  if (words.slice(0, 3).join(' ') === '-F ufs -m' && words.length === 4)
    return showHowMade(call, words[3] ?? '');
  const [option, type, special, ...others] = words;
  if (option !== '-F' || special === undefined || others.length > 0)
    return complain(call, 'Usage: mkfs [-F FSType] [-V] [-m] [-o specific_options] special [operands]');
  return type === 'sfxfs'
    ? make(call, special, type)
    : complain(call, `mkfs: the lab makes sfxfs alone, not ${type ?? ''}`);
};
