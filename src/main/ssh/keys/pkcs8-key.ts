/** Private keys in PKCS#8 form (RFC 5208), as openssl and key stores write them: ssh2 does not read it, Node does. */
import { createPrivateKey, randomBytes, type KeyObject } from 'node:crypto';

const heading = /-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/;

/** True for a key file in that form. */
export const isPkcs8 = (bytes: Buffer): boolean => heading.test(bytes.toString('latin1'));

/** True if such a file needs a passphrase. */
export const isPkcs8Locked = (bytes: Buffer): boolean =>
  heading.exec(bytes.toString('latin1'))?.[1] !== undefined;

function sshString(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** An Ed25519 key in the form of OpenSSH (PROTOCOL.key), the only one in which ssh2 reads it. */
function opensshEd25519(key: KeyObject): string {
  const { d = '', x = '' } = key.export({ format: 'jwk' });
  const [secret, point] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
  const type = sshString('ssh-ed25519');
  const check = randomBytes(4);
  const parts = [
    check,
    check,
    type,
    sshString(point),
    sshString(Buffer.concat([secret, point])),
    sshString(''),
  ];
  const open = Buffer.concat(parts);
  const padding = Buffer.from(Array.from({ length: (8 - (open.length % 8)) % 8 }, (_, index) => index + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...[sshString('none'), sshString('none'), sshString(''), one],
    sshString(Buffer.concat([type, sshString(point)])),
    sshString(Buffer.concat([open, padding])),
  ]);
  const lines = blob.toString('base64').replaceAll(/.{70}(?=.)/g, '$&\n');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/**
 * The same key in a form that ssh2 reads.
 * @throws what Node throws for a wrong passphrase and for a broken file; an error that names the type for keys of other types
 */
export function fromPkcs8(bytes: Buffer, passphrase: string | undefined): string {
  const key = createPrivateKey({ key: bytes, ...(passphrase === undefined ? {} : { passphrase }) });
  const type = key.asymmetricKeyType ?? 'unknown';
  if (type === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }).toString();
  if (type === 'ec') return key.export({ type: 'sec1', format: 'pem' }).toString();
  if (type === 'ed25519') return opensshEd25519(key);
  throw new Error(`unsupported type of key: ${type}`);
}
