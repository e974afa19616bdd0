/** A host's own tree below a directory, outside of mounted volumes, as a file system whose files follow each other. */
import { posix } from 'node:path';
import type { FileSystemEntry, VolumeBytes } from '../gds/lab-file-system.ts';
import type { HostFiles } from '../hosts/host-files.ts';

interface OwnTree {
  readonly inner: '';
  readonly system: { readonly entries: readonly FileSystemEntry[] };
  readonly volume: Pick<VolumeBytes, 'read'> & { close(): void };
}

/** @returns undefined if there is no such directory */
export async function ownTree(files: HostFiles, directory: string): Promise<OwnTree | undefined> {
  if ((await files.kindOf(directory)) !== 'directory') return undefined;
  const entries: FileSystemEntry[] = [];
  let offset = 0;
  const visit = async (path: string): Promise<void> => {
    const place = posix.join(directory, path);
    const kind = await files.kindOf(place);
    const common = { path, modified: 0, offset };
    if (kind === 'symlink')
      entries.push({ ...common, type: 'symlink', mode: 0o777, size: 0, target: files.linkAt(place) ?? '' });
    if (kind === 'file') {
      const size = files.lengthOf(place);
      entries.push({ ...common, type: 'file', mode: 0o644, size });
      offset += size;
    }
    if (kind !== 'directory') return;
    entries.push({ ...common, type: 'directory', mode: 0o755, size: 0 });
    for (const name of await files.list(place)) await visit(posix.join(path, name));
  };
  await visit('');
  return { inner: '', system: { entries }, volume: bytesOf(files, directory, entries) };
}

/** Reads within one file at a time, as tar does. */
function bytesOf(
  files: HostFiles,
  directory: string,
  entries: readonly FileSystemEntry[],
): OwnTree['volume'] {
  const all = entries.filter(({ type, size }) => type === 'file' && size > 0);
  return {
    async read(target, position) {
      const entry = all.find(({ offset, size }) => offset <= position && position < offset + size);
      if (!entry) return 0;
      const content = await files.open(posix.join(directory, entry.path));
      try {
        return await content.read(target, position - entry.offset);
      } finally {
        await content.close();
      }
    },
    close: () => undefined,
  };
}
