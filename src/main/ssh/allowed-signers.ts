/** Whose key it is, by a file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS). Certificate authorities are passed over. */
import { keyTypeOf } from './known-hosts.ts';

/** Fields are parted by blanks; a field of options may have blanks between quotation marks. */
const field = /(?:"[^"]*"|[^\s"])+/g;

const namespacesOf = (options: string): readonly string[] | undefined =>
  /(?:^|,)namespaces="([^"]*)"/i.exec(options)?.[1]?.split(',');

function principalIn(line: string, publicKey: Buffer, namespace: string): string | undefined {
  if (line.trim().startsWith('#')) return undefined;
  const fields = line.match(field) ?? [];
  const keyAt = fields.findIndex((word, index) => {
    const key = Buffer.from(fields[index + 1] ?? '', 'base64');
    return index > 0 && keyTypeOf(key) === word && key.equals(publicKey);
  });
  const [principals] = fields;
  if (keyAt < 1 || principals === undefined) return undefined;
  const options = keyAt === 2 ? (fields[1] ?? '') : '';
  const namespaces = namespacesOf(options);
  if (/(?:^|,)cert-authority(?:,|$)/i.test(options)) return undefined;
  if (namespaces && !namespaces.includes(namespace)) return undefined;
  return principals.replaceAll('"', '');
}

/**
 * @param text of the file
 * @param publicKey in wire form
 * @returns the principals of the first line with that key, as they stand there; undefined where no line has it
 */
export function principalOf(text: string, publicKey: Buffer, namespace: string): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    const principal = principalIn(line, publicKey, namespace);
    if (principal !== undefined) return principal;
  }
  return undefined;
}
