/**
 * The lab's own file system, in place of ufs, sfxfs and ext3 inside a volume.
 *
 * Byte 0, one block of 512 bytes, big-endian, the superblock:
 *    0  magic "LABUFS01", "LABSFX01" or "LABEXT03"
 *    8  state: 1 clean, 2 dirty (mounted for writing, or copied while it was)
 *   12  number of entries
 *   16  offset of the index in bytes (64 bits)
 *   24  length of the index in bytes (64 bits)
 *   32  SHA-256 of the index
 *   64  the directory on which it was last mounted, ended by a zero byte
 * 320  sfxfs only: the block device that it believes to be on, ended by a zero byte. sfxfs keeps the names of its
 * devices inside
 *       the file system (GFS guide 4.2, 3.3); one that is found on another device is not mounted until sfxadm has rewritten the name
 * 448  ufs only: bytes per inode (32 bits), as newfs -i had them; 0 for newfs' default
 * From the offset on, the index: a JSON array of entries {path, type, mode, modified, size, offset, target}. A file's
 * bytes are in one piece at `offset`, which is a multiple of 512. All else belongs to no file.
 */
import { createHash } from 'node:crypto';
import { IoError } from '../faults/io-error.ts';
import { blockBytes, type FileSystemType, fileSystemTypes } from './lab-model.ts';
import type { PayrollEntry } from './payroll-files.ts';

const magics = { ufs: 'LABUFS01', sfxfs: 'LABSFX01', ext3: 'LABEXT03' } as const;
const deviceOffset = 320;
const deviceBytes = 128;
const inodeDensityOffset = 448;
const states = { clean: 1, dirty: 2 } as const;
const indexOffset = 8192;

export interface FileSystemEntry {
  /** Below the root, without a leading slash; the root is ''. */
  path: string;
  type: 'directory' | 'file' | 'symlink';
  mode: number;
  /** Seconds since 1970. */
  modified: number;
  size: number;
  /** Where the bytes begin in the volume. */
  offset: number;
  target?: string;
}

/** The bytes of a volume. Both work on places inside it only. */
export interface VolumeBytes {
  read(target: Buffer, position: number): Promise<number>;
  write(bytes: Buffer, position: number): Promise<void>;
}

export interface FileSystem {
  readonly type: FileSystemType;
  /** The device that an sfxfs believes to be on; '' for ufs and ext3, which do not store it. */
  readonly device: string;
  readonly state: 'clean' | 'dirty';
  readonly lastMounted: string;
  /** Bytes per inode that it was made with; undefined for the default. */
  readonly bytesPerInode: number | undefined;
  readonly entries: readonly FileSystemEntry[];
}

const wholeBlocks = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes;

/** The identity of a file system. */
export interface FileSystemIdentity {
  readonly type: FileSystemType;
  readonly lastMounted: string;
  /** Block device of the volume. */
  readonly device: string;
  readonly bytesPerInode?: number | undefined;
}

function superblock(entryCount: number, index: Buffer, identity: FileSystemIdentity): Buffer {
  const { type, lastMounted, device } = identity;
  const bytes = Buffer.alloc(blockBytes);
  bytes.write(magics[type], 0, 'latin1');
  bytes.writeUInt32BE(states.dirty, 8);
  bytes.writeUInt32BE(entryCount, 12);
  bytes.writeBigUInt64BE(BigInt(indexOffset), 16);
  bytes.writeBigUInt64BE(BigInt(index.length), 24);
  createHash('sha256').update(index).digest().copy(bytes, 32);
  bytes.write(lastMounted, 64, 255, 'utf8');
  bytes.writeUInt32BE(identity.bytesPerInode ?? 0, inodeDensityOffset);
  if (type === 'sfxfs') bytes.write(device, deviceOffset, deviceBytes - 1, 'utf8');
  return bytes;
}

/** A file system laid out, ready to be written: pieces at their places. */
export interface LaidOutFileSystem {
  readonly pieces: readonly { position: number; bytes: Buffer }[];
  /** Bytes from the volume's beginning to the last file's end. */
  readonly end: number;
}

const ufsOfApp: FileSystemIdentity = { type: 'ufs', lastMounted: '/app', device: '' };

/**
 * Lays entries out, marked dirty as on a volume that is mounted.
 * @param entries directories before what is in them
 * @param identity a ufs on /app by default
 */
