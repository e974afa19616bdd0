/** A way for data from one host to another: through this thread, or through separate threads. The caller does not see which. */
import type { DumpOrder, DumpResult } from '../../streams/copy-path.ts';
import type { HoleOrder } from '../../streams/read-over-holes.ts';
import type { ReadBackOptions, ReadBackResult } from '../../streams/tape/read-back.ts';
import type { ServedTape } from '../../streams/rmt/rmt-trouble.ts';
import type { TapeOrder, TapeSegment } from '../../streams/tape/spanning-tape-sink.ts';
import type { ProcessEnd } from '../../streams/stage.ts';
import type { ReadOptions, StreamOptions } from '../ssh/ssh-session.ts';

/** A command that was opened on a host. */
export interface DataEnd {
  /** Always resolves. */
  readonly ended: Promise<ProcessEnd>;
  /** Ends the command if it is not used. */
  stop(): void;
}

/** As many tapes as the records take. */
export interface TapesEnd extends DataEnd {
  /** What the tapes hold: only what was answered for. Of a dump that is being written, the last count that was reported. */
  segments(): readonly TapeSegment[];
}

/** A tape that is positioned, and the opened command that serves it. */
export interface OpenedTape extends ServedTape {
  readonly talk: DataEnd;
}

export interface TapesOptions {
  readonly recordBytes: number;
  readonly abort: AbortSignal;
  /** Gets a tape ready; what it rejects with fails the dump. */
  readonly nextTape: (order: Pick<TapeOrder, 'tape' | 'segments'>) => Promise<OpenedTape>;
}

/** Zeros in pieces of a dump's size. @param takePiece makes a buffer for each piece */
export function* zeros(bytes: number, takePiece: () => Buffer): Generator<Buffer> {
  for (let left = bytes; left > 0;) {
    const piece = takePiece().fill(0).subarray(0, left);
    left -= piece.length;
    yield piece;
  }
}

/** How records are passed that cannot be read: see HoleOrder. */
export interface OverOrder extends Omit<HoleOrder, 'first' | 'open'> {
  readonly open: (record: number) => Promise<DataEnd>;
}

export type WayReadOptions = Omit<ReadOptions, 'makeBuffer'>;

/** All of its commands throw what opening a stream of a session can end with. */
export interface DataWay {
  openRead(argv: readonly string[], options: WayReadOptions): Promise<DataEnd>;
  /** Resolves when the first data has come and nobody takes it yet, when there will be none, or when the wait is given up. Not in a thread. */
  dataComes?(source: DataEnd, abort: AbortSignal): Promise<void>;
  /** Reads on after records that cannot be read. Not in a thread. @param first the command that is opened already */
  readOver?(first: DataEnd, order: OverOrder): DataEnd;
  openWrite(argv: readonly string[], options: StreamOptions): Promise<DataEnd>;
  /** Opens a tape server for `nextTape`. */
  openTalk(argv: readonly string[], options: StreamOptions): Promise<DataEnd>;
  openTapes(options: TapesOptions): TapesEnd;
  /** Moves the bytes from and to commands that this way has opened. @throws what `runDump` throws, and DATA_THREAD_ENDED */
  dump(order: DumpOrder): Promise<DumpResult>;
  /** @throws what `readBack` throws, and DATA_THREAD_ENDED */
  readBack(order: Omit<ReadBackOptions, 'source'> & { readonly source: DataEnd }): Promise<ReadBackResult>;
  /** Writes zeros, to measure how fast the host takes them. @throws what the command fails with, and DATA_THREAD_ENDED */
  writeZeros(sink: DataEnd, bytes: number): Promise<void>;
  /** To be awaited when all commands have ended. */
  close(): Promise<void>;
}
