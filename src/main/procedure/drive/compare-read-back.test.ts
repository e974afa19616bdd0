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
