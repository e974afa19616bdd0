/**
 * The whole path of a dump: source -> gate, meter, digest ("device") -> [record sampler, tar catalogue] -> record cutter -> buffer ->
 * meter, CRC-32 ("handed") -> sink. The stages up to the cutter are the read half, those after it the write half; each half may run in a thread of
 * its own (`moveHere` keeps both in this one).
 *
 * SHA-256 is taken once, at the device. A second pass before the sink would halve the throughput on a processor
 * without SHA instructions (about 200 MiB/s a pass, against 1.5 GiB/s for CRC-32); what it could find, memory
 * that changed a byte on the way, CRC-32 finds but for one case in four thousand million. What the file on the tape must hash to follows from the
 * device's digest and the padding, and the read-back is compared with that.
 *
 * The cutter comes before the buffer, so that the buffer holds whole pieces of its own and its size in memory is
 * what it says, however small the pieces are that the network delivers.
 */
import { failure } from '../contract/errors.ts';
import type { Evidence } from '../contract/errors.ts';
import { phrase } from '../contract/text/say.ts';
import { sameDigest } from './digests/digest.ts';
import type { Checkpoints, Checksum, Digest } from './digests/digest.ts';
import type { RateSample } from './meter.ts';
import type { PauseSwitch } from './pause-switch.ts';
import { createProgressReporter } from './progress.ts';
import type { CopyProgress } from './progress.ts';
import { createReadHalf } from './read-half.ts';
import type { ReadHalfOptions, ReadHalfResult } from './read-half.ts';
import { countRecords, defaultRecordBytes } from './record-cutter.ts';
import type { CutRecords } from './record-cutter.ts';
import type { StreamedRecord } from './digests/record-sampler.ts';
import { judgeSource, sourceFailure } from './source-gate.ts';
import type { ByteSink, ByteSource, ProcessEnd } from './stage.ts';
import type { WatermarkOptions, WatermarkResult } from './start-watermark.ts';
import { endInTime, failureOfEnd, runChain } from './stream-failure.ts';
import type { Break } from './stream-failure.ts';
import { tapeWriteFailure } from './tape/tape-trouble.ts';
import { createWriteHalf } from './write-half.ts';
import type { WriteHalfProgress, WriteHalfResult } from './write-half.ts';

/** What a dump is, wherever its halves run. */
export interface DumpOrder extends ReadHalfOptions {
  readonly source: Pick<ByteSource, 'ended'>;
  readonly sink: Pick<ByteSink, 'ended'>;
  readonly watermark?: WatermarkOptions | undefined;
  /** Exactly so many bytes must come: the size of the volume. Leave it out for archives. */
  readonly expectedBytes?: number | undefined;
  /** A further judgement of a reader that ended with exit status 0; what it throws fails the dump before the tape gets its end. */
  readonly judgeReader?: ((end: ProcessEnd) => void) | undefined;
  /** Hears of the digest of what was read so far, see `checkpointBytes`. What it throws fails the dump. */
  readonly onCheckpoint?: Checkpoints['onCheckpoint'] | undefined;
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  readonly abort?: AbortSignal | undefined;
  /** Lets the dump pause after a record. */
  readonly pause?: PauseSwitch | undefined;
  /** What is known of the two commands (host, command line), for errors. */
  readonly sourceEvidence?: Evidence | undefined;
  readonly sinkEvidence?: Evidence | undefined;
}

export interface DumpOptions extends DumpOrder {
  readonly source: ByteSource;
  readonly sink: ByteSink;
}

/** What went to the tape host, with its CRC-32 as taken there. */
interface HandedRecords extends CutRecords, Checksum {}

export interface DumpResult {
  /** What was read. */
  readonly device: Digest;
  /** What was sent to the tape host: the same, and padding where the last record is padded. */
  readonly handed: HandedRecords;
  /** What a read-back of the tape must give: the device's bytes and the padding. */
  readonly onTape: Digest;
  readonly sourceEnd: ProcessEnd;
  /** Not yet judged: see `judgeTapeWrite`. */
  readonly sinkEnd: ProcessEnd;
  readonly milliseconds: number;
  /** Bytes sent, against time. */
  readonly samples: readonly RateSample[];
  readonly buffer: WatermarkResult;
  /** Of the records that were to be hashed, those that came. */
  readonly sampled: readonly StreamedRecord[];
}

/** How the bytes of a dump were moved: what both halves have to say, or where the path broke. */
export type Moved =
  | { readonly broken?: undefined; readonly read: ReadHalfResult; readonly write: WriteHalfResult }
  | { readonly broken: Break; readonly readBytes: number; readonly handedBytes: number };

/** What the mover of the bytes calls. */
export interface MoverHooks {
  /** Judges the reader once all of its bytes have passed; a throw fails the dump. */
  judge(end: ProcessEnd, bytes: number): void;
  /** Tells how far the halves are; at most ten a second are passed on. */
  onProgress(readBytes: number, write: WriteHalfProgress): void;
}

/**
 * Copies the source to the sink in records and takes the digests on the way. Settles in every case.
 *
 * Throws RECORD_SIZE_WRONG, BUFFER_OPTIONS_WRONG; DUMP_SOURCE_FAILED, DUMP_SOURCE_EMPTY,
 * DUMP_SOURCE_SIZE_DIFFERS; TAR_UNREADABLE, TAR_INCOMPLETE; TAPE_* when the sink failed; DUMP_DIGESTS_DIFFER;
 * COPY_CANCELLED; and errors of the two streams as they are where the connection, not the process, failed.
 * Whether the tape holds every record is `judgeTapeWrite`'s to say.
 */
