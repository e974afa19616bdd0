/** What a host has of its own below a directory, outside of mounted volumes: as a file system whose files follow each other. */
import { posix } from 'node:path';
import type { FileSystemEntry, VolumeBytes } from '../gds/lab-file-system.ts';
import type { HostFiles } from '../hosts/host-files.ts';

interface OwnTree {
  readonly inner: '';
  readonly system: { readonly entries: readonly FileSystemEntry[] };
  readonly volume: Pick<VolumeBytes, 'read'> & { close(): void };
}

/** @returns undefined where there is no such directory */
export async function ownTree(files: HostFiles, directory: string): Promise<OwnTree | undefined> {
  if ((await files.kindOf(directory)) !== 'directory') return undefined;
  const entries: FileSystemEntry[] = [];
  const pieces: Buffer[] = [];
  let offset = 0;
  const visit = async (path: string): Promise<void> => {
    const place = posix.join(directory, path);
    const kind = await files.kindOf(place);
    const common = { path, modified: 0, offset };
    if (kind === 'file') {
      const bytes = await files.read(place);
      entries.push({ ...common, type: 'file', mode: 0o644, size: bytes.length });
      pieces.push(bytes);
      offset += bytes.length;
    }
    if (kind !== 'directory') return;
    entries.push({ ...common, type: 'directory', mode: 0o755, size: 0 });
    for (const name of await files.list(place)) await visit(posix.join(path, name));
  };
  await visit('');
  const all = Buffer.concat(pieces);
  return {
    inner: '',
    system: { entries },
    volume: {
      read: (target, position) => Promise.resolve(all.copy(target, 0, position)),
      close: () => undefined,
    },
  };
}
