/**
 * Public keys of types that ssh2 does not know: certificates (OpenSSH's PROTOCOL.certkeys) and keys on security tokens
 * (PROTOCOL.u2f). ssh2 is given an object of its own kind, which has their type and their bytes; the party that has the
 * private half signs.
 */
import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { keyTypeOf } from './keys/known-hosts.ts';
import { string, WireReader } from './wire.ts';
import { phrase } from '../../contract/text/say.ts';

const plainTypes = [
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
] as const;
const tokenTypes = ['sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'] as const;

const certificateOf = (type: string) => `${type.replace('@openssh.com', '')}-cert-v01@openssh.com`;

/** Type of a certificate -> type of the key that it is for. */
const certifiedTypes = new Map([...plainTypes, ...tokenTypes].map((type) => [certificateOf(type), type]));

/** True for a key that only a security token can sign with. */
export const isOnToken = (keyType: string): boolean => tokenTypes.some((type) => type === keyType);

/** RSA certificates sign with SHA-512 (RFC 8332); the type of the key alone would mean SHA-1. */
const algorithmOf = (keyType: string) =>
  keyType === certificateOf('ssh-rsa') ? certificateOf('rsa-sha2-512') : keyType;

/**
 * ssh2 recognizes its keys by a property that it does not export, so that a foreign key is made out of one of them. It
 * never signs.
 */
function carrier(): ParsedKey {
  const key = ssh2.utils.parseKey(
    Buffer.concat([string('ssh-rsa'), string(Buffer.from([3])), string(Buffer.from([1]))]),
  );
  if (key instanceof Error) throw key;
  return Array.isArray(key) ? (key[0] as ParsedKey) : key;
}

const foreignKeys = new WeakSet<object>();

/** True for keys of `foreignKey`: a signature by one of them is sent as it is, with the name of its algorithm in front. */
export const isForeign = (key: object): boolean => foreignKeys.has(key);

/** @param blob in wire form. @returns undefined if its type is not one of these */
export function foreignKey(blob: Buffer): ParsedKey | undefined {
  const keyType = keyTypeOf(blob);
  if (!isOnToken(keyType) && !certifiedTypes.has(keyType)) return undefined;
  const key = Object.create(carrier(), {
    type: { value: algorithmOf(keyType) },
    getPublicSSH: { value: () => blob },
  }) as ParsedKey;
  foreignKeys.add(key);
  return key;
}

/** What follows type and nonce of a certificate, where it is one for that key: the rest after the key's own fields. */
function behindKey(certificate: Buffer, key: Buffer): WireReader | undefined {
  if (certifiedTypes.get(keyTypeOf(certificate)) !== keyTypeOf(key)) return undefined;
  const [reader, own] = [new WireReader(certificate), new WireReader(key)];
  reader.string();
  reader.string();
  own.string();
  return reader.take(own.rest.length).equals(own.rest) ? reader : undefined;
}

/** @param certificate, key in wire form. @returns whether the certificate is one for that key */
export function isCertificateOf(certificate: Buffer, key: Buffer): boolean {
  try {
    return behindKey(certificate, key) !== undefined;
  } catch {
    return false;
  }
}

const instant = (seconds: bigint) => new Date(Number(seconds) * 1000).toISOString().replace(/:\d\d\.\d+/, '');

/**
 * @param certificate, key in wire form
 * @param now milliseconds since 1970
 * @returns why hosts do not accept the certificate, in words that fit after its name; undefined if it shows nothing of
 *   that kind
 */
export function certificateTrouble(certificate: Buffer, key: Buffer, now: number): string | undefined {
  try {
    const reader = behindKey(certificate, key);
    if (!reader) return phrase('belongs to another key');
    // Serial number, kind, identity and principals.
    reader.uint64();
    reader.uint32();
    reader.string();
    reader.string();
    const [after, before, seconds] = [reader.uint64(), reader.uint64(), BigInt(Math.floor(now / 1000))];
    if (seconds < after) return phrase('is not valid before {instant}', { instant: instant(after) });
    return seconds >= before ? phrase('expired at {instant}', { instant: instant(before) }) : undefined;
  } catch {
    return phrase('cannot be read');
  }
}
