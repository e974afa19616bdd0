/**
 * The CRC-32 of two stretches of bytes, one after the other, from the CRC-32 of each. Method: crc32_combine of zlib 1.2.12 (crc32.c), where
 * a checksum is a polynomial modulo that of CRC-32, and zero bytes after it multiply it by a power of x.
 */

const polynomial = 0xed_b8_83_20;
const one = 0x80_00_00_00;

/** The product of two polynomials, modulo that of CRC-32. */
function product(first: number, second: number): number {
  let [sum, factor] = [0, second];
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if (first & bit) sum ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ polynomial : factor >>> 1;
  }
  return sum >>> 0;
}

/** x to the power of 8 times a number of bytes. */
function powerOfBytes(bytes: number): number {
  let power = one;
  // x^8, then its square for each further binary digit.
  let factor = one >>> 8;
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power = product(factor, power);
    factor = product(factor, factor);
  }
  return power;
}

/**
 * @param first CRC-32 of the bytes that come first, eight hexadecimal digits; `second` that of those after them
 * @param secondBytes how many bytes the second checksum is of
 */
export function combinedCrc32(first: string, second: string, secondBytes: number): string {
  const shifted = product(powerOfBytes(secondBytes), parseInt(first, 16) >>> 0);
  return ((shifted ^ parseInt(second, 16)) >>> 0).toString(16).padStart(8, '0');
}
