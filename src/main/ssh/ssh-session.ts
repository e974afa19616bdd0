/**
 * A session with one host: connects when it is first needed, again when the connection was lost between two commands, never within one.
 * Several commands may run at once, each in a channel of its own.
 */
import type { Duplex } from 'node:stream';
import type { HostProfile, OnRetry } from './host-profile.ts';
import { attemptWords, once } from './login/connect-tries.ts';
import { sentCommand, shownLine } from './quoting.ts';
import type { CommandLanguage } from './quoting.ts';
import { NeverAsked, refusedRights, RemoteProcess } from './channels/remote-process.ts';
import type { ProcessOrder } from './channels/remote-process.ts';
import { runCommand, StopReason, unlessStopped } from './channels/ssh-command.ts';
import type { CommandOptions, CommandResult } from './channels/ssh-command.ts';
import type { SshConnection } from './ssh-connection.ts';
import { StandingConnection } from './standing-connection.ts';
import { readFrom } from './channels/ssh-read.ts';
import type { RemoteRead } from './channels/ssh-read.ts';
import { talkWith } from './channels/ssh-talk.ts';
import type { RemoteTalk } from './channels/ssh-talk.ts';
import { writeTo } from './channels/ssh-write.ts';
import { ShellMemory, ShellProbe, shellLimitSeconds, type LoginShell } from './login/login-shell.ts';
import type { ReadOptions, SeenHost, SessionDeps, StreamOptions, WriteOptions } from './session-options.ts';
import { NamedTurns } from './named-turns.ts';
import { isUnknownToSudo } from './rights.ts';
import type { RemoteWrite } from './channels/ssh-write.ts';
import { phrase, phrases } from '../../contract/text/say.ts';

export type { ReadOptions, SeenHost, StreamOptions, WriteOptions } from './session-options.ts';

/** A connection was made or lost while a command waited for one: its sender is asked again first. */
class ConnectedAnew extends Error {}

export class SshSession {
  readonly profile: HostProfile;
  readonly #deps: SessionDeps;
  readonly #turns = new NamedTurns();
  readonly #connection: StandingConnection;
  readonly #shell = new ShellMemory();

  /** @param jump the session of the host to go through */
  constructor(profile: HostProfile, deps: SessionDeps, jump?: SshSession) {
    this.profile = profile;
    this.#deps = deps;
    this.#connection = new StandingConnection(
      profile,
      deps,
      jump && ((to, onRetry) => jump.forward(to, onRetry)),
    );
  }

  get host(): string {
    return this.profile.name;
  }

  /** How many connections were needed so far: more than one where one was lost. */
  get connections(): number {
    return this.#connection.connections;
  }

  /**
   * Connects and logs in, unless that is done already.
   * @throws HOST_NAME_UNKNOWN, HOST_UNREACHABLE, HOST_KEY_…, LOGIN_REFUSED, KEY_…, AGENT_UNAVAILABLE, ALGORITHMS_DISJOINT, SSH_CONFIG_…
   */
  async connect(onRetry?: OnRetry): Promise<void> {
    await this.#connection.connected(onRetry);
  }

  /**
   * Connects and logs in as `connect` does, in a single attempt: for a host that did not answer before.
   * @throws what `connect` throws
   */
  async probe(): Promise<void> {
    await this.#connection.probed();
  }

  /**
   * How the host is reached, and which host key it shows. Connects where that is not done yet.
   * @throws what `connect` throws
   */
  async seen(): Promise<SeenHost> {
    const { hostKey } = await this.#connection.connected();
    return { address: this.profile.address, port: this.profile.port, hostKey };
  }

  /**
   * From now on nothing is sent to a host that shows another host key: HOST_IS_ANOTHER.
   * @param hostKey as `seen` reports it
   * @returns what ends that
   */
  pin(hostKey: string): () => void {
    return this.#connection.pin(hostKey);
  }

  /** A way through this host to another one (ProxyJump). */
  async forward(profile: HostProfile, onRetry?: OnRetry): Promise<Duplex> {
    return (await this.#connection.connected(onRetry)).forward(profile);
  }

  /** @param readsInput true if the command has an input */
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
   * Connects, then has the process started; either is given up when `reason` says so. A connection that turns out to be
   * lost before the host was asked is made again.
   */
  async #begin(
    order: ProcessOrder,
    reason: StopReason,
    { onRetry, onNewConnection }: Pick<StreamOptions, 'onRetry' | 'onNewConnection'>,
    onStderr?: (piece: Buffer) => void,
  ): Promise<RemoteProcess> {
    const { tries } = this.profile.retry ?? once;
    const { signal } = reason;
    let known = this.#connection.changes;
    const begin = (connection: SshConnection) => {
      if (onNewConnection && known !== this.#connection.changes) throw new ConnectedAnew();
      return RemoteProcess.start(connection, order, signal, onStderr);
    };
    for (let attempt = 1; ;) {
      await unlessStopped(this.#connection.connected(onRetry), signal);
      while (onNewConnection && known !== this.#connection.changes) {
        known = this.#connection.changes;
        await unlessStopped(onNewConnection(), signal);
        await unlessStopped(this.#connection.connected(onRetry), signal);
      }
      try {
        return await unlessStopped(this.#connection.start(begin, signal, onRetry), signal);
      } catch (error) {
        if (error instanceof ConnectedAnew) continue;
        if (!(error instanceof NeverAsked)) throw error;
        if (attempt >= tries || this.#connection.isClosed) throw error.lost;
        attempt += 1;
        const { command } = order;
        const words = phrase('before {command} was sent; connecting again ({attempt})', {
          command,
          attempt: attemptWords(attempt, tries),
        });
        onRetry?.(phrases([error.message, words], ', '));
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
   * Runs a command until it ends, and until its output ends; resolves for every exit status.
   * @param argv program and arguments; quoted here
   * @throws COMMAND_OUTPUT_CUT, COMMAND_TIMED_OUT, COMMAND_OUTPUT_TOO_LONG, COMMAND_CANCELLED, COMMAND_NOT_STARTED,
   *   CONNECTION_LOST, ARGUMENT_FORBIDDEN, RIGHTS_REFUSED, and what `connect` throws
   */
  async exec(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const order = this.#order(argv, options.stdin !== undefined, options.language);
    const reason = new StopReason(order, options.abort);
    try {
      // Connecting does not count to the time limit.
      await unlessStopped(this.#connection.connected(options.onRetry), reason.signal);
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
  close(): Promise<void> {
    return this.#connection.close();
  }
}
