/**
 * Reads back a stream on several tapes as one: each tape must yield exactly what was written to it, and the digest is
 * that of the whole.
 */
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { failure, isFailure, type Evidence } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import type { CopyProgress } from '../progress.ts';
import { readBack } from './read-back.ts';
import type { ReadBackOptions, ReadBackResult } from './read-back.ts';
import { defaultRecordBytes, requireRecordBytes } from '../record-cutter.ts';
import { totalOf } from './spanning-tape-sink.ts';
import type { TapeSegment } from './spanning-tape-sink.ts';
import type { ByteSource, ProcessEnd } from '../stage.ts';
import { endInTime, failureOfEnd } from '../stream-failure.ts';
import { tapeReadFailure } from './tape-trouble.ts';
import { judgeTapeRead } from './tape-reader.ts';
import type { ExpectedRecords } from './tape-writer.ts';

/** Gets a tape ready, positioned at the first record of its segment, and starts the dd that reads to the file mark. */
export type OpenSegment = (segment: TapeSegment, signal: AbortSignal) => Promise<ByteSource>;

interface SegmentsOptions {
  /** In the order in which they were written. */
  readonly segments: readonly TapeSegment[];
  readonly openSegment: OpenSegment;
  /** 512 to 1,048,576, a multiple of 512; default 32,768. */
  readonly recordBytes?: number | undefined;
  /** What is known of the command that reads a segment: host, command line. */
  readonly evidence?: ((segment: TapeSegment) => Evidence) | undefined;
  /**
   * Calls `read` again if the connection was lost within a segment: the segment is then read again from its beginning,
   * and continues after the bytes that were already passed on. By default, a segment is read once.
   */
  readonly persist?: ((segment: TapeSegment, read: () => Promise<void>) => Promise<void>) | undefined;
}

export interface SpanningReadBackOptions extends SegmentsOptions {
  /** See ReadBackOptions. */
  readonly sections?: ReadBackOptions['sections'];
  /** See ReadBackOptions. */
  readonly samples?: ReadBackOptions['samples'];
  /** See ReadBackOptions. */
  readonly cksum?: ReadBackOptions['cksum'];
  /** See ReadBackOptions. */
  readonly through?: ReadBackOptions['through'];
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  readonly abort?: AbortSignal | undefined;
}

/** What all tapes together yielded; each tape's own count has been checked. */
export type SpanningReadBackResult = Omit<ReadBackResult, 'end' | 'firstRecordSha256'>;

/**
 * Reads all tapes and computes the digest of the whole. Always settles. Throws RECORD_SIZE_WRONG,
 * TAPE_READBACK_MISCOUNTED, TAPE_COUNT_MISSING, TAPE_READ_FAILED and the other TAPE_* errors of a read, TAPE_DIFFERS if
 * a segment that is read again begins with other bytes, COPY_CANCELLED, and what `openSegment` rejects with.
 */
export async function readBackSegments(options: SpanningReadBackOptions): Promise<SpanningReadBackResult> {
  const { recordBytes, onProgress, abort, cksum, through, sections: lengths, samples: wanted } = options;
  const source = segmentsSource(options);
  const total = totalOf(options.segments).bytes;
  const whole = await readBack({
    ...{ source, recordBytes, total, onProgress, abort, cksum, through },
    sections: lengths,
    samples: wanted,
  });
  const { bytes, crc32, sha256, records, milliseconds, samples, sections, sampled } = whole;
  const { cksum: checksum } = whole;
  return { bytes, crc32, sha256, cksum: checksum, records, milliseconds, samples, sections, sampled };
}

/** One source of the bytes of all tapes. Its end has status 0 if every tape yielded what was written to it. */
function segmentsSource(options: SegmentsOptions): ByteSource {
  const recordBytes = requireRecordBytes(options.recordBytes ?? defaultRecordBytes);
  const reader = new SegmentsReader(options, recordBytes);
  return { stream: reader, ended: reader.ended };
}

