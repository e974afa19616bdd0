import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretQuestion } from '../host-profile.ts';
import { loadKey } from './key-file.ts';
import { string, uint32 } from '../wire.ts';

let folder: string;
let asked: SecretQuestion[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-keys-'));
  asked = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const user = { name: 'node3', user: 'root' };

function load(path: string, ...answers: string[]) {
  return loadKey({ path, required: true }, user, (question) => {
    asked.push(question);
    return Promise.resolve(answers[question.attempt - 1]);
  });
}

/** Signs with the key, and verifies with its own public half. */
function expectSigns(key: Awaited<ReturnType<typeof load>>): void {
  if (!key) throw new Error('there is no key');
  const data = Buffer.from('a challenge');
  expect(key.verify(data, key.sign(data) as Buffer)).toBe(true);
}

/** A passphrase that opens the encryption of a key, and shows no key. */
function wrongButPadded(pem: string): string {
  for (let number = 0; ; number += 1)
    try {
      createPrivateKey({ key: pem, passphrase: String(number) });
    } catch (error) {
      if (String(error).includes('DECODER routines::unsupported')) return String(number);
    }
}

describe('a key in PKCS#8 form', () => {
  const made = {
    'ssh-rsa': generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    'ecdsa-sha2-nistp256': generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    'ssh-ed25519': generateKeyPairSync('ed25519').privateKey,
  };

  it.each(Object.entries(made))('%s is read, open and with a passphrase', async (type, key) => {
    const path = join(folder, 'key');
    writeFileSync(path, key.export({ type: 'pkcs8', format: 'pem' }));
    const open = await load(path);
    expect(open?.type).toBe(type);
    expectSigns(open);

    writeFileSync(
      path,
      key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'tango' }),
    );
    const locked = await load(path, 'foxtrot', 'tango');
    expect(locked?.getPublicSSH()).toEqual(open?.getPublicSSH());
    expectSigns(locked);
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('is asked for again where a wrong passphrase is not noticed until the key is decoded', async () => {
    const path = join(folder, 'key');
    const pem = made['ssh-ed25519']
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'tango' })
      .toString();
    writeFileSync(path, pem);
    // One wrong passphrase in 256 leaves an end that looks like padding.
    await load(path, wrongButPadded(pem), 'tango');
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('of a type that ssh does not know is named', async () => {
    const path = join(folder, 'key');
    writeFileSync(path, generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await expect(load(path)).rejects.toMatchObject({
      code: 'KEY_FILE_UNREADABLE',
      message: `node3: the key file ${path} cannot be used: unsupported type of key: x25519`,
    });
  });
});

it('a cipher that is not known is named before the passphrase is asked for, with the command that changes it', async () => {
  const path = join(folder, 'key');
  const cipher = 'chacha20-poly1305@openssh.com';
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-a', '1', '-N', 'tango', '-Z', cipher, '-f', path]);
  await expect(load(path, 'tango')).rejects.toMatchObject({
    code: 'KEY_CIPHER_UNKNOWN',
    message: `node3: the key file ${path} is encrypted with ${cipher}, which Shadowtape cannot open`,
    hint: `re-encrypt it with: ssh-keygen -p -Z aes256-ctr -f ${path}; or load it into an ssh agent with ssh-add ${path}`,
  });
  expect(asked).toEqual([]);
  execFileSync('ssh-keygen', [
    '-q',
    '-p',
    '-a',
    '1',
    '-P',
    'tango',
    '-N',
    'tango',
    '-Z',
    'aes256-ctr',
    '-f',
    path,
  ]);
  expectSigns(await load(path, 'tango'));
});

it('a key in a form of PuTTY that is not read is refused, with the command that converts it', async () => {
  const path = join(folder, 'key.ppk');
  writeFileSync(
    path,
    `PuTTY-User-Key-File-3: ssh-ed25519
Encryption: none
Comment: a key of the tests
Public-Lines: 2
AAAAC3NzaC1lZDI1NTE5AAAAIGN9R4ZhybPYropblMFN9wbe62mm+6WlZYCOaXJt
FwtM
Private-Lines: 1
AAAAILpEOpt+WMV23IWC2LC9ojfLoKUIkCMrzaUCgFB24Dw/
Private-MAC: ba90305ddc8e1bf49314e4cd104eb808c25a66541594ad42c048c162f4b7199c
`,
  );
  await expect(load(path)).rejects.toMatchObject({
    code: 'KEY_OF_PUTTY',
    message: `node3: the key file ${path} is in a PuTTY format that Shadowtape does not read`,
    hint: `convert it with: puttygen ${path} -O private-openssh -o ${path}.openssh; then name that file with "key" of node3 in the site file`,
  });
  expect(asked).toEqual([]);
});

it('a security key is named before anything is asked, with the way to use it', async () => {
  const path = join(folder, 'id_ed25519_sk');
  const publicKey = [string('sk-ssh-ed25519@openssh.com'), string(Buffer.alloc(32)), string('ssh:')];
  // PROTOCOL.key: with a passphrase, of which the public half needs nothing.
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...[
      string('aes256-ctr'),
      string('bcrypt'),
      string(Buffer.concat([string('salt'), uint32(16)])),
      uint32(1),
    ],
    string(Buffer.concat(publicKey)),
    string(Buffer.alloc(64)),
  ]);
  const kind = 'OPENSSH PRIVATE KEY';
  writeFileSync(path, `-----BEGIN ${kind}-----\n${blob.toString('base64')}\n-----END ${kind}-----\n`);
  await expect(load(path, 'tango')).rejects.toMatchObject({
    code: 'KEY_ON_TOKEN',
    message: `node3: the key file ${path} belongs to a security key, which signs through an ssh agent only`,
    hint: `plug the security key in, load it with ssh-add ${path}, and start shadowtape with the SSH_AUTH_SOCK of that agent`,
  });
  expect(asked).toEqual([]);
});
