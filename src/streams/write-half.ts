/**
 * The second half of a dump, at the host that writes: start watermark -> meter -> CRC-32 ("handed"). It and the first
 * half may run in different threads.
 */
import type { Duplex } from 'node:stream';
import { createChecksum } from './digests/digest.ts';
import type { Checksum } from './digests/digest.ts';
import { createMeter } from './meter.ts';
import type { RateSample } from './meter.ts';
import { createStartWatermark } from './start-watermark.ts';
import type { WatermarkOptions, WatermarkResult } from './start-watermark.ts';

export interface WriteHalfResult {
  /** What was sent to the tape host. */
  readonly handed: Checksum;
  readonly milliseconds: number;
  /** Bytes sent, against time. */
  readonly samples: readonly RateSample[];
  readonly buffer: WatermarkResult;
}

export interface WriteHalfProgress {
  readonly bytes: number;
  /** Of the last five seconds. */
  readonly bytesPerSecond: number;
  /** 0 to 1. */
  readonly bufferFill: number;
}

export interface WriteHalf {
  readonly streams: readonly Duplex[];
  progress(): WriteHalfProgress;
  /** Throws STAGE_NOT_FINISHED while bytes may still come. */
  result(): WriteHalfResult;
}

/**
 * Makes the stages; the clock starts at once. Throws BUFFER_OPTIONS_WRONG.
 * @param onTick called while bytes pass, at most ten times a second
 */
export function createWriteHalf(options: WatermarkOptions | undefined, onTick: () => void): WriteHalf {
  const watermark = createStartWatermark(options);
  const meter = createMeter({ onSample: onTick });
  const handed = createChecksum();
  return {
    streams: [watermark, meter, handed].map((stage) => stage.stream),
    progress: () => ({
      bytes: meter.bytes(),
      bytesPerSecond: meter.bytesPerSecond(),
      bufferFill: watermark.fill(),
    }),
    result() {
      const { milliseconds, samples } = meter.result();
      return { handed: handed.result(), milliseconds, samples, buffer: watermark.result() };
    },
  };
}
