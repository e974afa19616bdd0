import fc from 'fast-check';
import { Pax } from 'tar';
import { describe, expect, it } from 'vitest';
import { parsePaxRecords } from './pax-records.ts';

/** A record as POSIX has it: its length counts itself. */
function record(keyword: string, value: string): string {
  const rest = ` ${keyword}=${value}\n`;
  let length = Buffer.byteLength(rest);
  while (String(length).length + Buffer.byteLength(rest) !== length) {
    length = String(length).length + Buffer.byteLength(rest);
  }
  return `${length}${rest}`;
}

describe('pax records', () => {
  it('reads path, link, size and time, and leaves the rest', () => {
    const text = [
      record('path', 'app/Übersicht.csv'),
      record('linkpath', '../x=y'),
      record('size', '9000000000'),
      record('mtime', '1700000000.25'),
      record('SUN.devmajor', '32'),
      record('comment', 'anything'),
    ].join('');
    expect(parsePaxRecords(Buffer.from(text))).toEqual({
      path: 'app/Übersicht.csv',
      linkpath: '../x=y',
      size: 9_000_000_000,
      mtime: new Date(1_700_000_000_250),
    });
  });

  it('reads any name, with newlines and equals signs in it', () => {
    const names = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
      .filter((name) => !name.includes('\0'));
    fc.assert(
      fc.property(names, fc.nat(), (path, size) => {
        const wellFormed = Buffer.from(path).toString();
        const text = Buffer.from(record('path', wellFormed) + record('size', String(size)));
        expect(parsePaxRecords(text)).toEqual({ path: wellFormed, size });
      }),
    );
  });

  it('reads what npm tar writes', () => {
    const block = new Pax({ path: 'a'.repeat(300), size: 5, mtime: new Date(1000) }).encode();
    const size = Number.parseInt(block.toString('latin1', 124, 135), 8);
    expect(parsePaxRecords(block.subarray(512, 512 + size))).toEqual({
      path: 'a'.repeat(300),
      size: 5,
      mtime: new Date(1000),
    });
  });

  it.each([
    ['a length that is none', 'xx path=a\n'],
    ['a length beyond the end', '99 path=a\n'],
    ['a length that ends before the newline', '9 path=ab\n'],
    ['no keyword', '5 =a\n'],
    ['no equals sign', '7 path\n'],
    ['a size that is no number', '11 size=1x\n'],
    ['a length without end', '00000000000000012 path=abcd\n'],
  ])('refuses %s', (_case, text) => {
    expect(parsePaxRecords(Buffer.from(text))).toBeUndefined();
  });

  it('finds nothing in nothing', () => {
    expect(parsePaxRecords(Buffer.alloc(0))).toEqual({});
  });
});
