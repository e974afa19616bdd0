/**
 * Signatures over files in the format of OpenSSH (PROTOCOL.sshsig): what ssh-keygen -Y sign makes, and -Y verify checks. Certificates
 * and keys on security tokens are not spoken here.
 */
import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { fingerprintOf, keyTypeOf } from './known-hosts.ts';
import { string, uint32, WireReader } from '../wire.ts';

const magic = 'SSHSIG';
const version = 1;
const begin = '-----BEGIN SSH SIGNATURE-----';
const end = '-----END SSH SIGNATURE-----';
/** ssh-keygen breaks its lines there. */
const armorWidth = 70;
const hashes = ['sha512', 'sha256'] as const;
type Hash = (typeof hashes)[number];

/** A key that can sign, in a file or in an agent. */
export interface Signer {
  /** In words, for messages. */
  readonly name: string;
  /** In wire form. */
  readonly publicKey: Buffer;
  /**
   * @returns the signature alone, as the wire has it after the name of its algorithm. @param hash of the algorithm;
   *   ed25519 has none
   */
  sign(data: Buffer, hash: SignatureHash): Promise<Buffer>;
}

type SignatureHash = 'sha256' | 'sha384' | 'sha512' | undefined;

interface SignatureAlgorithm {
  /** As the wire names it (RFC 8332, 5656, 8709). */
  readonly name: string;
  readonly hash: SignatureHash;
}

/** Key type -> the algorithms that may be used with it; the first one signs. */
const algorithms: Readonly<Record<string, readonly SignatureAlgorithm[]>> = {
  'ssh-ed25519': [{ name: 'ssh-ed25519', hash: undefined }],
  'ssh-rsa': [
    { name: 'rsa-sha2-512', hash: 'sha512' },
    { name: 'rsa-sha2-256', hash: 'sha256' },
  ],
  'ecdsa-sha2-nistp256': [{ name: 'ecdsa-sha2-nistp256', hash: 'sha256' }],
  'ecdsa-sha2-nistp384': [{ name: 'ecdsa-sha2-nistp384', hash: 'sha384' }],
  'ecdsa-sha2-nistp521': [{ name: 'ecdsa-sha2-nistp521', hash: 'sha512' }],
};

/** True for keys that can be signed with, and whose signatures can be checked. */
export const canSignWith = (publicKey: Buffer): boolean => Object.hasOwn(algorithms, keyTypeOf(publicKey));

/** What is signed instead of the message (PROTOCOL.sshsig, 2). */
function toBeSigned(namespace: string, hash: Hash, message: Buffer): Buffer {
  const digest = createHash(hash).update(message).digest();
  return Buffer.concat([Buffer.from(magic), string(namespace), string(''), string(hash), string(digest)]);
}

function armor(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(new RegExp(`.{1,${armorWidth}}`, 'g')) ?? [];
  return [begin, ...lines, end, ''].join('\n');
}

/**
 * @returns the signature with the name of its algorithm in front (RFC 4253, 6.6)
 * @throws what the signer throws
 */
export async function wholeSignature(signer: Signer, data: Buffer): Promise<Buffer> {
  const [algorithm] = algorithms[keyTypeOf(signer.publicKey)] ?? [];
  if (!algorithm) throw new Error(`cannot sign with a key of type ${keyTypeOf(signer.publicKey)}`);
  return Buffer.concat([string(algorithm.name), string(await signer.sign(data, algorithm.hash))]);
}

/**
 * @returns the armoured signature, as ssh-keygen -Y sign writes it into a file
 * @throws what the signer throws
 */
export async function signMessage(signer: Signer, namespace: string, message: Buffer): Promise<string> {
  const hash = hashes[0];
  const signature = await wholeSignature(signer, toBeSigned(namespace, hash, message));
  return armor(
    Buffer.concat([
      Buffer.from(magic),
      uint32(version),
      string(signer.publicKey),
      string(namespace),
      string(''),
      string(hash),
      string(signature),
    ]),
  );
}

