/** Files that every host of the lab has: which there are, and the tables from which mount takes device and type: fstab(5), vfstab(4). */
import type { NodeName } from './lab-model.ts';
import { masterDevice, mountedPairs } from './lab-volumes.ts';

export const fstab = mountedPairs('linux')
  .map((pair) => `${masterDevice(pair)} ${pair.fileSystem.directory} ${pair.fileSystem.type} noauto 0 2\n`)
  .join('');

export const vfstab = mountedPairs()
  .map(
    ({ master, fileSystem: { directory, type } }) =>
      `/dev/sfdsk/Class1/dsk/${master}\t/dev/sfdsk/Class1/rdsk/${master}\t${directory}\t${type}\t2\tno\t-\n`,
  )
  .join('');

/** As Linux has it: a new UUID at each boot. */
export const bootIdFile = '/proc/sys/kernel/random/boot_id';

export const bootId = (node: NodeName, reboots: number): string =>
  `00000000-0000-4000-8000-${node}${String(reboots).padStart(7, '0')}\n`;

export const solarisFiles = ['/etc/mnttab', '/etc/vfstab', '/etc/release'];
export const linuxFiles = ['/proc/mounts', '/etc/mtab', '/etc/fstab', '/etc/machine-id'];
