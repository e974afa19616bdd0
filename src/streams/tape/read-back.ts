/**
 * Reads a file of the tape to its file mark and computes its digest. The bytes are discarded, unless a stream takes
 * them on their way.
 */
import { createHash } from 'node:crypto';
import { Writable, type Duplex } from 'node:stream';
import { failure } from '../../contract/errors.ts';
import type { Evidence } from '../../contract/errors.ts';
import { createDigest } from '../digests/digest.ts';
import type { Digest } from '../digests/digest.ts';
import { createMeter } from '../meter.ts';
import type { RateSample } from '../meter.ts';
import { createCksumStage } from '../digests/posix-cksum.ts';
import { createProgressReporter } from '../progress.ts';
import type { CopyProgress } from '../progress.ts';
import { defaultRecordBytes, requireRecordBytes } from '../record-cutter.ts';
import { createRecordSampler, type SampledRecords, type StreamedRecord } from '../digests/record-sampler.ts';
import { createSectionDigests } from '../digests/section-digests.ts';
import { createSourceGate, sourceFailure } from '../source-gate.ts';
import type { ByteSource, ProcessEnd } from '../stage.ts';
import { endInTime, failureOfEnd, runChain } from '../stream-failure.ts';
import { endedBadly, tapeReadFailure } from './tape-trouble.ts';

export interface ReadBackOptions {
  readonly source: ByteSource;
  /** 512 to 1,048,576, a multiple of 512; default 32,768. */
  readonly recordBytes?: number | undefined;
  /** Expected bytes, for the progress only. */
  readonly total?: number | undefined;
  /** True: the output of POSIX cksum is computed, too. */
  readonly cksum?: boolean | undefined;
  /** Lengths in bytes of sections that are also hashed separately, one after the other from the first byte on. */
  readonly sections?: readonly number[] | undefined;
  /** Records that are hashed one by one. */
  readonly samples?: SampledRecords | undefined;
  /** Takes the bytes on their way, after all measurements, and passes them on. Its failure fails the read. */
  readonly through?: Duplex | undefined;
  /** What is read: decides the errors of a failed read. Default `tape`; `device` fails with DUMP_SOURCE_FAILED. */
  readonly reads?: 'tape' | 'device' | undefined;
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  readonly abort?: AbortSignal | undefined;
  /** What is known of the command that reads: host, command line. */
  readonly evidence?: Evidence | undefined;
  /** Called for each piece whose buffer may be reused. */
  readonly onTaken?: ((piece: Buffer) => void) | undefined;
}

export interface ReadBackResult extends Digest {
  /** Records of that size in the bytes; what dd counted is in `end` (see `judgeTapeRead`). */
  readonly records: number;
  /** If requested. */
  readonly cksum?: number | undefined;
  /** SHA-256 (hex) of the first record, or of all bytes if there are fewer; undefined if there are none. */
  readonly firstRecordSha256: string | undefined;
  /** Of each requested section; an incomplete section has the digest of what arrived. */
  readonly sections: readonly Digest[];
  /** Of the requested records, those that arrived. */
  readonly sampled: readonly StreamedRecord[];
  readonly end: ProcessEnd;
  readonly milliseconds: number;
  readonly samples: readonly RateSample[];
}

/**
 * Reads to the end. Always settles. Throws RECORD_SIZE_WRONG, TAPE_READ_FAILED and the other TAPE_* errors of a read,
 * COPY_CANCELLED, and the stream's own error if the connection failed.
 */
export async function readBack(options: ReadBackOptions): Promise<ReadBackResult> {
  const recordBytes = requireRecordBytes(options.recordBytes ?? defaultRecordBytes);
  const { source, evidence, abort } = options;
  const failed = (end: ProcessEnd, known: Evidence | undefined, cause?: unknown) =>
    options.reads === 'device'
      ? sourceFailure(end, meter.bytes(), known, cause)
      : tapeReadFailure(end, known, cause);
  const gate = createSourceGate(source.ended, (end) => {
    if (endedBadly(end)) throw failed(end, evidence);
  });
  const meter = createMeter({ onSample: () => progress.tick() });
  const digest = createDigest();
  const cksum = options.cksum ? createCksumStage() : undefined;
  const sections = options.sections && createSectionDigests(options.sections);
  const sampler = options.samples && createRecordSampler(options.samples);
  const first = new FirstRecord(recordBytes);
  const recordsOf = (bytes: number) => Math.ceil(bytes / recordBytes);
  const progress = createProgressReporter(options.onProgress, () => ({
    bytes: meter.bytes(),
    ...(options.total === undefined ? {} : { total: options.total }),
    records: recordsOf(meter.bytes()),
    bytesPerSecond: meter.bytesPerSecond(),
    bufferFill: 0,
    readBytes: meter.bytes(),
  }));

  const others = [cksum, sections, sampler].flatMap((stage) => (stage ? [stage.stream] : []));
  const { through } = options;
  const stages = [gate.stream, meter.stream, digest.stream, ...others, ...(through ? [through] : [])];
  const broken = await runChain({
    source: source.stream,
    stages,
    sink: nowhere(first, options.onTaken),
    abort,
  });
  if (broken?.at === 'cancel') throw failure('COPY_CANCELLED', { bytes: meter.bytes() }, {}, broken.error);
  if (broken?.at === 'source') {
    throw failureOfEnd(broken.error, await endInTime(source.ended), evidence, failed);
  }
  if (broken) throw broken.error;
  progress.last();
  const { bytes, crc32, sha256 } = digest.result();
  const { milliseconds, samples } = meter.result();
  return {
    bytes,
    crc32,
    sha256,
    cksum: cksum?.result().checksum,
    firstRecordSha256: first.sha256(),
    sections: sections?.result() ?? [],
    sampled: sampler?.result() ?? [],
    records: recordsOf(bytes),
    end: await source.ended,
    milliseconds,
    samples,
  };
}

/** The digest of the first record: it identifies a tape without a label. */
class FirstRecord {
  readonly #hash = createHash('sha256');
  #left: number;
  #bytes = 0;

  constructor(recordBytes: number) {
    this.#left = recordBytes;
  }

  add(piece: Buffer): void {
    if (this.#left === 0) return;
    const taken = piece.subarray(0, this.#left);
    this.#hash.update(taken);
    this.#left -= taken.length;
    this.#bytes += taken.length;
  }

  /** To be called once. */
  sha256(): string | undefined {
    return this.#bytes === 0 ? undefined : this.#hash.digest('hex');
  }
}

function nowhere(first: FirstRecord, onTaken: ReadBackOptions['onTaken']): Writable {
  return new Writable({
    highWaterMark: 1024 * 1024,
    write(piece: Buffer, _encoding, done) {
      first.add(piece);
      onTaken?.(piece);
      done();
    },
  });
}
