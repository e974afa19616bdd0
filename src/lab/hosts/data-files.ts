import { isUtf8 } from 'node:buffer';
import type { CommandCall } from './command-call.ts';
import { parseSpecialFile } from '../gds/gds-model.ts';
import { IoError } from '../faults/io-error.ts';
import type { OpenContent } from './file-contents.ts';
import type { ByteReader, OpenFile } from './open-file.ts';
import { hasLostPower } from './processes.ts';
import { openVolume } from '../gds/volume-access.ts';

/** The ends of dd and tar: volumes, the tape, files and streams, opened by name. */

/** How much is read from a volume at once, in bytes. */
const pieceBytes = 1_048_576;
/** How much is collected from the tape before it is passed on, in bytes. */
const tapePieceBytes = 262_144;

/** The process that opens a file, and its host. */
export type FilePlace = Pick<CommandCall, 'machine' | 'directory' | 'killed'>;

/** Reads in records, several at once if that is cheaper. */
export interface RecordSource {
  /**
   * Up to `most` records of `size` bytes; only the last may be short. Empty at the end. Valid until the next call.
   */
  read(size: number, most: number): Promise<Buffer>;
  /** Moves forward without reading; undefined if that cannot be done. */
  seek?: (bytes: number) => void;
  close(): Promise<void>;
}

