import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfName, hasEscapedBytes, nameOfBytes } from './file-names.ts';

describe('a name of a file', () => {
  it('keeps every byte, also through JSON', () => {
    const odd = fc.uint8Array({ maxLength: 40 });
    const text = fc.string({ unit: 'binary', maxLength: 12 }).map((one) => Buffer.from(one));
    fc.assert(
      fc.property(fc.array(fc.oneof(odd, text), { maxLength: 5 }), (pieces) => {
        const bytes = Buffer.concat(pieces);
        const name = nameOfBytes(bytes);
        const back = JSON.parse(JSON.stringify(name)) as string;
        expect(bytesOfName(back).toString('hex')).toBe(bytes.toString('hex'));
      }),
      { numRuns: 40 },
    );
  });

  it('is plain text where it is UTF-8, and escapes where it is not', () => {
    expect(nameOfBytes(Buffer.from('あ😀.txt'))).toBe('あ😀.txt');
    expect(hasEscapedBytes('あ😀.txt')).toBe(false);
    const eucJp = nameOfBytes(Buffer.from([0x61, 0xa4, 0xa2]));
    expect(JSON.stringify(eucJp)).toBe('"a\\udca4\\udca2"');
    expect(hasEscapedBytes(eucJp)).toBe(true);
  });
});
