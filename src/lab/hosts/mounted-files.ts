/** The files of a mounted volume, as a process reads them. */
import { readFileSystem, type FileSystem, type FileSystemEntry } from '../gds/lab-file-system.ts';
import type { Mount, NodeName } from '../gds/lab-model.ts';
import { openVolume, type OpenVolume } from '../gds/volume-access.ts';
import type { World } from '../world.ts';

/** A mounted file system, opened for reading. Close its volume when done. */
export interface MountedFiles {
  readonly mount: Mount;
  readonly volume: OpenVolume;
  readonly system: FileSystem;
  /** Path below the mount point, without a leading slash. */
  readonly inner: string;
}

/** Opens the file system in which a path lies. @throws IoError */
export async function openMountedFiles(
  world: World,
  node: NodeName,
  mount: Mount,
  path: string,
): Promise<MountedFiles> {
  const volume = openVolume(world, node, mount.special, 'read');
  try {
    const system = await readFileSystem(volume);
    return { mount, volume, system, inner: path.slice(mount.directory.length + 1) };
  } catch (error) {
    volume.close();
    throw error;
  }
}

/** What is at the path of the opened file system. */
export const entryIn = ({ system, inner }: MountedFiles): FileSystemEntry | undefined =>
  system.entries.find(({ path }) => path === inner);
