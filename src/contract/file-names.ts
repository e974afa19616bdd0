/**
 * Names of files as text that keeps every byte. A name in an archive is a string of bytes in whatever encoding the file system was used with.
 * Where they are UTF-8, the text is what they say. Each byte that is not part of UTF-8 is a lone half of a surrogate pair, U+DC00 plus the
 * byte, which UTF-8 itself cannot hold (as Python's "surrogateescape", PEP 383). JSON writes it as \udcXX, and gets it back.
 */
import { isUtf8 } from 'node:buffer';

/** How a site's names of files may be encoded, where that is not UTF-8. */
export const fileNameEncodings = ['euc-jp', 'shift_jis', 'latin1'] as const;
export type FileNameEncoding = (typeof fileNameEncodings)[number];

const escapeBase = 0xdc00;

/** A byte that is not UTF-8, as it lies in a name. */
export const escapedByte = (byte: number): string => String.fromCharCode(escapeBase + byte);

/** Matches each byte that is not UTF-8: with the u flag a half of a whole pair does not match. */
const escapedBytes = /[\udc80-\udcff]/gu;

/** True where a name holds bytes that are not UTF-8. */
export const hasEscapedBytes = (name: string): boolean => /[\udc80-\udcff]/u.test(name);

/** How many bytes a character takes that begins with this one; 1 for what begins none. */
function lengthAfter(lead: number): number {
  if (lead < 0xc2) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
}

/** The name that these bytes are. */
export function nameOfBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const parts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const character = bytes.subarray(at, at + lengthAfter(bytes[at] ?? 0));
    const isWhole = isUtf8(character);
    parts.push(isWhole ? character.toString('utf8') : escapedByte(bytes[at] ?? 0));
    at += isWhole ? character.length : 1;
  }
  return parts.join('');
}

/** The bytes that a name is: of whatever `nameOfBytes` made, the very same. */
export function bytesOfName(name: string): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { index } of name.matchAll(escapedBytes)) {
    pieces.push(Buffer.from(name.slice(from, index)), Buffer.from([name.charCodeAt(index) - escapeBase]));
    from = index + 1;
  }
  return Buffer.concat([...pieces, Buffer.from(name.slice(from))]);
}
