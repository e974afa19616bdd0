/** The owner of a device by its first bytes. */
import { describe, expect, it } from 'vitest';
import { headBytes, ownerOf } from './device-head.ts';

const head = (write: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.alloc(headBytes);
  write(bytes);
  return bytes;
};

describe('the first bytes of a device', () => {
  it.each([
    // With ASMLib the name of the disk follows.
    ['Oracle ASM', head((bytes) => bytes.write('ORCLDISKVOL1', 32))],
    ['Oracle ASM', head((bytes) => bytes.write('ORCLDISK', 32)).subarray(0, 512)],
    ['ZFS', head((bytes) => bytes.writeBigUInt64BE(0xbab10cn, 131_072 + 4 * 1024))],
    ['ZFS', head((bytes) => bytes.writeBigUInt64LE(0xbab10cn, 262_144 - 1024))],
    [undefined, head((bytes) => bytes.write('ORCLDISK', 0))],
    [undefined, head((bytes) => bytes.writeBigUInt64BE(0xbab10cn, 131_072 + 8))],
    [undefined, head(() => undefined)],
    [undefined, Buffer.alloc(0)],
  ])('are those of: %s', (owner, bytes) => {
    expect(ownerOf(bytes)).toBe(owner);
  });
});
