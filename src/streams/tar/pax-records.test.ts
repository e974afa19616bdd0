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
    ['a length of eleven digits', '00000000022 path=abcd\n'],
    ['a length with a sign', '+12 path=ab\n'],
    ['a length with an exponent', '1e1 pat=a\n'],
    ['a length of nothing, which would be read forever', '9 path=a\n0 path=b\n'],
    ['a length that ends in the next record', '20 path=abcdefghijkl9 path=b\n'],
    ['a negative size', '12 size=-12\n'],
    ['a size of sixteen digits', `25 size=${'1'.repeat(16)}\n`],
    ['a time that is none', '11 mtime=x\n'],
  ])('refuses %s', (_case, text) => {
    expect(parsePaxRecords(Buffer.from(text))).toBeUndefined();
  });

  it('reads a length of ten digits, and a keyword of one character', () => {
    expect(parsePaxRecords(Buffer.from('0000000021 path=abcd\n6 a=b\n'))).toEqual({ path: 'abcd' });
  });

  it('treats an empty name as none', () => {
    const text = record('path', 'kept') + record('path', '') + record('linkpath', '');
    expect(parsePaxRecords(Buffer.from(text))).toEqual({ path: 'kept' });
  });

  it.each(['GNU.sparse.major', 'GNU.sparse.realsize', 'SCHILY.realsize', 'SUN.holesdata'])(
    'recognizes by %s that holes are omitted',
    (keyword) => {
      expect(parsePaxRecords(Buffer.from(record(keyword, '1')))).toEqual({ isSparse: true });
      for (const other of [`X${keyword}`, keyword.toLowerCase()])
        expect(parsePaxRecords(Buffer.from(record(other, '1')))).toEqual({});
    },
  );

  it('does not recognize a sparse file by a longer keyword', () => {
    for (const keyword of ['SCHILY.realsizes', 'SUN.holesdata2'])
      expect(parsePaxRecords(Buffer.from(record(keyword, '1')))).toEqual({});
  });

  it('has the name of a sparse file of GNU, where it is not empty', () => {
    expect(parsePaxRecords(Buffer.from(record('GNU.sparse.name', 'db/data')))).toEqual({
      isSparse: true,
      path: 'db/data',
    });
    expect(parsePaxRecords(Buffer.from(record('GNU.sparse.name', '')))).toEqual({ isSparse: true });
  });

  it('finds nothing in nothing', () => {
    expect(parsePaxRecords(Buffer.alloc(0))).toEqual({});
  });
});
