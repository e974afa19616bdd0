import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  appendKnownHost,
  fingerprintOf,
  knownKeyTypes,
  lookUp,
  parseKnownHosts,
  readKnownHosts,
} from './known-hosts.ts';
import { newKey, publicKeyOf } from '../ssh-server.test-support.ts';

const key = publicKeyOf(newKey());
const other = publicKeyOf(newKey());
const third = publicKeyOf(ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).private);
const typed = (bytes: Buffer) =>
  `${bytes === third ? 'ecdsa-sha2-nistp256' : 'ssh-ed25519'} ${bytes.toString('base64')}`;

const verdict = (text: string, host: string, port = 22, shown = key) =>
  lookUp(parseKnownHosts(text, 'known_hosts'), host, port, shown).verdict;

function hashed(name: string): string {
  const salt = Buffer.alloc(20, 7);
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}

describe('known hosts', () => {
  it('finds a host by its name, in any letters, and in a comma list', () => {
    expect(verdict(`node1 ${typed(key)}`, 'node1')).toBe('known');
    expect(verdict(`Node1 ${typed(key)}`, 'nODE1')).toBe('known');
    expect(verdict(`a,node1,192.0.2.1 ${typed(key)} a comment`, '192.0.2.1')).toBe('known');
    expect(verdict(`node11 ${typed(key)}`, 'node1')).toBe('unknown');
  });

  it('finds a host at another port only there', () => {
    expect(verdict(`[node1]:2222 ${typed(key)}`, 'node1', 2222)).toBe('known');
    expect(verdict(`[node1]:2222 ${typed(key)}`, 'node1', 22)).toBe('unknown');
    expect(verdict(`[node1]:2222 ${typed(key)}`, 'node1', 2223)).toBe('unknown');
  });

  it('accepts the very key of the name without a port, as OpenSSH does, and calls another one unknown', () => {
    expect(verdict(`node1 ${typed(key)}`, 'node1', 2222)).toBe('known');
    expect(verdict(`node1 ${typed(other)}`, 'node1', 2222)).toBe('unknown');
  });

  it('understands wildcards and negation', () => {
    expect(verdict(`*.example.com ${typed(key)}`, 'a.example.com')).toBe('known');
    expect(verdict(`*.example.com ${typed(key)}`, 'axexample.com')).toBe('unknown');
    expect(verdict(`node? ${typed(key)}`, 'node7')).toBe('known');
    expect(verdict(`*,!node1 ${typed(key)}`, 'node1')).toBe('unknown');
    expect(verdict(`*,!node1 ${typed(key)}`, 'node2')).toBe('known');
    expect(verdict(`!node1 ${typed(key)}`, 'node2')).toBe('unknown');
  });

  it('understands hashed names', () => {
    expect(verdict(`${hashed('node1')} ${typed(key)}`, 'node1')).toBe('known');
    expect(verdict(`${hashed('[node1]:2222')} ${typed(key)}`, 'node1', 2222)).toBe('known');
    expect(verdict(`${hashed('node1')} ${typed(key)}`, 'node2')).toBe('unknown');
    expect(verdict(`|1|!!|!! ${typed(key)}`, 'node1')).toBe('unknown');
  });

  it('says that a key has changed only when one of the same type is known and none agrees', () => {
    const text = `# old\nnode1 ${typed(other)}\n`;
    expect(lookUp(parseKnownHosts(text, '/etc/known'), 'node1', 22, key)).toMatchObject({
      verdict: 'changed',
      known: [{ file: '/etc/known', line: 2, keyType: 'ssh-ed25519', key: other }],
    });
    expect(verdict(`node1 ${typed(third)}`, 'node1')).toBe('unknown');
    expect(verdict(`node1 ${typed(other)}\nnode1 ${typed(key)}`, 'node1')).toBe('known');
  });

  it('refuses a revoked key even where it is also known', () => {
    const text = `node1 ${typed(key)}\n@revoked * ${typed(key)}`;
    expect(lookUp(parseKnownHosts(text, 'f'), 'node1', 22, key)).toMatchObject({
      verdict: 'revoked',
      by: { line: 2 },
    });
    expect(verdict(text, 'node1', 2222)).toBe('revoked');
    expect(verdict(`node1 ${typed(key)}\n@revoked * ${typed(other)}`, 'node1')).toBe('known');
  });

  it('names only keys that still count as known, where others were revoked', () => {
    const text = `node1 ${typed(other)}\n@revoked node1 ${typed(other)}\nnode1 ${typed(key)}`;
    const shown = publicKeyOf(newKey());
    expect(lookUp(parseKnownHosts(text, 'f'), 'node1', 22, shown)).toMatchObject({
      verdict: 'changed',
      known: [{ line: 3, key }],
    });
    // A host whose only key was revoked is no new host.
    const revoked = `node1 ${typed(other)}\n@revoked node1 ${typed(other)}`;
    expect(verdict(revoked, 'node1')).toBe('changed');
  });

  it('passes over comments, certificate authorities and broken lines', () => {
    const text = [
      '',
      `# node1 ${typed(key)}`,
      `@cert-authority node1 ${typed(key)}`,
      `@what node1 ${typed(key)}`,
      'node1',
      'node1 ssh-ed25519',
      'node1 ssh-ed25519 ????',
      `node1 ssh-rsa ${key.toString('base64')}`,
      `  node1\t${typed(other)}\r`,
    ].join('\n');
    expect(parseKnownHosts(text, 'f')).toMatchObject([{ line: 9, hosts: 'node1' }]);
  });

  it('lists the key types of a host', () => {
    const lines = parseKnownHosts(`node1 ${typed(key)}\nnode1 ${typed(third)}\nnode2 ${typed(key)}`, 'f');
    expect(knownKeyTypes(lines, 'node1', 22)).toEqual(['ssh-ed25519', 'ecdsa-sha2-nistp256']);
    expect(knownKeyTypes(lines, 'node1', 2222)).toEqual(['ssh-ed25519', 'ecdsa-sha2-nistp256']);
    expect(knownKeyTypes(lines, 'node3', 22)).toEqual([]);
  });

  it('prints fingerprints as ssh-keygen does', () => {
    // ssh-keygen -lf of this key.
    const line = 'AAAAC3NzaC1lZDI1NTE5AAAAILyijranR57hIA8ub0hfYZ+flOtp69fhgF1jILdSiwJv';
    expect(fingerprintOf(Buffer.from(line, 'base64'))).toBe(
      'SHA256:rFalNE6znNWDXcds+ahjiW3gGIqDEcFLH3QOxT2O8SE',
    );
  });
});

