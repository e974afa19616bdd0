/** One connection to one host, from the first packet to the last. It never comes back: the session makes a new one. */
import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import type { AuthHandlerMiddleware, Client } from 'ssh2';
import { failure } from '../../contract/errors.ts';
import type { ShadowtapeError } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { algorithmsFor } from './algorithms.ts';
import { ConnectClock } from './connect-clock.ts';
import {
  closedReason,
  connectFailure,
  hungUp,
  hungUpDuringLogin,
  loginRefused,
  socketReason,
  unreachable,
} from './login/connect-failure.ts';
import type { Ssh2Error } from './login/connect-failure.ts';
import { isForeign } from './foreign-keys.ts';
import { HostKeyCheck } from './keys/host-key-check.ts';
import type { HostKeyFiles, HostKeyLimits } from './keys/host-key-check.ts';
import type { AskSecret, ConfirmHostKey, HostProfile } from './host-profile.ts';
import { Login } from './login/login.ts';
import { connectForBulk } from './channels/packet-buffers.ts';
import type { OpenedKeys } from './keys/opened-keys.ts';
import { proxyEvidence, withProxyEvidence } from './proxy-command.ts';
import {
  listenToFirstWords,
  preferSha512,
  readSocketInTurns,
  sendWholeSignatures,
  trustGroupsOfHost,
  writeInBatches,
} from './channels/ssh2-parts.ts';

export interface ConnectionDeps extends HostKeyFiles, HostKeyLimits {
  readonly confirmHostKey: ConfirmHostKey;
  readonly askSecret: AskSecret;
  readonly openedKeys: OpenedKeys;
  /** Called with what the host shows before the login (Banner in sshd_config(5)). */
  readonly onBanner?: ((text: string) => void) | undefined;
  /** The host has let this login in before. */
  readonly wasLetIn?: boolean | undefined;
  /** See SessionDeps. */
  readonly isForBulk?: boolean | undefined;
}

/** How long the peer may take to answer our goodbye. */
const goodbyeMilliseconds = 500;

/**
 * How much longer a login may take than everything before it. A host may look up names and accounts for minutes, and gives a login 120 s
 * (LoginGraceTime in sshd_config(5)); the default limit is 20 s.
 */
const loginPatience = 6;

export class SshConnection {
  readonly client: Client;
  readonly #host: string;
  readonly #lostListeners = new Set<(error: ShadowtapeError) => void>();
  #lost: ShadowtapeError | undefined;
  #hostKey = '';
  readonly #socket: Duplex | undefined;

  private constructor(host: string, client: Client, socket: Duplex | undefined) {
    this.#host = host;
    this.#socket = socket;
    this.client = client;
    let reason: string | undefined;
    client.on('error', (error: Ssh2Error) => {
      if (error.level === 'agent') return;
      // The first error is the cause; a client that failed reports what it cannot do any more as further errors.
      reason ??=
        error.level === 'client-timeout' ? phrase('{host} no longer answers', { host }) : socketReason(error);
    });
    const ended = () => this.#markLost(this.#lostBecause(reason ?? phrase('{host} closed it', { host })));
    client.once('end', ended);
    client.once('close', ended);
  }

