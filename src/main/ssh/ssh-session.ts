/**
 * A session with one host: connects when it is first needed, again when the connection was lost between two commands, never within one.
 * Several commands may run at once, each in a channel of its own.
 */
import type { Duplex } from 'node:stream';
import { failure, ShadowtapeError } from '../../contract/errors.ts';
import type { ConnectRetry, HostProfile, OnRetry } from './host-profile.ts';
import { attemptWords, once, openWithTries } from './login/connect-tries.ts';
import { sentCommand, shownLine } from './quoting.ts';
import type { CommandLanguage } from './quoting.ts';
import { openProxy } from './proxy-command.ts';
import { NeverAsked, refusedRights, RemoteProcess } from './channels/remote-process.ts';
import type { ProcessOrder } from './channels/remote-process.ts';
import { runCommand, StopReason, unlessStopped } from './channels/ssh-command.ts';
import type { CommandOptions, CommandResult } from './channels/ssh-command.ts';
import { SshConnection } from './ssh-connection.ts';
import { readFrom } from './channels/ssh-read.ts';
import type { RemoteRead } from './channels/ssh-read.ts';
import { talkWith } from './channels/ssh-talk.ts';
import type { RemoteTalk } from './channels/ssh-talk.ts';
import { writeTo } from './channels/ssh-write.ts';
import { LoginMemory } from './login/login-memory.ts';
import { ShellMemory, ShellProbe, shellLimitSeconds, type LoginShell } from './login/login-shell.ts';
import type { ReadOptions, SeenHost, SessionDeps, StreamOptions, WriteOptions } from './session-options.ts';
import { NamedTurns } from './named-turns.ts';
import { isUnknownToSudo } from './rights.ts';
import { SpareConnections } from './spare-connections.ts';
import { canSend } from './channels/ssh2-parts.ts';
import type { RemoteWrite } from './channels/ssh-write.ts';

export type { ReadOptions, SeenHost, StreamOptions, WriteOptions } from './session-options.ts';

/** A connection was made or lost while a command waited for one: whoever sends it is asked again first. */
class ConnectedAnew extends Error {}

export class SshSession {
  readonly profile: HostProfile;
  readonly #deps: SessionDeps;
  readonly #jump: SshSession | undefined;
  readonly #turns = new NamedTurns();
  /** Of all who wait for the connection at the moment. */
  readonly #onRetry = new Set<OnRetry>();
  readonly #closing = new AbortController();
  /** Host keys that runs know this host by. The newest counts: a host may have keys of several types. */
  readonly #pins: string[] = [];
  /** Connections that showed another key than the pinned one; what was begun on them may end there. */
  readonly #retired = new Set<SshConnection>();
  #connection: Promise<SshConnection> | undefined;
  #established = false;
  #closed = false;
  #connections = 0;
  /** Counts up with each connection that is made, and with each that is lost. */
  #changes = 0;
  readonly #banners = new Set<string>();
  readonly #memory: LoginMemory;
  readonly #spares: SpareConnections;
  readonly #shell = new ShellMemory();

