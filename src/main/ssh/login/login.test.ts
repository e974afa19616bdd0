import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import type { AuthContext, ParsedKey } from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AskSecret, LoginMethods, SecretQuestion } from '../host-profile.ts';
import { failureOf, newKey, profileOf, publicKeyOf, Workbench } from '../ssh-server.test-support.ts';
import type { TestServer } from '../ssh-server.test-support.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench.end());

/** Admits one public key, with its signature checked. */
const admitKey = (key: Buffer) => (attempt: AuthContext) => {
  if (attempt.method !== 'publickey' || !attempt.key.data.equals(key)) return attempt.reject(['publickey']);
  if (!attempt.signature) return attempt.accept();
  const parsed = ssh2.utils.parseKey(key) as ParsedKey;
  if (parsed.verify(attempt.blob as Buffer, attempt.signature, attempt.hashAlgo) === true) attempt.accept();
  else attempt.reject(['publickey']);
};

async function connect(
  server: TestServer,
  login: Partial<LoginMethods>,
  askSecret?: AskSecret,
): Promise<void> {
  const hosts = await bench.hosts([profileOf(server.port, login)], askSecret ? { askSecret } : {});
  await hosts.session('node1').connect();
}

const keyFile = (path: string) => ({ keyFiles: [{ path, required: true }] });

/** That of a test server. */
const hostKey = expect.stringMatching(/^ssh-ed25519 SHA256:\S{43}$/) as unknown;