  /**
   * Connects and logs in.
   * @param socket the way through a jump host or a ProxyCommand, where there is one
   * @throws HOST_NAME_UNKNOWN, HOST_UNREACHABLE, HOST_KEY_…, LOGIN_REFUSED, KEY_…, AGENT_UNAVAILABLE, ALGORITHMS_DISJOINT
   */
  static async open(profile: HostProfile, deps: ConnectionDeps, socket?: Duplex): Promise<SshConnection> {
    const client = new ssh2.Client();
    // Made before the first packet, so that every loss is noticed.
    const connection = new SshConnection(profile.name, client, socket);
    const attempt = new ConnectAttempt(profile, deps, client, (refusal) => connection.#markLost(refusal));
    connection.#hostKey = await attempt.run(socket);
    readSocketInTurns(client);
    writeInBatches(client);
    return connection;
  }

  /** The host key that was accepted: `ssh-ed25519 SHA256:…`. */
  get hostKey(): string {
    return this.#hostKey;
  }

  /** The error with which the connection was lost; undefined while it is connected. */
  get lost(): ShadowtapeError | undefined {
    return this.#lost;
  }

  /** Calls back once when the connection is lost, before any channel receives it. Returns its own undoing. */
  onLost(listener: (error: ShadowtapeError) => void): () => void {
    this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  #lostBecause(reason: string): ShadowtapeError {
    const host = this.#host;
    return failure('CONNECTION_LOST', { host, reason }, { host, ...proxyEvidence(this.#socket) });
  }

  #markLost(lost: ShadowtapeError): void {
    if (this.#lost) return;
    this.#lost = lost;
    for (const listener of this.#lostListeners) listener(lost);
    this.#lostListeners.clear();
  }

  /** A way through this host to another address. */
  forward(profile: HostProfile): Promise<Duplex> {
    const refused = (error: Error) =>
      this.#lost ??
      unreachable(
        profile,
        phrase('{host} cannot reach it ({plainReason})', {
          host: this.#host,
          plainReason: plainReason(error),
        }),
        error,
      );
    return new Promise((resolve, reject) => {
      const { connectSeconds } = profile;
      const silent = () =>
        reject(refused(new Error(phrase('no answer within {connectSeconds} s', { connectSeconds }))));
      const clock = new ConnectClock(connectSeconds, silent);
      try {
        this.client.forwardOut('127.0.0.1', 0, profile.address, profile.port, (error, channel) => {
          clock.end();
          if (error) return reject(refused(error));
          this.#tellOfLoss(channel);
          resolve(channel);
        });
      } catch (error) {
        clock.end();
        reject(refused(error instanceof Error ? error : new Error(String(error))));
      }
    });
  }

  /** A host reached through this one receives why its connection ends: it did not end it. */
  #tellOfLoss(channel: Duplex): void {
    channel.on('error', () => {});
    const undo = this.onLost((lost) => channel.emit('error', new Error(lost.message)));
    channel.once('close', undo);
  }

  /** Says goodbye, and hangs up when the peer does not answer. */
  async close(): Promise<void> {
    if (this.#lost) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.client.destroy();
        this.#markLost(this.#lostBecause(phrase('it was closed here')));
      }, goodbyeMilliseconds);
      this.onLost(() => {
        clearTimeout(timer);
        resolve();
      });
      this.client.end();
    });
  }
}

/** ssh2 writes "(SSH) Channel open failure: Connection refused". */
export function plainReason(error: Error): string {
  return error.message.replace(/^\(SSH\) Channel open failure: /, '') || phrase('no reason given');
}

/** The way from nothing to a client that is logged in. */
class ConnectAttempt {
  readonly #profile: HostProfile;
  readonly #deps: ConnectionDeps;
  readonly #client: Client;
  readonly #login: Login;
  readonly #lose: (refusal: ShadowtapeError) => void;
  #clock: ConnectClock | undefined;
  #firstWords: () => string = () => '';
  #signWithSha256: () => boolean = () => false;
  #loggingIn = false;
  #settled = false;
  /** The key that was accepted; nobody is asked for a secret before. */
  #hostKey: string | undefined;
  #failed = false;

  /** @param lose called with a host key that is refused after the login: the connection is lost with that error */
  constructor(
    profile: HostProfile,
    deps: ConnectionDeps,
    client: Client,
    lose: (refusal: ShadowtapeError) => void,
  ) {
    this.#profile = profile;
    this.#deps = deps;
    this.#client = client;
    this.#lose = lose;
    const askSecret: AskSecret = (question) =>
      this.#paused(() => deps.askSecret({ ...question, hostKey: this.#hostKey }));
    const openKey: OpenedKeys['open'] = (path, load) => this.#paused(() => deps.openedKeys.open(path, load));
    this.#login = new Login(profile, { askSecret, openKey, signWithSha256: () => this.#signWithSha256() });
  }

  #paused<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    return this.#clock ? this.#clock.during(question) : question();
  }