/** What a signature says of itself. Nothing of it is proven before it was checked. */
export interface ReadSignature {
  /** In wire form. */
  readonly publicKey: Buffer;
  readonly keyType: string;
  /** `SHA256:…` */
  readonly fingerprint: string;
  readonly namespace: string;
  readonly hash: Hash;
  readonly algorithm: string;
  readonly signature: Buffer;
}

function bytesOf(armored: string): Buffer {
  const text = armored.trim().split(/\r?\n/);
  if (text[0] !== begin || text.at(-1) !== end) throw new Error('it is not an OpenSSH signature');
  const base64 = text.slice(1, -1).join('');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) throw new Error('it is not base64');
  return Buffer.from(base64, 'base64');
}

/** @throws Error with the reason, in words that fit after "the signature cannot be read: " */
export function readSignature(armored: string): ReadSignature {
  const reader = new WireReader(bytesOf(armored));
  if (reader.take(magic.length).toString('latin1') !== magic)
    throw new Error('it is not an OpenSSH signature');
  const found = reader.uint32();
  if (found !== version) throw new Error(`it is of version ${found}`);
  const publicKey = reader.string();
  const namespace = reader.string().toString('utf8');
  reader.string();
  const named = reader.string().toString('latin1');
  const hash = hashes.find((known) => known === named);
  if (!hash) throw new Error(`its hash is ${named}`);
  const blob = new WireReader(reader.string());
  const algorithm = blob.string().toString('latin1');
  const signature = blob.string();
  if (!reader.isAtEnd || !blob.isAtEnd) throw new Error('unexpected data follows it');
  const keyType = keyTypeOf(publicKey);
  return { publicKey, keyType, fingerprint: fingerprintOf(publicKey), namespace, hash, algorithm, signature };
}

/** r and s, as the wire has them, in the DER form that the crypto library takes (RFC 5656, 3.1.2; RFC 3279, 2.2.3). */
function ecdsaToDer(signature: Buffer): Buffer {
  const reader = new WireReader(signature);
  const integers = [reader.string(), reader.string()].map((value) =>
    Buffer.concat([Buffer.from([0x02, value.length]), value]),
  );
  const body = Buffer.concat(integers);
  const head = body.length < 0x80 ? [0x30, body.length] : [0x30, 0x81, body.length];
  return Buffer.concat([Buffer.from(head), body]);
}

function derToEcdsa(der: Buffer): Buffer {
  const reader = new WireReader(der);
  reader.take(1);
  if (reader.take(1)[0] === 0x81) reader.take(1);
  const integer = () => {
    reader.take(1);
    return reader.take(reader.take(1)[0] ?? 0);
  };
  return Buffer.concat([string(integer()), string(integer())]);
}

const isEcdsa = (keyType: string) => keyType.startsWith('ecdsa-');

function parsedKey(publicKey: Buffer): ParsedKey {
  const parsed = ssh2.utils.parseKey(publicKey);
  if (parsed instanceof Error) throw parsed;
  return Array.isArray(parsed) ? (parsed[0] as ParsedKey) : parsed;
}

/**
 * @param message whose signature it is to be
 * @returns false where the message, or the signature, is another
 * @throws Error where signatures of this kind cannot be checked here
 */
export function isSignatureOf(read: ReadSignature, message: Buffer): boolean {
  const known = algorithms[read.keyType];
  if (!known) throw new Error(`a signature by a key of type ${read.keyType} cannot be checked here`);
  const algorithm = known.find(({ name }) => name === read.algorithm);
  if (!algorithm) return false;
  const data = toBeSigned(read.namespace, read.hash, message);
  try {
    const signature = isEcdsa(read.keyType) ? ecdsaToDer(read.signature) : read.signature;
    return parsedKey(read.publicKey).verify(data, signature, algorithm.hash) === true;
  } catch {
    return false;
  }
}

/** @param key with its private part */
export function signerOfKey(name: string, key: ParsedKey): Signer {
  const publicKey = key.getPublicSSH();
  return {
    name,
    publicKey,
    sign: async (data, hash) => {
      // ssh2 returns errors instead of throwing them.
      const signature: Buffer | Error = key.sign(data, hash);
      if (signature instanceof Error) throw signature;
      return isEcdsa(key.type) ? derToEcdsa(signature) : signature;
    },
  };
}
