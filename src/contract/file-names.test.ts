import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfName, hasEscapedBytes, nameOfBytes } from './file-names.ts';

describe('a name of a file', () => {
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

  it('keeps every byte, also through JSON', () => {
    const odd = fc.uint8Array({ maxLength: 40 });
    const text = fc.string({ unit: 'binary', maxLength: 12 }).map(bytesOf);
    fc.assert(
      fc.property(fc.array(fc.oneof(odd, text), { maxLength: 5 }), (pieces) => {
        const bytes = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
        const name = nameOfBytes(bytes);
        const back = JSON.parse(JSON.stringify(name)) as string;
        expect(bytesOfName(back)).toEqual(bytes);
      }),
      { numRuns: 40 },
    );
  });

  it('is plain text where it is UTF-8, and escapes where it is not', () => {
    expect(nameOfBytes(bytesOf('あ😀.txt'))).toBe('あ😀.txt');
    expect(hasEscapedBytes('あ😀.txt')).toBe(false);
    const eucJp = nameOfBytes(Uint8Array.from([0x61, 0xa4, 0xa2]));
    expect(JSON.stringify(eucJp)).toBe('"a\\udca4\\udca2"');
    expect(hasEscapedBytes(eucJp)).toBe(true);
  });
});
