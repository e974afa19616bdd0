import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFirstRecord } from './tape-contents.ts';
import { encodeManifest, readManifest, type TapeManifest } from './tape-manifest.ts';

const sha256s = fc.stringMatching(/^[0-9a-f]{64}$/);
const sizes = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const manifests: fc.Arbitrary<TapeManifest> = fc.record({
  label: fc.uuid({ version: 4 }),
  name: fc.string(),
  run: fc.string(),
  writtenAt: fc.constant('2026-11-22T02:00:04.000Z'),
  journal: fc.record({ sha256: sha256s }),
  files: fc.array(
    fc.record({
      file: fc.integer({ min: 1, max: 99 }),
      volume: fc.string(),
      method: fc.constantFrom('6a', '6b', '6c'),
      recordBytes: fc.constant(32_768),
      bytes: sizes,
      records: sizes,
      paddingBytes: fc.integer({ min: 0, max: 32_767 }),
      crc32: fc.stringMatching(/^[0-9a-f]{8}$/),
      sha256: sha256s,
    }),
    { minLength: 1, maxLength: 200 },
  ),
});

describe('a manifest', () => {
  it('reads as it was written, in whole records', () => {
    fc.assert(
      fc.property(manifests, (written) => {
        const bytes = encodeManifest(written);
        expect(bytes.length % 32_768).toBe(0);
        expect(readManifest(bytes)).toEqual({ kind: 'manifest', manifest: written });
      }),
    );
  });

  it('is never accepted if any of its bytes differs, or its last record is missing', () => {
    fc.assert(
      fc.property(manifests, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, where, change) => {
        const bytes = encodeManifest(written);
        const place = where % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(place) ^ change, place);
        expect(readManifest(bytes).kind).not.toBe('manifest');
      }),
    );
    const file = {
      file: 1,
      volume: 'v'.repeat(40_000),
      method: '6a',
      recordBytes: 32_768,
      bytes: 1,
      records: 1,
      paddingBytes: 0,
      crc32: '00000000',
      sha256: '0'.repeat(64),
    };
    const long = encodeManifest({
      label: '2f1c7d3e-8a4b-4c5d-9e6f-0a1b2c3d4e5f',
      name: 'A',
      run: 'r',
      writtenAt: '2026-11-22T02:00:04.000Z',
      journal: { sha256: '0'.repeat(64) },
      files: [file],
    });
    expect(long).toHaveLength(65_536);
    expect(readManifest(long.subarray(0, 32_768)).kind).toBe('damaged');
    expect(describeFirstRecord(long.subarray(0, 32_768))).toBe('a Shadowtape manifest');
  });
});
