/** A changed host key that a person has compared and replaced. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ShadowtapeError } from '../../../contract/errors.ts';
import { newKey, profileOf, publicKeyOf, Workbench, type TestServer } from '../ssh-server.test-support.ts';
import type { SshHostsOptions } from '../ssh-hosts.ts';
import { fingerprintOf } from './known-hosts.ts';

const first = newKey();
const second = newKey();
const shown = fingerprintOf(publicKeyOf(second));
const lineOf = (key: string) => `ssh-ed25519 ${publicKeyOf(key).toString('base64')}`;

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench.end());

const ownFile = async () => join(await bench.folder(), 'state', 'known_hosts');

/** The machine at a port that was known by the first key; the user's file knows it, not ours. */
async function changedHost(): Promise<{ server: TestServer; options: Partial<SshHostsOptions> }> {
  const server = await bench.server({ hostKeys: [second] });
  const users = await bench.file('users_known_hosts', `[127.0.0.1]:${server.port} ${lineOf(first)}\n`);
  return { server, options: { userKnownHostsFiles: [users] } };
}

async function connect({ port }: TestServer, options: Partial<SshHostsOptions>) {
  const hosts = await bench.hosts([profileOf(port)], options);
  const failed = await hosts
    .session('node1')
    .connect()
    .then(
      () => undefined,
      (error: ShadowtapeError) => error.code,
    );
  await hosts.close();
  return failed;
}

describe('a changed host key', () => {
  it('that was replaced is the known one from then on; the earlier one is revoked', async () => {
    const { server, options } = await changedHost();
    expect(await connect(server, options)).toBe('HOST_KEY_CHANGED');
    const replacedKey = { host: 'node1', fingerprint: shown };
    expect(await connect(server, { ...options, replacedKey })).toBeUndefined();
    expect(await readFile(await ownFile(), 'utf8')).toBe(
      `@revoked [127.0.0.1]:${server.port} ${lineOf(first)}\n[127.0.0.1]:${server.port} ${lineOf(second)}\n`,
    );
    expect(await connect(server, options)).toBeUndefined();
    // Nobody was asked: the person has decided before.
    expect(bench.confirmed).toEqual([]);

    const { port } = server;
    await server.close();
    const former = await bench.server({ hostKeys: [first], port });
    expect(await connect(former, options)).toBe('HOST_KEY_REVOKED');
  });

  it.each([
    ['another key than the person has seen', { host: 'node1', fingerprint: 'SHA256:other' }],
    ['another host', { host: 'node2', fingerprint: shown }],
  ])('is refused where %s was replaced', async (_, replacedKey) => {
    const { server, options } = await changedHost();
    expect(await connect(server, { ...options, replacedKey })).toBe('HOST_KEY_CHANGED');
    await expect(readFile(await ownFile())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is not written down where the login fails', async () => {
    const { server, options } = await changedHost();
    await server.close();
    const refusing = await bench.server({
      hostKeys: [second],
      port: server.port,
      authenticate: (attempt) => attempt.reject(['publickey']),
    });
    const replacedKey = { host: 'node1', fingerprint: shown };
    expect(await connect(refusing, { ...options, replacedKey })).toBe('LOGIN_REFUSED');
    expect(await connect(refusing, options)).toBe('HOST_KEY_CHANGED');
  });
});
