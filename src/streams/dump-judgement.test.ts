import { describe, expect, it } from 'vitest';
import { dumpMovedBy, runDump } from './copy-path.ts';
import type { DumpOrder, Moved } from './copy-path.ts';
import { createDigest, type Digest } from './digests/digest.ts';
import { createRecordCutter } from './record-cutter.ts';
import type { ProcessEnd } from './stage.ts';
import { cutAt, failureOf, noise, passThrough, sha256 } from './stream.test-support.ts';
import { EmulatedTape, sourceOf } from './tape/tape-emulator.test-support.ts';

const ended = (end: Partial<ProcessEnd> = {}) => ({
  ended: Promise.resolve({ status: 0, signal: undefined, stderr: '', bytes: 0, ...end }),
});

/** The results of both halves for these bytes, if the second one had the checksum of other bytes. */
async function movedAs(bytes: Buffer, handed: Buffer): Promise<Moved> {
  const digestOf = async (data: Buffer) => {
    const [digest, cutter] = [createDigest(), createRecordCutter()];
    await passThrough([data], digest.stream, cutter.stream);
    return { device: digest.result(), records: cutter.result() };
  };
  const { device, records } = await digestOf(bytes);
  const { bytes: count, crc32 } = (await digestOf(handed)).device;
  const buffer = { bytes: count, capacityBytes: 1, refills: 0, highestFill: 0 };
  return {
    read: { device, onTape: device, records, sampled: [] },
    write: { handed: { bytes: count, crc32 }, milliseconds: 1, samples: [], buffer },
  };
}

describe('a dump whose halves were moved', () => {
  const bytes = noise(5000);
  const order: DumpOrder = { source: ended(), sink: ended() };

  it('is accepted if both saw the same bytes', async () => {
    const result = await dumpMovedBy(order, () => movedAs(bytes, bytes));
    expect(result.onTape.sha256).toBe(sha256(bytes));
  });

  it('is refused if one bit was changed on the way, or a byte is missing', async () => {
    const wrong = Buffer.from(bytes);
    wrong.writeUInt8(wrong.readUInt8(4000) ^ 1, 4000);
    for (const handed of [wrong, bytes.subarray(0, -1)]) {
      const error = await failureOf(() => dumpMovedBy(order, () => movedAs(bytes, handed)));
      expect(error.code).toBe('DUMP_DIGESTS_DIFFER');
      expect(error.evidence.expected).toMatch(/^5000 bytes with CRC-32 [0-9a-f]{8}$/);
      expect(error.evidence.actual).toMatch(new RegExp(`^${handed.length} bytes with CRC-32 [0-9a-f]{8}$`));
      expect(error.evidence.actual).not.toBe(error.evidence.expected);
    }
  });
});

describe('a path that broke is blamed on', () => {
  const broken = (
    at: 'source' | 'stage',
    error: Error,
    source: Partial<ProcessEnd>,
    sink: Partial<ProcessEnd>,
  ): Promise<unknown> =>
    dumpMovedBy({ source: ended(source), sink: ended(sink) }, () =>
      Promise.resolve({ broken: { at, error }, readBytes: 7, handedBytes: 5 }),
    ).catch((reason: unknown) => reason);
  const full = { status: 1, stderr: 'dd: no space left on device\n' };
  const gone = new Error('the remote command ended');
  const pipe = Object.assign(new Error('write failed'), { code: 'EPIPE' });

  it.each<[string, Error, Partial<ProcessEnd>]>([
    ['its status', gone, { status: 141 }],
    ['its signal', gone, { status: undefined, signal: 'PIPE' }],
    ['its words', gone, { status: 1, stderr: 'dd: Broken pipe\n' }],
    ['its stream', pipe, { status: 1 }],
  ])('the tape if the reader died as a consequence, by %s', async (_how, error, source) => {
    expect(await broken('source', error, source, full)).toMatchObject({ code: 'TAPE_END_OF_MEDIUM' });
  });

  it('the reader if it died of something else', async () => {
    const source = { status: 1, stderr: 'dd: read: I/O error\n' };
    expect(await broken('source', gone, source, full)).toMatchObject({ code: 'DUMP_SOURCE_FAILED' });
  });

  it('the reader if the tape has no failure of its own', async () => {
    for (const sink of [{ status: 0 }, { status: undefined }])
      expect(await broken('source', pipe, { status: 141 }, sink)).toMatchObject({
        code: 'DUMP_SOURCE_FAILED',
      });
  });

  it('neither if it broke between them', async () => {
    expect(await broken('stage', pipe, { status: 141 }, full)).toBe(pipe);
    expect(await broken('stage', gone, { status: 1 }, { status: 0 })).toBe(gone);
  });
});

describe('a dump', () => {
  const bytes = noise(100_000);
  const parts = () => ({
    source: sourceOf(cutAt(bytes, [7000])),
    sink: new EmulatedTape().openWrite(32_768),
  });

  it('reports its digest at checkpoints if their distance is set', async () => {
    const told: Digest[] = [];
    const onCheckpoint = (soFar: Digest) => void told.push(soFar);
    await runDump({ ...parts(), checkpointBytes: 40_000, onCheckpoint });
    expect(told.map(({ bytes: end, sha256: digest }) => [end, digest])).toEqual(
      [40_000, 80_000].map((end) => [end, sha256(bytes.subarray(0, end))]),
    );
    await runDump({ ...parts(), onCheckpoint });
    await runDump({ ...parts(), checkpointBytes: 40_000 });
    expect(told).toHaveLength(2);
  });

  it('hashes the requested records, and none otherwise', async () => {
    const samples = { recordBytes: 32_768, records: [3, 1] };
    const { sampled } = await runDump({ ...parts(), samples });
    expect(sampled).toEqual([
      { record: 1, sha256: sha256(bytes.subarray(32_768, 65_536)) },
      { record: 3, sha256: sha256(bytes.subarray(98_304)) },
    ]);
    expect((await runDump(parts())).sampled).toEqual([]);
  });
});
