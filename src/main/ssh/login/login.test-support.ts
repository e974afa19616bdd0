/** What the tests of logins share: a server that admits one key, and a connection to it. */
import ssh2 from 'ssh2';
import type { AuthContext, ParsedKey } from 'ssh2';
import { expect } from 'vitest';
import type { AskSecret, LoginMethods } from '../host-profile.ts';
import { profileOf, type TestServer, type Workbench } from '../ssh-server.test-support.ts';

/** Admits one public key, with its signature checked. */
export const admitKey = (key: Buffer) => (attempt: AuthContext) => {
  if (attempt.method !== 'publickey' || !attempt.key.data.equals(key)) return attempt.reject(['publickey']);
  if (!attempt.signature) return attempt.accept();
  const parsed = ssh2.utils.parseKey(key) as ParsedKey;
  if (parsed.verify(attempt.blob as Buffer, attempt.signature, attempt.hashAlgo) === true) attempt.accept();
  else attempt.reject(['publickey']);
};

/** Logs in to the server, and connects. */
export async function connect(
  bench: Workbench,
  server: TestServer,
  login: Partial<LoginMethods>,
  askSecret?: AskSecret,
): Promise<void> {
  const hosts = await bench.hosts([profileOf(server.port, login)], askSecret ? { askSecret } : {});
  await hosts.session('node1').connect();
}

export const keyFile = (path: string) => ({ keyFiles: [{ path, required: true }] });

/** That of a test server. */
export const hostKey = expect.stringMatching(/^ssh-ed25519 SHA256:\S{43}$/) as unknown;
