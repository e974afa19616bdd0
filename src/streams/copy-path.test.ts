import { execFileSync } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure } from '../contract/errors.ts';
import { runDump } from './copy-path.ts';
import type { DumpOptions } from './copy-path.ts';
import type { CopyProgress } from './progress.ts';
import type { ByteSink, ByteSource, ProcessEnd } from './stage.ts';
import { archiveOfOne, cutAt, failureOf, noise, sha256 } from './stream.test-support.ts';
import { EmulatedTape, sourceOf } from './tape/tape-emulator.test-support.ts';
import type { TapeOptions } from './tape/tape-emulator.test-support.ts';
import { judgeTapeWrite } from './tape/tape-writer.ts';

const volume = noise(1_000_000);
const pieces = cutAt(volume, [32_768]);
/** 30 records of 32,768 bytes and one of 16,960. */
const records = 31;

/** A dump of the test volume to an emulated tape. */
function dumpTo(tape: EmulatedTape, options: Partial<DumpOptions> = {}) {
  return runDump({
    source: sourceOf(pieces),
    sink: tape.openWrite(options.recordBytes ?? 32_768),
    watermark: { bytes: 200_000 },
    ...options,
  });
}

const failedDump = (tape: TapeOptions, options: Partial<DumpOptions> = {}) =>
  failureOf(() => dumpTo(new EmulatedTape(tape), options));