  /** @param jump the session of the host to go through */
  constructor(profile: HostProfile, deps: SessionDeps, jump?: SshSession) {
    this.profile = profile;
    this.#deps = deps;
    this.#jump = jump;
    this.#memory = new LoginMemory(deps.askSecret);
    this.#spares = new SpareConnections({
      main: () => this.#connected(),
      open: () => this.#openSpare(),
      fits: (connection) => this.#fits(connection),
      onLost: () => {
        this.#connections += 1;
        this.#changes += 1;
      },
    });
  }

  get host(): string {
    return this.profile.name;
  }

  /** How many connections were needed so far: more than one where one was lost. */
  get connections(): number {
    return this.#connections;
  }

  /**
   * Connects and logs in, unless that is done already.
   * @throws HOST_NAME_UNKNOWN, HOST_UNREACHABLE, HOST_KEY_…, LOGIN_REFUSED, KEY_…, AGENT_UNAVAILABLE, ALGORITHMS_DISJOINT, SSH_CONFIG_…
   */
  async connect(onRetry?: OnRetry): Promise<void> {
    await this.#connected(onRetry);
  }

  /**
   * Connects and logs in as `connect` does, in a single attempt: for a host that did not answer before.
   * @throws what `connect` throws
   */
  async probe(): Promise<void> {
    await this.#standing(once);
  }

  /**
   * How the host is reached, and which host key it shows. Connects where that is not done yet.
   * @throws what `connect` throws
   */
  async seen(): Promise<SeenHost> {
    const { hostKey } = await this.#connected();
    return { address: this.profile.address, port: this.profile.port, hostKey };
  }

  /**
   * From now on nothing is sent to a host that shows another host key: HOST_IS_ANOTHER.
   * @param hostKey as `seen` tells it
   * @returns what ends that
   */
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

  #connected(onRetry?: OnRetry): Promise<SshConnection> {
    return this.#telling(onRetry, () => this.#standing());
  }

  /** Tells of each new attempt to connect as long as the work lasts. */
  async #telling<Value>(onRetry: OnRetry | undefined, work: () => Promise<Value>): Promise<Value> {
    if (onRetry) this.#onRetry.add(onRetry);
    try {
      return await work();
    } finally {
      if (onRetry) this.#onRetry.delete(onRetry);
    }
  }

  async #standing(retry = this.profile.retry ?? once): Promise<SshConnection> {
    if (this.#closed) {
      const { host } = this;
      throw failure('CONNECTION_LOST', { host, reason: 'the session was closed' }, { host });
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
    const spare = await this.#openTried(async () => this.#openOnce((await this.#connected()).hostKey));
    this.#changes += 1;
    return spare;
  }

  #openTried(open: () => Promise<SshConnection>, retry = this.profile.retry): Promise<SshConnection> {
    return openWithTries({ ...this.profile, retry }, open, this.#closing.signal, (sentence) =>
      this.#tell(sentence),
    );
  }

  #tell(sentence: string): void {
    for (const onRetry of this.#onRetry) onRetry(sentence);
  }

  /** @param pinnedKey the only host key that is accepted, where there is one */
  async #openOnce(pinnedKey: string | undefined): Promise<SshConnection> {
    if (this.profile.refusal) throw new ShadowtapeError(this.profile.refusal);
    const socket = await this.#way();
    const login = this.#memory.login();
    const deps = {
      ...this.#deps,
      askSecret: login.askSecret,
      wasLetIn: login.wasLetIn,
      pinnedKey,
      onBanner: (text: string) => this.#showBanner(text),
    };
    const connection = await SshConnection.open(this.profile, deps, socket);
    login.succeeded();
    return connection;
  }

  /** The way to the host, where it is not a connection of this machine: through another host, or through a command. */
  async #way(): Promise<Duplex | undefined> {
    if (this.#jump) return this.#jump.forward(this.profile, (sentence) => this.#tell(sentence));
    const { proxyCommand } = this.profile;
    return proxyCommand === undefined ? undefined : openProxy(proxyCommand);
  }

  /** Each banner is shown once, however often the host is connected to. */
  #showBanner(text: string): void {
    if (this.#banners.has(text)) return;
    this.#banners.add(text);
    this.#deps.onBanner?.(this.host, text);
  }

  /** A way through this host to another one (ProxyJump). */
  async forward(profile: HostProfile, onRetry?: OnRetry): Promise<Duplex> {
    return (await this.#connected(onRetry)).forward(profile);
  }

  /** @param readsInput true where the command has an input */
  #order(argv: readonly string[], readsInput: boolean, language?: CommandLanguage): ProcessOrder {
    const { become } = this.profile;
    const { line: sent, script } = sentCommand(argv, language, readsInput, become);
    const command = (argv[0] ?? '').replace(/^.*\/(?=.)/, '');
    return { host: this.host, line: shownLine(argv, become), sent, script, command };
  }

  /**
   * How the login shell passes on commands and data. Asked once for all commands.
   * @param maxAgeSeconds asks again where the answer is older
   * @throws LOGIN_SHELL_UNUSABLE, LOGIN_SHELL_CHANGES, LOGIN_SHELL_PRINTS, and what `exec` throws
   */
  loginShell(maxAgeSeconds = Infinity, onRetry?: OnRetry): Promise<LoginShell> {
    return this.#shell.known(maxAgeSeconds, () => this.#probeShell(onRetry));
  }

  async #probeShell(onRetry: OnRetry | undefined): Promise<LoginShell> {
    const { host } = this;
    const probe = new ShellProbe({ host, user: this.profile.user });
    const order = this.#order(probe.argv, true);
    const reason = new StopReason(order, undefined);
    const options = { stdin: probe.input, timeLimitSeconds: shellLimitSeconds };
    try {
      const begin = (onStderr: (piece: Buffer) => void) => this.#begin(order, reason, { onRetry }, onStderr);
      return probe.judge(await runCommand(begin, order, reason, options));
    } finally {
      reason.release();
    }
  }

  /** As `#begin`; before the first command of the session the login shell is asked. */
  async #start(
    order: ProcessOrder,
    reason: StopReason,
    options: Pick<StreamOptions, 'onRetry' | 'onNewConnection'>,
    onStderr?: (piece: Buffer) => void,
  ): Promise<RemoteProcess> {
    if (this.#deps.checksShell)
      await unlessStopped(this.loginShell(Infinity, options.onRetry), reason.signal);
    return this.#begin(order, reason, options, onStderr);
  }

  /**
   * Connects, then has the process started; either is given up when `reason` says so. A connection that turns out to be lost before the
   * host was asked is made anew.
   */
  async #begin(
    order: ProcessOrder,
    reason: StopReason,
    { onRetry, onNewConnection }: Pick<StreamOptions, 'onRetry' | 'onNewConnection'>,
    onStderr?: (piece: Buffer) => void,
  ): Promise<RemoteProcess> {
    const { tries } = this.profile.retry ?? once;
    const { signal } = reason;
    let known = this.#changes;
    const begin = (connection: SshConnection) => {
      if (onNewConnection && known !== this.#changes) throw new ConnectedAnew();
      return RemoteProcess.start(connection, order, signal, onStderr);
    };
    for (let attempt = 1; ;) {
      await unlessStopped(this.#connected(onRetry), signal);
      while (onNewConnection && known !== this.#changes) {
        known = this.#changes;
        await unlessStopped(onNewConnection(), signal);
        await unlessStopped(this.#connected(onRetry), signal);
      }
      try {
        return await unlessStopped(
          this.#telling(onRetry, () => this.#spares.start(begin, signal)),
          signal,
        );
      } catch (error) {
        if (error instanceof ConnectedAnew) continue;
        if (!(error instanceof NeverAsked)) throw error;
        if (attempt >= tries || this.#closed) throw error.lost;
        attempt += 1;
        const { command } = order;
        const words = `before ${command} was sent; connecting again (${attemptWords(attempt, tries)})`;
        onRetry?.(`${error.message}, ${words}`);
      }
    }
  }

  /** What sudo itself says is not what the command said. @throws RIGHTS_REFUSED */
  #withoutSudo(order: ProcessOrder, result: CommandResult): CommandResult {
    if (this.profile.become !== 'sudo' || result.status !== 1) return result;
    const refusal = refusedRights(order, result);
    if (refusal) throw refusal;
    // env and sh end with 127 where they find no program.
    return isUnknownToSudo(result.stderr) ? { ...result, status: 127 } : result;
  }

  /**
   * Runs a command to its end, and to the end of its output; resolves for every exit status.
   * @param argv program and arguments; quoted here
   * @throws COMMAND_OUTPUT_CUT, COMMAND_TIMED_OUT, COMMAND_OUTPUT_TOO_LONG, COMMAND_CANCELLED, COMMAND_NOT_STARTED, CONNECTION_LOST, ARGUMENT_FORBIDDEN,
   *   RIGHTS_REFUSED, and what `connect` throws
   */
  async exec(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const order = this.#order(argv, options.stdin !== undefined, options.language);
    const reason = new StopReason(order, options.abort);
    try {
      // Connecting does not count to the time limit.
      await unlessStopped(this.#connected(options.onRetry), reason.signal);
      if (this.#deps.checksShell)
        await unlessStopped(this.loginShell(Infinity, options.onRetry), reason.signal);
      const begin = (onStderr: (piece: Buffer) => void) => this.#start(order, reason, options, onStderr);
      return this.#withoutSudo(order, await runCommand(begin, order, reason, options));
    } finally {
      reason.release();
    }
  }

  /**
   * Starts a command whose stdout is a stream. The stream ends only after exit status 0; it is destroyed with
   * REMOTE_COMMAND_FAILED, CONNECTION_LOST, COMMAND_CANCELLED or COMMAND_TIMED_OUT otherwise.
   * @throws what `exec` throws before the command runs
   */
  async openRead(argv: readonly string[], options: ReadOptions = {}): Promise<RemoteRead> {
    const order = this.#order(argv, false);
    const reason = new StopReason(order, options.abort);
    return this.#opened(reason, options, async () =>
      readFrom(await this.#start(order, reason, options, options.onStderr), options),
    );
  }

  /**
   * Starts a command whose stdin is a stream. The stream finishes only after exit status 0; it fails with
   * REMOTE_COMMAND_FAILED, CONNECTION_LOST, COMMAND_CANCELLED or COMMAND_TIMED_OUT otherwise, also when the command ends, even well, before all was written.
   * @throws what `exec` throws before the command runs
   */
  async openWrite(argv: readonly string[], options: WriteOptions = {}): Promise<RemoteWrite> {
    const order = this.#order(argv, true);
    const reason = new StopReason(order, options.abort);
    return this.#opened(reason, options, async () =>
      writeTo(await this.#start(order, reason, options), options.onTaken),
    );
  }

  /**
   * Starts a command whose stdin and stdout are streams; both fail as those of `openWrite` and `openRead` do.
   * @throws what `exec` throws before the command runs
   */
  async openTalk(argv: readonly string[], options: StreamOptions = {}): Promise<RemoteTalk> {
    const order = this.#order(argv, true);
    const reason = new StopReason(order, options.abort);
    return this.#opened(reason, options, async () => talkWith(await this.#start(order, reason, options)));
  }

  async #opened<Opened extends { ended: Promise<unknown> }>(
    reason: StopReason,
    { timeLimitSeconds }: StreamOptions,
    open: () => Promise<Opened>,
  ): Promise<Opened> {
    try {
      const opened = await open();
      reason.limit(timeLimitSeconds);
      void opened.ended.then(() => reason.release());
      return opened;
    } catch (error) {
      reason.release();
      throw error;
    }
  }

  /** Runs work of one name one after the other: GDS warns of several sdxinfo at once (GDS guide 4.5, D.6). */
  exclusive<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
    return this.#turns.take(name, work);
  }

  /** Closes the connection; what still runs ends with CONNECTION_LOST. The session cannot be used again. */
  async close(): Promise<void> {
    this.#closed = true;
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