export function runDump(options: DumpOptions): Promise<DumpResult> {
  return dumpMovedBy(options, (hooks) => moveHere(options, hooks));
}

/**
 * Has the bytes of a dump moved, and judges the result. Throws what `runDump` throws.
 * @param move moves the bytes through both halves; what it rejects with is thrown as it is
 */
export async function dumpMovedBy(
  order: DumpOrder,
  move: (hooks: MoverHooks) => Promise<Moved>,
): Promise<DumpResult> {
  const progress = progressOf(order);
  const moved = await move({
    judge(end, bytes) {
      judgeSource(end, bytes, order.expectedBytes, order.sourceEvidence);
      order.judgeReader?.(end);
    },
    onProgress: progress.tick,
  });
  if (moved.broken) throw await dumpFailure(moved.broken, order, moved.readBytes, moved.handedBytes);
  const [sourceEnd, sinkEnd] = await Promise.all([order.source.ended, order.sink.ended]);
  if (sinkEnd.status !== 0) throw tapeWriteFailure(sinkEnd, order.sinkEvidence);
  const result = collect(moved.read, moved.write, sourceEnd, sinkEnd);
  progress.last(result);
  return result;
}

/** Moves the bytes in this thread. */
async function moveHere(options: DumpOptions, hooks: MoverHooks): Promise<Moved> {
  const tick = () => hooks.onProgress(read.bytes(), write.progress());
  const read = createReadHalf(options, {
    ended: options.source.ended,
    judge: (end, bytes) => hooks.judge(end, bytes),
    onTick: tick,
    onCheckpoint: options.onCheckpoint,
  });
  const write = createWriteHalf(options.watermark, tick);
  const unfollow = options.pause?.follow((by) => read.hold(by !== undefined));
  const broken = await runChain({
    source: options.source.stream,
    stages: [...read.streams, ...write.streams],
    sink: options.sink.stream,
    abort: options.abort,
  });
  unfollow?.();
  if (broken) return { broken, readBytes: read.bytes(), handedBytes: write.progress().bytes };
  return { read: read.result(), write: write.result() };
}

function progressOf({ recordBytes, lastRecord, expectedBytes, onProgress }: DumpOrder) {
  const planned = countRecords(expectedBytes ?? 0, recordBytes ?? defaultRecordBytes, lastRecord ?? 'short');
  let read = 0;
  let write: WriteHalfProgress = { bytes: 0, bytesPerSecond: 0, bufferFill: 0 };
  const reporter = createProgressReporter(onProgress, () => ({
    bytes: write.bytes,
    ...(expectedBytes === undefined ? {} : { total: planned.bytes }),
    records: Math.ceil(write.bytes / planned.recordBytes),
    bytesPerSecond: write.bytesPerSecond,
    bufferFill: write.bufferFill,
    readBytes: read,
  }));
  return {
    tick(readBytes: number, written: WriteHalfProgress) {
      read = readBytes;
      write = written;
      reporter.tick();
    },
    /** The closing one: all is sent. */
    last({ device, handed }: DumpResult) {
      read = device.bytes;
      write = { ...write, bytes: handed.bytes, bufferFill: 0 };
      reporter.last();
    },
  };
}

function collect(
  read: ReadHalfResult,
  write: WriteHalfResult,
  sourceEnd: ProcessEnd,
  sinkEnd: ProcessEnd,
): DumpResult {
  const { device, onTape, sampled } = read;
  const handed: HandedRecords = { ...read.records, ...write.handed };
  if (!sameDigest(onTape, handed)) {
    const told = { expected: describeChecksum(onTape), actual: describeChecksum(handed) };
    throw failure('DUMP_DIGESTS_DIFFER', told, told);
  }
  const { milliseconds, samples, buffer } = write;
  return {
    device,
    handed,
    onTape,
    sourceEnd,
    sinkEnd,
    milliseconds,
    samples,
    buffer,
    sampled,
  };
}

function describeChecksum({ bytes, crc32 }: Checksum): string {
  return phrase('{bytes} bytes with CRC-32 {crc32}', { bytes, crc32 });
}

/** The error to throw for a path that broke, with what both ends had to say. */
async function dumpFailure(
  broken: Break,
  order: DumpOrder,
  readBytes: number,
  handedBytes: number,
): Promise<unknown> {
  const [sourceEnd, sinkEnd] = await Promise.all([
    endInTime(order.source.ended),
    endInTime(order.sink.ended),
  ]);
  if (broken.at === 'cancel') {
    return failure('COPY_CANCELLED', { bytes: handedBytes }, {}, broken.error);
  }
  if (broken.at === 'sink' || (broken.at === 'source' && diedOfSink(broken.error, sourceEnd, sinkEnd))) {
    return failureOfEnd(broken.error, sinkEnd, order.sinkEvidence, tapeWriteFailure);
  }
  if (broken.at === 'source') {
    return failureOfEnd(broken.error, sourceEnd, order.sourceEvidence, (end, evidence, cause) =>
      // What had come when the reader failed may not have been taken yet.
      sourceFailure(end, Math.max(readBytes, end.bytes), evidence, cause),
    );
  }
  return broken.error;
}

/** True when the reader only died because nobody took its bytes any more, and the writer has a failure of its own. */
function diedOfSink(error: Error, sourceEnd: ProcessEnd, sinkEnd: ProcessEnd): boolean {
  const words = `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message} ${sourceEnd.stderr}`;
  const brokenPipe =
    sourceEnd.status === 141 || sourceEnd.signal === 'PIPE' || /EPIPE|broken pipe/i.test(words);
  return brokenPipe && sinkEnd.status !== undefined && sinkEnd.status !== 0;
}
