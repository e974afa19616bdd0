/** Everything that is in a lab, for one comparison: nothing of a run may remain when it is over. */
import type { WorldSnapshot } from '../../src/lab/world.ts';
import { volumeChecksum, type Scene } from './lab-run.ts';

const volumes = Array.from({ length: 12 }, (_, index) => `Volume${index + 1}`);

export interface Standing {
  /** CRC-32 of each volume of the cluster, by name. */
  readonly checksums: Readonly<Record<string, number>>;
  readonly pairs: readonly { readonly proxy: object; readonly master: object }[];
  readonly shadow: WorldSnapshot['shadow'];
  /** Node -> what is mounted where, and how; in whatever order it was. */
  readonly mounts: Readonly<Record<string, readonly string[]>>;
  /** Mount points, locks and work folders. */
  readonly directories: WorldSnapshot['directories'];
}

/** Observes the lab from outside, not through the program, once no copy is in progress. */
export async function standing({ lab }: Scene): Promise<Standing> {
  await lab.copyingFinished();
  const { pairs, shadow, mounts, directories } = lab.world();
  const checksums = await Promise.all(
    volumes.map(async (volume) => [volume, await volumeChecksum(lab, volume)] as const),
  );
  return {
    checksums: Object.fromEntries(checksums),
    pairs: pairs.map(({ proxy, master }) => ({ master, proxy: { ...proxy, copiedBytes: 0 } })),
    shadow,
    mounts: Object.fromEntries(
      Object.entries(mounts).map(([node, mounted]) => [
        node,
        mounted.map(({ special, directory, options }) => `${special} ${directory} ${options}`).sort(),
      ]),
    ),
    directories,
  };
}