  /** @returns the host key: type and fingerprint */
  async run(socket?: Duplex): Promise<string> {
    const confirm: ConfirmHostKey = (question) => this.#paused(() => this.#deps.confirmHostKey(question));
    const check = await HostKeyCheck.begin(this.#profile, this.#deps, confirm, this.#deps);
    try {
      await this.#connect(check, socket);
      await check.writeDown();
      return check.accepted ?? '';
    } catch (error) {
      this.#failed = true;
      this.#client.destroy();
      socket?.destroy();
      throw withProxyEvidence(error, socket);
    } finally {
      this.#settled = true;
      this.#clock?.end();
    }
  }

  #connect(check: HostKeyCheck, socket: Duplex | undefined): Promise<void> {
    const { connectSeconds, keepaliveSeconds, keepaliveCount = 3, algorithms } = this.#profile;
    const { address, port, user, addressFamily, bindAddress } = this.#profile;
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(check.refusal ?? error);
      this.#watch(resolve, fail);
      // The way ended while the known keys were read: no event reports that any more.
      if (socket?.destroyed) {
        const { message } = socket.errored ?? new Error(closedReason);
        return fail(unreachable(this.#profile, message, socket.errored));
      }
      this.#clock = new ConnectClock(connectSeconds, () => {
        const limit = this.#loggingIn
          ? phrase('{connectSeconds} s while logging in', { connectSeconds: connectSeconds * loginPatience })
          : `${connectSeconds} s`;
        fail(unreachable(this.#profile, phrase('no answer within {limit}', { limit })));
      });
      try {
        const isBulk = this.#deps.isForBulk === true && socket === undefined;
        const sock = isBulk ? connectForBulk(this.#client, address, port) : socket;
        this.#client.connect({
          host: address,
          port,
          username: user,
          algorithms: algorithmsFor(algorithms, check.preferredKeyTypes),
          hostVerifier: (key: Buffer, answer: (trusted: boolean) => void) =>
            this.#verify(check, key, answer, reject),
          authHandler: ((admitted, _partial, next) =>
            void this.#nextMethod(admitted, next, fail)) as AuthHandlerMiddleware,
          keepaliveInterval: keepaliveSeconds * 1000,
          keepaliveCountMax: keepaliveCount,
          forceIPv4: addressFamily === 4,
          forceIPv6: addressFamily === 6,
          ...(bindAddress === undefined ? {} : { localAddress: bindAddress }),
          // ssh2's own limit would run on while a person is asked.
          readyTimeout: 0,
          ...(sock ? { sock } : {}),
        });
      } catch (error) {
        fail(unreachable(this.#profile, error instanceof Error ? error.message : String(error), error));
      }
    });
  }

  #watch(resolve: () => void, fail: (error: unknown) => void): void {
    this.#client.on('error', (error: Ssh2Error) => {
      if (error.level === 'agent') {
        this.#login.agentFailed(error);
        return;
      }
      fail(connectFailure(this.#profile, this.#login, error, this.#loggingIn, this.#firstWords()));
    });
    // Three small writes a packet against delayed acknowledgements would stall the handshake and every transfer.
    this.#client.once('connect', () => {
      this.#client.setNoDelay(true);
      trustGroupsOfHost(this.#client);
      this.#signWithSha256 = preferSha512(this.#client);
      sendWholeSignatures(this.#client, isForeign);
      this.#firstWords = listenToFirstWords(this.#client);
    });
    this.#client.on('banner', (text: string) => this.#deps.onBanner?.(text));
    this.#client.once('ready', resolve);
    this.#client.once('close', () => {
      fail(
        this.#loggingIn
          ? hungUpDuringLogin(this.#profile, this.#login, this.#deps.wasLetIn === true)
          : hungUp(this.#profile, this.#firstWords(), closedReason),
      );
    });
  }

  /**
   * Answers in the same turn wherever no person has to be asked. ssh2 asks at each rekey too. If it reads the host's NEWKEYS before the
   * answer, it stops queueing what is sent, but still writes it where a queued packet begins: over the packet's header (ssh2 1.17, kex.js
   * `finish`). The host then finds a bad packet length.
   */
  #verify(
    check: HostKeyCheck,
    key: Buffer,
    answer: (trusted: boolean) => void,
    reject: (error: unknown) => void,
  ): void {
    const verdict = check.judge(key);
    if (verdict === 'unknown') void this.#ask(check, key, answer, reject);
    else this.#decide(verdict === 'trusted', check, answer, reject);
  }

  async #ask(
    check: HostKeyCheck,
    key: Buffer,
    answer: (trusted: boolean) => void,
    reject: (error: unknown) => void,
  ): Promise<void> {
    const trusted = await check.ask(key).catch((error: unknown) => {
      reject(error);
      return false;
    });
    if (!this.#failed) this.#decide(trusted, check, answer, reject);
  }

  #decide(
    trusted: boolean,
    check: HostKeyCheck,
    answer: (trusted: boolean) => void,
    reject: (error: unknown) => void,
  ): void {
    if (trusted) {
      this.#hostKey = check.accepted;
      if (!this.#loggingIn) this.#clock?.restart(this.#profile.connectSeconds * loginPatience);
      this.#loggingIn = true;
    } else if (!this.#settled) {
      reject(check.refusal);
    } else if (check.refusal) {
      this.#lose(check.refusal);
    }
    answer(trusted);
    // Nothing more may go to that machine.
    if (!trusted && this.#settled) this.#client.destroy();
  }

  async #nextMethod(
    admitted: Parameters<AuthHandlerMiddleware>[0] | null,
    next: Parameters<AuthHandlerMiddleware>[2],
    fail: (error: unknown) => void,
  ): Promise<void> {
    try {
      const method = await this.#login.next(admitted);
      if (this.#settled) return;
      if (method === false)
        fail(loginRefused(this.#profile, this.#login, phrase('every method was refused')));
      else next(method);
    } catch (error) {
      fail(error);
    }
  }
}