describe('our own known_hosts file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shadowtape-known-'));
    file = join(folder, 'state', 'known_hosts');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is made for its owner alone', async () => {
    await appendKnownHost(file, 'Node1', 2222, key);
    expect(await readFile(file, 'utf8')).toBe(`[node1]:2222 ${typed(key)}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'state'))).mode & 0o777).toBe(0o700);
  });

  it('keeps what a hand has written, and completes an open last line', async () => {
    await appendKnownHost(file, 'node1', 22, key);
    await writeFile(file, '# by hand\nwhat is this');
    await appendKnownHost(file, 'node1', 22, key);
    expect(await readFile(file, 'utf8')).toBe(`# by hand\nwhat is this\nnode1 ${typed(key)}\n`);
  });

  it('takes a key instead of another one: the earlier one is revoked, and no line is taken away', async () => {
    await appendKnownHost(file, 'node1', 2222, other);
    await appendKnownHost(file, 'node1', 2222, key, [other]);
    expect(await readFile(file, 'utf8')).toBe(
      `[node1]:2222 ${typed(other)}\n@revoked [node1]:2222 ${typed(other)}\n[node1]:2222 ${typed(key)}\n`,
    );
  });

  it('takes lines from many at once', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `node${index}`);
    await Promise.all(names.map((name) => appendKnownHost(file, name, 22, key)));
    const lines = await readKnownHosts([file, join(folder, 'missing')]);
    expect(lines.map((line) => line.hosts).sort()).toEqual(names.sort());
  });
});
