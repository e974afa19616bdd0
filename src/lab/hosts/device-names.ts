import type { NodeName } from '../gds/lab-model.ts';
import { deviceOf, physicalDisks } from '../gds/lab-volumes.ts';

/** Where Solaris lists disks: raw, and with a buffer (disks(1M)). */
export const diskFolders = ['/dev/rdsk', '/dev/dsk'] as const;

const bootDisk = 'c0t0d0';
/** Each disk is listed by its slices. */
const slices = [0, 1, 2, 3, 4, 5, 6, 7];
/** Density letters, BSD behaviour, no rewind: every device of one drive (st(7D)). */
const tapeNames = ['', 'l', 'm', 'h', 'u', 'c'].flatMap((density) =>
  ['', 'b', 'n', 'bn'].map((manner) => `/dev/rmt/0${density}${manner}`),
);

/** The special files below /dev/rdsk, /dev/dsk and /dev/rmt that a node has, with their whole paths. */
export function deviceFiles(node: NodeName): string[] {
  const seen = physicalDisks.flatMap((physical) => deviceOf(node, physical) ?? []);
  const disks = diskFolders.flatMap((folder) =>
    [bootDisk, ...seen].flatMap((disk) => slices.map((slice) => `${folder}/${disk}s${slice}`)),
  );
  return node === 'node3' ? [...disks, ...tapeNames] : disks;
}
