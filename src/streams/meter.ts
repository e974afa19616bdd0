/**
 * Measures a stream: bytes, the rate of the last five seconds, and samples for a curve of the whole run.
 */
import { createObserver } from './stage.ts';
import type { Stage } from './stage.ts';

/** One point of the curve. */
export interface RateSample {
  /** Milliseconds since the stage was made. */
  readonly milliseconds: number;
  /** Bytes that had passed by then. */
  readonly bytes: number;
}

interface MeterResult {
  readonly bytes: number;
  readonly milliseconds: number;
  /** Over the whole run. */
  readonly bytesPerSecond: number;
  readonly samples: readonly RateSample[];
}

export interface MeterOptions {
  /** Milliseconds of any origin; never goes back. */
  readonly now?: (() => number) | undefined;
  /** Called while bytes pass, at most `samplesPerSecond` times a second, and once at the end. */
  readonly onSample?: ((sample: RateSample & { bytesPerSecond: number }) => void) | undefined;
  /** Default 10. */
  readonly samplesPerSecond?: number | undefined;
  /** How many samples are kept at most (default 600): a longer run is kept in coarser steps. */
  readonly sampleLimit?: number | undefined;
}

export interface Meter extends Stage<MeterResult> {
  /** Bytes so far. */
  bytes(): number;
  /** The rate of the last five seconds; falls to 0 while nothing passes. */
  bytesPerSecond(): number;
}

const windowMilliseconds = 5000;

/** Points of the sliding window are this far apart, so that the window holds some fifty of them. */
const windowStepMilliseconds = 100;

/** Makes a meter; its clock starts at once. */
export function createMeter(options: MeterOptions = {}): Meter {
  const now = options.now ?? (() => performance.now());
  const start = now();
  const curve = createCurve(1000 / (options.samplesPerSecond ?? 10), options.sampleLimit ?? 600);
  const window = createRateWindow();
  const callEvery = 1000 / (options.samplesPerSecond ?? 10);
  let calledAt = Number.NEGATIVE_INFINITY;
  let bytes = 0;
  let milliseconds = 0;

  const call = () => {
    calledAt = milliseconds;
    options.onSample?.({ milliseconds, bytes, bytesPerSecond: window.rate(milliseconds, bytes) });
  };

  const stage = createObserver<MeterResult>('meter', {
    piece(piece) {
      bytes += piece.length;
      milliseconds = now() - start;
      window.add(milliseconds, bytes);
      curve.add(milliseconds, bytes);
      if (milliseconds - calledAt >= callEvery) call();
    },
    end() {
      milliseconds = now() - start;
      curve.end(milliseconds, bytes);
      call();
    },
    result: () => ({
      bytes,
      milliseconds,
      bytesPerSecond: milliseconds > 0 ? (bytes * 1000) / milliseconds : 0,
      samples: curve.samples,
    }),
  });
  return {
    ...stage,
    bytes: () => bytes,
    bytesPerSecond: () => window.rate(now() - start, bytes),
  };
}

/** The points of the last five seconds, and one at or before their beginning. */
function createRateWindow() {
  const points: RateSample[] = [{ milliseconds: 0, bytes: 0 }];
  const prune = (milliseconds: number) => {
    for (
      let next = points[1];
      next && next.milliseconds <= milliseconds - windowMilliseconds;
      next = points[1]
    ) {
      points.shift();
    }
  };
  return {
    add(milliseconds: number, bytes: number) {
      const last = points[points.length - 1];
      if (last && milliseconds - last.milliseconds < windowStepMilliseconds) return;
      points.push({ milliseconds, bytes });
      prune(milliseconds);
    },
    rate(milliseconds: number, bytes: number): number {
      prune(milliseconds);
      const oldest = points[0] ?? { milliseconds: 0, bytes: 0 };
      const passed = milliseconds - oldest.milliseconds;
      return passed > 0 ? ((bytes - oldest.bytes) * 1000) / passed : 0;
    },
  };
}

/** Samples of the whole run; when there are too many, every second one goes and the step doubles. */
function createCurve(firstStep: number, limit: number) {
  let samples: RateSample[] = [];
  let step = firstStep;
  const add = (milliseconds: number, bytes: number) => {
    const last = samples[samples.length - 1];
    if (last && milliseconds - last.milliseconds < step) return;
    samples.push({ milliseconds, bytes });
    if (samples.length >= limit) {
      samples = samples.filter((_, index) => index % 2 === 0);
      step *= 2;
    }
  };
  return {
    add,
    end(milliseconds: number, bytes: number) {
      const last = samples[samples.length - 1];
      if (last && last.milliseconds === milliseconds && last.bytes === bytes) return;
      samples.push({ milliseconds, bytes });
    },
    get samples(): readonly RateSample[] {
      return samples;
    },
  };
}