describe('a dump of a raw device', () => {
  it('writes the same bytes to tape, in records, and every hop agrees', async () => {
    const tape = new EmulatedTape();
    const result = await dumpTo(tape, { expectedBytes: volume.length });
    expect(tape.bytes.equals(volume)).toBe(true);
    expect(tape.records.map((record) => record.length)).toEqual([...Array<number>(30).fill(32_768), 16_960]);
    expect(result.device).toEqual({ bytes: 1_000_000, crc32: result.handed.crc32, sha256: sha256(volume) });
    expect(result.onTape).toEqual(result.device);
    expect(result.handed).toMatchObject({
      bytes: 1_000_000,
      records,
      fullRecords: 30,
      lastRecordBytes: 16_960,
    });
    expect(result.sourceEnd.status).toBe(0);
    expect(result.samples.at(-1)?.bytes).toBe(1_000_000);
    expect(judgeTapeWrite(result.sinkEnd, result.handed)).toEqual({
      records,
      fullRecords: 30,
      partialRecords: 1,
    });
  });

  it('does so whatever the size, the pieces and the records', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 400_000 }),
        sizes,
        fc.constantFrom(4096, 32_768, 131_072),
        fc.boolean(),
        async (length, cuts, recordBytes, padded) => {
          const bytes = volume.subarray(0, length);
          const tape = new EmulatedTape();
          const result = await dumpTo(tape, {
            source: sourceOf(
              cutAt(
                bytes,
                cuts.map((cut) => cut + 500),
              ),
            ),
            recordBytes,
            lastRecord: padded ? 'zero-padded' : 'short',
          });
          expect(tape.bytes.subarray(0, length).equals(bytes)).toBe(true);
          expect(result.device.sha256).toBe(sha256(bytes));
          expect(result.onTape).toMatchObject({ bytes: tape.bytes.length, sha256: sha256(tape.bytes) });
          expect(judgeTapeWrite(result.sinkEnd, result.handed).records).toBe(tape.records.length);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('reports its progress, the last time when everything is sent', async () => {
    const seen: CopyProgress[] = [];
    await dumpTo(new EmulatedTape(), {
      expectedBytes: volume.length,
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.at(-1)).toMatchObject({
      bytes: 1_000_000,
      total: 1_000_000,
      records,
      bufferFill: 0,
      readBytes: 1_000_000,
    });
    expect(seen.every((one, index) => one.bytes >= (seen[index - 1]?.bytes ?? 0))).toBe(true);
    expect(seen.every((one) => one.bufferFill >= 0 && one.bufferFill <= 1)).toBe(true);
  });

  it('lets the total of a padded dump include its padding', async () => {
    const seen: CopyProgress[] = [];
    await dumpTo(new EmulatedTape(), {
      expectedBytes: volume.length,
      lastRecord: 'zero-padded',
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.at(-1)).toMatchObject({ bytes: records * 32_768, total: records * 32_768, records });
  });
});

describe('a dump of a tar archive', () => {
  it('lists its entries, fills the last record, and can be read by tar', async () => {
    const tape = new EmulatedTape();
    const bytes = archiveOfOne('payroll.csv', noise(150_000));
    const entries: unknown[] = [];
    const result = await dumpTo(tape, {
      source: sourceOf(cutAt(bytes, [10_240])),
      lastRecord: 'zero-padded',
      onEntry: (entry) => entries.push(entry),
    });
    expect(tape.records.every((record) => record.length === 32_768)).toBe(true);
    expect(result.device).toMatchObject({ bytes: bytes.length, sha256: sha256(bytes) });
    expect(result.handed.paddingBytes).toBe(tape.bytes.length - bytes.length);
    expect(result.onTape.sha256).toBe(sha256(tape.bytes));
    expect(entries).toMatchObject([{ path: 'payroll.csv', size: 150_000, offset: 0 }]);
    expect(execFileSync('tar', ['-xOf', '-'], { input: tape.bytes }).equals(noise(150_000))).toBe(true);
  });

  it('fails when the archive is truncated, although tar exited 0', async () => {
    const bytes = archiveOfOne('payroll.csv', noise(150_000)).subarray(0, 100_000);
    const tape = new EmulatedTape();
    const error = await failureOf(() =>
      dumpTo(tape, { source: sourceOf([bytes]), onEntry: () => undefined }),
    );
    expect(error.code).toBe('TAR_UNREADABLE');
    expect(error.message).toBe(
      'the tar archive cannot be read at byte 100000: it ends in the middle of an entry',
    );
    expect(tape.closedWithFileMark).toBe(false);
  });
});

describe('a dump whose reader fails', () => {
  it('never ends the tape file when dd on the backup server reports an error', async () => {
    const tape = new EmulatedTape();
    const stderr = 'read: I/O error\n20+0 records in\n20+0 records out\n';
    const error = await failureOf(() =>
      dumpTo(tape, {
        source: sourceOf(pieces.slice(0, 20), { status: 2, stderr }),
        sourceEvidence: { host: 'node3', command: 'dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768' },
      }),
    );
    expect(error.code).toBe('DUMP_SOURCE_FAILED');
    expect(error.message).toBe('reading stopped after 655360 bytes: read: I/O error');
    expect(error.evidence).toEqual({
      host: 'node3',
      command: 'dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768',
      exitStatus: 2,
      stderr,
    });
    expect(tape.closedWithFileMark).toBe(false);
  });

  it('keeps the error of the connection if that was lost', async () => {
    const lost = failure(
      'TAPE_BUSY',
      { reason: 'stands for any error of the table here' },
      { host: 'node3' },
    );
    const tape = new EmulatedTape();
    const error = await failureOf(() =>
      dumpTo(tape, { source: sourceOf(pieces.slice(0, 3), { status: undefined }, lost) }),
    );
    expect(error).toBe(lost);
    expect(tape.closedWithFileMark).toBe(false);
  });

  it('puts an error of any other kind into its own words', async () => {
    const source = sourceOf(pieces.slice(0, 3), { status: undefined }, new Error('read ECONNRESET'));
    const error = await failedDump({}, { source });
    expect(error.code).toBe('DUMP_SOURCE_FAILED');
    expect(error.message).toBe('reading stopped after 98304 bytes: read ECONNRESET');
  });

  it('counts what had arrived when the reader failed, even if not yet consumed', async () => {
    const source = sourceOf(pieces, { status: 2, bytes: 16 * 32_768, stderr: 'read: I/O error\n' });
    source.stream.destroy(new Error('exit status 2'));
    const error = await failedDump({}, { source });
    expect(error.message).toBe('reading stopped after 524288 bytes: read: I/O error');
  });

  it('counts a volume that yields less than its size as a failure', async () => {
    const tape = new EmulatedTape();
    const error = await failureOf(() =>
      dumpTo(tape, { source: sourceOf(pieces.slice(0, 3)), expectedBytes: 1_000_000 }),
    );
    expect(error.code).toBe('DUMP_SOURCE_SIZE_DIFFERS');
    expect(error.message).toBe('98304 bytes came from the volume, which has 1000000 bytes');
    expect(tape.closedWithFileMark).toBe(false);
  });

  it('counts no data at all as a failure', async () => {
    const error = await failedDump({}, { source: sourceOf([]) });
    expect(error.code).toBe('DUMP_SOURCE_EMPTY');
    expect(error.message).toBe('no data came from the volume, although its reader exited 0');
  });

  it('settles when the reader had died before the copy began', async () => {
    const source = sourceOf(pieces);
    source.stream.destroy(new Error('the channel was refused'));
    const error = await failedDump({}, { source });
    expect(error.code).toBe('DUMP_SOURCE_FAILED');
    expect(error.message).toBe('reading stopped after 0 bytes: the channel was refused');
  });
});

describe('a dump whose tape fails', () => {
  it('says that the tape is full', async () => {
    const error = await failedDump({ capacityRecords: 10 }, { sinkEvidence: { host: 'node3' } });
    expect(error.code).toBe('TAPE_END_OF_MEDIUM');
    expect(error.message).toBe('the tape ended before everything was written (dd counted 10+0 records)');
    expect(error.evidence).toMatchObject({ host: 'node3', exitStatus: 1 });
  });

  it('reports it in the words of illumos too', async () => {
    const error = await failedDump({ capacityRecords: 10, words: 'illumos' });
    expect(error.code).toBe('TAPE_END_OF_MEDIUM');
    expect(error.evidence.exitStatus).toBe(2);
  });

  it('says that the cartridge is write-protected', async () => {
    const error = await failedDump({ writeProtected: true });
    expect(error.code).toBe('TAPE_WRITE_PROTECTED');
  });

  it('says that a record could not be written', async () => {
    const error = await failedDump({ badRecord: 30 });
    expect(error.code).toBe('TAPE_WRITE_FAILED');
    expect(error.message).toBe(
      "writing to the tape failed: dd: error writing '/dev/nst0': Input/output error",
    );
  });

  it('reports it when the connection to the tape host is lost', async () => {
    const error = await failedDump({ lostAtRecord: 5 });
    expect(error.code).toBe('TAPE_WRITE_FAILED');
    expect(error.message).toBe('writing to the tape failed: the remote command ended with status undefined');
  });

  it('blames the tape, not the reader that dies as a consequence', async () => {
    const writer = brokenWriter(pieces[0] as Buffer);
    const reader = readerThatDiesWith(writer);
    const error = await failureOf(() =>
      runDump({ source: reader, sink: writer, watermark: { bytes: 1, startAt: 1 } }),
    );
    expect(error.code).toBe('TAPE_BUSY');
  });

  it('does not accept a record that was written twice', async () => {
    const tape = new EmulatedTape({ doubledRecord: 4 });
    const result = await dumpTo(tape);
    const error = await failureOf(() => judgeTapeWrite(result.sinkEnd, result.handed));
    expect(error.code).toBe('TAPE_RECORDS_MISCOUNTED');
    expect(error.message).toBe('dd wrote 31+1 records to the tape instead of 30+1 records, 1000000 bytes');
  });

  it('fails when the writer takes everything and then fails', async () => {
    const ended = Promise.resolve({
      status: 1,
      signal: undefined,
      stderr: 'dd: close error: I/O error\n',
      bytes: 0,
    });
    const stream = new Writable({ write: (_piece, _encoding, done) => done() });
    const error = await failureOf(() => runDump({ source: sourceOf(pieces), sink: { stream, ended } }));
    expect(error.code).toBe('TAPE_WRITE_FAILED');
  });
});

describe('a dump that is canceled', () => {
  it('stops halfway and destroys both ends', async () => {
    const cancel = new AbortController();
    const source = endlessSource(() => cancel.abort());
    const tape = new EmulatedTape();
    const sink = tape.openWrite(32_768);
    const error = await failureOf(() =>
      runDump({ source, sink, watermark: { bytes: 100_000 }, abort: cancel.signal }),
    );
    expect(error.code).toBe('COPY_CANCELLED');
    expect(error.message).toMatch(/^the copy was canceled after \d+ bytes$/);
    expect(source.stream.destroyed).toBe(true);
    expect(sink.stream.destroyed).toBe(true);
    expect(tape.closedWithFileMark).toBe(false);
  });

  it('settles although the writer never reads its input', async () => {
    const cancel = new AbortController();
    const stream = new Writable({ write: () => cancel.abort() });
    const ended = new Promise<ProcessEnd>((resolve) => {
      stream.on('close', () => resolve({ status: undefined, signal: 'TERM', stderr: '', bytes: 0 }));
    });
    const error = await failureOf(() =>
      runDump({ source: sourceOf(pieces), sink: { stream, ended }, abort: cancel.signal }),
    );
    expect(error.code).toBe('COPY_CANCELLED');
  });

  it('does not begin when it was canceled before', async () => {
    const error = await failedDump({}, { abort: AbortSignal.abort() });
    expect(error.code).toBe('COPY_CANCELLED');
  });
});

describe('a dump with wrong options', () => {
  it('refuses them before a byte is read', async () => {
    const source = sourceOf(pieces);
    const error = await failureOf(() => dumpTo(new EmulatedTape(), { source, recordBytes: 1000 }));
    expect(error.code).toBe('RECORD_SIZE_WRONG');
    expect(source.stream.readableDidRead).toBe(false);
  });
});

/** A reader that never ends; calls back after a while. */
function endlessSource(afterSome: () => void): ByteSource {
  let sent = 0;
  let ended: (end: ProcessEnd) => void = () => {};
  const stream = new Readable({
    read() {
      sent += 1;
      if (sent === 100) afterSome();
      setImmediate(() => this.push(Buffer.alloc(32_768)));
    },
    destroy(error, done) {
      ended({ status: undefined, signal: 'PIPE', stderr: '', bytes: 0 });
      done(error);
    },
  });
  return { stream, ended: new Promise((resolve) => (ended = resolve)) };
}

/** A writer that fails at its second piece, but reports it only after its reader has failed. */
function brokenWriter(first: Buffer): ByteSink & { told: () => void; readerFails: () => void } {
  let tell: () => void = () => {};
  const writer = {
    told: () => tell(),
    readerFails: () => {},
    ended: Promise.resolve({
      status: 1,
      signal: undefined,
      stderr: 'dd: /dev/rmt/0: open: Device busy\n',
      bytes: first.length,
    }),
    stream: new Writable({
      write(_piece, _encoding, done) {
        tell = () => done(new Error('the remote command ended with status 1'));
        writer.readerFails();
      },
    }),
  };
  return writer;
}

/** A reader that fails with a broken pipe at the moment when the writer fails. */
function readerThatDiesWith(writer: ReturnType<typeof brokenWriter>): ByteSource {
  let given = 0;
  const stream = new Readable({
    read() {
      given += 1;
      if (given <= 40) this.push(Buffer.alloc(32_768));
    },
  });
  writer.readerFails = () => {
    stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    writer.told();
  };
  return { stream, ended: Promise.resolve({ status: 141, signal: undefined, stderr: '', bytes: 0 }) };
}
