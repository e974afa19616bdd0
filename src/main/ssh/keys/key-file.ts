/** Private keys from files: reading, asking for the passphrase, and saying exactly what is wrong. */
import { readFile } from 'node:fs/promises';
import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { AskSecret, HostProfile, KeyFile } from '../host-profile.ts';
import { isOnToken } from '../foreign-keys.ts';
import { keyTypeOf } from './known-hosts.ts';
import { fromPkcs8, isPkcs8, isPkcs8Locked } from './pkcs8-key.ts';
import { WireReader } from '../wire.ts';

/** Who needs the key: messages and questions name both. */
export type KeyUser = Pick<HostProfile, 'name' | 'user'>;

const passphraseAttempts = 3;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

const readTroubles: Readonly<Record<string, string>> = {
  EACCES: phrase('this user may not read it'),
  EISDIR: phrase('it is a folder'),
};

async function readKeyFile(file: KeyFile, host: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file.path);
  } catch (error) {
    const missing = ['ENOENT', 'ENOTDIR'].includes(codeOf(error));
    if (missing && !file.required) return undefined;
    if (missing) throw failure('KEY_FILE_MISSING', { host, file: file.path }, { host });
    const reason = readTroubles[codeOf(error)] ?? codeOf(error);
    throw failure('KEY_FILE_UNREADABLE', { host, file: file.path, reason }, { host });
  }
}

/** ssh2 returns errors instead of throwing them, some of its parsers throw all the same. */
function parse(bytes: Buffer, passphrase?: string): ParsedKey | Error {
  if (isPkcs8Locked(bytes) && passphrase === undefined) return new Error(phrase('no passphrase given'));
  try {
    const text = isPkcs8(bytes) ? fromPkcs8(bytes, passphrase) : bytes;
    const parsed = ssh2.utils.parseKey(text, passphrase);
    return Array.isArray(parsed) ? (parsed[0] as ParsedKey) : parsed;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function needsPassphrase(parsed: ParsedKey | Error): boolean {
  return parsed instanceof Error && /no passphrase given/.test(parsed.message);
}

/** A cipher that ssh2 takes for one of its own, and whose keys it then cannot open: their passphrase seems to be wrong. */
const unknownCipher = 'chacha20-poly1305@openssh.com';

const magic = 'openssh-key-v1\0';

/** Cipher and type of a key in the form of OpenSSH (PROTOCOL.key), which are in it unencrypted; undefined for other forms. */
function headOf(bytes: Buffer): { readonly cipher: string; readonly keyType: string } | undefined {
  const text = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)-----END/.exec(bytes.toString('latin1'))?.[1];
  if (text === undefined) return undefined;
  const reader = new WireReader(Buffer.from(text, 'base64'));
  try {
    reader.take(magic.length);
    const cipher = reader.string().toString('latin1');
    // The key derivation and its options, then the number of keys.
    reader.string();
    reader.string();
    reader.uint32();
    return { cipher, keyType: keyTypeOf(reader.string()) };
  } catch {
    return undefined;
  }
}

/** A key in the form of PuTTY. Version 2 with an RSA key is read as it is. */
const isPutty = (bytes: Buffer): boolean => bytes.subarray(0, 64).includes('PuTTY-User-Key-File-');

/**
 * True if no passphrase helps: type or cipher of the key are not supported. OpenSSL says the same of what a wrong passphrase has made of a
 * key, where the end looks like padding: one of 256.
 */
const isUnsupported = ({ message }: Error): boolean =>
  /unsupported/i.test(message) && !message.includes('DECODER routines::unsupported');

async function openWithPassphrase(
  bytes: Buffer,
  file: KeyFile,
  profile: KeyUser,
  askSecret: AskSecret,
): Promise<ParsedKey | Error> {
  const { name: host, user } = profile;
  for (let attempt = 1; attempt <= passphraseAttempts; attempt += 1) {
    const text = phrase('Passphrase of {path}', { path: file.path });
    const passphrase = await askSecret({ kind: 'passphrase', host, user, keyFile: file.path, text, attempt });
    if (passphrase === undefined && attempt === 1) {
      throw failure('KEY_PASSPHRASE_MISSING', { host, file: file.path }, { host });
    }
    if (passphrase === undefined) break;
    const parsed = parse(bytes, passphrase);
    if (!(parsed instanceof Error) || isUnsupported(parsed)) return parsed;
  }
  throw failure('KEY_PASSPHRASE_WRONG', { host, file: file.path }, { host });
}

/**
 * Reads a private key; asks for its passphrase up to three times when it has one.
 * @returns undefined for a missing file that is not required
 * @throws KEY_FILE_MISSING, KEY_FILE_UNREADABLE, KEY_CIPHER_UNKNOWN, KEY_ON_TOKEN, KEY_OF_PUTTY, KEY_PASSPHRASE_MISSING,
 *   KEY_PASSPHRASE_WRONG
 */
export async function loadKey(
  file: KeyFile,
  profile: KeyUser,
  askSecret: AskSecret,
): Promise<ParsedKey | undefined> {
  const host = profile.name;
  const bytes = await readKeyFile(file, host);
  if (bytes === undefined) return undefined;
  const { cipher, keyType = '' } = headOf(bytes) ?? {};
  if (cipher === unknownCipher)
    throw failure('KEY_CIPHER_UNKNOWN', { host, file: file.path, cipher }, { host });
  if (isOnToken(keyType)) throw failure('KEY_ON_TOKEN', { host, file: file.path }, { host });
  let parsed = parse(bytes);
  if (needsPassphrase(parsed)) parsed = await openWithPassphrase(bytes, file, profile, askSecret);
  if (parsed instanceof Error && isPutty(bytes))
    throw failure('KEY_OF_PUTTY', { host, file: file.path }, { host });
  const unreadable = (reason: string) =>
    failure('KEY_FILE_UNREADABLE', { host, file: file.path, reason }, { host });
  if (parsed instanceof Error) throw unreadable(parsed.message);
  if (!parsed.isPrivateKey()) throw unreadable(phrase('it holds a public key, not a private one'));
  return parsed;
}
