/**
 * The connection with one host: made when it is first needed, and again when it was lost. Where the host allows no more
 * channels on it, spare ones are opened in addition, with the same machine.
 */
import type { Duplex } from 'node:stream';
import { failure, ShadowtapeError } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import type { ConnectRetry, HostProfile, OnRetry } from './host-profile.ts';
import { once, openWithTries } from './login/connect-tries.ts';
import { openProxy } from './proxy-command.ts';
import { SshConnection } from './ssh-connection.ts';
import { LoginMemory } from './login/login-memory.ts';
import type { SessionDeps } from './session-options.ts';
import { SpareConnections } from './spare-connections.ts';
import type { RemoteProcess } from './channels/remote-process.ts';
import { canSend } from './channels/ssh2-parts.ts';

/** Leads to another host (ProxyJump). */
export type ForwardTo = (profile: HostProfile, onRetry: OnRetry) => Promise<Duplex>;

export class StandingConnection {
  readonly #profile: HostProfile;
  readonly #deps: SessionDeps;
  readonly #forward: ForwardTo | undefined;
  /** Of all who wait for the connection at the moment. */
  readonly #onRetry = new Set<OnRetry>();
  readonly #closing = new AbortController();
  /** Host keys that runs know this host by. The newest counts: a host may have keys of several types. */
  readonly #pins: string[] = [];
  /** Connections that did not show the pinned key; what was begun on them may end there. */
  readonly #retired = new Set<SshConnection>();
  #connection: Promise<SshConnection> | undefined;
  #established = false;
  #connections = 0;
  #changes = 0;
  readonly #banners = new Set<string>();
  readonly #memory: LoginMemory;
  readonly #spares: SpareConnections;

  /** @param forward of the host to go through, where there is one */
  constructor(profile: HostProfile, deps: SessionDeps, forward: ForwardTo | undefined) {
    this.#profile = profile;
    this.#deps = deps;
    this.#forward = forward;
    this.#memory = new LoginMemory(deps.askSecret);
    this.#spares = new SpareConnections({
      main: () => this.connected(),
      open: () => this.#openSpare(),
      fits: (connection) => this.#fits(connection),
      onLost: () => {
        this.#connections += 1;
        this.#changes += 1;
      },
    });
  }

  /** How many connections were needed so far: more than one where one was lost. */
  get connections(): number {
    return this.#connections;
  }

  /** Counts up with each connection that is made, and with each that is lost. */
  get changes(): number {
    return this.#changes;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** See SshSession. */
  pin(hostKey: string): () => void {
    this.#pins.push(hostKey);
    return () => {
      const index = this.#pins.indexOf(hostKey);
      if (index >= 0) this.#pins.splice(index, 1);
    };
  }

  #fits(connection: SshConnection): boolean {
    const pinned = this.#pins.at(-1);
    return pinned === undefined || pinned === connection.hostKey;
  }

  /**
   * Connects and logs in, unless that is done already.
   * @throws what SshSession.connect throws
   */
  connected(onRetry?: OnRetry): Promise<SshConnection> {
    return this.#telling(onRetry, () => this.#standing());
  }

  /** The same in a single attempt. */
  probed(): Promise<SshConnection> {
    return this.#standing(once);
  }

  /** Has a process started on the connection, or on a spare one. @throws what `begin` throws */
  start(
    begin: (connection: SshConnection) => Promise<RemoteProcess>,
    signal: AbortSignal,
    onRetry: OnRetry | undefined,
  ): Promise<RemoteProcess> {
    return this.#telling(onRetry, () => this.#spares.start(begin, signal));
  }

  /** Reports each new attempt to connect as long as the work lasts. */
  async #telling<Value>(onRetry: OnRetry | undefined, work: () => Promise<Value>): Promise<Value> {
    if (onRetry) this.#onRetry.add(onRetry);
    try {
      return await work();
    } finally {
      if (onRetry) this.#onRetry.delete(onRetry);
    }
  }

  async #standing(retry = this.#profile.retry ?? once): Promise<SshConnection> {
    if (this.isClosed) {
      const { name: host } = this.#profile;
      throw failure('CONNECTION_LOST', { host, reason: phrase('the session was closed') }, { host });
    }
    const connecting = (this.#connection ??= this.#open(retry));
    try {
      const connection = await connecting;
      if (!connection.lost && canSend(connection.client)) {
        if (this.#fits(connection)) return connection;
        this.#retired.add(connection);
      }
    } catch (error) {
      this.#forget(connecting);
      throw error;
    }
    this.#forget(connecting);
    return this.#standing(retry);
  }

  #forget(connecting: Promise<SshConnection>): void {
    if (this.#connection === connecting) this.#connection = undefined;
  }

  async #open(retry: ConnectRetry): Promise<SshConnection> {
    this.#established = false;
    const connection = await this.#openTried(() => this.#openOnce(this.#pins.at(-1)), retry);
    this.#established = true;
    this.#connections += 1;
    this.#changes += 1;
    return connection;
  }

  /** Another connection with the machine that the first one leads to. */
  async #openSpare(): Promise<SshConnection> {
    const spare = await this.#openTried(async () => this.#openOnce((await this.connected()).hostKey));
    this.#changes += 1;
    return spare;
  }

  #openTried(open: () => Promise<SshConnection>, retry = this.#profile.retry): Promise<SshConnection> {
    return openWithTries({ ...this.#profile, retry }, open, this.#closing.signal, (sentence) =>
      this.#tell(sentence),
    );
  }

  #tell(sentence: string): void {
    for (const onRetry of this.#onRetry) onRetry(sentence);
  }

  /** @param pinnedKey the only host key that is accepted, where there is one */
  async #openOnce(pinnedKey: string | undefined): Promise<SshConnection> {
    if (this.#profile.refusal) throw new ShadowtapeError(this.#profile.refusal);
    const socket = await this.#way();
    const login = this.#memory.login();
    const deps = {
      ...this.#deps,
      askSecret: login.askSecret,
      wasLetIn: login.wasLetIn,
      pinnedKey,
      onBanner: (text: string) => this.#showBanner(text),
    };
    const connection = await SshConnection.open(this.#profile, deps, socket);
    login.succeeded();
    return connection;
  }

  /** The way to the host, where it is not a connection of this machine: through another host, or through a command. */
  async #way(): Promise<Duplex | undefined> {
    if (this.#forward) return this.#forward(this.#profile, (sentence) => this.#tell(sentence));
    const { proxyCommand } = this.#profile;
    return proxyCommand === undefined ? undefined : openProxy(proxyCommand);
  }

  /** Each banner is shown once, however often the host is connected to. */
  #showBanner(text: string): void {
    if (this.#banners.has(text)) return;
    this.#banners.add(text);
    this.#deps.onBanner?.(this.#profile.name, text);
  }

  /** Closes it; it cannot be used again. */
  async close(): Promise<void> {
    this.#closing.abort();
    const connecting = this.#connection;
    this.#connection = undefined;
    const closing = connecting?.then((connection) => connection.close()).catch(() => undefined);
    // Somebody may still think about a host key: that answer is not waited for.
    const retired = [...this.#retired].map((connection) => connection.close());
    if (this.#established) await closing;
    await Promise.all([...retired, this.#spares.close()]);
  }
}
