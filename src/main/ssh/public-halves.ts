/** The public halves of key files, and their certificates: what an agent can be asked for, and a host be offered, without a passphrase. */
import { readFile } from 'node:fs/promises';
import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import type { LoginMethods } from './host-profile.ts';
import { keyTypeOf } from './keys/known-hosts.ts';

export interface CertificateFile {
  readonly path: string;
  /** In wire form. */
  readonly blob: Buffer;
}

/** What is known of key files without opening them; those that cannot be read are left out. */
export interface PublicHalves {
  /** Key file -> its public key in wire form. */
  readonly keys: ReadonlyMap<string, Buffer>;
  /** Certificates for any of these keys, or for one that only an agent has. */
  readonly certificates: readonly CertificateFile[];
}

/** `TYPE BASE64 COMMENT`, of any type. */
function keyOfLine(text: string): Buffer | undefined {
  const [type = '', base64 = ''] = text.trim().split(/\s+/);
  const blob = Buffer.from(base64, 'base64');
  return type !== '' && keyTypeOf(blob) === type ? blob : undefined;
}

/** The public key or the certificate in a file; undefined if it holds something else. */
async function publicKeyIn(path: string): Promise<Buffer | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const line = keyOfLine(bytes.toString('latin1'));
  if (line) return line;
  const parsed = ssh2.utils.parseKey(bytes);
  if (parsed instanceof Error) return undefined;
  const key = Array.isArray(parsed) ? (parsed[0] as ParsedKey) : parsed;
  return key.isPrivateKey() ? undefined : key.getPublicSSH();
}

async function certificatesIn(paths: readonly string[]): Promise<CertificateFile[]> {
  const found: CertificateFile[] = [];
  for (const path of paths) {
    const blob = await publicKeyIn(path);
    if (blob) found.push({ path, blob });
  }
  return found;
}

/**
 * The public halves of key files, from the `.pub` next to each, or from the file itself: IdentityFile may name the
 * public key of one that only the agent has. Certificates are those of CertificateFile; where there is none,
 * FILE-cert.pub next to each (ssh_config(5)).
 */
export async function publicHalves({
  keyFiles,
  certificateFiles = keyFiles.map(({ path }) => `${path}-cert.pub`),
}: Pick<LoginMethods, 'keyFiles' | 'certificateFiles'>): Promise<PublicHalves> {
  const keys = new Map<string, Buffer>();
  for (const { path } of keyFiles) {
    const key = (await publicKeyIn(`${path}.pub`)) ?? (await publicKeyIn(path));
    if (key) keys.set(path, key);
  }
  return { keys, certificates: await certificatesIn(certificateFiles) };
}
