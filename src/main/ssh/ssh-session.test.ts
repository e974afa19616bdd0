import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintOf } from './keys/known-hosts.ts';
import type { Command, TestServer } from './ssh-server.test-support.ts';
import { failureOf, newKey, profileOf, publicKeyOf, Workbench } from './ssh-server.test-support.ts';
import type { SshSession } from './ssh-session.ts';

const ok: Command = (channel) => {
  channel.exit(0);
  channel.end('ok');
};

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench.end());

async function sessionTo(server: TestServer): Promise<SshSession> {
  return (await bench.hosts([profileOf(server.port)])).session('node1');
}

/** A port of loopback without a listener. */
async function deadPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

describe('a session', () => {
  it('connects once for many commands at a time', async () => {
    const server = await bench.server({ commands: { true: ok } });
    const session = await sessionTo(server);
    await Promise.all([session.exec(['true']), session.connect(), session.exec(['true'])]);
    expect(server.logins()).toBe(1);
  });

  it('connects again when the connection was lost between two commands', async () => {
    const server = await bench.server({ commands: { true: ok } });
    const session = await sessionTo(server);
    await session.exec(['true']);
    server.sockets[0]?.destroy();
    // The loss is noticed before the command or reported by it; the one after always gets through.
    await failureOf(session.exec(['true']));
    expect((await session.exec(['true'])).status).toBe(0);
    expect(server.logins()).toBe(2);
  });

  it('never repeats a command whose connection was lost', async () => {
    let runs = 0;
    const server = await bench.server({
      commands: {
        part: () => {
          runs += 1;
          server.sockets.at(-1)?.destroy();
        },
      },
    });
    const session = await sessionTo(server);
    expect((await failureOf(session.exec(['part'])))?.code).toBe('CONNECTION_LOST');
    expect(runs).toBe(1);
  });

  it('notices a peer that has fallen silent', async () => {
    const server = await bench.server({ commands: { hangs: () => server.sockets[0]?.pause() } });
    const hosts = await bench.hosts([profileOf(server.port, {}, { keepaliveSeconds: 0.05 })]);
    expect((await failureOf(hosts.session('node1').exec(['hangs'])))?.message).toBe(
      'the connection to node1 was lost: node1 no longer answers',
    );
  });

  it('tries again after a failed attempt to connect', async () => {
    const { port } = await bench.server({ commands: { true: ok } });
    let trusted = false;
    const hosts = await bench.hosts([profileOf(port)], { confirmHostKey: async () => trusted });
    const session = hosts.session('node1');
    expect((await failureOf(session.exec(['true'])))?.code).toBe('HOST_KEY_UNKNOWN');
    trusted = true;
    expect((await session.exec(['true'])).status).toBe(0);
  });

  it('does not come back once it is closed', async () => {
    const server = await bench.server({ commands: { true: ok } });
    const session = await sessionTo(server);
    await session.exec(['true']);
    await session.close();
    expect((await failureOf(session.exec(['true'])))?.message).toBe(
      'the connection to node1 was lost: the session was closed',
    );
  });

  it('closes without waiting for an answer about a host key', async () => {
    const server = await bench.server();
    let asked = () => {};
    const question = new Promise<void>((resolve) => (asked = resolve));
    let answer: (trusted: boolean) => void = () => {};
    const confirmHostKey = () => {
      asked();
      return new Promise<boolean>((resolve) => (answer = resolve));
    };
    const hosts = await bench.hosts([profileOf(server.port)], { confirmHostKey });
    const connecting = failureOf(hosts.session('node1').connect());
    await question;
    await hosts.close();
    answer(false);
    expect((await connecting)?.code).toBe('HOST_KEY_UNKNOWN');
  });

  it('runs work of one name one after the other, also after a failure', async () => {
    const session = await sessionTo(await bench.server());
    const log: string[] = [];
    let open: () => void = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    const first = session.exclusive('sdxinfo', async () => {
      log.push('first begins');
      await opened;
      log.push('first fails');
      throw new Error('first');
    });
    const second = session.exclusive('sdxinfo', async () => log.push('second'));
    await session.exclusive('mt', async () => log.push('other name'));
    open();
    await expect(first).rejects.toThrow('first');
    await second;
    expect(log).toEqual(['first begins', 'other name', 'first fails', 'second']);
  });
});

