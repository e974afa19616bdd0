/**
 * The whole path of a dump: source -> gate, meter, digest ("device") -> [record sampler, tar catalogue] -> record cutter -> buffer ->
 * meter, CRC-32 ("handed") -> sink.
 *
 * SHA-256 is taken once, at the device. A second pass before the sink would halve the throughput on a processor
 * without SHA instructions (about 200 MiB/s a pass, against 1.5 GiB/s for CRC-32); what it could find, memory
 * that changed a byte on the way, CRC-32 finds but for one case in four thousand million. What the file on the tape must hash to follows from the
 * device's digest and the padding, and the read-back is compared with that.
 *
 * The cutter stands before the buffer, so that the buffer holds whole pieces of its own and its size in memory is
 * what it says, however small the pieces are that the network delivers.
 */
import { failure } from '../contract/errors.ts';
import type { Evidence } from '../contract/errors.ts';
import { createChecksum, createDigest, sameDigest } from './digest.ts';
import type { Checksum, Digest } from './digest.ts';
import { createMeter } from './meter.ts';
import type { RateSample } from './meter.ts';
import { createProgressReporter } from './progress.ts';
import type { CopyProgress } from './progress.ts';
import { countRecords, createRecordCutter, defaultRecordBytes } from './record-cutter.ts';
import type { CutRecords, LastRecord } from './record-cutter.ts';
import { createRecordSampler } from './record-sampler.ts';
import type { SampledRecords, StreamedRecord } from './record-sampler.ts';
import { createSourceGate, judgeSource, sourceFailure } from './source-gate.ts';
import type { ByteSink, ByteSource, ProcessEnd } from './stage.ts';
import { createStartWatermark } from './start-watermark.ts';
import type { WatermarkOptions, WatermarkResult } from './start-watermark.ts';
import { endInTime, failureOfEnd, runChain } from './stream-failure.ts';
import type { Break } from './stream-failure.ts';
import { createTarCatalogue } from './tar-catalogue.ts';
import type { TarCatalogueOptions, TarCatalogueResult } from './tar-catalogue.ts';
import { tapeWriteFailure } from './tape-trouble.ts';

export interface DumpOptions {
  readonly source: ByteSource;
  readonly sink: ByteSink;
  /** 512 to 1,048,576, a multiple of 512; default 32,768. */
  readonly recordBytes?: number | undefined;
  /** Default `short`; tar wants `zero-padded`. */
  readonly lastRecord?: LastRecord | undefined;
  readonly watermark?: WatermarkOptions | undefined;
  /** Lists the entries of a tar archive that passes. */
  readonly catalogue?: boolean | TarCatalogueOptions | undefined;
  /** Exactly so many bytes must come: the size of the volume. Leave it out for archives. */
  readonly expectedBytes?: number | undefined;
  /** Records of what is read that are hashed one by one. */
  readonly samples?: SampledRecords | undefined;
  /** A further judgement of a reader that ended with exit status 0; what it throws fails the dump before the tape gets its end. */
  readonly judgeReader?: ((end: ProcessEnd) => void) | undefined;
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  readonly abort?: AbortSignal | undefined;
  /** What is known of the two commands (host, command line), for errors. */
  readonly sourceEvidence?: Evidence | undefined;
  readonly sinkEvidence?: Evidence | undefined;
}

/** What went to the tape host, with its CRC-32 as taken there. */
export interface HandedRecords extends CutRecords, Checksum {}

export interface DumpResult {
  /** What was read. */
  readonly device: Digest;
  /** What was handed to the tape host: the same, and padding where the last record is padded. */
  readonly handed: HandedRecords;
  /** What a read-back of the tape must give: the device's bytes and the padding. */
  readonly onTape: Digest;
  readonly sourceEnd: ProcessEnd;
  /** Not yet judged: see `judgeTapeWrite`. */
  readonly sinkEnd: ProcessEnd;
  readonly milliseconds: number;
  /** Bytes handed over, against time. */
  readonly samples: readonly RateSample[];
  readonly buffer: WatermarkResult;
  readonly catalogue?: TarCatalogueResult;
  /** Of the records that were to be hashed, those that came. */
  readonly sampled: readonly StreamedRecord[];
}

/**
 * Copies the source to the sink in records and takes the digests on the way. Settles in every case.
 *
 * Throws RECORD_SIZE_WRONG, BUFFER_OPTIONS_WRONG; DUMP_SOURCE_FAILED, DUMP_SOURCE_EMPTY,
 * DUMP_SOURCE_SIZE_DIFFERS; TAR_UNREADABLE, TAR_INCOMPLETE; TAPE_* when the sink failed; DUMP_DIGESTS_DIFFER;
 * COPY_CANCELLED; and errors of the two streams as they are where the connection, not the process, failed.
 * Whether the tape holds every record is `judgeTapeWrite`'s to say.
 */
