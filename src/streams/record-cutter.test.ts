import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecordCutter } from './record-cutter.ts';
import type { LastRecord } from './record-cutter.ts';
import { cutAt, failureOf, noise, passThrough } from './stream.test-support.ts';

describe('record cutter', () => {
  it('keeps the last record short for raw data', async () => {
    const cutter = createRecordCutter();
    const left = await passThrough([noise(100_000)], cutter.stream);
    expect(Buffer.concat(left).equals(noise(100_000))).toBe(true);
    expect(cutter.result()).toEqual({
      records: 4,
      fullRecords: 3,
      lastRecordBytes: 1696,
      paddingBytes: 0,
      bytes: 100_000,
      recordBytes: 32_768,
      firstRecordSha256: createHash('sha256').update(noise(100_000).subarray(0, 32_768)).digest('hex'),
    });
  });

  it('fills the last record with zeros for tar', async () => {
    const cutter = createRecordCutter({ lastRecord: 'zero-padded' });
    const left = Buffer.concat(await passThrough([noise(100_000)], cutter.stream));
    expect(left.subarray(0, 100_000).equals(noise(100_000))).toBe(true);
    expect(left.subarray(100_000).equals(Buffer.alloc(31_072))).toBe(true);
    expect(cutter.result()).toEqual({
      records: 4,
      fullRecords: 4,
      lastRecordBytes: 32_768,
      paddingBytes: 31_072,
      bytes: 131_072,
      recordBytes: 32_768,
      firstRecordSha256: createHash('sha256').update(noise(100_000).subarray(0, 32_768)).digest('hex'),
    });
  });

  it('has no count while bytes may still come', async () => {
    const cutter = createRecordCutter();
    expect((await failureOf(() => cutter.result())).code).toBe('STAGE_NOT_FINISHED');
  });

  it('makes no record from no data, padded or not', async () => {
    for (const lastRecord of ['short', 'zero-padded'] as const) {
      const cutter = createRecordCutter({ lastRecord });
      expect(await passThrough([], cutter.stream)).toEqual([]);
      expect(cutter.result()).toMatchObject({ records: 0, lastRecordBytes: 0, paddingBytes: 0, bytes: 0 });
    }
  });

  it('does not pad if the data ends with a whole record', async () => {
    const cutter = createRecordCutter({ lastRecord: 'zero-padded', recordBytes: 512 });
    await passThrough([noise(1024)], cutter.stream);
    expect(cutter.result()).toMatchObject({
      records: 2,
      fullRecords: 2,
      lastRecordBytes: 512,
      paddingBytes: 0,
    });
  });

  it('passes whole records, with the same bytes, for input in any pieces', async () => {
    const records = fc.constantFrom(512, 1024, 4096, 32_768, 262_144, 1_048_576);
    const cuts = fc.array(
      fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 30_000, max: 700_000 })),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    const last = fc.constantFrom<LastRecord>('short', 'zero-padded');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1_200_000),
        records,
        cuts,
        last,
        async (length, recordBytes, sizes, lastRecord) => {
          const bytes = noise(length);
          const coarse = length > 50_000 ? sizes.map((size) => size + 20_000) : sizes;
          const cutter = createRecordCutter({ recordBytes, lastRecord });
          const left = await passThrough(cutAt(bytes, coarse), cutter.stream);
          const { records: count, fullRecords, paddingBytes, lastRecordBytes } = cutter.result();

          expect(left.slice(0, -1).every((piece) => piece.length % recordBytes === 0)).toBe(true);
          const all = Buffer.concat(left);
          expect(all.subarray(0, length).equals(bytes)).toBe(true);
          expect(all.length).toBe(length + paddingBytes);
          expect(all.subarray(length).every((byte) => byte === 0)).toBe(true);
          expect(count).toBe(Math.ceil(length / recordBytes));
          expect(fullRecords).toBe(Math.floor(all.length / recordBytes));
          expect((count - 1) * recordBytes + lastRecordBytes).toBe(length === 0 ? -recordBytes : all.length);
          if (lastRecord === 'zero-padded') expect(all.length % recordBytes).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([0, 511, 513, 1_048_577, 2_097_152, 512.5, Number.NaN])(
    'refuses records of %d bytes',
    async (recordBytes) => {
      const error = await failureOf(() => createRecordCutter({ recordBytes }));
      expect(error.code).toBe('RECORD_SIZE_WRONG');
      expect(error.message).toBe(`a record of ${recordBytes} bytes cannot be written`);
      expect(error.hint).toBe('use a multiple of 512, from 512 to 1048576; the guide uses 32768');
    },
  );
});
