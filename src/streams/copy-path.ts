/**
 * The whole path of a dump: source -> gate, meter, digest ("device") -> [record sampler, tar catalog] -> record cutter
 * -> buffer -> meter, CRC-32 ("handed") -> sink. The stages up to the cutter are the read half, those after it the
 * write half; each half may run in a thread of its own (`moveHere` keeps both in this one).
 *
 * SHA-256 is computed once, at the device. A second pass before the sink would halve the throughput on a processor
 * without SHA instructions (about 200 MiB/s per pass, against 1.5 GiB/s for CRC-32). It could only find a byte that
 * memory changed on the way, and CRC-32 misses that in one case in four billion. The expected hash of the tape file
 * follows from the device's digest and the padding, and the read-back is compared with it.
 *
 * The cutter comes before the buffer, so that the buffer holds whole pieces of its own: its size in memory is then as
 * configured, however small the pieces from the network are.
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
  /** Exactly this many bytes must arrive: the size of the volume. Omit it for archives. */
  readonly expectedBytes?: number | undefined;
  /** A further check of a reader that exited 0; what it throws fails the dump before the tape gets its file mark. */
  readonly judgeReader?: ((end: ProcessEnd) => void) | undefined;
  /** Called with the digest of what was read so far, see `checkpointBytes`. What it throws fails the dump. */
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

/** What was sent to the tape host, with the CRC-32 computed there. */
interface HandedRecords extends CutRecords, Checksum {}

export interface DumpResult {
  /** What was read. */
  readonly device: Digest;
  /** What was sent to the tape host: the same, plus padding if the last record is padded. */
  readonly handed: HandedRecords;
  /** The digest that a read-back of the tape must have: of the device's bytes and the padding. */
  readonly onTape: Digest;
  readonly sourceEnd: ProcessEnd;
  /** Not yet judged: see `judgeTapeWrite`. */
  readonly sinkEnd: ProcessEnd;
  readonly milliseconds: number;
  /** Bytes sent, against time. */
  readonly samples: readonly RateSample[];
  readonly buffer: WatermarkResult;
  /** Of the records to hash, those that arrived. */
  readonly sampled: readonly StreamedRecord[];
}

/** How the bytes of a dump were moved: the results of both halves, or where the path broke. */
export type Moved =
  | { readonly broken?: undefined; readonly read: ReadHalfResult; readonly write: WriteHalfResult }
  | { readonly broken: Break; readonly readBytes: number; readonly handedBytes: number };

/** What the mover of the bytes calls. */
export interface MoverHooks {
  /** Judges the reader once all of its bytes have passed; a throw fails the dump. */
  judge(end: ProcessEnd, bytes: number): void;
  /** Reports the progress of the halves; at most ten reports a second are passed on. */
  onProgress(readBytes: number, write: WriteHalfProgress): void;
}

/**
 * Copies the source to the sink in records and computes the digests on the way. Always settles.
 *
 * Throws RECORD_SIZE_WRONG, BUFFER_OPTIONS_WRONG; DUMP_SOURCE_FAILED, DUMP_SOURCE_EMPTY, DUMP_SOURCE_SIZE_DIFFERS;
 * TAR_UNREADABLE, TAR_INCOMPLETE; TAPE_* when the sink failed; DUMP_DIGESTS_DIFFER; COPY_CANCELLED; and errors of the
 * two streams as they are if the connection, not the process, failed. `judgeTapeWrite` decides whether the tape holds
 * every record.
 */
export function runDump(options: DumpOptions): Promise<DumpResult> {
  return dumpMovedBy(options, (hooks) => moveHere(options, hooks));
}

/**
 * Moves the bytes of a dump, and judges the result. Throws what `runDump` throws.
 * @param move moves the bytes through both halves; its rejection is thrown as it is
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
  const unfollow = options.pause?.follow((pauser) => read.hold(pauser !== undefined));
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
    /** The last one: everything is sent. */
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

/** The error to throw for a path that broke, with the messages of both ends. */
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
      // What had arrived when the reader failed may not have been consumed yet.
      sourceFailure(end, Math.max(readBytes, end.bytes), evidence, cause),
    );
  }
  return broken.error;
}

/** True if the reader only died because its output was closed, and the writer has a failure of its own. */
function diedOfSink(error: Error, sourceEnd: ProcessEnd, sinkEnd: ProcessEnd): boolean {
  const words = `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message} ${sourceEnd.stderr}`;
  const brokenPipe =
    sourceEnd.status === 141 || sourceEnd.signal === 'PIPE' || /EPIPE|broken pipe/i.test(words);
  return brokenPipe && sinkEnd.status !== undefined && sinkEnd.status !== 0;
}
