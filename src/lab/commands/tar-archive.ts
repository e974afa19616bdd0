import { Header, Pax } from 'tar';
import type { FileSystemEntry, VolumeBytes } from '../gds/lab-file-system.ts';

/** Makes a tar archive of files that are in a volume. */

const blockBytes = 512;
const pieceBytes = 262_144;

const types = { directory: 'Directory', file: 'File', symlink: 'SymbolicLink' } as const;

/** One entry of the archive: its name there, and what it is in the file system. */
export interface ArchiveEntry {
  readonly name: string;
  readonly entry: FileSystemEntry;
}

function headerBlocks({ name, entry }: ArchiveEntry): Buffer {
  const fields = {
    path: name,
    mode: entry.mode,
    uid: 0,
    gid: 0,
    uname: 'root',
    gname: 'root',
    size: entry.size,
    mtime: new Date(entry.modified * 1000),
    type: types[entry.type],
    ...(entry.target === undefined ? {} : { linkpath: entry.target }),
  };
  const block = Buffer.alloc(blockBytes);
  const header = new Header(fields);
  // encode reports whether a field did not fit; a name beyond ASCII also needs the extended header, to be read the same
  // everywhere
  const needsExtended = header.encode(block) || /[^\x20-\x7e]/.test(name);
  return needsExtended ? Buffer.concat([new Pax(fields).encode(), block]) : block;
}

/**
 * The archive's bytes, piece by piece; each piece is valid until the next is asked for. Ends with two zero blocks.
 * @param volume in which the files lie
 * @param onEntry called for each entry before its bytes
 * @param blanked names of files that are replaced by zeros
 */
export async function* archiveBytes(
  entries: Iterable<ArchiveEntry>,
  volume: Pick<VolumeBytes, 'read'>,
  onEntry: (entry: ArchiveEntry) => Promise<void>,
  blanked: ReadonlySet<string> = new Set(),
): AsyncGenerator<Buffer, void, undefined> {
  const piece = Buffer.allocUnsafe(pieceBytes);
  for (const archived of entries) {
    await onEntry(archived);
    yield headerBlocks(archived);
    const { size, offset } = archived.entry;
    for (let done = 0; done < size;) {
      const length = await volume.read(piece.subarray(0, Math.min(pieceBytes, size - done)), offset + done);
      if (length === 0) throw new Error(`the volume ended within ${archived.name}`);
      if (blanked.has(archived.name)) piece.fill(0, 0, length);
      yield piece.subarray(0, length);
      done += length;
    }
    const padding = (blockBytes - (size % blockBytes)) % blockBytes;
    if (padding > 0) yield Buffer.alloc(padding);
  }
  yield Buffer.alloc(2 * blockBytes);
}
