import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure } from '../../contract/errors.ts';
import { runDump } from '../copy-path.ts';
import { fileMark, ServedTape } from '../rmt/rmt-server.test-support.ts';
import { createSpanningTapeSink, judgeSpanningWrite } from './spanning-tape-sink.ts';
import type { TapeOrder } from './spanning-tape-sink.ts';
import { dialects, fileOf, physicalEnd, recordBytes, sinkOf, volume } from './spanning-tape.test-support.ts';
import { cutAt, failureOf, noise } from '../stream.test-support.ts';
import { sourceOf } from './tape-emulator.test-support.ts';

describe.each(dialects)('writing to several tapes (%s)', (dialect) => {
  it('continues with the next one where one ends, and neither loses nor duplicates anything', async () => {
    const stack = [5, 7, 11, 11, 11].map((capacityRecords) => ({ capacityRecords, ...physicalEnd }));
    const { tapes, sink, write, orders } = sinkOf(dialect, stack);
    const bytes = volume(40);
    await write(bytes);
    const segments = [
      { tape: 0, firstRecord: 0, records: 5, bytes: 5 * 512 },
      { tape: 1, firstRecord: 5, records: 7, bytes: 7 * 512 },
      { tape: 2, firstRecord: 12, records: 11, bytes: 11 * 512 },
      { tape: 3, firstRecord: 23, records: 11, bytes: 11 * 512 },
      { tape: 4, firstRecord: 34, records: 6, bytes: 6 * 512 },
    ];
    expect(sink.segments()).toEqual(segments);
    for (const { tape, firstRecord, records } of segments) {
      expect(tapes[tape]?.content).toEqual(fileOf(bytes, firstRecord, records));
    }
    expect(await sink.ended).toEqual({ status: 0, signal: undefined, stderr: '', bytes: 40 * 512 });
    expect(orders.map(({ tape }) => tape)).toEqual([0, 1, 2, 3, 4]);
    expect(orders[2]?.segments).toEqual(segments.slice(0, 2));
  });

  it('really had sent records ahead that the drive accepted after its end', async () => {
    const { tapes, write } = sinkOf(dialect, [{ capacityRecords: 5, ...physicalEnd }, {}], { window: 16 });
    await write(volume(20), [16 * 512]);
    expect(tapes[0]?.mostWaiting).toBe(16);
    const mark = dialect === 'solaris' ? 'I0 1' : 'I5 1';
    expect(tapes[0]?.requests.slice(-3)).toEqual(['I4 5', mark, 'C']);
  });

  it('keeps what was on the tape before', async () => {
    const label = [noise(512, 99), fileMark] as const;
    const { tapes, write, sink } = sinkOf(dialect, [
      { capacityRecords: 4, ...physicalEnd, before: label },
      { before: label },
    ]);
    const bytes = volume(9);
    await write(bytes);
    expect(tapes[0]?.content).toEqual([...label, ...fileOf(bytes, 0, 3)]);
    expect(tapes[1]?.content).toEqual([...label, ...fileOf(bytes, 3, 6)]);
    expect(sink.segments().map(({ records }) => records)).toEqual([3, 6]);
  });

  it('ends with a short record and a file mark if one tape is enough', async () => {
    const { tapes, write, sink } = sinkOf(dialect, [{}]);
    const bytes = volume(3, 100);
    await write(bytes, [700]);
    expect(tapes[0]?.content).toEqual(fileOf(bytes, 0, 4));
    expect(tapes[0]?.requests.at(-1)).toBe('C');
    expect(sink.segments()).toEqual([{ tape: 0, firstRecord: 0, records: 4, bytes: 3 * 512 + 100 }]);
  });

  it('accepts a tape that ends right after the very last record', async () => {
    const { tapes, write, sink } = sinkOf(dialect, [{ capacityRecords: 4, ...physicalEnd }]);
    const bytes = volume(4);
    await write(bytes);
    expect(tapes[0]?.content).toEqual(fileOf(bytes, 0, 4));
    expect(sink.segments()).toHaveLength(1);
  });

  it('accepts one tape that is full from the start', async () => {
    const { tapes, write, sink } = sinkOf(dialect, [{ capacityRecords: 0, ...physicalEnd }, {}]);
    const bytes = volume(9);
    await write(bytes);
    expect(tapes[0]?.content).toEqual([fileMark]);
    expect(tapes[1]?.content).toEqual(fileOf(bytes, 0, 9));
    expect(sink.segments()).toEqual([
      { tape: 0, firstRecord: 0, records: 0, bytes: 0 },
      { tape: 1, firstRecord: 0, records: 9, bytes: 9 * 512 },
    ]);
  });

  it('continues after a full tape as long as the next one accepts something', async () => {
    const full = { capacityRecords: 0, ...physicalEnd };
    const some = { capacityRecords: 3, ...physicalEnd };
    const { write, sink } = sinkOf(dialect, [full, some, full, some, {}]);
    await write(volume(9));
    expect(sink.segments().map(({ records }) => records)).toEqual([0, 3, 0, 3, 3]);
  });

  it('requests the first tape when the first record is complete', async () => {
    const { write, orders, sink } = sinkOf(dialect, [{}]);
    sink.stream.write(volume(0, recordBytes - 1));
    await new Promise(setImmediate);
    expect(orders).toEqual([]);
    await write(volume(0, 1));
    expect(sink.segments()).toEqual([{ tape: 0, firstRecord: 0, records: 1, bytes: recordBytes }]);
  });

  it('gives up after two tapes that accepted nothing', async () => {
    const full = { capacityRecords: 0, ...physicalEnd };
    const { write, orders } = sinkOf(dialect, [{ capacityRecords: 3, ...physicalEnd }, full, full, {}]);
    const error = await failureOf(() => write(volume(9)));
    expect(error.code).toBe('TAPE_TOO_SMALL');
    expect(error.message).toBe('two tapes in a row, 2 and 3, did not accept a single record');
    expect(orders).toHaveLength(3);
  });

  it('requests no tape when there is nothing to write', async () => {
    const { write, orders, sink } = sinkOf(dialect, []);
    await write(Buffer.alloc(0));
    expect(orders).toEqual([]);
    expect(sink.segments()).toEqual([]);
  });

  it('continues however tapes, window and pieces fall', async () => {
    const tape = fc.record({
      capacityRecords: fc.integer({ min: 1, max: 12 }),
      trailerRecords: fc.integer({ min: 0, max: 8 }),
      shortBytes: fc.option(fc.integer({ min: 1, max: recordBytes - 1 }), { nil: 0 }),
      pieces: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(tape, { minLength: 30, maxLength: 30 }),
        fc.integer({ min: 1, max: 64 }),
        fc.nat(30 * recordBytes),
        fc.array(fc.integer({ min: 1, max: 20 * recordBytes }), { minLength: 1, maxLength: 4 }),
        async (stack, window, length, cuts) => {
          // A record that a drive accepts only in part does not count, so such a tape must hold two to make progress.
          const enough = stack.map((one) => ({ ...one, capacityRecords: one.capacityRecords + 1 }));
          const { tapes, sink, write } = sinkOf(dialect, enough, { window });
          const bytes = noise(length);
          await write(bytes, cuts);
          const segments = sink.segments();
          let next = 0;
          for (const { tape: number, firstRecord, records } of segments) {
            expect(firstRecord).toBe(next);
            expect(tapes[number]?.content).toEqual(fileOf(bytes, firstRecord, records));
            expect(tapes[number]?.mostWaiting).toBeLessThanOrEqual(window);
            next += records;
          }
          expect(next).toBe(Math.ceil(length / recordBytes));
          expect(segments.reduce((sum, one) => sum + one.bytes, 0)).toBe(length);
          judgeSpanningWrite(segments, { records: next, bytes: length });
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('getting the next tape', () => {
  it('fails the stream with its own error', async () => {
    const refused = failure('COPY_CANCELLED', { bytes: 0 });
    const sink = createSpanningTapeSink({ recordBytes, nextTape: () => Promise.reject(refused) });
    sink.stream.on('error', () => {});
    const error = await failureOf(() => pipeline(Readable.from([volume(3)]), sink.stream));
    expect(error).toBe(refused);
  });

  it('is notified when no tape is needed any more, and a tape that comes late is returned', async () => {
    const stop = new AbortController();
    const tape = new ServedTape();
    let deliver: () => void = () => {};
    let asked: (order: TapeOrder) => void = () => {};
    const order = new Promise<TapeOrder>((resolve) => (asked = resolve));
    const channel = tape.connect();
    const sink = createSpanningTapeSink({
      recordBytes,
      abort: stop.signal,
      nextTape: (wanted) =>
        new Promise((resolve) => {
          deliver = () => resolve({ channel, device: '/dev/nst0', dialect: 'linux' });
          asked(wanted);
        }),
    });
    const writing = pipeline(Readable.from([volume(3)]), sink.stream);
    const { signal } = await order;
    stop.abort();
    await expect(writing).rejects.toThrow('aborted');
    expect(signal.aborted).toBe(true);
    deliver();
    expect(await channel.ended).toMatchObject({ status: undefined });
    expect(tape.content).toEqual([]);
  });

  it('ends when the stream is aborted in the middle of a tape', async () => {
    const stop = new AbortController();
    const tape = new ServedTape();
    const channel = tape.connect();
    const sink = createSpanningTapeSink({
      recordBytes,
      abort: stop.signal,
      nextTape: () => Promise.resolve({ channel, device: '/dev/nst0', dialect: 'linux' }),
    });
    sink.stream.on('error', () => {});
    await new Promise<void>((resolve) => sink.stream.write(volume(3), () => resolve()));
    stop.abort();
    expect((await channel.ended).status).toBeUndefined();
    expect((await sink.ended).status).toBeUndefined();
    expect(channel.input.destroyed).toBe(true);
  });
});

describe('unacknowledged records', () => {
  it('are no more than the window allows, and hold back what comes after them', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const ended = new Promise<never>(() => {});
    const sink = createSpanningTapeSink({
      recordBytes,
      window: 12,
      nextTape: () =>
        Promise.resolve({ channel: { input, output, ended }, device: '/dev/nst0', dialect: 'linux' }),
    });
    const sentRecords = async () => {
      await new Promise(setImmediate);
      return Math.floor(input.readableLength / recordBytes);
    };
    output.write('A3\n');
    for (const piece of cutAt(volume(32), [8 * recordBytes])) sink.stream.write(piece);
    expect(await sentRecords()).toBe(8);
    output.write('A512\n'.repeat(3));
    expect(await sentRecords()).toBe(8);
    output.write('A512\n');
    expect(await sentRecords()).toBe(16);
    expect(sink.segments()).toEqual([{ tape: 0, firstRecord: 0, records: 4, bytes: 4 * 512 }]);
    expect(sink.stream.writableLength).toBe(16 * recordBytes);
    sink.stream.destroy();
    expect((await sink.ended).bytes).toBe(4 * 512);
  });
});

describe('a failure while nothing is written', () => {
  it('fails the stream at once, before more is given to it', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const ended = Promise.resolve({ status: 1, signal: undefined, stderr: 'rmt: killed\n', bytes: 0 });
    const sink = createSpanningTapeSink({
      recordBytes,
      nextTape: () =>
        Promise.resolve({ channel: { input, output, ended }, device: '/dev/nst0', dialect: 'linux' }),
    });
    const failed = new Promise<Error>((resolve) => sink.stream.once('error', resolve));
    output.write('A3\n');
    await new Promise<void>((resolve) => sink.stream.write(volume(2), () => resolve()));
    output.write('A512\n');
    output.write('E5\nI/O error\n');
    expect((await failed).message).toBe(
      'writing to the tape failed: /dev/nst0: write record 1 (512 bytes): I/O error (errno 5)',
    );
    expect((await sink.ended).bytes).toBe(512);
  });
});

describe('the sink in the path of a dump', () => {
  it('replaces dd: the dump is written to two tapes, padded to whole records', async () => {
    const { tapes, sink } = sinkOf('linux', [{ capacityRecords: 30, ...physicalEnd }, {}]);
    const bytes = volume(70, 10);
    const dump = await runDump({
      source: sourceOf(cutAt(bytes, [1000])),
      sink,
      recordBytes,
      lastRecord: 'zero-padded',
      expectedBytes: bytes.length,
    });
    judgeSpanningWrite(sink.segments(), dump.handed);
    const padded = Buffer.concat([bytes, Buffer.alloc(502)]);
    expect(tapes[0]?.content).toEqual(fileOf(padded, 0, 30));
    expect(tapes[1]?.content).toEqual(fileOf(padded, 30, 41));
  });

  it('fails the dump with the error of the tape', async () => {
    const { sink } = sinkOf('solaris', [{ faults: new Map([[3, 5]]) }]);
    const error = await failureOf(() =>
      runDump({
        source: sourceOf(cutAt(volume(70), [1000])),
        sink,
        recordBytes,
        sinkEvidence: { command: '/etc/rmt' },
      }),
    );
    expect(error.message).toBe(
      'writing to the tape failed: /dev/rmt/0n: write record 3 (512 bytes): I/O error (errno 5)',
    );
  });

  it('is judged by records and bytes alike', async () => {
    const segments = [
      { tape: 0, firstRecord: 0, records: 3, bytes: 1536 },
      { tape: 1, firstRecord: 3, records: 1, bytes: 100 },
    ];
    expect(() => judgeSpanningWrite(segments, { records: 4, bytes: 1636 })).not.toThrow();
    for (const expected of [
      { records: 4, bytes: 1637 },
      { records: 5, bytes: 1636 },
    ]) {
      const error = await failureOf(() => judgeSpanningWrite(segments, expected));
      expect(error.code).toBe('TAPES_MISCOUNTED');
    }
  });

  it('is judged by what was acknowledged', async () => {
    const segments = [{ tape: 0, firstRecord: 0, records: 3, bytes: 1536 }];
    const error = await failureOf(() => judgeSpanningWrite(segments, { records: 4, bytes: 2048 }));
    expect(error.code).toBe('TAPES_MISCOUNTED');
    expect(error.message).toBe('the tapes took 3 records, 1536 bytes instead of 4 records, 2048 bytes');
  });
});
