/**
 * What ufsdump, sfxdump and dump of the lab write: a format of the lab's own, in blocks of 1,024 bytes, big-endian.
 *
 * Each block that is not file data is a header:
 *    0  type: 1 the dump begins, 2 an entry, 5 the dump ends (as in illumos usr/src/head/protocols/dumprestore.h)
 *    4  date of the dump, seconds since 1970
 *   12  volume number: 1
 *   16  number of the block, from 0
 *   20  number of the entry, from 1
 *   24  magic: 60012 as in a real ufsdump, so that it is recognized as one; 60412 for sfxdump, whose real format is not known and
 *       which ufsrestore does not read (GFS guide 4.2, sfxdump); for dump(8) 60012 as a little-endian host writes it
 *   28  chosen so that the block's 256 words add up to 84446, as in a real ufsdump
 *   32  length of the text after it
 *   36  the text, JSON: {device} at the beginning, {path, type, mode, modified, size, target} for an entry, {entries} at the end
 * An entry's header is followed by the bytes of its file, filled up with zeros to a whole block. The end is repeated
 * until the last record is full.
 */
import type { FileSystemEntry, VolumeBytes } from '../gds/lab-file-system.ts';

export type DumpTool = 'ufsdump' | 'sfxdump' | 'dump';

export const dumpBlockBytes = 1024;
const magics = { ufsdump: 60_012, sfxdump: 60_412, dump: 0x6c_ea_00_00 } as const;
const types = { begin: 1, entry: 2, end: 5 } as const;
const headerBytes = 36;
const checksum = 84_446;
const pieceBytes = 262_144;

/** One dump: which tool makes it, of which device, when (seconds since 1970), in records of how many bytes. */
export interface DumpPlan {
  readonly tool: DumpTool;
  readonly device: string;
  readonly date: number;
  readonly recordBytes: number;
  readonly entries: readonly FileSystemEntry[];
}

type DumpedEntry = Pick<FileSystemEntry, 'path' | 'type' | 'mode' | 'modified' | 'size' | 'target'>;

function sumOfWords(block: Buffer): number {
  let sum = 0;
  for (let at = 0; at < dumpBlockBytes; at += 4) sum = (sum + block.readInt32BE(at)) | 0;
  return sum;
}

const blocksOf = (bytes: number): number => Math.ceil(bytes / dumpBlockBytes);

/** How many blocks of 1,024 bytes the dump has, whole records. */
export function dumpBlocks({ entries, recordBytes }: DumpPlan): number {
  const blocks = entries.reduce((sum, { size }) => sum + 1 + blocksOf(size), 2);
  const perRecord = recordBytes / dumpBlockBytes;
  return Math.ceil(blocks / perRecord) * perRecord;
}

/** Directories first, as in a dump. */
export function inDumpOrder(entries: readonly FileSystemEntry[]): FileSystemEntry[] {
  const isDirectory = (entry: FileSystemEntry): boolean => entry.type === 'directory';
  return [...entries.filter(isDirectory), ...entries.filter((entry) => !isDirectory(entry))];
}

class DumpHeaders {
  readonly #plan: DumpPlan;

  constructor(plan: DumpPlan) {
    this.#plan = plan;
  }

  make(type: keyof typeof types, block: number, entry: number, text: object): Buffer {
    const { tool, date } = this.#plan;
    const words = Buffer.from(JSON.stringify(text), 'utf8');
    if (words.length > dumpBlockBytes - headerBytes)
      throw new Error('a name is too long for a dump of the lab');
    const bytes = Buffer.alloc(dumpBlockBytes);
    bytes.writeUInt32BE(types[type], 0);
    bytes.writeUInt32BE(date, 4);
    bytes.writeUInt32BE(1, 12);
    bytes.writeUInt32BE(block, 16);
    bytes.writeUInt32BE(entry, 20);
    bytes.writeUInt32BE(magics[tool], 24);
    bytes.writeUInt32BE(words.length, 32);
    words.copy(bytes, headerBytes);
    bytes.writeInt32BE((checksum - sumOfWords(bytes)) | 0, 28);
    return bytes;
  }
}