export async function runDump(options: DumpOptions): Promise<DumpResult> {
  const path = buildPath(options);
  const { source, sink, abort } = options;
  const broken = await runChain({ source: source.stream, stages: path.streams, sink: sink.stream, abort });
  if (broken) throw await dumpFailure(broken, options, path);
  const [sourceEnd, sinkEnd] = await Promise.all([source.ended, sink.ended]);
  if (sinkEnd.status !== 0) throw tapeWriteFailure(sinkEnd, options.sinkEvidence);
  path.progress.last();
  return collect(path, sourceEnd, sinkEnd);
}

type DumpPath = ReturnType<typeof buildPath>;

function buildPath(options: DumpOptions) {
  const { recordBytes, lastRecord } = options;
  const cutter = createRecordCutter({ recordBytes, lastRecord });
  const watermark = createStartWatermark(options.watermark);
  const gate = createSourceGate(options.source.ended, (end, bytes) => {
    judgeSource(end, bytes, options.expectedBytes, options.sourceEvidence);
    options.judgeReader?.(end);
  });
  const deviceMeter = createMeter({ onSample: () => progress.tick() });
  const handedMeter = createMeter({ onSample: () => progress.tick() });
  const device = createDigest();
  const handed = createChecksum();
  const sampler = options.samples && createRecordSampler(options.samples);
  const catalogue = options.catalogue
    ? createTarCatalogue({ mustBeComplete: true, ...(options.catalogue === true ? {} : options.catalogue) })
    : undefined;

  const planned = countRecords(
    options.expectedBytes ?? 0,
    recordBytes ?? defaultRecordBytes,
    lastRecord ?? 'short',
  );
  const progress = createProgressReporter(options.onProgress, () => ({
    bytes: handedMeter.bytes(),
    ...(options.expectedBytes === undefined ? {} : { total: planned.bytes }),
    records: Math.ceil(handedMeter.bytes() / planned.recordBytes),
    bytesPerSecond: handedMeter.bytesPerSecond(),
    bufferFill: watermark.fill(),
    readBytes: deviceMeter.bytes(),
  }));
  const stages = [
    gate,
    deviceMeter,
    device,
    ...(sampler ? [sampler] : []),
    ...(catalogue ? [catalogue] : []),
    cutter,
    watermark,
    handedMeter,
    handed,
  ];
  const streams = stages.map((stage) => stage.stream);
  return {
    streams,
    cutter,
    watermark,
    device,
    handed,
    handedMeter,
    deviceMeter,
    sampler,
    catalogue,
    progress,
  };
}

function collect(path: DumpPath, sourceEnd: ProcessEnd, sinkEnd: ProcessEnd): DumpResult {
  const handed: HandedRecords = { ...path.cutter.result(), ...path.handed.result() };
  const onTape = path.device.withZeros(handed.paddingBytes);
  if (!sameDigest(onTape, handed)) {
    const told = { expected: describeChecksum(onTape), actual: describeChecksum(handed) };
    throw failure('DUMP_DIGESTS_DIFFER', told, told);
  }
  const catalogue = path.catalogue?.result();
  const { milliseconds, samples } = path.handedMeter.result();
  return {
    device: path.device.result(),
    handed,
    onTape,
    sourceEnd,
    sinkEnd,
    milliseconds,
    samples,
    buffer: path.watermark.result(),
    ...(catalogue ? { catalogue } : {}),
    sampled: path.sampler?.result() ?? [],
  };
}

function describeChecksum({ bytes, crc32 }: Checksum): string {
  return `${bytes} bytes with CRC-32 ${crc32}`;
}

/** The error to throw for a path that broke, with what both ends had to say. */
async function dumpFailure(broken: Break, options: DumpOptions, path: DumpPath): Promise<unknown> {
  const [sourceEnd, sinkEnd] = await Promise.all([
    endInTime(options.source.ended),
    endInTime(options.sink.ended),
  ]);
  const bytes = path.deviceMeter.bytes();
  if (broken.at === 'cancel') {
    return failure('COPY_CANCELLED', { bytes: path.handedMeter.bytes() }, {}, broken.error);
  }
  if (broken.at === 'sink' || (broken.at === 'source' && diedOfSink(broken.error, sourceEnd, sinkEnd))) {
    return failureOfEnd(broken.error, sinkEnd, options.sinkEvidence, tapeWriteFailure);
  }
  if (broken.at === 'source') {
    return failureOfEnd(broken.error, sourceEnd, options.sourceEvidence, (end, evidence, cause) =>
      sourceFailure(end, bytes, evidence, cause),
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
