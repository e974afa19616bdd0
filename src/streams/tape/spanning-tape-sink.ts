/**
 * Writes records to as many tapes as they need: where one ends, the next one continues with the first record that was
 * not written.
 *
 * Over two ssh hops it reaches 0.4 to 0.75 of the rate of dd, since each answer is an ssh packet: dd writes if one tape
 * is enough.
 *
 * A record counts when the tape server has acknowledged it, and unacknowledged ones are kept here. So nothing is lost
 * at the end of a tape, and nothing is written twice.
 */
import { addAbortSignal, Writable } from 'node:stream';
import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { defaultRecordBytes, requireRecordBytes } from '../record-cutter.ts';
import type { RecordCount } from '../record-cutter.ts';
import type { ByteSink, ProcessEnd } from '../stage.ts';
import { TapeSegmentWriter } from './tape-segment-writer.ts';
import type { TapeConnection } from './tape-segment-writer.ts';

/** What one tape holds of the stream. */
export interface TapeSegment {
  /** Counted from 0, in the order in which the tapes were requested. */
  readonly tape: number;
  /** Counted from 0, over all tapes. */
  readonly firstRecord: number;
  /** 0 if the tape ended before it accepted any. */
  readonly records: number;
  readonly bytes: number;
}

export interface TapeOrder {
  /** The requested tape, counted from 0. */
  readonly tape: number;
  /** The contents of the tapes before it: closed, each with its file mark. */
  readonly segments: readonly TapeSegment[];
  /** Aborted when the tape is no longer needed. */
  readonly signal: AbortSignal;
}

/** Gets a tape ready, positioned where records may be written, and starts its server. Its rejection fails the stream. */
export type NextTape = (order: TapeOrder) => Promise<TapeConnection>;

export interface SpanningTapeOptions {
  /** Called for the first tape when the first record arrives, and for each further one when the previous tape is closed. */
  readonly nextTape: NextTape;
  /** 512 to 1,048,576, a multiple of 512; default 32,768. */
  readonly recordBytes?: number | undefined;
  /** Records that may be in transit without an answer; default 64. */
  readonly window?: number | undefined;
  /** Ends everything immediately; unacknowledged records do not count. */
  readonly abort?: AbortSignal | undefined;
}

export interface SpanningTapeSink extends ByteSink {
  /** What the tapes hold so far, including the tape in the drive: only acknowledged records. */
  segments(): readonly TapeSegment[];
}

/** 2 MiB of records of the usual size: what an ssh channel can have unacknowledged. */
const defaultWindowRecords = 64;

/** One piece of the record cutter. */
const waitingBytes = 256 * 1024;

/**
 * Makes the sink. Its stream accepts bytes in pieces of any size and makes records of them, the last one short if
 * necessary. It finishes when the server has confirmed that the last tape is closed; `ended` then has status 0.
 *
 * The stream fails with TAPE_WRITE_PROTECTED, TAPE_BUSY, TAPE_NOT_LOADED, TAPE_WRITE_FAILED, TAPE_TOO_SMALL,
 * TAPE_SERVER_GARBLED, TAPE_SERVER_ENDED, the channel's own failure, and what `nextTape` rejects with. Throws
 * RECORD_SIZE_WRONG.
 */
export function createSpanningTapeSink(options: SpanningTapeOptions): SpanningTapeSink {
  const tapes = new TapeSequence(options);
  let end: (ended: ProcessEnd) => void;
  const ended = new Promise<ProcessEnd>((resolve) => {
    end = resolve;
  });
  const endWith = (status: number | undefined) => {
    end({ status, signal: undefined, stderr: '', bytes: totalOf(tapes.segments()).bytes });
  };
  const stream = new Writable({
    highWaterMark: waitingBytes,
    write(piece: Buffer, _encoding, done) {
      tapes.put(piece).then(() => done(), done);
    },
    final(done) {
      tapes
        .finish()
        .then(() => endWith(0))
        .then(() => done(), done);
    },
    destroy(error, done) {
      tapes.giveUp(error ?? failure('COPY_CANCELLED', totalOf(tapes.segments())));
      endWith(undefined);
      done(error);
    },
  });
  tapes.onFailure = (error) => stream.destroy(error);
  if (options.abort) addAbortSignal(options.abort, stream);
  return { stream, ended, segments: () => tapes.segments() };
}

/**
 * Decides whether the tapes hold what was sent. Throws TAPES_MISCOUNTED.
 * @param expected what the record cutter counted
 */
export function judgeSpanningWrite(
  segments: readonly TapeSegment[],
  expected: Pick<RecordCount, 'records' | 'bytes'>,
): void {
  const total = totalOf(segments);
  if (total.records === expected.records && total.bytes === expected.bytes) return;
  const told = { expected: inWords(expected), actual: inWords(total) };
  throw failure('TAPES_MISCOUNTED', told, told);
}

