/** The home of an operator whose hosts are each logged in to in another way, and which of their keys are known. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AskSecret, SecretQuestion } from '../../src/main/ssh/host-profile.ts';
import type { RealHostName, RealHosts } from './real-hosts.ts';

const run = promisify(execFile);

const passphrase = 'foxtrot';
export const password = 'tango';
/** crypt(5) of the password. */
const passwordHash =
  '$6$shadowtape$XFaHXwy5Njlbk0QC7wxRH0p/AUU4wWWhw4YRa1TucUSXA5bNxeOd7zEHCrPMofTAEIqaavzT7yVISjN8sPqpj0';

/** tape1 admits passwords as well, and both gates tell where they lead to. */
export const sshdOfLogins = {
  node2: ['LogLevel DEBUG1'],
  tape1: ['LogLevel DEBUG1', 'PasswordAuthentication yes'],
} as const;

/**
 * node1 is reached through node2 and tape1, node2 has a key with a passphrase, node3 the key of an agent, tape1 a
 * password; every host key is known under a hashed name.
 */
export class Operator {
  readonly #real: RealHosts;
  readonly #home: string;
  #agent: ChildProcess | undefined;
  /** The persons who were asked for a secret, in order. */
  readonly asked: Pick<SecretQuestion, 'kind' | 'host' | 'attempt'>[] = [];

  constructor(real: RealHosts) {
    this.#real = real;
    this.#home = join(real.folder, 'operator');
  }

  /** What the site file of this person says of the hosts. */
  get hosts() {
    return {
      node1: { address: 'behind-gates' },
      node2: { key: join(this.#home, 'locked') },
      node3: { login: 'agent', key: undefined },
      tape1: { login: 'password', key: undefined },
    };
  }

  async prepare(): Promise<void> {
    const { hosts } = this.#real;
    await mkdir(join(this.#home, '.ssh'), { recursive: true });
    const gate = (name: string, { server }: (typeof hosts)[RealHostName]) =>
      `Host ${name}\n  HostName 127.0.0.1\n  Port ${server.port}\n  User ${server.user}\n  IdentityFile ${server.identityFile}\n`;
    const behind = 'Host behind-gates\n  HostName 127.0.0.1\n  ProxyJump gate-1,gate-2\n';
    const config = gate('gate-1', hosts.node2) + gate('gate-2', hosts.tape1) + behind;
    await writeFile(join(this.#home, '.ssh', 'config'), config);
    await this.knowHosts();
    const locked = join(this.#home, 'locked');
    await copyFile(hosts.node2.server.identityFile, locked);
    await run('chmod', ['600', locked]);
    await run('ssh-keygen', ['-q', '-p', '-a', '1', '-P', '', '-N', passphrase, '-f', locked]);
    await this.#real.type('tape1', `usermod -p '${passwordHash}' root`);
    await this.#startAgent();
  }

  /** @param another hosts that are known by the key of tape1 instead of their own */
  async knowHosts(another: readonly RealHostName[] = []): Promise<void> {
    const { hosts } = this.#real;
    const keyOf = (name: RealHostName) => hosts[name].server.hostKeyLine.replace(/^\S+ /, '');
    const lines = (Object.keys(hosts) as RealHostName[]).flatMap((name) => {
      const key = keyOf(another.includes(name) ? 'tape1' : name);
      return [hosts[name].server.port, hosts[name].relay.port].map((port) => `[127.0.0.1]:${port} ${key}\n`);
    });
    await writeFile(this.knownHostsFile, lines.join(''));
    await run('ssh-keygen', ['-q', '-H', '-f', this.knownHostsFile]);
    await rm(`${this.knownHostsFile}.old`);
    if ((await readFile(this.knownHostsFile, 'utf8')).includes('127.0.0.1'))
      throw new Error('the names of known_hosts are not hashed');
  }

  get knownHostsFile(): string {
    return join(this.#home, '.ssh', 'known_hosts');
  }

  get #socket(): string {
    return join(this.#home, 'agent');
  }

  async #startAgent(): Promise<void> {
    this.#agent = spawn('ssh-agent', ['-D', '-a', this.#socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(this.#agent.stdout as NodeJS.EventEmitter, 'data');
    const env = { ...process.env, SSH_AUTH_SOCK: this.#socket };
    await run('ssh-add', ['-q', this.#real.hosts.node3.server.identityFile], { env });
  }

  /** @param passwords to type for tape1, one after the other; none after the last */
  secrets(passwords: readonly string[]): AskSecret {
    return ({ kind, host, attempt }) => {
      this.asked.push({ kind, host, attempt });
      return Promise.resolve(kind === 'passphrase' ? passphrase : passwords[attempt - 1]);
    };
  }

  /** Does something as this person: with that home and agent. */
  async does<Value>(work: () => Promise<Value>): Promise<Value> {
    const own = { HOME: this.#home, SSH_AUTH_SOCK: this.#socket };
    const before = Object.fromEntries(Object.keys(own).map((name) => [name, process.env[name]]));
    Object.assign(process.env, own);
    try {
      return await work();
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  }

  async leave(): Promise<void> {
    if (!this.#agent) return;
    const exited = once(this.#agent, 'exit');
    this.#agent.kill();
    await exited;
  }
}
