import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf, newKey, publicKeyOf, Workbench } from '../ssh-server.test-support.ts';
import { admitKey, connect, keyFile } from './login.test-support.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench.end());

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
    await connect(bench, server, { agentSocket: await agentWith(key) });
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
    await connect(bench, server, { agentSocket: socket });
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
      await connect(bench, server, { ...keyFile(meant), agentSocket: socket });
      expect(offered).toHaveLength(1);
      expect(bench.questions).toEqual([]);

      const other = { ...keyFile(await bench.file('other', newKey())), agentSocket: socket };
      const refused = await failureOf(connect(bench, server, { ...other, identitiesOnly: true }));
      expect(refused?.code).toBe('LOGIN_REFUSED');
      expect(offered).toHaveLength(2);
    },
  );

  it('continues with a password when the agent is gone', async () => {
    const server = await bench.server({
      authenticate: (attempt) =>
        attempt.method === 'password' ? attempt.accept() : attempt.reject(['publickey', 'password']),
    });
    const agentSocket = join(await bench.folder(), 'gone');
    await connect(bench, server, { agentSocket, password: true }, async () => 'tango');
    expect(server.logins()).toBe(1);
  });

  it('says that the agent is gone when there was nothing else', async () => {
    const server = await bench.server({ authenticate: (attempt) => attempt.reject(['publickey']) });
    const agentSocket = join(await bench.folder(), 'gone');
    expect(await failureOf(connect(bench, server, { agentSocket }))).toMatchObject({
      code: 'AGENT_UNAVAILABLE',
      message: `node1: the ssh agent at ${agentSocket} cannot be used: failed to connect to agent`,
    });
  });

  it('mentions the agent when a key was refused too', async () => {
    const server = await bench.server({ authenticate: (attempt) => attempt.reject(['publickey']) });
    const path = await bench.file('key', newKey());
    const agentSocket = join(await bench.folder(), 'gone');
    expect((await failureOf(connect(bench, server, { ...keyFile(path), agentSocket })))?.message).toBe(
      'node1 does not let root log in: every method was refused; ' +
        `node1: the ssh agent at ${agentSocket} cannot be used: failed to connect to agent; tried: key ${path}`,
    );
  });
});