describe('a host that cannot be reached', () => {
  it('has an unknown name', async () => {
    const hosts = await bench.hosts([profileOf(22, {}, { address: 'nonexistent.invalid' })]);
    expect(await failureOf(hosts.session('node1').connect())).toMatchObject({
      code: 'HOST_NAME_UNKNOWN',
      message: 'node1: the name nonexistent.invalid has no address',
    });
  });

  it('refuses the connection', async () => {
    const port = await deadPort();
    const hosts = await bench.hosts([profileOf(port)]);
    expect(await failureOf(hosts.session('node1').connect())).toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: `node1 (127.0.0.1, port ${port}) cannot be reached: the connection was refused`,
    });
  });

  it('says nothing at all', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    bench.onEnd(async () => silent.close());
    const { port } = silent.address() as AddressInfo;
    const hosts = await bench.hosts([profileOf(port, {}, { connectSeconds: 0.1 })]);
    expect((await failureOf(hosts.session('node1').connect()))?.message).toBe(
      `node1 (127.0.0.1, port ${port}) cannot be reached: no answer within 0.1 s`,
    );
  });

  it('hangs up at once', async () => {
    const rude = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(rude, 'listening');
    bench.onEnd(async () => rude.close());
    const { port } = rude.address() as AddressInfo;
    const hosts = await bench.hosts([profileOf(port)]);
    expect((await failureOf(hosts.session('node1').connect()))?.message).toMatch(
      /^node1 \(127\.0\.0\.1, port \d+\) cannot be reached: (it closed the connection|Connection lost before handshake|the connection was reset)$/,
    );
  });

  it('has no cipher in common', async () => {
    const server = await bench.server({ algorithms: { cipher: ['aes256-cbc'] } });
    const hosts = await bench.hosts([profileOf(server.port)]);
    expect(await failureOf(hosts.session('node1').connect())).toMatchObject({
      code: 'ALGORITHMS_DISJOINT',
      message: 'node1 and shadowtape have no cipher in common',
    });
    const legacy = await bench.hosts([profileOf(server.port, {}, { algorithms: 'legacy' })]);
    await legacy.session('node1').connect();
  });

  it('is not declared', async () => {
    const hosts = await bench.hosts([profileOf(22)]);
    expect(() => hosts.session('node7')).toThrow('there is no host "node7"');
  });
});

describe('the key of a host', () => {
  it('is shown, confirmed, written down, and then known', async () => {
    const server = await bench.server();
    const asked: unknown[] = [];
    const confirmHostKey = async (question: unknown) => asked.push(question) > 0;
    const [key] = server.hostKeys as [Buffer];
    await (await bench.hosts([profileOf(server.port)], { confirmHostKey })).session('node1').connect();
    await (await bench.hosts([profileOf(server.port)], { confirmHostKey })).session('node1').connect();
    expect(asked).toEqual([
      {
        host: 'node1',
        address: '127.0.0.1',
        port: server.port,
        keyType: 'ssh-ed25519',
        fingerprint: fingerprintOf(key),
      },
    ]);
    expect(await readFile(join(await bench.folder(), 'state', 'known_hosts'), 'utf8')).toBe(
      `[127.0.0.1]:${server.port} ssh-ed25519 ${key.toString('base64')}\n`,
    );
  });

  it('is refused when it is not confirmed, and not written down', async () => {
    const server = await bench.server();
    const hosts = await bench.hosts([profileOf(server.port)], { confirmHostKey: async () => false });
    const [key] = server.hostKeys as [Buffer];
    expect(await failureOf(hosts.session('node1').connect())).toMatchObject({
      code: 'HOST_KEY_UNKNOWN',
      message: `node1 (127.0.0.1, port ${server.port}) shows an unknown ssh-ed25519 host key: ${fingerprintOf(key)}`,
      hint: expect.stringContaining('--trust'),
    });
    await expect(readFile(join(await bench.folder(), 'state', 'known_hosts'))).rejects.toThrow('ENOENT');
    expect(server.logins()).toBe(0);
  });

  it('is refused when another one is known, without asking', async () => {
    const server = await bench.server();
    const known = publicKeyOf(newKey());
    const [shown] = server.hostKeys as [Buffer];
    const file = await bench.file(
      'user_known_hosts',
      `# mine\n[127.0.0.1]:${server.port} ssh-ed25519 ${known.toString('base64')}\n`,
    );
    const hosts = await bench.hosts([profileOf(server.port)], { userKnownHostsFiles: [file] });
    expect(await failureOf(hosts.session('node1').connect())).toMatchObject({
      code: 'HOST_KEY_CHANGED',
      message: `node1 (127.0.0.1, port ${server.port}) shows the ssh-ed25519 host key ${fingerprintOf(shown)}, but ${fingerprintOf(known)} is known (${file}, line 2)`,
      evidence: { expected: fingerprintOf(known), actual: fingerprintOf(shown) },
    });
    expect(bench.confirmed).toEqual([]);
    expect(server.logins()).toBe(0);
  });

  it('is refused when it is revoked', async () => {
    const server = await bench.server();
    const [shown] = server.hostKeys as [Buffer];
    const file = await bench.file('revoked', `@revoked * ssh-ed25519 ${shown.toString('base64')}\n`);
    const hosts = await bench.hosts([profileOf(server.port)], { userKnownHostsFiles: [file] });
    expect(await failureOf(hosts.session('node1').connect())).toMatchObject({
      code: 'HOST_KEY_REVOKED',
      message: `node1 (127.0.0.1, port ${server.port}) shows the host key ${fingerprintOf(shown)}, which is revoked (${file}, line 1)`,
    });
  });

  it('is asked for in the type that is known, where the host has several', async () => {
    const ecdsa = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).private;
    const server = await bench.server({ hostKeys: [newKey(), ecdsa] });
    const line = `[127.0.0.1]:${server.port} ecdsa-sha2-nistp256 ${publicKeyOf(ecdsa).toString('base64')}\n`;
    const file = await bench.file('user_known_hosts', line);
    const hosts = await bench.hosts([profileOf(server.port)], {
      userKnownHostsFiles: [file],
      confirmHostKey: async () => false,
    });
    await hosts.session('node1').connect();
    expect(server.logins()).toBe(1);
  });

  it('may be thought over for longer than connecting may take', async () => {
    const server = await bench.server({ commands: { true: ok } });
    let asked = () => {};
    const question = new Promise<void>((resolve) => (asked = resolve));
    let answer: (trusted: boolean) => void = () => {};
    const confirmHostKey = () => {
      asked();
      return new Promise<boolean>((resolve) => (answer = resolve));
    };
    const hosts = await bench.hosts([profileOf(server.port, {}, { connectSeconds: 0.4 })], {
      confirmHostKey,
    });
    const connecting = hosts.session('node1').connect();
    await question;
    // A second host that never answers marks the time: its limit is longer than the one that must pause here.
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    bench.onEnd(async () => silent.close());
    const marker = profileOf((silent.address() as AddressInfo).port, {}, { connectSeconds: 0.6 });
    await failureOf((await bench.hosts([marker])).session('node1').connect());
    answer(true);
    await connecting;
    expect(server.logins()).toBe(1);
  });
});

