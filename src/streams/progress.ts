/**
 * Progress of a long copy, at most ten times a second.
 */

export interface CopyProgress {
  /** Bytes sent to tape; when reading back, bytes from it. */
  readonly bytes: number;
  /** What `bytes` will be at the end, if known. */
  readonly total?: number;
  /** Records in `bytes`, including a partial one. */
  readonly records: number;
  /** Of the last five seconds. */
  readonly bytesPerSecond: number;
  /** How full the buffer before the tape is, 0 to 1; 0 when reading back. */
  readonly bufferFill: number;
  /** Bytes that have been read from the device so far; when reading back, the same as `bytes`. */
  readonly readBytes: number;
}

const millisecondsBetween = 100;

/**
 * Makes a function that passes on what `observe` sees, at most ten times a second.
 * @param now milliseconds of any origin
 */
export function createProgressReporter(
  onProgress: ((progress: CopyProgress) => void) | undefined,
  observe: () => CopyProgress,
  now: () => number = () => performance.now(),
): { tick(): void; last(): void } {
  if (!onProgress) return { tick() {}, last() {} };
  let reportedAt = Number.NEGATIVE_INFINITY;
  return {
    tick() {
      const time = now();
      if (time - reportedAt < millisecondsBetween) return;
      reportedAt = time;
      onProgress(observe());
    },
    /** The last one, whenever the previous one was. */
    last: () => onProgress(observe()),
  };
}