describe('logging in with a key file', () => {
  it('needs no question for an open key', async () => {
    const key = newKey();
    const server = await bench.server({ authenticate: admitKey(publicKeyOf(key)) });
    await connect(server, keyFile(await bench.file('key', key)));
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
    await connect(server, { keyFiles });
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
    const error = await failureOf(connect(server, keyFile(path), async () => secret));
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
    expect(await failureOf(connect(server, keyFile(path)))).toMatchObject({
      code,
      message: message.replace('PATH', path),
    });
  });

  it('says that a public key stands where the private one should', async () => {
    const path = await bench.file('key.pub', ssh2.utils.generateKeyPairSync('ed25519').public);
    const server = await bench.server({ authenticate: (attempt) => attempt.reject(['publickey']) });
    expect((await failureOf(connect(server, keyFile(path))))?.message).toBe(
      `node1: the key file ${path} cannot be used: it holds a public key, not a private one`,
    );
  });

  it('names what was tried when the host refuses all of it', async () => {
    const path = await bench.file('key', newKey());
    const server = await bench.server({
      authenticate: (attempt) => attempt.reject(['publickey', 'password']),
    });
    expect(await failureOf(connect(server, keyFile(path)))).toMatchObject({
      code: 'LOGIN_REFUSED',
      message: `node1 does not let root log in: every method was refused; tried: key ${path}`,
    });
    expect((await failureOf(connect(server, {})))?.message).toBe(
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
    expect((await failureOf(connect(server, keyFile(path))))?.message).toBe(
      `node1 does not let root log in: it closed the connection; tried: key ${path}`,
    );
  });

  it('cannot reach a host that hangs up before a key was shown: it goes down, or comes up', async () => {
    const path = await bench.file('key', newKey());
    const server = await bench.server({ authenticate: () => server.sockets[0]?.end() });
    expect(await failureOf(connect(server, keyFile(path)))).toMatchObject({
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

describe('logging in with a password', () => {
  const admitPassword = (attempt: AuthContext) => {
    if (attempt.method === 'password' && attempt.password === 'tango') attempt.accept();
    else attempt.reject(['password']);
  };

  it('asks for it, and again after a wrong one', async () => {
    const server = await bench.server({ authenticate: admitPassword });
    const asked: SecretQuestion[] = [];
    await connect(server, { password: true }, async (question) => {
      asked.push(question);
      return asked.length === 1 ? 'foxtrot' : 'tango';
    });
    const text = 'Password of root on node1';
    const question = { kind: 'password', host: 'node1', hostKey, user: 'root', text };
    expect(asked).toEqual([
      { ...question, attempt: 1 },
      { ...question, attempt: 2 },
    ]);
  });

  it('asks once only when nobody answers, and never shows a secret', async () => {
    const server = await bench.server({ authenticate: admitPassword });
    await failureOf(connect(server, { password: true }));
    expect(bench.questions).toHaveLength(1);
    const error = await failureOf(connect(server, { password: true }, async () => 'foxtrot'));
    expect(error?.message).toBe('node1 does not let root log in: every method was refused; tried: password');
    expect(JSON.stringify(error?.toInfo())).not.toContain('foxtrot');
  });

  it('does not ask where the profile says so', async () => {
    const server = await bench.server({ authenticate: admitPassword });
    await failureOf(connect(server, { password: false }, async () => 'tango'));
    expect(server.logins()).toBe(0);
  });

  it('answers the questions of the host itself', async () => {
    const server = await bench.server({
      authenticate: (attempt) => {
        if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive']);
        attempt.prompt(
          [
            { prompt: 'Token: ', echo: true },
            { prompt: 'Password: ', echo: false },
          ],
          (answers) => {
            if (answers.join() === '123,tango') attempt.accept();
            else attempt.reject();
          },
        );
      },
    });
    await connect(server, { password: true }, async ({ text }) => (text === 'Token:' ? '123' : 'tango'));
    expect(server.logins()).toBe(1);
  });

  it('shows what the host says before its questions, and tries again after a typing error', async () => {
    const server = await bench.server({
      authenticate: (attempt) => {
        if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive']);
        attempt.prompt(
          [{ prompt: 'Password: ', echo: false }],
          'Login of node1',
          'Expires today.',
          ([password]) =>
            attempt.prompt([{ prompt: 'Code: ', echo: true }], ([code]) => {
              if (password === 'tango' && code === '42') attempt.accept();
              else attempt.reject(['keyboard-interactive']);
            }),
        );
      },
    });
    const asked: string[] = [];
    const askSecret: AskSecret = async ({ text, attempt }) => {
      asked.push(`${attempt} ${text}`);
      if (text === 'Code:') return '42';
      return attempt === 1 ? 'tagno' : 'tango';
    };
    await connect(server, { password: true }, askSecret);
    expect(server.logins()).toBe(1);
    const said = 'Login of node1 - Expires today. - Password:';
    expect(asked).toEqual([`1 ${said}`, '1 Code:', `2 ${said}`, '2 Code:']);
  });

  it('shows a key and then a password where the host wants both', async () => {
    const key = newKey();
    const server = await bench.server({
      authenticate: (attempt) => {
        if (attempt.method === 'publickey' && attempt.signature) attempt.reject(['password'], true);
        else if (attempt.method === 'publickey') attempt.accept();
        else admitPassword(attempt);
        if (attempt.method === 'none') attempt.reject(['publickey']);
      },
    });
    const login = { ...keyFile(await bench.file('key', key)), password: true };
    await connect(server, login, async () => 'tango');
    expect(server.logins()).toBe(1);
  });
});

describe('logging in with an agent', () => {
  /** An agent with one key, spoken to over a socket. */
  async function agentWith(key: string): Promise<string> {
    const parsed = ssh2.utils.parseKey(key) as ParsedKey;
    const agent = createServer((socket) => {
      const protocol = new ssh2.AgentProtocol(false);
      protocol.on('identities', (request) => protocol.getIdentitiesReply(request, [parsed]));
      protocol.on('sign', (request, _key, data) => protocol.signReply(request, parsed.sign(data)));
      socket.on('error', () => {});
      socket.pipe(protocol).pipe(socket);
    });
    const path = join(await bench.folder(), 'agent');
    agent.listen(path);
    await once(agent, 'listening');
    bench.onEnd(async () => agent.close());
    return path;
  }

  it('lets the agent sign', async () => {
    const key = newKey();
    const server = await bench.server({ authenticate: admitKey(publicKeyOf(key)) });
    await connect(server, { agentSocket: await agentWith(key) });
    expect(server.logins()).toBe(1);
  });

  it.skipIf(!existsSync('/usr/bin/ssh-agent'))('works with a genuine ssh-agent', async () => {
    const socket = join(await bench.folder(), 'genuine-agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    bench.onEnd(async () => {
      const exited = once(agent, 'exit');
      agent.kill();
      await exited;
    });
    await once(agent.stdout, 'data');
    const key = newKey();
    const path = await bench.file('key', key);
    await promisify(execFile)('ssh-add', ['-q', path], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    const server = await bench.server({ authenticate: admitKey(publicKeyOf(key)) });
    await connect(server, { agentSocket: socket });
    expect(server.logins()).toBe(1);
  });

  it.skipIf(!existsSync('/usr/bin/ssh-agent'))(
    'offers the key that is meant first, of an agent with eight keys, and asks for no passphrase',
    async () => {
      const socket = join(await bench.folder(), 'full-agent');
      const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
      bench.onEnd(async () => {
        const exited = once(agent, 'exit');
        agent.kill();
        await exited;
      });
      await once(agent.stdout, 'data');
      const paths: string[] = [];
      for (let number = 1; number <= 8; number += 1) {
        const path = join(await bench.folder(), `key-${number}`);
        await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
        await promisify(execFile)('ssh-add', ['-q', path], { env: { SSH_AUTH_SOCK: socket } });
        paths.push(path);
      }
      const meant = paths[7] ?? '';
      // The file itself could only be opened with a passphrase.
      await promisify(execFile)('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'tango', '-a', '1', '-f', meant]);
      const offered: Buffer[] = [];
      const admit = admitKey(publicKeyOf(await readFile(`${meant}.pub`, 'utf8')));
      const server = await bench.server({
        authenticate(attempt) {
          if (attempt.method === 'publickey' && !attempt.signature) offered.push(attempt.key.data);
          admit(attempt);
        },
      });
      await connect(server, { ...keyFile(meant), agentSocket: socket });
      expect(offered).toHaveLength(1);
      expect(bench.questions).toEqual([]);

      const other = { ...keyFile(await bench.file('other', newKey())), agentSocket: socket };
      const refused = await failureOf(connect(server, { ...other, identitiesOnly: true }));
      expect(refused?.code).toBe('LOGIN_REFUSED');
      expect(offered).toHaveLength(2);
    },
  );

  it('goes on with a password when the agent is gone', async () => {
    const server = await bench.server({
      authenticate: (attempt) =>
        attempt.method === 'password' ? attempt.accept() : attempt.reject(['publickey', 'password']),
    });
    const agentSocket = join(await bench.folder(), 'gone');
    await connect(server, { agentSocket, password: true }, async () => 'tango');
    expect(server.logins()).toBe(1);
  });

  it('says that the agent is gone when there was nothing else', async () => {
    const server = await bench.server({ authenticate: (attempt) => attempt.reject(['publickey']) });
    const agentSocket = join(await bench.folder(), 'gone');
    expect(await failureOf(connect(server, { agentSocket }))).toMatchObject({
      code: 'AGENT_UNAVAILABLE',
      message: `node1: the ssh agent at ${agentSocket} cannot be used: failed to connect to agent`,
    });
  });

  it('mentions the agent when a key was refused too', async () => {
    const server = await bench.server({ authenticate: (attempt) => attempt.reject(['publickey']) });
    const path = await bench.file('key', newKey());
    const agentSocket = join(await bench.folder(), 'gone');
    expect((await failureOf(connect(server, { ...keyFile(path), agentSocket })))?.message).toBe(
      'node1 does not let root log in: every method was refused; ' +
        `node1: the ssh agent at ${agentSocket} cannot be used: failed to connect to agent; tried: key ${path}`,
    );
  });
});
