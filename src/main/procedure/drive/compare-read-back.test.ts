import { describe, expect, it } from 'vitest';
import { requireSameAsWritten } from './compare-read-back.ts';

const digest = (bytes: number, sha256: string) => ({ bytes, crc32: '00000000', sha256 });
const section = (firstRecord: number, records: number, sha256: string) => ({
  ...{ firstRecord, records },
  ...digest(records * 512, sha256),
});
const written = { bytes: 2560, sections: [section(0, 3, 'a'), section(3, 2, 'b')] };
const read = (...sections: ReturnType<typeof digest>[]) => ({ ...digest(2560, 'whole'), sections });

describe('a dump that was continued on its tape', () => {
  it('is as it was written if each of its sections is', () => {
    expect(() => requireSameAsWritten(written, read(digest(1536, 'a'), digest(1024, 'b')))).not.toThrow();
  });

  it.each([
    ['SHA-256 of records 1 to 3: expected a, read back x', [digest(1536, 'x'), digest(1024, 'b')]],
    ['SHA-256 of records 4 to 5: expected b, read back x', [digest(1536, 'a'), digest(1024, 'x')]],
    ['bytes of records 4 to 5: expected 1024, read back 1000', [digest(1536, 'a'), digest(1000, 'b')]],
    ['bytes of records 4 to 5: expected 1024, read back 0', [digest(1536, 'a')]],
  ] as const)('differs: %s', (told, sections) => {
    expect(() => requireSameAsWritten(written, read(...sections))).toThrow(told);
  });

  it('differs if its sections do not cover it', () => {
    const [first] = written.sections;
    const gap = { ...written, sections: first ? [first] : [] };
    expect(() => requireSameAsWritten(gap, read(digest(1536, 'a')))).toThrow(
      'bytes in sections: expected 2560, read back 1536',
    );
  });
});

describe('a dump that is read back', () => {
  const back = { bytes: 2560, crc32: 'aaaaaaaa', sha256: 'a', cksum: 1, sections: [] };

  it.each([
    // Without any checksum, the number of bytes is all that shows a truncated one.
    [{ bytes: 2560 }, { bytes: 2048 }, 'bytes: expected 2560, read back 2048'],
    [
      { bytes: 2560, crc32: 'aaaaaaaa' },
      { crc32: 'bbbbbbbb' },
      'CRC-32: expected aaaaaaaa, read back bbbbbbbb',
    ],
    [{ bytes: 2560, onTapeSha256: 'a' }, { sha256: 'b' }, 'SHA-256: expected a, read back b'],
    [{ bytes: 2560, cksum: 1 }, { cksum: 2 }, 'cksum: expected 1, read back 2'],
    [{ bytes: 2560, cksum: 1 }, { cksum: undefined }, 'cksum: expected 1, read back undefined'],
  ])('as %j, with %j instead, differs', (expected, actual, told) => {
    expect(() => requireSameAsWritten(expected, back)).not.toThrow();
    expect(() => requireSameAsWritten(expected, { ...back, ...actual })).toThrow(told);
  });
});
