/** Names of files that are not UTF-8, as people read and type them. Pure. */
import { bytesOfName, hasEscapedBytes } from '../../contract/file-names.ts';
import type { FileNameEncoding } from '../../contract/file-names.ts';

/** A string with one character for each byte, as `latin1` of Node: patterns are matched in bytes, whatever these say. */
export type ByteString = string;

const isAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text);

export const byteStringOf = (name: string): ByteString =>
  isAscii(name) ? name : Buffer.from(bytesOfName(name)).toString('latin1');

function decoded(bytes: Uint8Array, encoding: FileNameEncoding): string | undefined {
  if (encoding === 'latin1') return Buffer.from(bytes).toString('latin1');
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes that are not UTF-8 as `\xA4`; then a backslash of the name is doubled, so that the whole can be given to `where`. */
function escaped(name: string): string {
  if (!hasEscapedBytes(name)) return name;
  return name
    .replaceAll('\\', '\\\\')
    .replace(/[\udc80-\udcff]/gu, (byte) => `\\x${(byte.charCodeAt(0) & 0xff).toString(16).toUpperCase()}`);
}

/**
 * A path as a person reads it: each part of it in the encoding of the site, or where it is not of that, as UTF-8 with escapes.
 * @param encoding undefined: UTF-8
 */
export function readablePath(path: string, encoding: FileNameEncoding | undefined): string {
  if (isAscii(path)) return path;
  const readable = (part: string) =>
    (encoding && !isAscii(part) ? decoded(bytesOfName(part), encoding) : undefined) ?? escaped(part);
  return path.split('/').map(readable).join('/');
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Every sequence of bytes that may be a character; of two for the same character the one that comes first is written. */
const sequences: Readonly<Record<Exclude<FileNameEncoding, 'latin1'>, () => number[][]>> = {
  'euc-jp': () => {
    const high = range(0xa1, 0xfe);
    const pairs = [0x8e, ...high].flatMap((lead) => high.map((next) => [lead, next]));
    return [...pairs, ...high.flatMap((second) => high.map((third) => [0x8f, second, third]))];
  },
  shift_jis: () => {
    // Rows that NEC selected from IBM's extensions, which are there a second time: nobody writes these (WHATWG Encoding, Shift_JIS encoder).
    const seldom = [0xed, 0xee];
    const leads = [...range(0x81, 0x9f), ...range(0xe0, 0xfc).filter((lead) => !seldom.includes(lead))];
    const trails = [...range(0x40, 0x7e), ...range(0x80, 0xfc)];
    const single = range(0xa1, 0xdf).map((byte) => [byte]);
    return [...single, ...[...leads, ...seldom].flatMap((lead) => trails.map((trail) => [lead, trail]))];
  },
};

/** Characters for which JIS tables of Unix differ from those of Windows, which decoders here use: typed -> as decoded. */
const twins: Readonly<Record<string, string>> = {
  '\u301c': '\uff5e',
  '\u2016': '\u2225',
  '\u2212': '\uff0d',
  '\u2014': '\u2015',
  '\u00a2': '\uffe0',
  '\u00a3': '\uffe1',
  '\u00ac': '\uffe2',
};

function tableOf(encoding: Exclude<FileNameEncoding, 'latin1'>): ReadonlyMap<string, ByteString> {
  const lines = sequences[encoding]().map((bytes) => Buffer.from([...bytes, 0x0a]));
  const characters = new TextDecoder(encoding).decode(Buffer.concat(lines)).split('\n');
  const table = new Map<string, ByteString>();
  lines.forEach((line, index) => {
    const character = characters[index] ?? '';
    if ([...character].length === 1 && character !== '\ufffd' && !table.has(character))
      table.set(character, line.toString('latin1', 0, line.length - 1));
  });
  for (const [typed, same] of Object.entries(twins)) {
    const bytes = table.get(same);
    if (bytes !== undefined && !table.has(typed)) table.set(typed, bytes);
  }
  return table;
}

const tables = new Map<FileNameEncoding, ReadonlyMap<string, ByteString>>();

function byteOfCharacter(character: string, encoding: FileNameEncoding): ByteString | undefined {
  if (isAscii(character)) return character;
  if (encoding === 'latin1') return character.charCodeAt(0) < 0x100 ? character : undefined;
  const table = tables.get(encoding) ?? tableOf(encoding);
  tables.set(encoding, table);
  return table.get(character);
}

/** What was typed, in the bytes of an encoding; undefined if that has no such character. */
export function typedBytes(text: string, encoding: FileNameEncoding | undefined): ByteString | undefined {
  if (!encoding) return byteStringOf(text);
  const bytes = Array.from(text, (character) => byteOfCharacter(character, encoding));
  return bytes.includes(undefined) ? undefined : bytes.join('');
}

/** A character of more than one byte, as a regular expression over bytes. */
const severalBytes: Readonly<Record<FileNameEncoding | 'utf-8', string | undefined>> = {
  'utf-8': '[\\xc2-\\xdf][\\x80-\\xbf]|[\\xe0-\\xef][\\x80-\\xbf]{2}|[\\xf0-\\xf4][\\x80-\\xbf]{3}',
  'euc-jp': '\\x8f[\\xa1-\\xfe]{2}|[\\x8e\\xa1-\\xfe][\\xa1-\\xfe]',
  shift_jis: '[\\x81-\\x9f\\xe0-\\xfc][\\x40-\\x7e\\x80-\\xfc]',
  latin1: undefined,
};

/** One character but a slash, as a regular expression over bytes. */
export function anyCharacter(encoding: FileNameEncoding | undefined): string {
  const several = severalBytes[encoding ?? 'utf-8'];
  return several === undefined ? '[^/\\n]' : `(?:${several}|(?!${several})[^/\\n])`;
}
