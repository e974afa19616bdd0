import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSectionDigests } from './section-digests.ts';
import { cutAt, noise, passThrough, sha256 } from '../stream.test-support.ts';

const digestOf = (bytes: Buffer) => ({
  bytes: bytes.length,
  crc32: crc32(bytes).toString(16).padStart(8, '0'),
  sha256: sha256(bytes),
});

describe('digests of sections', () => {
  it('are those of the bytes of each section, however the stream is cut', async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 5 });
    const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(lengths, sizes, fc.integer({ min: 0, max: 20_000 }), async (wanted, cuts, length) => {
        const bytes = noise(length);
        const stage = createSectionDigests(wanted);
        expect(Buffer.concat(await passThrough(cutAt(bytes, cuts), stage.stream))).toEqual(bytes);
        let from = 0;
        const expected = wanted.map((own) => digestOf(bytes.subarray(from, (from += own))));
        expect(stage.result()).toEqual(expected);
      }),
    );
  });

  it('of a stream that ends early cover what arrived', async () => {
    const stage = createSectionDigests([4, 4, 4]);
    await passThrough([Buffer.from('abcdef')], stage.stream);
    expect(stage.result()).toEqual(['abcd', 'ef', ''].map((text) => digestOf(Buffer.from(text))));
  });
});
