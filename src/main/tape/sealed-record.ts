/**
 * What Shadowtape writes to tape for itself: a first line that a person can read, the SHA-256 of what follows, JSON,
 * and zeros up to a whole number of records. Damage of any byte is noticed.
 */
import { createHash } from 'node:crypto';
import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';

/** Label and manifest are written in records of this many bytes, whatever the records of the data are. */
export const ownRecordBytes = 32_768;

const version = 1;
const digestLine = /^sha256 ([0-9a-f]{64})$/;

export type SealedKind = 'LABEL' | 'MANIFEST';

const firstLine = (kind: SealedKind) => `SHADOWTAPE ${kind} ${version}`;
const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

/**
 * @returns whole records, at most `records` of them
 * @throws TAPE_LABEL_TOO_LONG
 */
export function seal(kind: SealedKind, value: object, records: number): Buffer {
  const json = JSON.stringify(value);
  const text = `${firstLine(kind)}\nsha256 ${sha256(json)}\n${json}\n`;
  const length = Buffer.byteLength(text);
  const whole = Math.ceil(length / ownRecordBytes);
  if (whole > records)
    throw failure('TAPE_LABEL_TOO_LONG', {
      kind: kind.toLowerCase(),
      length,
      limit: records * ownRecordBytes,
    });
  const bytes = Buffer.alloc(whole * ownRecordBytes);
  bytes.write(text, 'utf8');
  return bytes;
}

/** `foreign`: nothing of that kind; `damaged`: it begins like one, but cannot be trusted. */
export type Unsealed =
  | { readonly kind: 'whole'; readonly value: unknown }
  | { readonly kind: 'damaged'; readonly reason: string }
  | { readonly kind: 'foreign' };

const damaged = (reason: string): Unsealed => ({ kind: 'damaged', reason });

/** The text before the zeros; undefined if anything except zeros follows it. */
function textOf(bytes: Buffer): string | undefined {
  const end = bytes.indexOf(0);
  if (end < 0) return bytes.toString('utf8');
  return bytes.subarray(end).every((byte) => byte === 0) ? bytes.toString('utf8', 0, end) : undefined;
}

/** @param bytes the whole file, as it was read from the tape */
export function unseal(kind: SealedKind, bytes: Buffer): Unsealed {
  const begin = `SHADOWTAPE ${kind} `;
  if (bytes.toString('latin1', 0, begin.length) !== begin) return { kind: 'foreign' };
  if (bytes.length === 0 || bytes.length % ownRecordBytes !== 0)
    return damaged(phrase('it has {bytes} bytes', { bytes: bytes.length.toLocaleString('en-US') }));
  const text = textOf(bytes);
  if (text === undefined) return damaged(phrase('it does not end in zeros'));
  const [head = '', seal = '', json = '', ...rest] = text.split('\n');
  if (head !== firstLine(kind))
    return damaged(phrase('its first line is not "{firstLine}"', { firstLine: firstLine(kind) }));
  const digest = digestLine.exec(seal)?.[1];
  if (digest === undefined || rest.length !== 1 || rest[0] !== '')
    return damaged(phrase('its lines are out of order'));
  if (sha256(json) !== digest) return damaged(phrase('its SHA-256 does not match its content'));
  try {
    return { kind: 'whole', value: JSON.parse(json) as unknown };
  } catch {
    return damaged(phrase('its content is not JSON'));
  }
}
