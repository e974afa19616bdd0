import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { nodeNames } from '../gds/lab-model.ts';
import type { NodeName } from '../gds/lab-model.ts';

/** The keys of a lab: one host key a host, one key that may log in everywhere. Made once, kept in the lab's folder. */
export interface LabKeys {
  /** Private host keys in OpenSSH format. */
  readonly hostKeys: Readonly<Record<NodeName, string>>;
  /** `ssh-ed25519 AAAA...` of each host. */
  readonly publicHostKeys: Readonly<Record<NodeName, string>>;
  readonly clientKey: ParsedKey;
  /** File of the private key that logs in, mode 0600. */
  readonly identityFile: string;
}

/**
 * A new private key in OpenSSH format. ssh2 1.17 leaves out leading zero bytes of the public half (lib/keygen.js), so
 * one key in 256 cannot be read, not even by ssh2 itself: such a key is discarded.
 */
export function newPrivateKey(comment: string): string {
  for (;;) {
    const key = ssh2.utils.generateKeyPairSync('ed25519', { comment }).private;
    if (!(ssh2.utils.parseKey(key) instanceof Error)) return key;
  }
}

async function keyIn(folder: string, name: string): Promise<string> {
  const file = join(folder, name);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = newPrivateKey(`${name} of a Shadowtape lab`);
  await writeFile(file, key, { mode: 0o600 });
  return key;
}

function parsed(privateKey: string): ParsedKey {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  return key;
}

/** `ssh-ed25519 AAAA...` of a private key. */
function publicKeyLine(privateKey: string): string {
  const key = parsed(privateKey);
  return `${key.type} ${key.getPublicSSH().toString('base64')}`;
}

/** The keys in a folder; those that are missing are made. */
export async function loadKeys(folder: string): Promise<LabKeys> {
  const hostKeys = {} as Record<NodeName, string>;
  const publicHostKeys = {} as Record<NodeName, string>;
  for (const node of nodeNames) {
    hostKeys[node] = await keyIn(folder, `host-key-${node}`);
    publicHostKeys[node] = publicKeyLine(hostKeys[node]);
  }
  return {
    hostKeys,
    publicHostKeys,
    clientKey: parsed(await keyIn(folder, 'identity')),
    identityFile: join(folder, 'identity'),
  };
}
