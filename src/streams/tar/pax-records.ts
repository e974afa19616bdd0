/**
 * The records of a pax extended header: `LENGTH KEYWORD=VALUE\n`, LENGTH counting the whole record in bytes (POSIX
 * pax). Solaris' type X headers have the same form (archives.h). Read by their lengths, so that a newline in a name
 * does no harm. Names are UTF-8 by the standard; an archiver that cannot convert them, or is instructed not to
 * (`hdrcharset=BINARY`), writes their bytes.
 */
import { nameOfBytes } from '../../contract/file-names.ts';

/** The keywords for kind and length of an entry; others are ignored. */
export interface PaxFields {
  readonly path?: string;
  readonly linkpath?: string;
  readonly size?: number;
  readonly mtime?: Date;
  /** The content omits holes: of GNU tar, star and Solaris. */
  readonly isSparse?: boolean;
}

const lengthDigitsAtMost = 10;

/** Parses the body of an extended header; undefined if it is damaged. */
export function parsePaxRecords(text: Buffer): PaxFields | undefined {
  let fields: PaxFields = {};
  for (let at = 0; at < text.length;) {
    const end = recordEnd(text, at);
    if (end === undefined) return undefined;
    const record = nameOfBytes(text.subarray(text.indexOf(0x20, at) + 1, end - 1));
    const equals = record.indexOf('=');
    if (equals < 1) return undefined;
    const field = fieldOf(record.slice(0, equals), record.slice(equals + 1));
    if (!field) return undefined;
    fields = { ...fields, ...field };
    at = end;
  }
  return fields;
}

/** Where the record that begins at `at` ends, after its newline; undefined if its length is wrong. */
function recordEnd(text: Buffer, at: number): number | undefined {
  const space = text.indexOf(0x20, at);
  if (space === -1 || space - at > lengthDigitsAtMost) return undefined;
  const digits = text.toString('latin1', at, space);
  const end = at + Number(digits);
  const inside = /^\d+$/.test(digits) && end > space + 1 && end <= text.length;
  return inside && text[end - 1] === 0x0a ? end : undefined;
}

/** The field of one keyword: nothing for an irrelevant keyword, undefined for a wrong value. */
function fieldOf(keyword: string, value: string): PaxFields | undefined {
  switch (keyword) {
    case 'path':
      return value === '' ? {} : { path: value };
    case 'GNU.sparse.name':
      return { isSparse: true, ...(value === '' ? {} : { path: value }) };
    case 'linkpath':
      return value === '' ? {} : { linkpath: value };
    case 'size':
      return /^\d{1,15}$/.test(value) ? { size: Number(value) } : undefined;
    case 'mtime':
      return Number.isFinite(Number(value)) ? { mtime: new Date(Number(value) * 1000) } : undefined;
    default:
      return /^(GNU\.sparse\.|SCHILY\.realsize$|SUN\.holesdata$)/.test(keyword) ? { isSparse: true } : {};
  }
}
