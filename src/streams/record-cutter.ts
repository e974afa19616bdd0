/**
 * Cuts a stream into tape records.
 *
 * Contract: the bytes leave in order, in pieces that are a whole number of records (at most 256 KiB each, or one record
 * where records are larger); only the very last piece may end in a short record. A piece holds several records because
 * larger writes cost less; the record boundaries on the tape are made by dd (`obs=`).
 */
import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { failure } from '../contract/errors.ts';
import { requireFinished } from './stage.ts';
import type { Stage } from './stage.ts';

/** `bs=32768` of the guide (GDS guide 6.6.3.7, 6a). */
export const defaultRecordBytes = 32_768;

/** `short`: the last record has the remaining bytes, as with dd. `zero-padded`: it is filled up with zeros, as tar expects. */
export type LastRecord = 'short' | 'zero-padded';

export interface RecordCount {
  /** All records, including the last one. */
  readonly records: number;
  /** Records of the full size. */
  readonly fullRecords: number;
  /** Length of the last record, padding included; 0 if there is none. */
  readonly lastRecordBytes: number;
  readonly paddingBytes: number;
  /** Bytes sent on: data and padding. */
  readonly bytes: number;
  readonly recordBytes: number;
}

export interface RecordCutterOptions {
  /** 512 to 1,048,576, a multiple of 512. */
  readonly recordBytes?: number | undefined;
  readonly lastRecord?: LastRecord | undefined;
}

const pieceBytesAtMost = 256 * 1024;

/** Throws RECORD_SIZE_WRONG unless `recordBytes` is 512 to 1,048,576 and a multiple of 512. */
export function requireRecordBytes(recordBytes: number): number {
  const right = Number.isInteger(recordBytes) && recordBytes % 512 === 0;
  if (!right || recordBytes < 512 || recordBytes > 1024 * 1024) {
    throw failure('RECORD_SIZE_WRONG', { recordBytes });
  }
  return recordBytes;
}

/** One piece of a record cutter: whole records, 256 KiB at most, or one record if records are larger. */
export const pieceBytesOf = (recordBytes: number): number =>
  recordBytes * Math.max(1, Math.floor(pieceBytesAtMost / recordBytes));

/** The records that were cut. */
export interface CutRecords extends RecordCount {
  /** SHA-256 (hex) of the first record, with its padding; undefined if there is none. */
  readonly firstRecordSha256: string | undefined;
}

/** Makes a record cutter. Throws RECORD_SIZE_WRONG. */
export function createRecordCutter(options: RecordCutterOptions = {}): Stage<CutRecords> {
  const recordBytes = requireRecordBytes(options.recordBytes ?? defaultRecordBytes);
  const lastRecord = options.lastRecord ?? 'short';
  const pieceBytes = pieceBytesOf(recordBytes);
  let piece: Buffer | undefined;
  let filled = 0;
  let dataBytes = 0;
  let finished: RecordCount | undefined;
  let firstRecordSha256: string | undefined;

  const push = (stream: Transform, records: Buffer): void => {
    firstRecordSha256 ??= createHash('sha256').update(records.subarray(0, recordBytes)).digest('hex');
    stream.push(records);
  };

  /** Takes from `input` at `offset`: a whole piece without a copy if nothing waits, otherwise into the waiting piece. */
  const take = (input: Buffer, offset: number, stream: Transform): number => {
    if (filled === 0 && input.length - offset >= pieceBytes) {
      push(stream, input.subarray(offset, offset + pieceBytes));
      return pieceBytes;
    }
    piece ??= Buffer.allocUnsafeSlow(pieceBytes);
    const taken = input.copy(piece, filled, offset, offset + pieceBytes - filled);
    filled += taken;
    if (filled === pieceBytes) {
      push(stream, piece);
      piece = undefined;
      filled = 0;
    }
    return taken;
  };

  const stream = new Transform({
    highWaterMark: pieceBytesAtMost,
    transform(input: Buffer, _encoding, done) {
      dataBytes += input.length;
      for (let offset = 0; offset < input.length;) offset += take(input, offset, this);
      done();
    },
    flush(done) {
      finished = countRecords(dataBytes, recordBytes, lastRecord);
      if (piece && filled > 0) {
        const padded = filled + finished.paddingBytes;
        push(this, piece.fill(0, filled, padded).subarray(0, padded));
        piece = undefined;
      }
      done();
    },
  });

  return {
    stream,
    result() {
      requireFinished('record cutter', finished !== undefined);
      return { ...(finished as RecordCount), firstRecordSha256 };
    },
  };
}

/** The records that `dataBytes` bytes fill: pure arithmetic, also for a plan. */
export function countRecords(dataBytes: number, recordBytes: number, lastRecord: LastRecord): RecordCount {
  const rest = dataBytes % recordBytes;
  const paddingBytes = rest > 0 && lastRecord === 'zero-padded' ? recordBytes - rest : 0;
  const bytes = dataBytes + paddingBytes;
  const fullRecords = Math.floor(bytes / recordBytes);
  const short = bytes % recordBytes;
  const lastOfFull = fullRecords > 0 ? recordBytes : 0;
  return {
    records: fullRecords + (short > 0 ? 1 : 0),
    fullRecords,
    lastRecordBytes: short > 0 ? short : lastOfFull,
    paddingBytes,
    bytes,
    recordBytes,
  };
}
