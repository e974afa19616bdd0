import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { failure } from '../../contract/errors.ts';
import { readBackSegments } from './spanning-read-back.ts';
import type { OpenSegment } from './spanning-read-back.ts';
import type { TapeSegment } from './spanning-tape-sink.ts';
import { cutAt, failureOf, noise, sha256 } from '../stream.test-support.ts';
import { EmulatedTape } from './tape-emulator.test-support.ts';

const recordBytes = 512;
const volume = noise(20 * recordBytes + 100);

const segments: readonly TapeSegment[] = [
  { tape: 0, firstRecord: 0, records: 8, bytes: 8 * 512 },
  { tape: 1, firstRecord: 8, records: 0, bytes: 0 },
  { tape: 2, firstRecord: 8, records: 13, bytes: 12 * 512 + 100 },
];

/** The tapes that hold what the segments say. */
function tapesOf(bytes: Buffer): EmulatedTape[] {
  return segments.map(({ firstRecord, records }) => {
    const tape = new EmulatedTape();
    const part = bytes.subarray(firstRecord * recordBytes, (firstRecord + records) * recordBytes);
    tape.records.push(...cutAt(part, [recordBytes]).filter((record) => record.length > 0));
    return tape;
  });
}

function openerOf(tapes: readonly EmulatedTape[], errorAtRecord?: number) {
  const opened: number[] = [];
  const openSegment: OpenSegment = ({ tape }) => {
    opened.push(tape);
    const source = (tapes[tape] as EmulatedTape).openRead(
      recordBytes,
      tape === 2 ? errorAtRecord : undefined,
    );
    return Promise.resolve(source);
  };
  return { opened, openSegment };
}

const evidence = ({ tape }: TapeSegment) => ({ host: 'node3', command: `dd of tape ${tape + 1}` });