/** Records and bytes of all segments. */
export function totalOf(segments: readonly TapeSegment[]): { records: number; bytes: number } {
  return {
    records: segments.reduce((sum, segment) => sum + segment.records, 0),
    bytes: segments.reduce((sum, segment) => sum + segment.bytes, 0),
  };
}

function inWords({ records, bytes }: { records: number; bytes: number }): string {
  return phrase('{records} records, {bytes} bytes', { records, bytes });
}

/** The tapes one after the other. `put` and `finish` are called one at a time, as by a stream. */
class TapeSequence {
  onFailure: (error: Error) => void = () => {};
  readonly #nextTape: NextTape;
  readonly #recordBytes: number;
  readonly #window: number;
  readonly #closed: TapeSegment[] = [];
  readonly #stop = new AbortController();
  #writer: TapeSegmentWriter | undefined;
  /** Less than a record, until the rest arrives. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(options: SpanningTapeOptions) {
    this.#nextTape = options.nextTape;
    this.#recordBytes = requireRecordBytes(options.recordBytes ?? defaultRecordBytes);
    this.#window = Math.max(1, options.window ?? defaultWindowRecords);
  }

  segments(): readonly TapeSegment[] {
    return this.#writer ? [...this.#closed, this.#segmentOf(this.#writer)] : [...this.#closed];
  }

  /** Resolves when all whole records of the piece are sent. */
  async put(piece: Buffer): Promise<void> {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const whole = bytes.length - (bytes.length % this.#recordBytes);
    this.#rest = bytes.subarray(whole);
    for (const group of this.#groups(bytes.subarray(0, whole))) await this.#send(group);
  }

  /** Resolves when all records are on tape and the last tape is closed. */
  async finish(): Promise<void> {
    if (this.#rest.length > 0) await this.#send([this.#rest]);
    for (let writer = this.#writer; writer; writer = this.#writer) {
      await writer.settled();
      if (writer.ended) await this.#goOn(writer);
      else await this.#close(writer, () => writer.close());
    }
  }

  giveUp(error: Error): void {
    this.#stop.abort(error);
    this.#writer?.destroy(error);
  }

  /** Records in groups that fit the window: a group is sent as one piece. */
  *#groups(bytes: Buffer): Generator<Buffer[]> {
    const groupBytes = this.#recordBytes * this.#window;
    for (let from = 0; from < bytes.length; from += groupBytes) {
      yield recordsOf(bytes.subarray(from, from + groupBytes), this.#recordBytes);
    }
  }

  async #send(records: Buffer[]): Promise<void> {
    for (;;) {
      const writer = this.#writer ?? (await this.#open());
      await writer.room(records.length);
      if (!writer.ended) {
        writer.send(records);
        return;
      }
      await this.#goOn(writer);
    }
  }

  /** Closes a tape that has ended, and sends to the next one what it did not accept. */
  async #goOn(writer: TapeSegmentWriter): Promise<void> {
    const unwritten = await this.#close(writer, () => writer.closeEnded());
    this.#requireProgress();
    (await this.#open()).send(unwritten);
  }

  async #close<Result>(writer: TapeSegmentWriter, work: () => Promise<Result>): Promise<Result> {
    const result = await work();
    this.#closed.push(this.#segmentOf(writer));
    this.#writer = undefined;
    return result;
  }

  async #open(): Promise<TapeSegmentWriter> {
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const segments = [...this.#closed];
    const tape = await this.#nextTape({ tape: segments.length, segments, signal });
    const writer = new TapeSegmentWriter(tape, this.#window, (error) => this.onFailure(error));
    this.#writer = writer;
    if (signal.aborted) writer.destroy(signal.reason as Error);
    await writer.open();
    return writer;
  }

  #segmentOf({ records, bytes }: TapeSegmentWriter): TapeSegment {
    return { tape: this.#closed.length, firstRecord: totalOf(this.#closed).records, records, bytes };
  }

  /** One tape may be full from the start; after two of them a third would not help, and the run would never end. */
  #requireProgress(): void {
    const [last, before] = this.#closed.slice(-2).reverse();
    if (!last || !before || last.records > 0 || before.records > 0) return;
    throw failure('TAPE_TOO_SMALL', {
      tapes: phrase('{first} and {second}', { first: before.tape + 1, second: last.tape + 1 }),
    });
  }
}

function recordsOf(bytes: Buffer, recordBytes: number): Buffer[] {
  const records: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += recordBytes) {
    records.push(bytes.subarray(from, from + recordBytes));
  }
  return records;
}
