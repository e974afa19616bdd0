/** Keys that no longer count, by a file of public keys, one a line (ssh-keygen(1), -r). The binary format (PROTOCOL.krl) is not read. */
import { keyTypeOf } from './known-hosts.ts';
import { phrase } from '../../../contract/text/say.ts';

/** What a binary list of revoked keys begins with (PROTOCOL.krl, 2). */
const binaryMagic = 'SSHKRL\n\0';

/** @returns the public key of a line in wire form; undefined for a comment and an empty line, false for what is no key */
function keyOf(line: string): Buffer | undefined | false {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  const [type = '', base64 = ''] = text.split(/\s+/);
  const key = Buffer.from(base64, 'base64');
  return keyTypeOf(key) === type && type !== '' && key;
}

/** @returns why a file cannot be relied on; undefined if it can */
export function troubleOfRevoked(text: string): string | undefined {
  if (text.startsWith(binaryMagic))
    return phrase('it is in the binary format; write it as public keys, one on each line');
  const at = text.split('\n').findIndex((line) => keyOf(line) === false);
  return at < 0 ? undefined : phrase('line {at} is not a public key', { at: at + 1 });
}

/** @param publicKey in wire form */
export const isRevoked = (text: string, publicKey: Buffer): boolean =>
  text.split('\n').some((line) => {
    const key = keyOf(line);
    return key !== undefined && key !== false && key.equals(publicKey);
  });
