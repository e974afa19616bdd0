import { dataSpaceOf, piecesOf } from './gds-mapping.ts';
import type { DiskPiece } from './gds-mapping.ts';
import { disksBelow, joinedProxies, volumeOfSpecialFile } from './gds-model.ts';
import { IoError } from '../faults/io-error.ts';
import {
  blockBytes,
  bytesOf,
  type GdsClass,
  type GdsVolume,
  type NodeName,
  privateBlocks,
} from './lab-model.ts';
import type { VolumeBytes } from './lab-file-system.ts';
import type { Storage } from './storage.ts';

/** How far the fault `wrong-disk` shifts what node3 reads and writes, in bytes: into the private area, which every disk has. */
const wrongDiskShift = -24 * blockBytes;

/** An open volume. */
export interface OpenVolume extends VolumeBytes {
  /** In bytes. */
  readonly size: number;
  close(): void;
}

/** The disks that the fault `wrong-disk` means: those of the shadow volume that was made first. */
function wrongDisks(storage: Storage, owner: GdsClass): Set<string> {
  const [first] = owner.volumes;
  if (!first || !owner.shadow || !storage.faults.has('wrong-disk')) return new Set();
  return new Set(disksBelow(owner, first.on).map(({ physical }) => physical));
}

/** The joined proxies on whose blocks the write falls. */
function joinedBelow(storage: Storage, pieces: readonly DiskPiece[]): string[] {
  const meet = (one: DiskPiece, other: DiskPiece): boolean =>
    one.physical === other.physical &&
    one.position < other.position + other.length &&
    other.position < one.position + one.length;
  return storage.model.classes
    .filter((owner) => !owner.shadow)
    .flatMap((owner) =>
      owner.volumes
        .filter(({ proxy }) => proxy === 'Join')
        .filter((volume) => {
          const own = piecesOfVolume(storage, owner, volume, 0, bytesOf(volume.blocks), 'every');
          return own.some((piece) => pieces.some((other) => meet(piece, other)));
        })
        .map(({ name }) => name),
    );
}

/** Where bytes of a volume lie. @param position byte of the volume */
function piecesOfVolume(
  storage: Storage,
  owner: GdsClass,
  volume: GdsVolume,
  position: number,
  length: number,
  copies: 'first' | 'every',
): DiskPiece[] {
  const start = bytesOf(volume.firstBlock - privateBlocks);
  const wrong = wrongDisks(storage, owner);
  return piecesOf(dataSpaceOf(owner, volume.on), start + position, length, copies).map((piece) =>
    wrong.has(piece.physical) ? { ...piece, position: piece.position + wrongDiskShift } : piece,
  );
}

/** Writes to every disk of the volume itself; the caller holds `storage.writing`. */
export async function writeSlices(
  storage: Storage,
  owner: GdsClass,
  volume: GdsVolume,
  bytes: Buffer,
  position: number,
): Promise<void> {
  await storage.disks.write(piecesOfVolume(storage, owner, volume, position, bytes.length, 'every'), bytes);
}

/** The volume's bytes without asking whether it is started: what GDS itself and the tests see. */
export function volumeBytes(storage: Storage, owner: GdsClass, volume: GdsVolume): VolumeBytes {
  const size = bytesOf(volume.blocks);
  return {
    async read(target, position) {
      const length = Math.max(0, Math.min(target.length, size - position));
      return storage.disks.read(piecesOfVolume(storage, owner, volume, position, length, 'first'), target);
    },
    async write(bytes, position) {
      if (position + bytes.length > size) throw new IoError('ENOSPC');
      await storage.writing.run(async () => {
        for (const target of [volume, ...joinedProxies(owner, volume.name)]) {
          await writeSlices(storage, owner, target, bytes, position);
        }
      });
    },
  };
}

/**
 * Opens a volume by its special file, as a process on `node` does.
 * @param by the process, see OpenVolumes
 * @throws IoError ENOENT (no such volume), ENXIO (it is stopped), EROFS (it is started read-only)
 */
export function openVolume(
  storage: Storage,
  node: NodeName,
  path: string,
  access: 'read' | 'write',
  by?: AbortSignal,
): OpenVolume {
  const { owner, volume } = volumeOfSpecialFile(storage.model, node, path);
  if (!volume.runningOn.includes(node)) throw new IoError('ENXIO');
  if (access === 'write' && volume.mode === 'ro') throw new IoError('EROFS');
  const close = storage.openVolumes.add(node, owner.name, volume.name, by);
  const bytes = volumeBytes(storage, owner, volume);
  return {
    ...bytes,
    async write(piece, position) {
      const pieces = piecesOfVolume(storage, owner, volume, position, piece.length, 'every');
      const disks = [...new Set(pieces.map(({ physical }) => physical))];
      const joined = owner.shadow && storage.onWrite.size > 0 ? joinedBelow(storage, pieces) : [];
      for (const listener of storage.onWrite) listener({ node, volume: volume.name, disks, joined });
      await bytes.write(piece, position);
    },
    size: bytesOf(volume.blocks),
    close,
  };
}
