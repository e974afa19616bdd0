/** The directories and files of a host's system: mount tables, and its identity. */
import type { HostModel, NodeName, Platform } from '../gds/lab-model.ts';
import { bootId, bootIdFile, fstab, linuxFiles, solarisFiles, vfstab } from '../gds/system-files.ts';

const commonDirectories =
  '/ /app /data /dev /dev/sfdsk /etc /home /mnt /proc /proc/sys /proc/sys/kernel /proc/sys/kernel/random /root /sbin /tmp /usr /usr/bin /usr/sbin /var /var/lib /var/opt /var/tmp'.split(
    ' ',
  );

export const systemDirectories = {
  solaris: [...commonDirectories, '/dev/dsk', '/dev/rdsk', '/dev/rmt'],
  linux: commonDirectories,
} as const;

interface SystemOf {
  readonly node: NodeName;
  readonly platform: Platform;
  readonly host: HostModel;
  /** 32 hexadecimal digits: machine-id(5) of Linux. */
  readonly machineId: string;
}

export const systemFileNames = (platform: Platform): readonly string[] => [
  ...(platform === 'linux' ? linuxFiles : solarisFiles),
  bootIdFile,
];

/** The names right below a directory, sorted. @param paths and directory without a leading slash */
export function namesBelow(paths: readonly string[], directory: string): string[] {
  const prefix = directory === '' ? '' : `${directory}/`;
  const names = paths
    .filter((path) => path !== '' && path !== directory && path.startsWith(prefix))
    .map((path) => path.slice(prefix.length))
    .filter((name) => !name.includes('/'));
  return [...new Set(names)].sort();
}

/** As proc(5) has it, separated by blanks. */
function procMounts({ mounts }: HostModel): string {
  const lines = mounts.map(
    ({ special, directory, type, options }) => `${special} ${directory} ${type} ${options} 0 0\n`,
  );
  return ['/dev/sda1 / ext3 rw 0 0\n', ...lines].join('');
}

function mountTable({ mounts }: HostModel): string {
  const root = '/dev/dsk/c0t0d0s0\t/\tufs\trw,intr,largefiles\t1104537600\n';
  const lines = mounts.map(
    ({ special, directory, type, options, time }) =>
      `${special}\t${directory}\t${type}\t${options}\t${time}\n`,
  );
  return [root, ...lines].join('');
}

function solarisFile({ node, host }: SystemOf, path: string): string | undefined {
  if (path === '/etc/mnttab') return mountTable(host);
  if (path === '/etc/vfstab') return node === 'node3' ? '' : vfstab;
  return path === '/etc/release'
    ? '                      Solaris 9 (the lab of Shadowtape) SPARC\n'
    : undefined;
}

function linuxFile({ node, host, machineId }: SystemOf, path: string): string | undefined {
  if (path === '/proc/mounts' || path === '/etc/mtab') return procMounts(host);
  if (path === '/etc/fstab') return node === 'node3' ? '' : fstab;
  return path === '/etc/machine-id' ? `${machineId}\n` : undefined;
}

/** The text of one of them; undefined for any other path. */
export function systemFile(system: SystemOf, path: string): string | undefined {
  const own = system.platform === 'linux' ? linuxFile(system, path) : solarisFile(system, path);
  if (own !== undefined) return own;
  return path === bootIdFile ? bootId(system.node, system.host.reboots ?? 0) : undefined;
}