describe('a jump host', () => {
  it('leads to a host reached through it, and is connected to once', async () => {
    const gate = await bench.server({ commands: { true: ok } });
    const inner = await bench.server({ commands: { true: ok } });
    const jump = profileOf(gate.port, {}, { name: 'gate' });
    const hosts = await bench.hosts([
      profileOf(inner.port, {}, { jump }),
      profileOf(gate.port, {}, { name: 'node2' }),
    ]);
    expect((await hosts.session('node1').exec(['true'])).stdout.toString()).toBe('ok');
    expect((await hosts.session('node2').exec(['true'])).status).toBe(0);
    expect([gate.logins(), inner.logins()]).toEqual([1, 1]);
    expect(inner.sockets).toHaveLength(1);
  });

  it('says which host could not get further', async () => {
    const gate = await bench.server();
    const port = await deadPort();
    const jump = profileOf(gate.port, {}, { name: 'gate' });
    const hosts = await bench.hosts([profileOf(port, {}, { jump })]);
    expect((await failureOf(hosts.session('node1').connect()))?.message).toMatch(
      new RegExp(
        `^node1 \\(127\\.0\\.0\\.1, port ${port}\\) cannot be reached: gate cannot reach it \\(.+\\)$`,
      ),
    );
  });

  it('ends the connection through it when it is lost', async () => {
    const gate = await bench.server();
    const inner = await bench.server({ commands: { hangs: () => gate.sockets[0]?.destroy() } });
    const jump = profileOf(gate.port, {}, { name: 'gate' });
    const hosts = await bench.hosts([profileOf(inner.port, {}, { jump })]);
    const lost = await failureOf(hosts.session('node1').exec(['hangs']));
    expect(lost?.code).toBe('CONNECTION_LOST');
    // A socket that is destroyed ends or is reset, as the system likes.
    expect(lost?.message).toMatch(
      /^the connection to node1 was lost: the connection to gate was lost: (gate closed it|the connection was reset)$/,
    );
  });
});

describe('a session that is pinned to a host key', () => {
  it('sends nothing to a host that shows another one, whether it is connected already or not', async () => {
    const asked: string[] = [];
    const server = await bench.server({ commands: { true: ok }, onAsked: (line) => asked.push(line) });
    const session = await sessionTo(server);
    const { hostKey } = await session.seen();
    const unpin = session.pin('ssh-ed25519 SHA256:another');
    expect(await failureOf(session.exec(['true']))).toMatchObject({
      code: 'HOST_IS_ANOTHER',
      message: `node1 (127.0.0.1, port ${server.port}) is not the machine on which the run started: its host key was ssh-ed25519 SHA256:another, now it is ${hostKey}`,
    });
    expect(asked).toEqual([]);
    unpin();
    session.pin(hostKey);
    expect((await session.exec(['true'])).status).toBe(0);
  });
});
