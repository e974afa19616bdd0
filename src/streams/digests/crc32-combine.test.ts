import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combinedCrc32 } from './crc32-combine.ts';

const hexadecimal = (bytes: Uint8Array) => crc32(bytes).toString(16).padStart(8, '0');

describe('the CRC-32 of two stretches', () => {
  it('is that of all their bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        const whole = hexadecimal(Buffer.concat([first, second]));
        expect(combinedCrc32(hexadecimal(first), hexadecimal(second), second.length)).toBe(whole);
      }),
    );
  });

  it('is right after a million zeros', () => {
    const [first, second] = [Buffer.from('records'), Buffer.alloc(1_000_000)];
    const whole = hexadecimal(Buffer.concat([first, second]));
    expect(combinedCrc32(hexadecimal(first), hexadecimal(second), second.length)).toBe(whole);
  });
});
