/**
 * Names of files as text that keeps every byte. A name in an archive is a string of bytes in whatever encoding the file system was used with.
 * Where they are UTF-8, the text is what they say. Each byte that is not part of UTF-8 is a lone half of a surrogate pair, U+DC00 plus the
 * byte, which UTF-8 itself cannot hold (as Python's "surrogateescape", PEP 383). JSON writes it as \udcXX, and gets it back.
 */
/** How a site's names of files may be encoded, where that is not UTF-8. */
export const fileNameEncodings = ['euc-jp', 'shift_jis', 'latin1'] as const;
export type FileNameEncoding = (typeof fileNameEncodings)[number];

const escapeBase = 0xdc00;

/** A byte that is not UTF-8, as it is in a name. */
const escapedByte = (byte: number): string => String.fromCharCode(escapeBase + byte);

/** Matches each byte that is not UTF-8: with the u flag a half of a whole pair does not match. */
const escapedBytes = /[\udc80-\udcff]/gu;

/** True if a name holds bytes that are not UTF-8. */
export const hasEscapedBytes = (name: string): boolean => /[\udc80-\udcff]/u.test(name);

/** Not Node's Buffer: the screens read these names, too. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** @returns undefined if the bytes are not UTF-8 */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** How many bytes a character takes that begins with this one; 1 for what begins none. */
function lengthAfter(lead: number): number {
  if (lead < 0xc2) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
}

/** The name that these bytes are. */
export function nameOfBytes(bytes: Uint8Array): string {
  const whole = decoded(bytes);
  if (whole !== undefined) return whole;
  const parts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] ?? 0;
    const length = lengthAfter(lead);
    const character = lead < 0x80 || length > 1 ? decoded(bytes.subarray(at, at + length)) : undefined;
    parts.push(character ?? escapedByte(lead));
    at += character === undefined ? 1 : length;
  }
  return parts.join('');
}

/** The bytes that a name is: of whatever `nameOfBytes` made, the very same. */
export function bytesOfName(name: string): Uint8Array {
  const bytes: number[] = [];
  let from = 0;
  for (const { index } of name.matchAll(escapedBytes)) {
    bytes.push(...encoder.encode(name.slice(from, index)), name.charCodeAt(index) - escapeBase);
    from = index + 1;
  }
  if (from === 0) return encoder.encode(name);
  bytes.push(...encoder.encode(name.slice(from)));
  return Uint8Array.from(bytes);
}
