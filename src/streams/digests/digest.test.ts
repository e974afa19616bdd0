import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChecksum, createDigest, sameDigest, type Digest } from './digest.ts';
import { cutAt, failureOf, noise, passThrough, sha256 } from '../stream.test-support.ts';

const hexadecimal = (bytes: Buffer) => crc32(bytes).toString(16).padStart(8, '0');

describe('digest', () => {
  it('has the published values of "123456789"', async () => {
    const digest = createDigest();
    await passThrough([Buffer.from('1234'), Buffer.from('56789')], digest.stream);
    expect(digest.result()).toEqual({
      bytes: 9,
      crc32: 'cbf43926',
      sha256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
    });
  });

  it('reports the digest so far at each checkpoint, however the bytes are cut', async () => {
    const bytes = noise(10_000);
    for (const sizes of [[1000], [3000], [999, 2501], [10_000]]) {
      const told: Digest[] = [];
      const digest = createDigest({ every: 3000, onCheckpoint: (soFar) => told.push(soFar) });
      await passThrough(cutAt(bytes, sizes), digest.stream);
      expect(told).toEqual(
        [3000, 6000, 9000].map((end) => ({
          bytes: end,
          crc32: hexadecimal(bytes.subarray(0, end)),
          sha256: sha256(bytes.subarray(0, end)),
        })),
      );
      expect(digest.result().sha256).toBe(sha256(bytes));
    }
  });

  it('has no value with trailing zeros while bytes may still come', async () => {
    const digest = createDigest();
    const error = await failureOf(() => digest.withZeros(3));
    expect(error.code).toBe('STAGE_NOT_FINISHED');
  });

  it('writes a CRC-32 with leading zeros', async () => {
    const digest = createDigest();
    await passThrough([], digest.stream);
    expect(digest.result().crc32).toBe('00000000');
  });

  it('is the same however the bytes are cut, also with zeros after them', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 20_000 }),
        sizes,
        fc.nat(600),
        async (length, cuts, zeros) => {
          const bytes = noise(length);
          const digest = createDigest();
          const checksum = createChecksum();
          const left = await passThrough(cutAt(bytes, cuts), digest.stream, checksum.stream);
          expect(Buffer.concat(left).equals(bytes)).toBe(true);
          expect(digest.result()).toEqual({
            bytes: length,
            crc32: hexadecimal(bytes),
            sha256: sha256(bytes),
          });
          expect(checksum.result()).toEqual({ bytes: length, crc32: hexadecimal(bytes) });
          const padded = Buffer.concat([bytes, Buffer.alloc(zeros)]);
          expect(digest.withZeros(zeros)).toEqual({
            bytes: padded.length,
            crc32: hexadecimal(padded),
            sha256: sha256(padded),
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('compares what both hops can know', () => {
    const one = { bytes: 9, crc32: 'cbf43926', sha256: 'aa' };
    expect(sameDigest(one, { bytes: 9, crc32: 'cbf43926' })).toBe(true);
    expect(sameDigest(one, { ...one, sha256: 'ab' })).toBe(false);
    expect(sameDigest(one, { bytes: 8, crc32: 'cbf43926' })).toBe(false);
    expect(sameDigest(one, { bytes: 9, crc32: 'cbf43927' })).toBe(false);
  });
});
