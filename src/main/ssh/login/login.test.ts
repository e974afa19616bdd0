import { join } from 'node:path';
import type { AuthContext } from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AskSecret, SecretQuestion } from '../host-profile.ts';
import { failureOf, newKey, profileOf, publicKeyOf, Workbench } from '../ssh-server.test-support.ts';
import { admitKey, connect, hostKey, keyFile } from './login.test-support.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench.end());

describe('logging in with a key file', () => {
  it('needs no question for an open key', async () => {
    const key = newKey();
    const server = await bench.server({ authenticate: admitKey(publicKeyOf(key)) });
    await connect(bench, server, keyFile(await bench.file('key', key)));
    expect(bench.questions).toEqual([]);
  });

  it('tries one key after the other, and passes over customary ones that are not there', async () => {
    const key = newKey();
    const server = await bench.server({ authenticate: admitKey(publicKeyOf(key)) });
    const keyFiles = [
      { path: join(await bench.folder(), 'id_ed25519'), required: false },
      { path: await bench.file('other', newKey()), required: false },
      { path: await bench.file('key', key), required: false },
    ];
    await connect(bench, server, { keyFiles });
    expect(server.logins()).toBe(1);
  });

  it('asks for the passphrase, again after a wrong one, and not at all when it connects again', async () => {
    const path = await bench.file('key', newKey('tango'));
    const server = await bench.server();
    const locked = await bench.server({
      authenticate: (attempt) =>
        attempt.method === 'publickey' ? attempt.accept() : attempt.reject(['publickey']),
    });
    const asked: SecretQuestion[] = [];
    const askSecret: AskSecret = async (question) => {
      asked.push(question);
      return question.attempt === 1 ? 'foxtrot' : 'tango';
    };
    const hosts = await bench.hosts([profileOf(locked.port, keyFile(path))], { askSecret });
    await hosts.session('node1').connect();
    locked.sockets[0]?.destroy();
    await failureOf(hosts.session('node1').exec(['true']));
    await hosts.session('node1').connect();
    const question = {
      kind: 'passphrase',
      hostKey,
      host: 'node1',
      user: 'root',
      keyFile: path,
      text: `Passphrase of ${path}`,
    };
    expect(asked).toEqual([
      { ...question, attempt: 1 },
      { ...question, attempt: 2 },
    ]);
    expect(locked.logins()).toBe(2);
    expect(server.logins()).toBe(0);
  });

  it('asks for the passphrase once for all hosts that take the key', async () => {
    const path = await bench.file('key', newKey('tango'));
    const authenticate = (attempt: AuthContext) =>
      attempt.method === 'publickey' ? attempt.accept() : attempt.reject(['publickey']);
    const servers = [await bench.server({ authenticate }), await bench.server({ authenticate })];
    const names = ['node1', 'node2'];
    const profiles = servers.map(({ port }, index) =>
      profileOf(port, keyFile(path), { name: names[index] ?? '', connectSeconds: 10 }),
    );
    const asked: SecretQuestion[] = [];
    const askSecret: AskSecret = async (question) => {
      asked.push(question);
      return 'tango';
    };
    const hosts = await bench.hosts(profiles, { askSecret });
    await Promise.all(names.map((name) => hosts.session(name).connect()));
    expect(servers.map((server) => server.logins())).toEqual([1, 1]);
    expect(asked.map(({ keyFile: file }) => file)).toEqual([path]);
  });

  it.each([
    ['wrong', 'foxtrot', 'KEY_PASSPHRASE_WRONG', 'node1: wrong passphrase for the key file PATH'],
    [
      'missing',
      undefined,
      'KEY_PASSPHRASE_MISSING',
      'node1: the key file PATH needs a passphrase, and none was given',
    ],
  ])('says that the passphrase is %s', async (_how, secret, code, message) => {
    const path = await bench.file('key', newKey('tango'));
    const server = await bench.server({ authenticate: (attempt) => attempt.reject(['publickey']) });
    const error = await failureOf(connect(bench, server, keyFile(path), async () => secret));
    expect(error).toMatchObject({ code, message: message.replace('PATH', path) });
    expect(JSON.stringify(error?.toInfo())).not.toMatch(/tango|foxtrot/);
  });

  it.each([
    ['is missing', undefined, 'KEY_FILE_MISSING', 'node1: there is no key file PATH'],
    [
      'is no key',
      'hello',
      'KEY_FILE_UNREADABLE',
      'node1: the key file PATH cannot be used: Unsupported key format',
    ],
  ])('says that the key file %s', async (_how, text, code, message) => {
    const path = text === undefined ? join(await bench.folder(), 'none') : await bench.file('key', text);
    const server = await bench.server({ authenticate: (attempt) => attempt.reject(['publickey']) });
    expect(await failureOf(connect(bench, server, keyFile(path)))).toMatchObject({
      code,
      message: message.replace('PATH', path),
    });
  });

  it('says that a public key is where the private one should be', async () => {
    const path = await bench.file('key.pub', `ssh-ed25519 ${publicKeyOf(newKey()).toString('base64')}`);
    const server = await bench.server({ authenticate: (attempt) => attempt.reject(['publickey']) });
    expect((await failureOf(connect(bench, server, keyFile(path))))?.message).toBe(
      `node1: the key file ${path} cannot be used: it holds a public key, not a private one`,
    );
  });

  it('names what was tried when the host refuses all of it', async () => {
    const path = await bench.file('key', newKey());
    const server = await bench.server({
      authenticate: (attempt) => attempt.reject(['publickey', 'password']),
    });
    expect(await failureOf(connect(bench, server, keyFile(path)))).toMatchObject({
      code: 'LOGIN_REFUSED',
      message: `node1 does not let root log in: every method was refused; tried: key ${path}`,
    });
    expect((await failureOf(connect(bench, server, {})))?.message).toBe(
      'node1 does not let root log in: every method was refused; tried: nothing (no key, agent or password is available)',
    );
  });

  it('says so when the host hangs up during the login', async () => {
    const path = await bench.file('key', newKey());
    const server = await bench.server({
      authenticate: (attempt) => {
        if (attempt.method === 'none') attempt.reject(['publickey']);
        else server.sockets[0]?.end();
      },
    });
    expect((await failureOf(connect(bench, server, keyFile(path))))?.message).toBe(
      `node1 does not let root log in: it closed the connection; tried: key ${path}`,
    );
  });

  it('cannot reach a host that hangs up before a key was shown: it goes down, or comes up', async () => {
    const path = await bench.file('key', newKey());
    const server = await bench.server({ authenticate: () => server.sockets[0]?.end() });
    expect(await failureOf(connect(bench, server, keyFile(path)))).toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: `node1 (127.0.0.1, port ${server.port}) cannot be reached: it closed the connection during the login`,
    });
  });

  it('tries a host again that has let this login in before, and hangs up now', async () => {
    const path = await bench.file('key', newKey());
    let isGoingDown = false;
    const server = await bench.server({
      authenticate: (attempt) => {
        if (attempt.method === 'none') return attempt.reject(['publickey']);
        if (!isGoingDown) return attempt.accept();
        isGoingDown = false;
        server.sockets.at(-1)?.end();
      },
    });
    const retry = { tries: 2, everySeconds: 0 };
    const session = (await bench.hosts([profileOf(server.port, keyFile(path), { retry })])).session('node1');
    await session.connect();
    isGoingDown = true;
    server.sockets[0]?.destroy();
    const told: string[] = [];
    await failureOf(session.exec(['true'], { onRetry: (text) => void told.push(text) }));
    expect(told).toContain(
      `node1 (127.0.0.1, port ${server.port}) cannot be reached: it closed the connection during the login; trying again in 0 s (attempt 2 of 2)`,
    );
  });
});
