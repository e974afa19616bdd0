import { bytesOf, disksOf, joinedProxies, volumeOfSpecialFile } from './gds-model.ts';
import { IoError } from './io-error.ts';
import { blockBytes } from './lab-model.ts';
import type { GdsClass, GdsVolume, NodeName } from './lab-model.ts';
import type { VolumeBytes } from './lab-file-system.ts';
import type { World } from './world.ts';

/** How far the fault `wrong-disk` shifts what node3 reads and writes, in bytes. */
const wrongDiskShift = 24 * blockBytes;

/** An open volume. */
export interface OpenVolume extends VolumeBytes {
  /** In bytes. */
  readonly size: number;
  close(): void;
}

interface Extent {
  readonly physical: string;
  readonly start: number;
}

function extentsOf(world: World, node: NodeName, owner: GdsClass, volume: GdsVolume): Extent[] {
  const shift = owner.shadow && world.faults.has('wrong-disk') && node === 'node3' ? wrongDiskShift : 0;
  return disksOf(owner, volume.group).map((disk) => ({
    physical: disk.physical,
    start: bytesOf(volume.firstBlock) + shift,
  }));
}

/** Writes to every disk of the volume's own group; the caller holds `world.writing`. */
export async function writeSlices(
  world: World,
  node: NodeName,
  owner: GdsClass,
  volume: GdsVolume,
  bytes: Buffer,
  position: number,
): Promise<void> {
  const extents = extentsOf(world, node, owner, volume);
  await Promise.all(
    extents.map((extent) => world.disks.write(extent.physical, bytes, extent.start + position)),
  );
}

/** The volume's bytes without asking whether it is started: what GDS itself and the tests see. */
export function volumeBytes(world: World, node: NodeName, owner: GdsClass, volume: GdsVolume): VolumeBytes {
  const size = bytesOf(volume.blocks);
  return {
    async read(target, position) {
      const length = Math.max(0, Math.min(target.length, size - position));
      const first = extentsOf(world, node, owner, volume)[0];
      if (!first || length === 0) return 0;
      return world.disks.read(first.physical, target.subarray(0, length), first.start + position);
    },
    async write(bytes, position) {
      if (position + bytes.length > size) throw new IoError('ENOSPC');
      await world.writing.run(async () => {
        for (const target of [volume, ...joinedProxies(owner, volume.name)]) {
          await writeSlices(world, node, owner, target, bytes, position);
        }
      });
    },
  };
}

/**
 * Opens a volume by its special file, as a process on `node` does.
 * @throws IoError ENOENT (no such volume), ENXIO (it is stopped), EROFS (it is started read-only)
 */
export function openVolume(world: World, node: NodeName, path: string, access: 'read' | 'write'): OpenVolume {
  const { owner, volume } = volumeOfSpecialFile(world.model, node, path);
  if (!volume.runningOn.includes(node)) throw new IoError('ENXIO');
  if (access === 'write' && volume.mode === 'ro') throw new IoError('EROFS');
  const close = world.openVolumes.add(node, owner.name, volume.name);
  return { ...volumeBytes(world, node, owner, volume), size: bytesOf(volume.blocks), close };
}
