import { execFileSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerChannel } from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSshd, sshdMissing, startOpensshServer } from '../../../test/support/openssh-server.ts';
import { buildProfile } from './config/build-profile.ts';
import { realFiles } from './config/config-files.ts';
import { localUser } from './config/config-tokens.ts';
import type { HostProfile } from './host-profile.ts';
import { hostKeyText, parseKnownHosts } from './keys/known-hosts.ts';
import { failureOf, profileOf, Workbench } from './ssh-server.test-support.ts';
import type { TestServer } from './ssh-server.test-support.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench.end());

/** Passes data to a port of this machine, after it has written its process number down. */
const passing = (port: number, pidFile: string) =>
  `'${process.execPath}' -e 'require("fs").writeFileSync("${pidFile}", String(process.pid));` +
  `const s = require("net").connect(${port}, "127.0.0.1"); process.stdin.pipe(s); s.pipe(process.stdout)'`;

const commands = {
  greet: (channel: ServerChannel) => {
    channel.end('hello\n');
    channel.exit(0);
    channel.close();
  },
};

/** A host at an address that leads nowhere, through a command. */
const behind = (proxyCommand: string, more: Partial<HostProfile> = {}) =>
  profileOf(1, {}, { address: 'nowhere.invalid', proxyCommand, ...more });

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Waits until a process is gone. The test's time limit is the only one. */
async function gone(pid: number): Promise<void> {
  while (isRunning(pid)) await new Promise((resolve) => setImmediate(resolve));
}

describe('a ProxyCommand', () => {
  let server: TestServer;
  let pidFile: string;
  let begun: EventEmitter;
  beforeEach(async () => {
    begun = new EventEmitter();
    server = await bench.server({ commands: { ...commands, idle: () => begun.emit('idle') } });
    pidFile = join(await bench.folder(), 'pid');
  });
  const pid = async () => Number(await readFile(pidFile, 'utf8'));

  it('carries the connection, and ends with it', async () => {
    const hosts = await bench.hosts([behind(passing(server.port, pidFile))]);
    const { stdout } = await hosts.session('node1').exec(['greet']);
    expect(stdout.toString()).toBe('hello\n');
    const child = await pid();
    expect(isRunning(child)).toBe(true);
    await hosts.close();
    await gone(child);
  });

  it('ends when the host key is refused', async () => {
    const hosts = await bench.hosts([behind(passing(server.port, pidFile))], {
      confirmHostKey: async () => false,
    });
    expect((await failureOf(hosts.session('node1').connect()))?.code).toBe('HOST_KEY_UNKNOWN');
    await gone(await pid());
  });

  it('that ends by itself is quoted', async () => {
    const command = `sh -c 'echo no way through >&2; exit 7'`;
    const hosts = await bench.hosts([behind(command)]);
    expect(await failureOf(hosts.session('node1').connect())).toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: 'node1 (nowhere.invalid, port 1) cannot be reached: its ProxyCommand ended with exit status 7',
      evidence: { host: 'node1', command, stderr: 'no way through\n' },
    });
  });

  it('that ends while the known host keys are still read is quoted', async () => {
    const known = join(await bench.folder(), 'known_hosts');
    execFileSync('mkfifo', [known]);
    const hosts = await bench.hosts([behind(`sh -c 'echo $$ > ${pidFile}; exit 7'`)], {
      userKnownHostsFiles: [known],
    });
    const refusal = failureOf(hosts.session('node1').connect());
    // Opens once it is read, and ends once it is closed.
    const keys = await open(known, 'w');
    await expect.poll(() => existsSync(pidFile)).toBe(true);
    await gone(await pid());
    await keys.close();
    expect(await refusal).toMatchObject({
      message: 'node1 (nowhere.invalid, port 1) cannot be reached: its ProxyCommand ended with exit status 7',
    });
  });

  it('that is killed loses the connection', async () => {
    const hosts = await bench.hosts([behind(passing(server.port, pidFile))]);
    const session = hosts.session('node1');
    await session.connect();
    const hasBegun = once(begun, 'idle');
    const waiting = failureOf(session.exec(['idle']));
    await hasBegun;
    process.kill(await pid(), 'SIGKILL');
    expect(await waiting).toMatchObject({
      code: 'CONNECTION_LOST',
      message: 'the connection to node1 was lost: its ProxyCommand ended with signal SIGKILL',
    });
  });

  it('has its host key under the alias, without a port', async () => {
    const command = passing(server.port, pidFile);
    const hosts = await bench.hosts([behind(command, { hostKeyAlias: 'cluster-node' })]);
    await hosts.session('node1').connect();
    const file = join(await bench.folder(), 'state', 'known_hosts');
    const lines = parseKnownHosts(await readFile(file, 'utf8'), file);
    expect(lines.map(({ hosts: names, key }) => [names, hostKeyText(key)])).toEqual([
      ['cluster-node', hostKeyText(server.hostKeys[0] as Buffer)],
    ]);
  });
});

describe('a host whose ssh configuration cannot be followed', () => {
  it('is not connected to, and says why', async () => {
    const server = await bench.server();
    const config = await bench.file('config', 'Host node1\n User a\nMatch exec "true"\n Port 22\n');
    const configuration = { files: realFiles, userFile: config };
    const settings = { address: '127.0.0.1', port: server.port };
    const hosts = await bench.hosts([buildProfile('node1', settings, configuration)]);
    expect(await failureOf(hosts.session('node1').connect())).toMatchObject({
      code: 'SSH_CONFIG_UNSUPPORTED',
      message: `node1 cannot be reached with this ssh configuration: ${config} line 3: Match exec is not supported`,
    });
    expect(server.sockets).toEqual([]);
  });
});

describe('two hosts at the same address', () => {
  it('share no session through different jump hosts', async () => {
    const jump = (port: number) => profileOf(port, {}, { name: `gate${port}` });
    const profiles = [1, 2].map((port) => profileOf(22, {}, { name: `node${port}`, jump: jump(port) }));
    const hosts = await bench.hosts(profiles);
    expect(hosts.session('node1')).not.toBe(hosts.session('node2'));
  });
});

describe.skipIf(findSshd() === undefined)(
  `a genuine sshd (${findSshd() ? 'installed' : sshdMissing})`,
  () => {
    it('is logged in to as ~/.ssh/config says, through sshd -i', { timeout: 60_000 }, async () => {
      const server = await startOpensshServer();
      bench.onEnd(() => server.close());
      const key = server.hostKeyLine.replace(/^\S+ /, '');
      await bench.file('known', `cluster-node ${key}\n`);
      const text = [
        `Include ${await bench.folder()}/part-*`,
        'Host backup',
        `  ProxyCommand ${findSshd()} -i -e -f "${server.folder}/sshd_config"`,
      ];
      await bench.file(
        'part-1',
        [
          'Match user root,operator,*',
          '  HostKeyAlias CLUSTER-node',
          `  UserKnownHostsFile ${await bench.folder()}/known`,
          `  IdentityFile ${server.identityFile}`,
          '  IdentityAgent none',
        ].join('\n'),
      );
      const userFile = await bench.file('config', text.join('\n'));
      const profile = buildProfile('backup', {}, { files: realFiles, userFile }, localUser());
      // The first key exchange of a loaded machine takes its time.
      const hosts = await bench.hosts([{ ...profile, connectSeconds: 50 }], {
        confirmHostKey: async () => false,
      });
      const { stdout } = await hosts.session('backup').exec(['echo', 'hello']);
      expect(stdout.toString()).toBe('hello\n');
      // Nothing has come to its port.
      expect(server.log()).not.toMatch(/Connection from|Accepted/);
    });
  },
);
