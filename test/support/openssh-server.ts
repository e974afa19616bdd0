/**
 * A genuine OpenSSH server on a free loopback port, with its own keys and configuration in a temporary folder. The
 * login is the user who runs the tests, with an empty home: start-up files of this machine would run at each command.
 */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onFreePort } from './free-port.ts';

export interface OpensshServer {
  readonly port: number;
  readonly user: string;
  /** A private key that the server admits. */
  readonly identityFile: string;
  /** The server's host key as a line of known_hosts. */
  readonly hostKeyLine: string;
  /** Temporary folder of the server; tests may put files into it. It is removed with the server. */
  readonly folder: string;
  /** What the server has logged so far. */
  log(): string;
  close(): Promise<void>;
}

export interface OpensshServerOptions {
  /** Further lines of sshd_config; they override the usual ones. */
  readonly config?: readonly string[];
  readonly keyType?: 'ed25519' | 'rsa';
  /** Makes a key `authority` in the folder of the server, whose certificates it admits. */
  readonly trustsAuthority?: boolean;
  /** A program that executes sshd with the arguments that follow: for an sshd with another view of the machine. */
  readonly startedBy?: readonly string[];
}

/** A csh closes every descriptor that it may have, one by one, whenever it starts: on some machines there are a million. */
const fewDescriptors = ['sh', '-c', 'ulimit -n 1024 && exec "$@"', 'sh'];

const sshdPaths = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'];

/** Where sshd is; undefined if it is not installed. */
export function findSshd(): string | undefined {
  return sshdPaths.find((path) => existsSync(path));
}

/** The message for a machine without sshd. */
export const sshdMissing = 'sshd is not installed: apt install openssh-server';

const run = promisify(execFile);

async function makeKey(file: string, type: 'ed25519' | 'rsa'): Promise<void> {
  const bits = type === 'rsa' ? ['-b', '2048'] : [];
  await run('ssh-keygen', ['-q', '-t', type, ...bits, '-N', '', '-C', '', '-f', file]);
}

/** Only the first SetEnv counts. */
function withHome(lines: readonly string[], home: string | undefined): string[] {
  if (home === undefined) return [...lines];
  const isSetEnv = (line: string) => line.startsWith('SetEnv ');
  const [first = 'SetEnv'] = lines.filter(isSetEnv);
  return [`${first} HOME=${home}`, ...lines.filter((line) => !isSetEnv(line))];
}

function configText(folder: string, port: number, more: readonly string[]): string {
  // sshd takes the first value of a keyword.
  return [
    ...more,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host_key')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    `PidFile ${join(folder, 'sshd.pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'AllowTcpForwarding yes',
    'MaxSessions 20',
    // Of this keyword it takes the last.
    ...(more.some((line) => line.startsWith('MaxStartups ')) ? [] : ['MaxStartups 100']),
    '',
  ].join('\n');
}

function listening(server: ChildProcess, log: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.stderr?.on('data', () => {
      if (log().includes('Server listening on')) resolve();
    });
    server.once('error', reject);
    server.once('exit', (status) => reject(new Error(`sshd ended with status ${status}: ${log()}`)));
  });
}

/**
 * Starts sshd.
 * @throws when sshd is not installed or does not start; the message says why
 */
export async function startOpensshServer(options: OpensshServerOptions = {}): Promise<OpensshServer> {
  const sshd = findSshd();
  if (sshd === undefined) throw new Error(sshdMissing);
  const keyType = options.keyType ?? 'ed25519';
  const folder = await mkdtemp(join(tmpdir(), 'shadowtape-sshd-'));
  const identityFile = join(folder, 'identity');
  await makeKey(join(folder, 'host_key'), keyType);
  await makeKey(identityFile, keyType);
  await copyFile(`${identityFile}.pub`, join(folder, 'authorized_keys'));
  const authority = join(folder, 'authority');
  if (options.trustsAuthority) await makeKey(authority, 'ed25519');
  const trust = options.trustsAuthority ? [`TrustedUserCAKeys ${authority}.pub`] : [];
  // Hosts with another view of the machine have their own homes.
  const home = options.startedBy ? undefined : join(folder, 'home');
  if (home !== undefined) await mkdir(home);
  const more = withHome([...trust, ...(options.config ?? [])], home);
  const configFile = join(folder, 'sshd_config');
  // A server that runs as root drops its privileges in this folder; packages make it only when their service starts.
  if (process.getuid?.() === 0 && !existsSync('/run/sshd')) mkdirSync('/run/sshd', { mode: 0o755 });

  let logged = '';
  const start = async (port: number) => {
    logged = '';
    await writeFile(configFile, configText(folder, port, more));
    const words = [...(options.startedBy ?? fewDescriptors), sshd, '-D', '-e', '-f', configFile];
    const [program = sshd, ...args] = words;
    const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    server.stderr.setEncoding('utf8').on('data', (text: string) => (logged += text));
    await listening(server, () => logged);
    return server;
  };
  const { port, begun: server } = await onFreePort(start, () => logged.includes('Address already in use'));
  const [type, key] = (await readFile(join(folder, 'host_key.pub'), 'utf8')).trim().split(' ');
  await appendFile(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`);

  return {
    port,
    user: userInfo().username,
    identityFile,
    hostKeyLine: `[127.0.0.1]:${port} ${type} ${key}`,
    folder,
    log: () => logged,
    async close() {
      if (server.exitCode === null && server.signalCode === null) {
        const exited = once(server, 'exit');
        server.kill('SIGTERM');
        await exited;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