/** Takes records. */
export interface RecordTarget {
  write(bytes: Buffer): Promise<void>;
  /** True if each write is a record of its own, so that records must come one by one. */
  readonly keepsRecords: boolean;
  seek?: (bytes: number) => void;
  close(): Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

/** Bytes of a record of the fault `unreadable`. */
const badRecordBytes = 32_768;

/**
 * How much can be read of a shadow volume from a position on, in whole records of dd.
 * @throws IoError EIO where its first record cannot be read
 */
function readableBytes(
  { machine: { node, world } }: FilePlace,
  position: number,
  length: number,
  size: number,
): number {
  const bad = node === 'node3' ? world.faults.wordOf('unreadable') : undefined;
  const starts = (bad ?? '').split(',').map((record) => (Number(record) - 1) * badRecordBytes);
  const met = starts.filter((start) => start < position + length && start + badRecordBytes > position);
  if (bad === undefined || met.length === 0) return length;
  const before = Math.max(0, Math.min(...met) - position);
  if (before < size) throw new IoError('EIO');
  return before - (before % size);
}

function volumeSource(call: FilePlace, path: string): RecordSource {
  const volume = openVolume(call.machine.world, call.machine.node, path, 'read', call.killed);
  let position = 0;
  let piece = Buffer.alloc(0);
  return {
    async read(size, most) {
      call.killed.throwIfAborted();
      const records = Math.max(1, Math.min(most, Math.floor(pieceBytes / size)));
      if (piece.length < records * size) piece = Buffer.allocUnsafe(records * size);
      const readable = readableBytes(call, position, records * size, size);
      const length = await volume.read(piece.subarray(0, readable), position);
      position += length;
      return piece.subarray(0, length);
    },
    seek: (bytes) => (position += bytes),
    close() {
      volume.close();
      return Promise.resolve();
    },
  };
}

/** What keeps a slice open until it is closed: fuser shows it. */
const openSlice = ({ machine: { node, world }, killed }: FilePlace, path: string): (() => void) =>
  world.openVolumes.add(node, 'disk', path, killed);

function sliceSource(place: FilePlace, path: string, slice: Buffer): RecordSource {
  const release = openSlice(place, path);
  const source = bytesSource(slice);
  return {
    ...source,
    close() {
      release();
      return source.close();
    },
  };
}

function sliceTarget(place: FilePlace, path: string, slice: Buffer): RecordTarget {
  const release = openSlice(place, path);
  let position = 0;
  return {
    keepsRecords: false,
    write(bytes) {
      place.killed.throwIfAborted();
      const isLong = position + bytes.length > slice.length;
      if (!isLong) position += bytes.copy(slice, position);
      return isLong ? Promise.reject(new IoError('ENOSPC')) : Promise.resolve();
    },
    seek: (bytes) => (position += bytes),
    close() {
      release();
      return Promise.resolve();
    },
  };
}

const isTape = ({ machine: { node, world } }: FilePlace, path: string): boolean =>
  node === 'node3' && world.drive.hasDevice(path);

async function tapeSource(call: FilePlace, path: string): Promise<RecordSource> {
  const handle = await call.machine.world.drive.open(path, 'read');
  const gathered = Buffer.allocUnsafe(tapePieceBytes);
  let isAtEnd = false;
  let failed: unknown;
  /** One record, or undefined at the file mark and at an error, which the next read reports. */
  const next = async (limit: number): Promise<Buffer | undefined> => {
    try {
      const bytes = await handle.read(limit, call.killed);
      isAtEnd = bytes.length === 0;
      return isAtEnd ? undefined : bytes;
    } catch (error) {
      failed = error;
      return undefined;
    }
  };
  return {
    async read(size, most) {
      call.killed.throwIfAborted();
      let length = 0;
      let record: Buffer | undefined;
      for (let records = 0; records < most && !isAtEnd && failed === undefined; records += 1) {
        if (length > 0 && length + size > gathered.length) break;
        record = await next(size);
        // a record that is larger than the gathering buffer goes alone, as it is
        if (!record || size > gathered.length) break;
        record.copy(gathered, length);
        length += record.length;
        if (record.length < size) break;
      }
      if (length === 0 && failed !== undefined) throw failed as Error;
      return length === 0 && record ? record : gathered.subarray(0, length);
    },
    close: () => finish(call, () => handle.close(hasLostPower(call.killed))),
  };
}

/** Ends an access to the tape and keeps where the head is. */
async function finish(call: FilePlace, close: () => Promise<void>): Promise<void> {
  await close();
  await call.machine.world.save();
}

function bytesSource(bytes: Buffer): RecordSource {
  let position = 0;
  return {
    read(size, most) {
      const piece = bytes.subarray(position, position + size * Math.min(most, 1024));
      position += piece.length;
      return Promise.resolve(piece);
    },
    seek: (count) => (position += count),
    close: nothing,
  };
}

/** /dev/zero: the same bytes again and again, in records of any size. */
function zeroSource(): RecordSource {
  let zeros = Buffer.alloc(0);
  return {
    read(size) {
      if (zeros.length < size) zeros = Buffer.alloc(size);
      return Promise.resolve(zeros.subarray(0, size));
    },
    close: nothing,
  };
}

function contentSource(content: OpenContent): RecordSource {
  let position = 0;
  return {
    async read(size, most) {
      const piece = Buffer.allocUnsafe(size * Math.max(1, Math.min(most, Math.floor(pieceBytes / size))));
      const length = await content.read(piece, position);
      position += length;
      return piece.subarray(0, length);
    },
    seek: (count) => (position += count),
    close: () => content.close(),
  };
}

/** The standard input or a FIFO: one read yields what has arrived, perhaps less than a record. */
function streamSource(reader: ByteReader, close: () => Promise<void>): RecordSource {
  return {
    read: (size, most) => reader.read(size * Math.max(1, Math.min(most, Math.floor(pieceBytes / size)))),
    close,
  };
}

/**
 * Opens a file for reading; undefined is the standard input. A FIFO waits for its writer.
 * @throws IoError
 */
export async function openSource(call: CommandCall, path: string | undefined): Promise<RecordSource> {
  return path === undefined ? streamSource(call.input, nothing) : openPath(call, path);
}

/** Opens a file for reading by its name. @throws IoError */
export async function openPath(place: FilePlace, path: string): Promise<RecordSource> {
  const { files } = place.machine;
  const absolute = files.resolve(place.directory, path);
  if (parseSpecialFile(absolute)) return volumeSource(place, absolute);
  if (isTape(place, absolute)) return tapeSource(place, absolute);
  const slice = place.machine.plainDisk.sliceAt(absolute);
  if (slice) return sliceSource(place, absolute, slice);
  if (absolute === '/dev/null') return bytesSource(Buffer.alloc(0));
  if (absolute === '/dev/zero') return zeroSource();
  const fifo = files.fifoAt(absolute);
  if (fifo) {
    const file = await fifo.openReader(place.killed);
    return streamSource(file.readerFor(place.killed), () => file.release());
  }
  return contentSource(await files.open(absolute));
}

function volumeTarget(call: FilePlace, path: string): RecordTarget {
  const volume = openVolume(call.machine.world, call.machine.node, path, 'write', call.killed);
  let position = 0;
  return {
    keepsRecords: false,
    async write(bytes) {
      call.killed.throwIfAborted();
      await volume.write(bytes, position);
      position += bytes.length;
    },
    seek: (bytes) => (position += bytes),
    close() {
      volume.close();
      return Promise.resolve();
    },
  };
}

async function tapeTarget(call: FilePlace, path: string): Promise<RecordTarget> {
  const handle = await call.machine.world.drive.open(path, 'write');
  return {
    keepsRecords: true,
    async write(bytes) {
      call.killed.throwIfAborted();
      await handle.write(bytes, call.killed);
    },
    close: () => finish(call, () => handle.close(hasLostPower(call.killed))),
  };
}

/**
 * Binary data is written to its file in pieces of this many bytes: it is stored in another form, which is recreated
 * each time.
 */
const gatheredBytes = 1_048_576;
/** Text is written in smaller pieces than this, in bytes: what is larger is not looked through for it. */
const bulkBytes = 262_144;

/** A small file of the host: others see text as soon as it is written, and binary data when it is closed. */
function fileTarget({ machine }: FilePlace, path: string): RecordTarget {
  let gathered: Buffer[] = [];
  let length = 0;
  let isText = true;
  const flush = (last: readonly Buffer[] = []): void => {
    const pieces = [...gathered, ...last];
    [gathered, length] = [[], 0];
    const [first] = pieces;
    if (first) machine.files.append(path, pieces.length === 1 ? first : Buffer.concat(pieces));
  };
  return {
    keepsRecords: false,
    async write(bytes) {
      const isPieceText = bytes.length < bulkBytes && isUtf8(bytes);
      isText &&= isPieceText;
      length += bytes.length;
      // What is written at once is not copied first.
      if (isPieceText || length >= gatheredBytes) flush([bytes]);
      else gathered.push(Buffer.from(bytes));
      return Promise.resolve();
    },
    async close() {
      flush();
      // Bulk data is saved with what comes next: a script may close hundreds of such files.
      if (isText) await machine.world.save();
    },
  };
}

/** A FIFO takes pieces of any size. */
function fifoTarget({ killed }: FilePlace, file: OpenFile): RecordTarget {
  const writer = file.writerFor(killed);
  return { keepsRecords: false, write: (bytes) => writer.write(bytes), close: () => file.release() };
}

/**
 * Opens a file for writing; undefined is the standard output. A FIFO waits for its reader.
 * @throws IoError
 */
export async function openTarget(call: CommandCall, path: string | undefined): Promise<RecordTarget> {
  if (path !== undefined) return pathTarget(call, path);
  return { keepsRecords: false, write: (bytes) => call.output.write(bytes), close: nothing };
}

/** Opens a file for writing by its name. @param appends true: a plain file keeps what it has. @throws IoError */
export async function pathTarget(place: FilePlace, path: string, appends = false): Promise<RecordTarget> {
  const { files } = place.machine;
  const absolute = files.resolve(place.directory, path);
  if (parseSpecialFile(absolute)) return volumeTarget(place, absolute);
  if (isTape(place, absolute)) return tapeTarget(place, absolute);
  const slice = place.machine.plainDisk.sliceAt(absolute);
  if (slice) return sliceTarget(place, absolute, slice);
  if (absolute === '/dev/null') return { keepsRecords: false, write: nothing, close: nothing };
  if (absolute.startsWith('/dev/')) throw new IoError('ENOENT');
  const fifo = files.fifoAt(absolute);
  if (fifo) return fifoTarget(place, await fifo.openWriter(place.killed));
  files.create(absolute, appends);
  return fileTarget(place, absolute);
}