/** What one segment has yielded so far, and what it yields when it is read again. */
class PassedBytes {
  #bytes = 0;
  #checksum = 0;

  /** Passes on what was not passed on before. @returns accepts the pieces of one read, from the first byte of the segment on */
  begin(): (piece: Buffer) => Buffer {
    const [bytes, checksum] = [this.#bytes, this.#checksum];
    let [seen, seenChecksum] = [0, 0];
    return (piece) => {
      const known = piece.subarray(0, Math.max(bytes - seen, 0));
      const fresh = piece.subarray(known.length);
      seen += known.length;
      seenChecksum = crc32(known, seenChecksum);
      if (known.length > 0 && seen === bytes && seenChecksum !== checksum)
        throw differs(checksum, seenChecksum);
      this.#bytes += fresh.length;
      this.#checksum = crc32(fresh, this.#checksum);
      return fresh;
    };
  }
}

const hex = (checksum: number) => checksum.toString(16).padStart(8, '0');

function differs(before: number, now: number) {
  const [expected, actual] = [hex(before), hex(now)];
  return failure(
    'TAPE_DIFFERS',
    { what: phrase('CRC-32 of what was read before'), expected, actual },
    { expected, actual },
  );
}

class SegmentsReader extends Readable {
  readonly ended: Promise<ProcessEnd>;
  readonly #options: SegmentsOptions;
  readonly #recordBytes: number;
  readonly #stop = new AbortController();
  #begun = false;
  #current: Readable | undefined;
  #bytes = 0;
  #resume: () => void = () => {};
  #end: (end: ProcessEnd) => void = () => {};

  constructor(options: SegmentsOptions, recordBytes: number) {
    super({ highWaterMark: 1024 * 1024 });
    this.#options = options;
    this.#recordBytes = recordBytes;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  override _read(): void {
    this.#resume();
    if (this.#begun) return;
    this.#begun = true;
    this.#readAll().catch((error: Error) => this.destroy(error));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stop.abort(error ?? undefined);
    this.#current?.destroy();
    this.#resume();
    this.#endWith(undefined);
    done(error);
  }

  async #readAll(): Promise<void> {
    for (const segment of this.#options.segments) {
      // A tape that holds nothing need not be inserted again.
      if (segment.records > 0) await this.#readSegment(segment);
      if (this.destroyed) return;
    }
    this.#endWith(0);
    this.push(null);
  }

  async #readSegment(segment: TapeSegment): Promise<void> {
    const { persist } = this.#options;
    const passed = new PassedBytes();
    const read = () => this.#readFromBeginning(segment, passed);
    await (persist ? persist(segment, read) : read());
  }

  async #readFromBeginning(segment: TapeSegment, passed: PassedBytes): Promise<void> {
    if (this.destroyed) return;
    const { openSegment, evidence } = this.#options;
    const source = await openSegment(segment, this.#stop.signal);
    this.#current = source.stream;
    if (this.destroyed) source.stream.destroy();
    const known = evidence?.(segment);
    const freshOf = passed.begin();
    try {
      for await (const piece of source.stream) await this.#pass(freshOf(piece as Buffer));
    } catch (error) {
      if (isFailure(error, 'TAPE_DIFFERS')) throw error;
      throw failureOfEnd(error as Error, await endInTime(source.ended), known, tapeReadFailure);
    }
    judgeTapeRead(await source.ended, expectedOf(segment, this.#recordBytes), known);
  }

  async #pass(piece: Buffer): Promise<void> {
    if (this.destroyed || piece.length === 0) return;
    this.#bytes += piece.length;
    if (this.push(piece)) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
  }

  #endWith(status: number | undefined): void {
    this.#end({ status, signal: undefined, stderr: '', bytes: this.#bytes });
  }
}

function expectedOf(segment: TapeSegment, recordBytes: number): ExpectedRecords {
  const { records, bytes } = segment;
  return { records, bytes, recordBytes, lastRecordBytes: bytes - (records - 1) * recordBytes };
}
