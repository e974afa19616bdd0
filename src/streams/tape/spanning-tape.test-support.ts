/** What the tests of spanning tapes share: a sink over a stack of emulated tapes, and what each must hold. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RmtDialect } from '../rmt/rmt-protocol.ts';
import { fileMark, ServedTape } from '../rmt/rmt-server.test-support.ts';
import type { ServedTapeOptions } from '../rmt/rmt-server.test-support.ts';
import { createSpanningTapeSink } from './spanning-tape-sink.ts';
import type { SpanningTapeOptions, TapeOrder } from './spanning-tape-sink.ts';
import { cutAt, noise } from '../stream.test-support.ts';

export const recordBytes = 512;
export const dialects = ['solaris', 'linux'] as const;

type SinkOptions = Omit<SpanningTapeOptions, 'nextTape' | 'recordBytes'>;

/** A sink whose tapes are these, one after the other. */
export function sinkOf(dialect: RmtDialect, stack: readonly ServedTapeOptions[], options: SinkOptions = {}) {
  const tapes = stack.map((tape) => new ServedTape({ dialect, ...tape }));
  const orders: TapeOrder[] = [];
  const device = dialect === 'solaris' ? '/dev/rmt/0n' : '/dev/nst0';
  const sink = createSpanningTapeSink({
    recordBytes,
    ...options,
    nextTape(order) {
      orders.push(order);
      const tape = tapes[order.tape];
      if (!tape) return Promise.reject(new Error('there are no more tapes'));
      return Promise.resolve({ channel: tape.connect(), device, dialect, evidence: { host: 'node3' } });
    },
  });
  const write = (bytes: Buffer, cuts: readonly number[] = [4096]) =>
    pipeline(Readable.from(cutAt(bytes, cuts), { objectMode: false }), sink.stream);
  return { tapes, orders, sink, write };
}

/** Bytes for that many records, and some more. */
export const volume = (records: number, more = 0) => noise(records * recordBytes + more);

/** The records that a tape must hold, and its file mark. */
export function fileOf(bytes: Buffer, firstRecord: number, records: number) {
  const part = bytes.subarray(firstRecord * recordBytes, (firstRecord + records) * recordBytes);
  return [...cutAt(part, [recordBytes]), fileMark];
}

/** Room after the logical end for what was sent ahead. */
export const physicalEnd = { trailerRecords: 1000 };