export function layOut(
  entries: readonly PayrollEntry[],
  identity: FileSystemIdentity = ufsOfApp,
): LaidOutFileSystem {
  const place = (dataStart: number): FileSystemEntry[] => {
    let offset = dataStart;
    return entries.map(({ content, ...entry }) => {
      const placed = { ...entry, size: content?.length ?? 0, offset: content ? offset : 0 };
      offset += wholeBlocks(content?.length ?? 0);
      return placed;
    });
  };
  // room for the longest index there can be: every number grows to 12 digits at most
  const longest = JSON.stringify(place(100_000_000_000)).length * 2;
  const placed = place(wholeBlocks(indexOffset + longest));
  const index = Buffer.from(JSON.stringify(placed), 'utf8');
  const files = placed.flatMap((entry, number) => {
    const content = entries[number]?.content;
    return content && content.length > 0 ? [{ position: entry.offset, bytes: content }] : [];
  });
  const last = files.at(-1);
  return {
    pieces: [
      { position: 0, bytes: superblock(entries.length, index, identity) },
      { position: indexOffset, bytes: index },
      ...files,
    ],
    end: last ? wholeBlocks(last.position + last.bytes.length) : wholeBlocks(indexOffset + index.length),
  };
}

async function readSuperblock(volume: VolumeBytes): Promise<Buffer> {
  const bytes = Buffer.alloc(blockBytes);
  const length = await volume.read(bytes, 0);
  if (length < blockBytes || typeOf(bytes) === undefined) throw new IoError('EINVAL');
  return bytes;
}

function typeOf(head: Buffer): FileSystemType | undefined {
  return fileSystemTypes.find((type) => head.toString('latin1', 0, 8) === magics[type]);
}

/** A text of the superblock that a zero byte ends. */
function textAt(head: Buffer, offset: number): string {
  return head.toString('utf8', offset, head.indexOf(0, offset));
}

/**
 * Reads superblock and index.
 * @throws IoError EINVAL where the volume holds no file system, or a damaged one
 */
export async function readFileSystem(volume: VolumeBytes): Promise<FileSystem> {
  const head = await readSuperblock(volume);
  const index = Buffer.alloc(Math.min(Number(head.readBigUInt64BE(24)), 67_108_864));
  await volume.read(index, Number(head.readBigUInt64BE(16)));
  if (!createHash('sha256').update(index).digest().equals(head.subarray(32, 64))) throw new IoError('EINVAL');
  return {
    type: typeOf(head) ?? 'ufs',
    device: textAt(head, deviceOffset),
    state: head.readUInt32BE(8) === states.clean ? 'clean' : 'dirty',
    lastMounted: textAt(head, 64),
    bytesPerInode: head.readUInt32BE(inodeDensityOffset) || undefined,
    entries: JSON.parse(index.toString('utf8')) as FileSystemEntry[],
  };
}

/** The entries with the bytes of their files, as they were laid out. */
export async function contentsOf(volume: VolumeBytes, { entries }: FileSystem): Promise<PayrollEntry[]> {
  const found: PayrollEntry[] = [];
  for (const { path, type, mode, modified, size, offset, target } of entries) {
    const content = type === 'file' ? Buffer.alloc(size) : undefined;
    if (content) await volume.read(content, offset);
    found.push({
      ...{ path, type, mode, modified },
      ...(content ? { content } : {}),
      ...(target === undefined ? {} : { target }),
    });
  }
  return found;
}

/**
 * Writes the state into the superblock.
 * @param lastMounted the directory to note down, where it changes
 */
export async function markFileSystem(
  volume: VolumeBytes,
  state: keyof typeof states,
  lastMounted?: string,
): Promise<void> {
  const head = await readSuperblock(volume);
  head.writeUInt32BE(states[state], 8);
  if (lastMounted !== undefined) {
    head.fill(0, 64, 320);
    head.write(lastMounted, 64, 255, 'utf8');
  }
  await volume.write(head, 0);
}

/**
 * Writes into the superblock on which device the file system lies.
 * @throws IoError EINVAL where the volume holds no sfxfs
 */
export async function renameDevice(volume: VolumeBytes, device: string): Promise<void> {
  const head = await readSuperblock(volume);
  if (typeOf(head) !== 'sfxfs') throw new IoError('EINVAL');
  head.fill(0, deviceOffset, deviceOffset + deviceBytes);
  head.write(device, deviceOffset, deviceBytes - 1, 'utf8');
  await volume.write(head, 0);
}
