/**
 * The known_hosts format of OpenSSH (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): reading, asking, adding a line.
 * Lines that cannot be understood are passed over and never rewritten: a file only ever grows by whole lines.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Of open(2), as `a+`, but a symbolic link is not followed; O_NOFOLLOW is unknown on Windows. */
const appendFlags =
  constants.O_RDWR |
  constants.O_APPEND |
  constants.O_CREAT |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0);

export interface KnownHostLine {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly marker: 'revoked' | undefined;
  /** The first field: a comma list of patterns, or one hashed name. */
  readonly hosts: string;
  readonly keyType: string;
  readonly key: Buffer;
}

export type KnownHostsVerdict =
  | { readonly verdict: 'known' }
  | { readonly verdict: 'unknown' }
  | { readonly verdict: 'changed'; readonly known: readonly KnownHostLine[] }
  | { readonly verdict: 'revoked'; readonly by: KnownHostLine };

/** `SHA256:` and base64 without padding, as ssh-keygen -l prints a key's fingerprint. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type that a public key in wire form names itself (RFC 4253, 6.6: a string with its length in front), or '' for rubbish. */
export function keyTypeOf(key: Buffer): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length > 64 || key.length < 4 + length ? '' : key.toString('latin1', 4, 4 + length);
}

/** Type and fingerprint of a host key: `ssh-ed25519 SHA256:…`. */
export function hostKeyText(key: Buffer): string {
  return `${keyTypeOf(key)} ${fingerprintOf(key)}`;
}

/** The type in what `hostKeyText` made. */
export const keyTypeOfText = (text: string): string => text.split(' ')[0] ?? '';

/** How known_hosts names a host: bare on port 22, `[name]:port` elsewhere; always in small letters. */
function knownHostsName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

function parseLine(text: string, file: string, line: number): KnownHostLine | undefined {
  const fields = text.trim().split(/[ \t]+/);
  const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
  // Host certificates are not spoken here, so what a @cert-authority vouches for cannot be used.
  if (marker !== undefined && marker !== '@revoked') return undefined;
  const [hosts, keyType, encoded] = fields;
  if (!hosts || hosts.startsWith('#') || !keyType || !encoded) return undefined;
  const key = Buffer.from(encoded, 'base64');
  if (keyTypeOf(key) !== keyType) return undefined;
  return { file, line, marker: marker === undefined ? undefined : 'revoked', hosts, keyType, key };
}

/** The usable lines of a known_hosts text; comments, broken lines and certificate authorities are left out. */
export function parseKnownHosts(text: string, file: string): KnownHostLine[] {
  return text.split(/\r?\n/).flatMap((line, index) => parseLine(line, file, index + 1) ?? []);
}

function matchesPattern(pattern: string, name: string): boolean {
  const expression = pattern
    .toLowerCase()
    .replace(/[\\^$+.()|[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(name);
}

/** `|1|salt|hash`: HMAC-SHA1 of the name under the salt (ssh-keygen -H). */
function matchesHashed(hosts: string, name: string): boolean {
  const [, version, salt, hash] = hosts.split('|');
  if (version !== '1' || !salt || !hash) return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function matchesHosts(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return matchesHashed(hosts, name);
  const patterns = hosts.split(',').filter((pattern) => pattern !== '');
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(pattern.slice(1), name)))
    return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(pattern, name));
}

/** The lines that speak of a host, revoked keys left out. */
function linesOf(lines: readonly KnownHostLine[], address: string, port: number): KnownHostLine[] {
  const name = knownHostsName(address, port);
  return lines.filter((line) => line.marker === undefined && matchesHosts(line.hosts, name));
}

/**
 * What is known of a key that a host has shown. `changed` only when a key of the same type is known and none agrees: a
 * host may well have a key of a type that is not recorded yet.
 * @param key the public key in wire form
 */
export function lookUp(
  lines: readonly KnownHostLine[],
  address: string,
  port: number,
  key: Buffer,
): KnownHostsVerdict {
  const names = [knownHostsName(address, port), knownHostsName(address, 22)];
  const revoked = lines.filter(
    (line) => line.marker === 'revoked' && names.some((name) => matchesHosts(line.hosts, name)),
  );
  const by = revoked.find((line) => line.key.equals(key));
  if (by) return { verdict: 'revoked', by };
  const here = linesOf(lines, address, port);
  if (here.some((line) => line.key.equals(key))) return { verdict: 'known' };
  const known = here.filter((line) => line.keyType === keyTypeOf(key));
  if (known.length > 0) {
    const standing = known.filter((line) => !revoked.some((other) => other.key.equals(line.key)));
    return { verdict: 'changed', known: standing.length > 0 ? standing : known };
  }
  // OpenSSH also accepts the very key that the name without its port has (sshconnect.c, "checking without port identifier").
  const elsewhere = linesOf(lines, address, 22).some((line) => line.key.equals(key));
  return elsewhere ? { verdict: 'known' } : { verdict: 'unknown' };
}

/** The key types that are known of a host: asking for these first keeps a new key type from looking like a new host. */
export function knownKeyTypes(lines: readonly KnownHostLine[], address: string, port: number): string[] {
  const here = linesOf(lines, address, port);
  return [...new Set((here.length > 0 ? here : linesOf(lines, address, 22)).map((line) => line.keyType))];
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
}

/** Reads several known_hosts files; one that is missing or may not be read counts as empty. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHostLine[]> {
  const texts = await Promise.all(files.map(textOf));
  return texts.flatMap((text, index) => parseKnownHosts(text, files[index] ?? ''));
}

/**
 * Adds a host key to a known_hosts file (made with mode 0600 in a folder with mode 0700 where it is missing).
 * It goes out in one write at the end of the file, so that two programs may do this at once.
 * @param replaced keys of the host that count no more: each is revoked, in whichever file it is known
 * @throws what the file system says
 */
export async function appendKnownHost(
  file: string,
  address: string,
  port: number,
  key: Buffer,
  replaced: readonly Buffer[] = [],
): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, appendFlags, 0o600);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    // Somebody may have edited the file by hand and left the last line open.
    const start = size > 0 && last[0] !== 0x0a ? '\n' : '';
    const lineOf = (each: Buffer) =>
      `${knownHostsName(address, port)} ${keyTypeOf(each)} ${each.toString('base64')}\n`;
    const revoked = replaced.map((each) => `@revoked ${lineOf(each)}`);
    await handle.writeFile([start, ...revoked, lineOf(key)].join(''));
  } finally {
    await handle.close();
  }
}
