/**
 * A buffer that begins to emit only when it is nearly full, and fills up again after it ran empty.
 *
 * A tape drive that gets its data too slowly stops, rewinds a little and starts again ("shoe-shining"). That costs more
 * time than the wait, and wears the tape. So the tape gets long runs at full speed, with pauses in between, as with
 * mbuffer. There are no timers: the buffer starts when it has enough bytes or the input has ended.
 */
import { Duplex } from 'node:stream';
import { failure } from '../contract/errors.ts';
import { requireFinished } from './stage.ts';
import type { Stage } from './stage.ts';

export interface WatermarkResult {
  readonly bytes: number;
  readonly capacityBytes: number;
  /** How often it ran empty during the stream and filled up again. */
  readonly refills: number;
  /** Its highest fill, 0 to 1. */
  readonly highestFill: number;
}

export interface WatermarkOptions {
  /** Capacity; default 64 MiB. One piece more than that may be held. */
  readonly bytes?: number | undefined;
  /** Emits from this fill on, above 0 up to 1; default 0.9. */
  readonly startAt?: number | undefined;
}

export interface StartWatermark extends Stage<WatermarkResult> {
  /** How full it is now, 0 to 1. */
  fill(): number;
}

/** Makes the buffer. Throws BUFFER_OPTIONS_WRONG. */
export function createStartWatermark(options: WatermarkOptions = {}): StartWatermark {
  const capacityBytes = options.bytes ?? 64 * 1024 * 1024;
  const startAt = options.startAt ?? 0.9;
  if (!(capacityBytes >= 1) || !(startAt > 0 && startAt <= 1)) {
    throw failure('BUFFER_OPTIONS_WRONG', { bytes: capacityBytes, startAt });
  }
  const buffer = new WatermarkBuffer(capacityBytes, capacityBytes * startAt);
  return {
    stream: buffer,
    fill: () => Math.min(1, buffer.waitingBytes / capacityBytes),
    result() {
      requireFinished('start watermark', buffer.inputEnded && buffer.waitingBytes === 0);
      const { bytes, refills, highestBytes } = buffer;
      return { bytes, capacityBytes, refills, highestFill: Math.min(1, highestBytes / capacityBytes) };
    },
  };
}

class WatermarkBuffer extends Duplex {
  bytes = 0;
  waitingBytes = 0;
  highestBytes = 0;
  refills = 0;
  inputEnded = false;
  readonly #capacityBytes: number;
  readonly #startBytes: number;
  readonly #pieces = new PieceQueue();
  #emitting = false;
  #ranEmpty = false;
  #wanted = false;
  /** The writer that waits until there is room again. */
  #writerWaits: (() => void) | undefined;

  constructor(capacityBytes: number, startBytes: number) {
    super({ readableHighWaterMark: 256 * 1024, writableHighWaterMark: 256 * 1024 });
    this.#capacityBytes = capacityBytes;
    this.#startBytes = startBytes;
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.bytes += piece.length;
    if (piece.length > 0) this.#pieces.put(piece);
    this.waitingBytes += piece.length;
    this.highestBytes = Math.max(this.highestBytes, this.waitingBytes);
    if (this.#ranEmpty) {
      this.#ranEmpty = false;
      this.refills += 1;
    }
    if (this.waitingBytes >= this.#startBytes) this.#emitting = true;
    if (this.waitingBytes >= this.#capacityBytes) this.#writerWaits = done;
    else done();
    this.#emit();
  }

  override _final(done: () => void): void {
    this.inputEnded = true;
    this.#emitting = true;
    this.#emit();
    done();
  }

  override _read(): void {
    this.#wanted = true;
    this.#emit();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#pieces.clear();
    this.#writerWaits = undefined;
    done(error);
  }

  #emit(): void {
    while (this.#emitting && this.#wanted) {
      const piece = this.#pieces.take();
      if (!piece) {
        this.#pause();
        return;
      }
      this.waitingBytes -= piece.length;
      // push() may call _read() again before it returns: that request must not be forgotten.
      this.#wanted = false;
      if (this.push(piece)) this.#wanted = true;
      this.#releaseWriter();
    }
  }

  /** There is nothing to emit: the end, or a wait until the watermark is reached again. */
  #pause(): void {
    if (this.inputEnded) {
      this.#wanted = false;
      this.push(null);
      return;
    }
    this.#emitting = false;
    this.#ranEmpty = true;
  }

  #releaseWriter(): void {
    const done = this.#writerWaits;
    if (!done || this.waitingBytes >= this.#capacityBytes) return;
    this.#writerWaits = undefined;
    done();
  }
}

/** First in, first out, without shifting a long array. */
class PieceQueue {
  #pieces: (Buffer | undefined)[] = [];
  #head = 0;

  put(piece: Buffer): void {
    this.#pieces.push(piece);
  }

  take(): Buffer | undefined {
    const piece = this.#pieces[this.#head];
    if (piece === undefined) return undefined;
    this.#pieces[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#pieces.length) this.clear();
    else if (this.#head >= 1024) this.#dropTaken();
    return piece;
  }

  clear(): void {
    this.#pieces = [];
    this.#head = 0;
  }

  #dropTaken(): void {
    this.#pieces = this.#pieces.slice(this.#head);
    this.#head = 0;
  }
}
