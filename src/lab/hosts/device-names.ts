import type { NodeName, Platform } from '../gds/lab-model.ts';
import { deviceOf, physicalDisks } from '../gds/lab-volumes.ts';
import { plainDisk } from './plain-disk.ts';

/** Where Solaris lists disks: raw, and with a buffer (disks(1M)). */
const diskFolders = ['/dev/rdsk', '/dev/dsk'] as const;

const bootDisk = 'c0t0d0';
/** Each disk is listed by its slices. */
const slices = [0, 1, 2, 3, 4, 5, 6, 7];
/** Density letters, BSD behavior, no rewind: every device of one drive (st(7D)). */
const tapeNames = ['', 'l', 'm', 'h', 'u', 'c'].flatMap((density) =>
  ['', 'b', 'n', 'bn'].map((manner) => `/dev/rmt/0${density}${manner}`),
);

/** Linux: the boot disk and its partition, the disks of the lab, and the drive with its device that does not rewind. */
function filesOfLinux(node: NodeName): string[] {
  const seen = physicalDisks.flatMap((physical) => deviceOf(node, physical, 'linux') ?? []);
  const tapes = node === 'node3' ? ['st0', 'nst0'] : [];
  return ['sda', 'sda1', ...seen, ...tapes].map((name) => `/dev/${name}`);
}

/** The special files of disks and of the drive that a node has, with their whole paths. */
export function deviceFiles(node: NodeName, platform: Platform): string[] {
  if (platform === 'linux') return filesOfLinux(node);
  const seen = physicalDisks.flatMap((physical) => deviceOf(node, physical) ?? []);
  const disks = diskFolders.flatMap((folder) =>
    [bootDisk, plainDisk, ...seen].flatMap((disk) => slices.map((slice) => `${folder}/${disk}s${slice}`)),
  );
  return node === 'node3' ? [...disks, ...tapeNames] : disks;
}
