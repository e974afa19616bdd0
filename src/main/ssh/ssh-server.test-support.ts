/** A small ssh server on loopback whose commands are written by the test that needs them. */
import type { ShadowtapeError } from '../../contract/errors.ts';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { Algorithms, AuthContext, Connection, ServerChannel } from 'ssh2';
import type { HostProfile, LoginMethods, SecretQuestion } from './host-profile.ts';
import { SshHosts } from './ssh-hosts.ts';
import type { SshHostsOptions } from './ssh-hosts.ts';

/** What a command does with its channel. */
export type Command = (channel: ServerChannel, line?: string) => void;

export interface TestServerOptions {
  readonly commands?: Readonly<Record<string, Command>>;
  readonly authenticate?: (attempt: AuthContext) => void;
  readonly algorithms?: Algorithms;
  readonly hostKeys?: readonly string[];
  /** A free one if it is omitted. */
  readonly port?: number;
  /** Never answers a request for a command. */
  readonly deaf?: boolean;
  /** True if a channel that is asked for is never opened. */
  readonly refusesChannel?: () => boolean;
  /** How many channels one connection carries; any number by default. */
  readonly mostChannels?: number;
  /** Called for each command that is asked for, before it is answered. */
  readonly onAsked?: (line: string) => void;
}

export interface TestServer {
  readonly port: number;
  /** Public host keys in wire form. */
  readonly hostKeys: readonly Buffer[];
  /** Sockets of the clients, for tests that cut or silence them. */
  readonly sockets: Socket[];
  /** Names of the signals that clients have sent. */
  readonly signals: string[];
  /** How many logins there have been. */
  logins(): number;
  close(): Promise<void>;
}

/** A new private key in OpenSSH form. */
export function newKey(passphrase?: string): string {
  const locked = { passphrase: passphrase ?? '', cipher: 'aes256-cbc', rounds: 1 };
  // About one key in two hundred that ssh2 1.17 makes cannot be read back, not even by itself.
  for (;;) {
    const made = passphrase === undefined ? undefined : locked;
    const { private: text } = ssh2.utils.generateKeyPairSync('ed25519', made);
    if (!(ssh2.utils.parseKey(text, passphrase) instanceof Error)) return text;
  }
}

/** The public part in wire form of a private or public key. */
export function publicKeyOf(text: string): Buffer {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return (Array.isArray(key) ? key[0] : key).getPublicSSH();
}

function serve(client: Connection, options: TestServerOptions): void {
  client.on('error', () => {});
  let channels = 0;
  client.on('session', (accept, reject) => {
    if (options.refusesChannel?.()) return;
    if (channels >= (options.mostChannels ?? Infinity)) return reject();
    channels += 1;
    const session = accept();
    session.on('close', () => (channels -= 1));
    session.on('exec', (acceptCommand, reject, info) => {
      const line = info.command.replace(/^env LC_ALL=C /, '');
      options.onAsked?.(line);
      if (options.deaf) return;
      const program = line.split(' ')[0] ?? '';
      const command = options.commands?.[program];
      if (!command) return reject();
      const channel = acceptCommand();
      channel.on('error', () => {});
      command(channel, line);
    });
  });
  client.on('tcpip', (accept, reject, info) => {
    const target = connect(info.destPort, info.destIP);
    target.once('error', () => reject());
    target.once('connect', () => {
      const channel = accept();
      channel.on('error', () => {});
      target.on('error', () => {});
      channel.pipe(target).pipe(channel);
    });
  });
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const hostKeys = options.hostKeys ?? [newKey()];
  const sockets: Socket[] = [];
  const signals: string[] = [];
  let logins = 0;
  const { algorithms } = options;
  // ssh2's server keeps a signal to itself once the client has ended its input; only its log shows that.
  const debug = (line: string) => {
    const name = /Inbound: CHANNEL_REQUEST .*signal: (\w+)/.exec(line)?.[1];
    if (name) signals.push(name);
  };
  const config = { hostKeys: [...hostKeys], debug, ...(algorithms ? { algorithms } : {}) };
  const server = new ssh2.Server(config, (client) => {
    client.on('authentication', (attempt) => {
      if (options.authenticate) options.authenticate(attempt);
      else attempt.accept();
    });
    client.on('ready', () => (logins += 1));
    serve(client, options);
  });
  // ssh2's server wraps a net.Server, whose sockets it does not show.
  const listener = (server as unknown as { _srv: NodeJS.EventEmitter })._srv;
  listener.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.push(socket);
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    hostKeys: hostKeys.map(publicKeyOf),
    sockets,
    signals,
    logins: () => logins,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** What a piece of work failed with; undefined if it did not. */
export const failureOf = (work: Promise<unknown>): Promise<ShadowtapeError | undefined> =>
  work.then(
    () => undefined,
    (error: ShadowtapeError) => error,
  );

/** Everything that a test of sessions makes and has to put away again. */
export class Workbench {
  readonly #undo: (() => Promise<unknown>)[] = [];
  readonly questions: SecretQuestion[] = [];
  readonly confirmed: string[] = [];
  #folder: string | undefined;

  async server(options: TestServerOptions = {}): Promise<TestServer> {
    const server = await startTestServer(options);
    this.#undo.push(() => server.close());
    return server;
  }

  async folder(): Promise<string> {
    if (this.#folder === undefined) {
      const folder = await mkdtemp(join(tmpdir(), 'shadowtape-ssh-'));
      this.#undo.push(() => rm(folder, { recursive: true, force: true }));
      this.#folder = folder;
    }
    return this.#folder;
  }

  async file(name: string, text: string): Promise<string> {
    const path = join(await this.folder(), name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  onEnd(undo: () => Promise<unknown>): void {
    this.#undo.push(undo);
  }

  /** Sessions with the profiles; every host key is confirmed and no secret is known, unless the options say otherwise. */
  async hosts(profiles: readonly HostProfile[], options: Partial<SshHostsOptions> = {}): Promise<SshHosts> {
    const hosts = new SshHosts({
      profiles: new Map(profiles.map((profile) => [profile.name, profile])),
      knownHostsFile: join(await this.folder(), 'state', 'known_hosts'),
      userKnownHostsFiles: [],
      confirmHostKey: async (question) => {
        this.confirmed.push(question.fingerprint);
        return true;
      },
      askSecret: async (question) => {
        this.questions.push(question);
        return undefined;
      },
      ...options,
    });
    this.#undo.push(() => hosts.close());
    return hosts;
  }

  /** Puts everything away, the newest first. */
  async end(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) await undo();
  }
}

/** The profile of a test server. */
export function profileOf(
  port: number,
  login: Partial<LoginMethods> = {},
  more: Partial<HostProfile> = {},
): HostProfile {
  return {
    name: 'node1',
    address: '127.0.0.1',
    port,
    user: 'root',
    login: { keyFiles: [], password: false, ...login },
    algorithms: 'modern',
    keepaliveSeconds: 15,
    connectSeconds: 10,
    ...more,
  };
}
