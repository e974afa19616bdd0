import fc from 'fast-check';
import { Header } from 'tar';
import { describe, expect, it } from 'vitest';
import { describeFirstRecord } from './tape-contents.ts';

function tarRecord(path: string): Buffer {
  const record = Buffer.alloc(10_240);
  new Header({ path, size: 3, type: 'File', mode: 0o644, mtime: new Date(0) }).encode(record, 0);
  return record;
}

describe('the first record of a tape', () => {
  it('is recognized as a tar archive by its checksum', () => {
    expect(describeFirstRecord(tarRecord('./payroll.csv'))).toBe(
      'a tar archive that begins with "./payroll.csv"',
    );
  });

  it('is recognized as an old tar archive if the magic word is missing', () => {
    const record = tarRecord('old');
    let sum = 0;
    record.fill(0, 257, 265);
    record.fill(' ', 148, 156);
    for (const byte of record.subarray(0, 512)) sum += byte;
    record.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    expect(describeFirstRecord(record)).toBe('an old tar archive that begins with "old"');
  });

  it('is recognized as a dump by its magic number; that of Linux has the byte order of x86', () => {
    const record = Buffer.alloc(1024);
    record.writeUInt32BE(60_012, 24);
    expect(describeFirstRecord(record)).toBe('a ufsdump');
    record.writeUInt32LE(60_012, 24);
    expect(describeFirstRecord(record)).toBe('a ufsdump or a dump of Linux');
  });

  it('is named as data or as a file mark otherwise', () => {
    expect(describeFirstRecord(Buffer.alloc(0))).toBe('a file mark at its beginning');
    expect(describeFirstRecord(Buffer.alloc(32_768, 7))).toBe(
      'data that is neither tar nor ufsdump (first record 32,768 bytes)',
    );
  });

  it('is described whatever it holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2048 }), (bytes) => {
        expect(describeFirstRecord(Buffer.from(bytes))).toMatch(/^a|^data/);
      }),
    );
  });
});
