/** Whose key it is, and when it counts, by a file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS). Certificate authorities are passed over. */
import { matchesList } from '../config/config-patterns.ts';
import { keyTypeOf } from './known-hosts.ts';
import { phrase } from '../../../contract/text/say.ts';

/** A line of the file. */
export interface AllowedSigner {
  /** As they are in the line. */
  readonly principals: string;
  /** When the key begins and ceases to count, in milliseconds since 1970; undefined if the line does not say. */
  readonly validAfter?: number | undefined;
  readonly validBefore?: number | undefined;
}

interface Options {
  readonly isAuthority: boolean;
  /** A list of patterns. */
  readonly namespaces: string | undefined;
  readonly validAfter: number | undefined;
  readonly validBefore: number | undefined;
}

/** Fields are parted by blanks; a field of options may have blanks between quotation marks. */
const field = /(?:"[^"]*"|[^\s"])+/g;
const option = /^([a-z-]+)(?:="([^"]*)")?$/i;
const timestamp = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)$/i;

/** @returns milliseconds since 1970; undefined for what is no timestamp. Without Z it is of this machine's time zone. */
function timeOf(text: string): number | undefined {
  const found = timestamp.exec(text);
  if (!found) return undefined;
  const [year = 0, month = 0, day = 0, ...clock] = found.slice(1, 7).map((digits) => Number(digits ?? 0));
  const parts = [year, month - 1, day, ...clock] as const;
  // 20261345 would become a day of the next year.
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return found[7] === '' ? new Date(...parts).getTime() : Date.UTC(...parts);
}

/** @returns what cannot be read of them, as text */
function readOptions(text: string): Options | string {
  const values = new Map<string, string | undefined>();
  for (const word of text === '' ? [] : (text.match(/(?:"[^"]*"|[^,"])+/g) ?? [text])) {
    const [, name, value] = option.exec(word) ?? [];
    const key = name?.toLowerCase();
    const isFlag = key === 'cert-authority';
    const isKnown = isFlag || key === 'namespaces' || key === 'valid-after' || key === 'valid-before';
    if (key === undefined || !isKnown || isFlag !== (value === undefined))
      return phrase('unknown option {word}', { word });
    if (values.has(key)) return phrase('the option {key} is given twice', { key });
    values.set(key, value);
  }
  const times = { validAfter: values.get('valid-after'), validBefore: values.get('valid-before') };
  const wrong = Object.values(times).find((value) => value !== undefined && timeOf(value) === undefined);
  if (wrong !== undefined)
    return phrase('"{wrong}" is not a time: YYYYMMDD or YYYYMMDDHHMM[SS], with Z for UTC', { wrong });
  return {
    isAuthority: values.has('cert-authority'),
    namespaces: values.get('namespaces'),
    validAfter: times.validAfter === undefined ? undefined : timeOf(times.validAfter),
    validBefore: times.validBefore === undefined ? undefined : timeOf(times.validBefore),
  };
}

interface Line {
  readonly principals: string;
  readonly options: string;
  readonly key: Buffer;
}

/** @returns undefined for a comment, and for what has no key */
function readLine(line: string): Line | undefined {
  if (line.trim().startsWith('#')) return undefined;
  const fields = line.match(field) ?? [];
  const [principals] = fields;
  for (const at of [1, 2]) {
    const key = Buffer.from(fields[at + 1] ?? '', 'base64');
    if (principals !== undefined && keyTypeOf(key) === fields[at])
      return {
        principals: principals.replaceAll('"', ''),
        options: at === 2 ? (fields[1] ?? '') : '',
        key,
      };
  }
  return undefined;
}

const linesOf = (text: string) => text.split(/\r?\n/);

/**
 * @returns why a file of allowed signers cannot be relied on: a line with options that are not understood; undefined if
 *   it can
 */
export function troubleOfSigners(text: string): string | undefined {
  for (const [index, line] of linesOf(text).entries()) {
    const read = readLine(line);
    const options = read && readOptions(read.options);
    if (typeof options === 'string') return phrase('line {index}: {options}', { index: index + 1, options });
  }
  return undefined;
}

/**
 * @param text of the file
 * @param publicKey in wire form
 * @returns each line with that key that allows signatures of that kind, in its order; none where its options are not understood
 */
export function signersOf(text: string, publicKey: Buffer, namespace: string): AllowedSigner[] {
  return linesOf(text).flatMap((line) => {
    const read = readLine(line);
    if (!read?.key.equals(publicKey)) return [];
    const options = readOptions(read.options);
    if (typeof options === 'string' || options.isAuthority) return [];
    const { namespaces, validAfter, validBefore } = options;
    if (namespaces !== undefined && !matchesList(namespace, namespaces)) return [];
    return [{ principals: read.principals, validAfter, validBefore }];
  });
}

/** True if the key counts at that time, in milliseconds since 1970. Both ends belong to it, as in OpenSSH. */
export const countsAt = ({ validAfter, validBefore }: AllowedSigner, time: number): boolean =>
  (validAfter === undefined || time >= validAfter) && (validBefore === undefined || time <= validBefore);
