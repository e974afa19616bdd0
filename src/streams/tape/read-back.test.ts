import { describe, expect, it } from 'vitest';
import { runDump } from '../copy-path.ts';
import { sameDigest } from '../digests/digest.ts';
import type { CopyProgress } from '../progress.ts';
import { readBack } from './read-back.ts';
import { cutAt, failureOf, noise, sha256 } from '../stream.test-support.ts';
import { EmulatedTape, sourceOf } from './tape-emulator.test-support.ts';
import { judgeTapeRead } from './tape-reader.ts';

const volume = noise(500_000);

async function writtenTape() {
  const tape = new EmulatedTape();
  const dump = await runDump({
    source: sourceOf(cutAt(volume, [40_000])),
    sink: tape.openWrite(32_768),
    lastRecord: 'zero-padded',
  });
  return { tape, dump };
}

describe('reading a tape back', () => {
  it('yields what the dump recorded', async () => {
    const { tape, dump } = await writtenTape();
    const result = await readBack({ source: tape.openRead(32_768) });
    expect(result).toMatchObject({ bytes: 16 * 32_768, records: 16, sha256: sha256(tape.bytes) });
    expect(sameDigest(result, dump.onTape)).toBe(true);
    expect(judgeTapeRead(result.end, dump.handed).records).toBe(16);
  });

  it('detects a tape with one wrong bit', async () => {
    const { tape, dump } = await writtenTape();
    const record = tape.records[7] as Buffer;
    record.writeUInt8(record.readUInt8(100) ^ 1, 100);
    const result = await readBack({ source: tape.openRead(32_768) });
    expect(sameDigest(result, dump.onTape)).toBe(false);
  });

  it('hashes sections and records on request', async () => {
    const { tape } = await writtenTape();
    const samples = { recordBytes: 32_768, records: [9] };
    const sections = [3 * 32_768, 40_000];
    const read = await readBack({ source: tape.openRead(32_768), sections, samples });
    const end = 3 * 32_768;
    expect(read.sections.map(({ sha256: digest }) => digest)).toEqual([
      sha256(tape.bytes.subarray(0, end)),
      sha256(tape.bytes.subarray(end, end + 40_000)),
    ]);
    expect(read.sampled).toEqual([{ record: 9, sha256: sha256(tape.records[9] as Buffer) }]);
  });

  it('hashes the first record alone, in whatever pieces the bytes come', async () => {
    const bytes = noise(3000);
    for (const sizes of [[1], [700, 100], [1024], [3000]]) {
      const read = await readBack({ source: sourceOf(cutAt(bytes, sizes)), recordBytes: 1024 });
      expect(read.firstRecordSha256).toBe(sha256(bytes.subarray(0, 1024)));
    }
    const short = await readBack({ source: sourceOf([bytes]), recordBytes: 4096 });
    expect(short.firstRecordSha256).toBe(sha256(bytes));
    const none = await readBack({ source: sourceOf([]), recordBytes: 1024 });
    expect(none.firstRecordSha256).toBeUndefined();
  });

  it('of a device does not blame the tape', async () => {
    const { tape } = await writtenTape();
    const error = await failureOf(() => readBack({ source: tape.openRead(32_768, 9), reads: 'device' }));
    expect(error.code).toBe('DUMP_SOURCE_FAILED');
  });

  it('fails at an I/O error halfway', async () => {
    const { tape } = await writtenTape();
    const error = await failureOf(() =>
      readBack({ source: tape.openRead(32_768, 9), evidence: { host: 'node3' } }),
    );
    expect(error.code).toBe('TAPE_READ_FAILED');
    expect(error.message).toBe(
      "reading the tape back failed: dd: error reading '/dev/nst0': Input/output error",
    );
    expect(error.evidence).toMatchObject({ host: 'node3', exitStatus: 1 });
  });

  it('fails at an I/O error at the end of the data', async () => {
    const { tape } = await writtenTape();
    const error = await failureOf(() => readBack({ source: tape.openRead(32_768, 16) }));
    expect(error.code).toBe('TAPE_READ_FAILED');
  });

  it('fails at an I/O error that only the output shows', async () => {
    const stderr = "dd: error reading '/dev/nst0': Input/output error\n2+0 records in\n2+0 records out\n";
    const error = await failureOf(() => readBack({ source: sourceOf([noise(65_536)], { stderr }) }));
    expect(error.code).toBe('TAPE_READ_FAILED');
  });

  it('reports records that are longer than the read size', async () => {
    const { tape } = await writtenTape();
    const error = await failureOf(() => readBack({ source: tape.openRead(10_240), recordBytes: 10_240 }));
    expect(error.code).toBe('TAPE_RECORD_TOO_LONG');
    expect(error.hint).toBe('read with the record size of the dump, or a larger one');
  });

  it('reports its progress relative to the expected size', async () => {
    const { tape } = await writtenTape();
    const seen: CopyProgress[] = [];
    await readBack({
      source: tape.openRead(32_768),
      total: 524_288,
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.at(-1)).toMatchObject({ bytes: 524_288, total: 524_288, records: 16, bufferFill: 0 });
  });

  it('can be canceled', async () => {
    const { tape } = await writtenTape();
    const source = tape.openRead(32_768);
    const error = await failureOf(() => readBack({ source, abort: AbortSignal.abort() }));
    expect(error.code).toBe('COPY_CANCELLED');
    expect(source.stream.destroyed).toBe(true);
  });
});
