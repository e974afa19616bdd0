/**
 * Makes a tar archive with one entry out of a stream of known size: a raw device as a file that any tar can extract.
 */
import { Transform } from 'node:stream';
import { Header, Pax } from 'tar';
import { failure } from '../contract/errors.ts';
import { requireFinished } from './stage.ts';
import type { Stage } from './stage.ts';

export interface TarOfDeviceResult {
  /** Bytes of the entry's content. */
  readonly bytes: number;
  /** Bytes of the archive, its two final blocks of zeros included; not filled up to a record. */
  readonly archiveBytes: number;
  readonly needsLargeFileHeader: boolean;
}

export interface TarOfDeviceOptions {
  /** The entry's name; a leading `/` is left out. */
  readonly path: string;
  /** Bytes that will come, exactly. */
  readonly size: number;
  /** Default: now. */
  readonly mtime?: Date | undefined;
}

export interface TarOfDevice extends Stage<TarOfDeviceResult> {
  /** True above 8 GiB - 1: the size then needs base 256 or pax, which an old Solaris tar does not know. */
  readonly needsLargeFileHeader: boolean;
}

/** The largest size that eleven octal digits hold (POSIX ustar). */
const largestPlainSize = 0o77777777777;

const endOfArchive = Buffer.alloc(1024);

/** True where an entry of that size cannot be written in a plain ustar header. */
export function needsLargeFileHeader(size: number): boolean {
  return size > largestPlainSize;
}

/** Makes the stage. The stream fails with TAR_SIZE_DIFFERS when the input is not exactly `size` bytes long. */
export function createTarOfDevice(options: TarOfDeviceOptions): TarOfDevice {
  const { size } = options;
  const large = needsLargeFileHeader(size);
  const header = encodeHeader(options);
  const fillBytes = (512 - (size % 512)) % 512;
  let bytes = 0;
  let headerSent = false;
  let finished = false;

  const sendHeader = (stream: Transform) => {
    if (headerSent) return;
    headerSent = true;
    stream.push(header);
  };

  const stream = new Transform({
    transform(piece: Buffer, _encoding, done) {
      sendHeader(this);
      bytes += piece.length;
      if (bytes > size) done(failure('TAR_SIZE_DIFFERS', { size, bytes, comparison: 'at least' }));
      else done(null, piece);
    },
    flush(done) {
      if (bytes !== size) {
        done(failure('TAR_SIZE_DIFFERS', { size, bytes, comparison: 'only' }));
        return;
      }
      sendHeader(this);
      if (fillBytes > 0) this.push(Buffer.alloc(fillBytes));
      finished = true;
      done(null, endOfArchive);
    },
  });

  return {
    stream,
    needsLargeFileHeader: large,
    result() {
      requireFinished('tar of a device', finished);
      const archiveBytes = header.length + size + fillBytes + endOfArchive.length;
      return { bytes, archiveBytes, needsLargeFileHeader: large };
    },
  };
}

/** The entry's header; with a pax header before it where a plain one cannot hold name or size. */
function encodeHeader(options: TarOfDeviceOptions): Buffer {
  const fields = {
    path: options.path.replace(/^\/+/, ''),
    size: options.size,
    mtime: options.mtime ?? new Date(),
    mode: 0o600,
    uid: 0,
    gid: 0,
    type: 'File' as const,
  };
  const block = Buffer.alloc(512);
  const header = new Header(fields);
  if (!header.encode(block)) return block;
  const pax = new Pax({ path: fields.path, size: fields.size, mtime: fields.mtime });
  return Buffer.concat([pax.encode(), block]);
}
