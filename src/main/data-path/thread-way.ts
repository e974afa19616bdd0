/**
 * The data path in two threads, one for each host: one reads, decrypts and takes SHA-256, the other takes CRC-32, encrypts and writes. Pieces go
 * from one to the other by transfer. This thread sees counts, samples and what must be judged.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MessageChannel } from 'node:worker_threads';
import { dumpMovedBy, type DumpOrder, type Moved, type MoverHooks } from '../../streams/copy-path.ts';
import { PiecePool, PieceSender } from '../../streams/piece-port.ts';
import type { ReadBackOptions, ReadBackResult } from '../../streams/tape/read-back.ts';
import { defaultRecordBytes, pieceBytesOf } from '../../streams/record-cutter.ts';
import { totalOf, type TapeSegment } from '../../streams/tape/spanning-tape-sink.ts';
import type { ProcessEnd } from '../../streams/stage.ts';
import type { Break, BrokenAt } from '../../streams/stream-failure.ts';
import type { WriteHalfProgress } from '../../streams/write-half.ts';
import type { StreamOptions } from '../ssh/ssh-session.ts';
import type { DataThread, MovingCalls, ThreadEnd } from './data-thread.ts';
import {
  zeros,
  type DataEnd,
  type DataWay,
  type TapesEnd,
  type TapesOptions,
  type WayReadOptions,
} from './data-way.ts';
import type { HalfMoved, WriteMoved } from './thread-calls.ts';
import { errorOf, plainError } from './wire.ts';
import { phrase } from '../../contract/text/say.ts';

/** Tapes as they are asked for here, and written there. */
class ThreadTapes implements TapesEnd {
  readonly options: TapesOptions;
  readonly ended: Promise<ProcessEnd>;
  #segments: readonly TapeSegment[] = [];
  #settle: (end: ProcessEnd) => void = () => {};

  constructor(options: TapesOptions) {
    this.options = options;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  segments(): readonly TapeSegment[] {
    return this.#segments;
  }

  /** What is written so far; status 0 where all is. */
  note(segments: readonly TapeSegment[]): void {
    this.#segments = segments;
  }

  settle(status: number | undefined): void {
    this.#settle({ status, signal: undefined, stderr: '', bytes: totalOf(this.#segments).bytes });
  }

  stop(): void {
    this.settle(undefined);
  }
}

const isOf = (end: object): end is ThreadEnd => 'id' in end;

/** The number of a command that a thread has opened. */
function idOf(end: object): number {
  if (!isOf(end)) throw new Error('a way moves the bytes of commands that it has opened');
  return end.id;
}

/** Result of a half whose thread is gone. */
const brokenHalf = (error: unknown): HalfMoved<never> => ({
  bytes: 0,
  broken: { at: 'stage', error: plainError(error) },
  result: undefined,
});

/** Where the path broke: a half that only broke because the other one did counts where there is nothing else. */
function breakOf(
  { broken: read }: HalfMoved<unknown>,
  { broken: write }: HalfMoved<unknown>,
  abort: AbortSignal | undefined,
): Break | undefined {
  const ownOf = (broken: typeof read, follows: BrokenAt) =>
    broken && broken.at !== follows && broken.at !== 'cancel' ? broken : undefined;
  const [first] = [
    write?.at === 'sink' ? write : undefined,
    ownOf(read, 'sink'),
    ownOf(write, 'source'),
    read,
    write,
  ].filter((broken) => broken !== undefined);
  if (!first) return undefined;
  return { at: abort?.aborted ? 'cancel' : first.at, error: errorOf(first.error) };
}

export class ThreadWay implements DataWay {
  readonly #reads: DataThread;
  readonly #writes: DataThread | undefined;
  readonly #pieceBytes: number;

  /**
   * @param writes left out where nothing is written
   * @param recordBytes size of a record on the tape
   */
  constructor(reads: DataThread, writes: DataThread | undefined, recordBytes = defaultRecordBytes) {
    this.#reads = reads;
    this.#writes = writes;
    this.#pieceBytes = pieceBytesOf(recordBytes);
  }

  get #writer(): DataThread {
    if (!this.#writes) throw new Error('this way writes nothing');
    return this.#writes;
  }

  openRead(argv: readonly string[], options: WayReadOptions): Promise<ThreadEnd> {
    return this.#reads.open({ kind: 'read', argv, pieceBytes: this.#pieceBytes }, options);
  }

  openWrite(argv: readonly string[], options: StreamOptions): Promise<ThreadEnd> {
    return this.#writer.open({ kind: 'write', argv, pieceBytes: this.#pieceBytes }, options);
  }

  openTalk(argv: readonly string[], options: StreamOptions): Promise<ThreadEnd> {
    return this.#writer.open({ kind: 'talk', argv, pieceBytes: this.#pieceBytes }, options);
  }

  openTapes(options: TapesOptions): TapesEnd {
    return new ThreadTapes(options);
  }

