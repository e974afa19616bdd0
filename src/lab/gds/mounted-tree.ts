import { IoError } from '../faults/io-error.ts';
import { contentsOf, layOut, readFileSystem } from './lab-file-system.ts';
import type { Mount, NodeName } from './lab-model.ts';
import type { PayrollEntry } from './payroll-files.ts';
import type { Storage } from './storage.ts';
import { openVolume } from './volume-access.ts';

/** The entries of a file system by their paths below its root; a change of it is laid out. */
export type MountedTree = Map<string, PayrollEntry>;

/**
 * Lays the file system of a mount out again.
 * @throws IoError EROFS where it is not mounted for writing, ENOSPC where it is too small
 */
export async function rewriteMounted(
  storage: Storage,
  node: NodeName,
  mount: Mount | undefined,
  change: (tree: MountedTree) => void,
): Promise<void> {
  if (mount?.options !== 'rw') throw new IoError('EROFS');
  const volume = openVolume(storage, node, mount.special, 'write');
  try {
    const system = await readFileSystem(volume);
    const tree: MountedTree = new Map();
    for (const entry of await contentsOf(volume, system)) tree.set(entry.path, entry);
    change(tree);
    const { pieces, end } = layOut([...tree.values()], system);
    if (end > volume.size) throw new IoError('ENOSPC');
    for (const { position, bytes } of pieces) await volume.write(bytes, position);
  } finally {
    volume.close();
  }
}