/**
 * The dump's bytes, piece by piece, whole blocks each; a piece is valid until the next is asked for.
 * @param plan entries in the order of the dump
 * @param volume in which the files lie
 */
export async function* dumpPieces(
  plan: DumpPlan,
  volume: VolumeBytes,
): AsyncGenerator<Buffer, void, undefined> {
  const headers = new DumpHeaders(plan);
  const { entries, device } = plan;
  const piece = Buffer.alloc(pieceBytes);
  let block = 0;
  yield headers.make('begin', block++, 0, { device });
  for (const [index, { path, type, mode, modified, size, offset, target }] of entries.entries()) {
    const told: DumpedEntry = {
      path,
      type,
      mode,
      modified,
      size,
      ...(target === undefined ? {} : { target }),
    };
    yield headers.make('entry', block++, index + 1, told);
    for (let done = 0; done < size;) {
      const wanted = Math.min(pieceBytes, size - done);
      const length = await volume.read(piece.subarray(0, wanted), offset + done);
      if (length < wanted) throw new Error(`the volume ended within ${path}`);
      const whole = blocksOf(length) * dumpBlockBytes;
      piece.fill(0, length, whole);
      yield piece.subarray(0, whole);
      block += whole / dumpBlockBytes;
      done += length;
    }
  }
  for (const blocks = dumpBlocks(plan); block < blocks; block += 1) {
    yield headers.make('end', block, 0, { entries: entries.length });
  }
}

/** The contents of a dump. */
export interface ReadDump {
  readonly device: string;
  /** Seconds since 1970. */
  readonly date: number;
  readonly entries: readonly (DumpedEntry & { readonly bytes: Buffer })[];
  /** False if the dump ends before its end was written. */
  readonly isWhole: boolean;
}

interface ReadHeader {
  readonly type: number;
  readonly date: number;
  readonly text: unknown;
}

/** @returns undefined if there is no header of this tool */
function readHeader(bytes: Buffer, at: number, tool: DumpTool): ReadHeader | undefined {
  if (at + dumpBlockBytes > bytes.length) return undefined;
  const block = bytes.subarray(at, at + dumpBlockBytes);
  if (block.readUInt32BE(24) !== magics[tool] || sumOfWords(block) !== checksum) return undefined;
  const length = Math.min(block.readUInt32BE(32), dumpBlockBytes - headerBytes);
  const text: unknown = JSON.parse(block.toString('utf8', headerBytes, headerBytes + length));
  return { type: block.readUInt32BE(0), date: block.readUInt32BE(4), text };
}

/**
 * Reads a dump back: the reader of ufsrestore, sfxrestore and restore, also for tests of a tape's bytes.
 * @param bytes the records of the dump, one after the other
 * @param tool that made it
 * @returns undefined if these are not the bytes of a dump of that tool
 */
export function readDump(bytes: Buffer, tool: DumpTool): ReadDump | undefined {
  const first = readHeader(bytes, 0, tool);
  if (first?.type !== types.begin) return undefined;
  const entries: (DumpedEntry & { bytes: Buffer })[] = [];
  const { device } = first.text as { device: string };
  let at = dumpBlockBytes;
  for (;;) {
    const header = readHeader(bytes, at, tool);
    if (header?.type !== types.entry) {
      return { device, date: first.date, entries, isWhole: header?.type === types.end };
    }
    const entry = header.text as DumpedEntry;
    const from = at + dumpBlockBytes;
    at = from + blocksOf(entry.size) * dumpBlockBytes;
    if (at > bytes.length) return { device, date: first.date, entries, isWhole: false };
    entries.push({ ...entry, bytes: bytes.subarray(from, from + entry.size) });
  }
}