  dump(order: DumpOrder) {
    return dumpMovedBy(order, (hooks) => this.#move(order, hooks));
  }

  async #move(order: DumpOrder, hooks: MoverHooks): Promise<Moved> {
    const cancel = () => {
      this.#reads.cancel();
      this.#writer.cancel();
    };
    let unfollow: (() => void) | undefined;
    order.abort?.addEventListener('abort', cancel, { once: true });
    try {
      const { port1, port2 } = new MessageChannel();
      let readBytes = 0;
      let written: WriteHalfProgress = { bytes: 0, bytesPerSecond: 0, bufferFill: 0 };
      const tell = () => hooks.onProgress(readBytes, written);
      const reading = this.#read(order, port1, {
        judge: ({ end, bytes }) => hooks.judge(end, bytes),
        readSoFar(bytes) {
          readBytes = bytes;
          tell();
        },
        // A journal that cannot be written fails the run with its next event.
        checkpoint: (soFar) => order.onCheckpoint?.(soFar),
      });
      const writing = this.#write(order, port2, (progress) => {
        written = progress;
        tell();
      });
      if (order.abort?.aborted) cancel();
      unfollow = order.pause?.follow((pauser) => this.#reads.hold(pauser !== undefined));
      const [read, write] = await Promise.all([reading, writing]);
      const broken = breakOf(read, write, order.abort);
      if (broken || !read.result || !write.result) {
        const unknown: Break = {
          at: 'stage',
          error: new Error(phrase('one half of the path gave no result')),
        };
        return {
          broken: broken ?? unknown,
          readBytes: Math.max(read.bytes, readBytes),
          handedBytes: Math.max(write.bytes, written.bytes),
        };
      }
      return { read: read.result, write: write.result };
    } finally {
      unfollow?.();
      order.abort?.removeEventListener('abort', cancel);
    }
  }

  async #read(order: DumpOrder, port: MessageChannel['port1'], calls: Partial<MovingCalls>) {
    const { recordBytes, lastRecord, samples, checkpointBytes, limit, onEntry } = order;
    const readOrder = {
      source: idOf(order.source),
      half: { recordBytes, lastRecord, samples, checkpointBytes, limit },
      tellsEntries: onEntry !== undefined,
      port,
    };
    const entries: MovingCalls['entries'] = (told) => told.forEach((entry) => onEntry?.(entry));
    return this.#reads.move('read', readOrder, { ...calls, entries }, [port]).catch((error: unknown) => {
      // The other thread may have no record of this one.
      this.#writer.cancel();
      return brokenHalf(error);
    });
  }

  async #write(
    { sink, watermark, recordBytes }: DumpOrder,
    port: MessageChannel['port1'],
    onProgress: (progress: WriteHalfProgress) => void,
  ): Promise<WriteMoved> {
    const tapes = sink instanceof ThreadTapes ? sink : undefined;
    const calls: Partial<MovingCalls> = {
      writtenSoFar: onProgress,
      async nextTape(order) {
        if (!tapes) throw new Error('no tape is changed');
        tapes.note(order.segments);
        const { talk, ...served } = await tapes.options.nextTape(order);
        return { ...served, talk: idOf(talk) };
      },
    };
    const writeOrder = { sink: tapes ? undefined : idOf(sink), watermark, recordBytes, port };
    const moved = await this.#writer.move('write', writeOrder, calls, [port]).catch((error: unknown) => {
      this.#reads.cancel();
      return { ...brokenHalf(error), segments: tapes?.segments() ?? [] };
    });
    tapes?.note(moved.segments);
    tapes?.settle(moved.broken ? undefined : 0);
    return moved;
  }

  async readBack(
    order: Omit<ReadBackOptions, 'source'> & { readonly source: DataEnd },
  ): Promise<ReadBackResult> {
    const { source, onProgress, abort } = order;
    const { recordBytes, total, cksum, sections, samples, reads, evidence } = order;
    const cancel = () => this.#reads.cancel();
    abort?.addEventListener('abort', cancel, { once: true });
    try {
      const reading = this.#reads.move(
        'readBack',
        { source: idOf(source), recordBytes, total, cksum, sections, samples, reads, evidence },
        { readBackSoFar: (progress) => onProgress?.(progress) },
      );
      if (abort?.aborted) cancel();
      return await reading;
    } finally {
      abort?.removeEventListener('abort', cancel);
    }
  }

  async writeZeros(sink: DataEnd, bytes: number): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    const pool = new PiecePool(this.#pieceBytes);
    const sender = new PieceSender(port1, pool);
    const source = Readable.from(
      zeros(bytes, () => pool.take()),
      { objectMode: false },
    );
    const order = { sink: idOf(sink), watermark: undefined, recordBytes: undefined, port: port2 };
    const sending = pipeline(source, sender).catch(() => undefined);
    try {
      const { broken } = await this.#writer.move('write', order, {}, [port2]);
      if (broken) throw errorOf(broken.error);
    } finally {
      sender.destroy();
      await sending;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#reads.close(), this.#writes?.close()]);
  }
}