describe('reading several tapes back', () => {
  it('yields the digest of the whole, and requests no tape that holds nothing', async () => {
    const { opened, openSegment } = openerOf(tapesOf(volume));
    const totals: (number | undefined)[] = [];
    const result = await readBackSegments({
      segments,
      openSegment,
      recordBytes,
      onProgress: ({ total }) => totals.push(total),
    });
    expect(result).toMatchObject({ bytes: volume.length, records: 21, sha256: sha256(volume) });
    expect(opened).toEqual([0, 2]);
    expect(totals.at(-1)).toBe(volume.length);
  });

  it.each([
    ['a record more', (tape: EmulatedTape) => tape.records.push(noise(512)), '13+1 records, 6756 bytes'],
    ['a record fewer', (tape: EmulatedTape) => tape.records.shift(), '11+1 records, 5732 bytes'],
    [
      'a shorter record',
      (tape: EmulatedTape) => tape.records.splice(-1, 1, noise(99)),
      '12+1 records, 6243 bytes',
    ],
  ])('fails if a tape yields %s', async (_case, change, given) => {
    const tapes = tapesOf(volume);
    change(tapes[2] as EmulatedTape);
    const { openSegment } = openerOf(tapes);
    const error = await failureOf(() => readBackSegments({ segments, openSegment, recordBytes, evidence }));
    expect(error.code).toBe('TAPE_READBACK_MISCOUNTED');
    expect(error.message).toBe(`the tape returned ${given} instead of 12+1 records, 6244 bytes`);
    expect(error.evidence).toMatchObject({ host: 'node3', command: 'dd of tape 3' });
  });

  it('reads segments that are larger than the buffers, at the pace of their reader', async () => {
    const large = noise(8 * 1024 * 1024);
    const tape = new EmulatedTape();
    tape.records.push(...cutAt(large, [65_536]));
    const through = new PassThrough({
      transform: (piece: Buffer, _encoding, done) => setImmediate(() => done(null, piece)),
    });
    const result = await readBackSegments({
      segments: [{ tape: 0, firstRecord: 0, records: 128, bytes: large.length }],
      openSegment: () => Promise.resolve(tape.openRead(65_536)),
      recordBytes: 65_536,
      through,
    });
    expect(result).toMatchObject({ bytes: large.length, sha256: sha256(large) });
  });

  it('detects a wrong bit by the digest', async () => {
    const tapes = tapesOf(volume);
    const record = Buffer.from(tapes[0]?.records[3] as Buffer);
    record.writeUInt8(record.readUInt8(7) ^ 1, 7);
    tapes[0]?.records.splice(3, 1, record);
    const { openSegment } = openerOf(tapes);
    const result = await readBackSegments({ segments, openSegment, recordBytes });
    expect(result.bytes).toBe(volume.length);
    expect(result.sha256).not.toBe(sha256(volume));
  });

  it('fails at an error on one of the tapes', async () => {
    const { openSegment } = openerOf(tapesOf(volume), 4);
    const error = await failureOf(() => readBackSegments({ segments, openSegment, recordBytes, evidence }));
    expect(error.message).toBe(
      "reading the tape back failed: dd: error reading '/dev/nst0': Input/output error",
    );
    expect(error.evidence).toMatchObject({ command: 'dd of tape 3', exitStatus: 1 });
  });

  it('fails with the error of getting a tape', async () => {
    const lost = failure('CONNECTION_LOST', { host: 'node3', reason: 'reset' });
    const error = await failureOf(() =>
      readBackSegments({ segments, openSegment: () => Promise.reject(lost), recordBytes }),
    );
    expect(error).toBe(lost);
  });

  it('can be canceled while a tape is waited for', async () => {
    const stop = new AbortController();
    let signal: AbortSignal | undefined;
    const openSegment: OpenSegment = (_segment, given) => {
      signal = given;
      queueMicrotask(() => stop.abort());
      return new Promise(() => {});
    };
    const error = await failureOf(() =>
      readBackSegments({ segments, openSegment, recordBytes, abort: stop.signal }),
    );
    expect(error.code).toBe('COPY_CANCELLED');
    expect(signal?.aborted).toBe(true);
  });

  it('returns a tape that arrives after the wait has ended', async () => {
    const stop = new AbortController();
    // It would never end on its own.
    const stream = new Readable({ read: () => undefined });
    const end = { status: 0, signal: undefined, stderr: '', bytes: 0 };
    const source = { stream, ended: Promise.resolve(end) };
    let deliver: () => void = () => {};
    const openSegment: OpenSegment = () => {
      queueMicrotask(() => stop.abort());
      return new Promise((resolve) => (deliver = () => resolve(source)));
    };
    const error = await failureOf(() =>
      readBackSegments({ segments, openSegment, recordBytes, abort: stop.signal }),
    );
    expect(error.code).toBe('COPY_CANCELLED');
    const closed = new Promise((resolve) => source.stream.once('close', resolve));
    deliver();
    await closed;
    expect(source.stream.destroyed).toBe(true);
  });

  describe('whose connection is lost in the middle', () => {
    const lost = failure('CONNECTION_LOST', { host: 'node3', reason: 'reset' });
    const unheard = { status: undefined, signal: undefined, stderr: '', bytes: 0 };

    /** Yields this many bytes of a tape, then loses the connection. */
    function brokenRead(tape: EmulatedTape, bytes: number) {
      const stream = Readable.from(
        (function* () {
          for (const piece of cutAt(tape.bytes.subarray(0, bytes), [700])) yield piece;
          throw lost;
        })(),
        { objectMode: false },
      );
      return Promise.resolve({ stream, ended: Promise.resolve(unheard) });
    }

    /** Starts a segment again each time that the connection is lost. */
    const persist = async (_segment: TapeSegment, read: () => Promise<void>): Promise<void> => {
      for (;;) {
        try {
          await read();
          return;
        } catch (error) {
          if (error !== lost) throw error;
        }
      }
    };

    it.each([
      ['before the first byte', [0]],
      ['within a record', [1000]],
      ['three times, each time further', [512, 3000, 6000]],
      ['twice, the second time earlier', [3000, 600]],
      ['after the last byte', [6244]],
    ])('%s continue where they were, and yield the digest of the whole', async (_when, breaks) => {
      const tapes = tapesOf(volume);
      const { openSegment } = openerOf(tapes);
      const left = [...breaks];
      const result = await readBackSegments({
        segments,
        recordBytes,
        persist,
        openSegment: (segment, signal) => {
          const at = segment.tape === 2 ? left.shift() : undefined;
          return at === undefined ? openSegment(segment, signal) : brokenRead(tapes[2] as EmulatedTape, at);
        },
      });
      expect(result).toMatchObject({ bytes: volume.length, records: 21, sha256: sha256(volume) });
      expect(left).toEqual([]);
    });

    it.each([
      ['in the middle', 3000],
      ['after the last byte', 6244],
    ])('%s, and that then begin with other bytes, are rejected', async (_when, at) => {
      const tapes = tapesOf(volume);
      const { openSegment } = openerOf(tapes);
      let isBroken = false;
      const error = await failureOf(() =>
        readBackSegments({
          segments,
          recordBytes,
          persist,
          openSegment: (segment, signal) => {
            if (segment.tape !== 2 || isBroken) return openSegment(segment, signal);
            isBroken = true;
            const other = Buffer.from((tapes[2] as EmulatedTape).bytes);
            other.writeUInt8(other.readUInt8(7) ^ 1, 7);
            const tape = new EmulatedTape();
            tape.records.push(...cutAt(other, [recordBytes]));
            return brokenRead(tape, at);
          },
        }),
      );
      expect(error.code).toBe('TAPE_DIFFERS');
      expect(error.message).toContain('CRC-32 of what was read before');
    });
  });
});
