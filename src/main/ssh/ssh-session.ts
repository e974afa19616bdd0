/**
 * A session with one host: connects when it is first needed, again when the connection was lost between two commands, never within one.
 * Several commands may run at once, each in a channel of its own.
 */
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { ParsedKey } from 'ssh2';
import { failure, isFailure } from '../../contract/errors.ts';
import type { AskSecret, ConfirmHostKey, ConnectRetry, HostProfile, OnRetry } from './host-profile.ts';
import type { HostKeyFiles } from './host-key-check.ts';
import { commandLine, sentLine } from './quoting.ts';
import type { CommandLanguage } from './quoting.ts';
import { NeverAsked, RemoteProcess } from './remote-process.ts';
import type { ProcessOrder } from './remote-process.ts';
import { runCommand, StopReason } from './ssh-command.ts';
import type { CommandOptions, CommandResult } from './ssh-command.ts';
import { SshConnection } from './ssh-connection.ts';
import { readFrom } from './ssh-read.ts';
import type { MakeBuffer, RemoteRead } from './ssh-read.ts';
import { talkWith } from './ssh-talk.ts';
import type { RemoteTalk } from './ssh-talk.ts';
import { writeTo } from './ssh-write.ts';
import { canSend } from './ssh2-parts.ts';
import type { RemoteWrite } from './ssh-write.ts';

export interface SessionDeps extends HostKeyFiles {
  readonly confirmHostKey: ConfirmHostKey;
  readonly askSecret: AskSecret;
  /** True where much data is read: see connectForBulk. */
  readonly isForBulk?: boolean | undefined;
}

export interface StreamOptions {
  readonly abort?: AbortSignal | undefined;
  /** From the start of the command to its end. No limit where it is left out. */
  readonly timeLimitSeconds?: number | undefined;
  readonly onRetry?: OnRetry | undefined;
  /** Called when the host was connected to again for this command, before it is sent. What it throws keeps it from being sent. */
  readonly onNewConnection?: (() => Promise<void>) | undefined;
}

export interface ReadOptions extends StreamOptions {
  /** Hears all of stderr, as it comes; the end of it is in `ended` in every case. */
  readonly onStderr?: ((piece: Buffer) => void) | undefined;
  /** Makes the buffers that stdout is collected in; see RemoteOutput. It comes as the host sends it where this is left out. */
  readonly makeBuffer?: MakeBuffer | undefined;
}

export interface WriteOptions extends StreamOptions {
  /** Hears of each piece whose buffer is free again; see RemoteInput. */
  readonly onTaken?: ((piece: Buffer) => void) | undefined;
}

/** Rejects with the signal's reason as soon as it is aborted; the work itself goes on for others who wait for it. */
function unlessStopped<Value>(work: Promise<Value>, stop: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onStop = () => reject(stop.reason);
    if (stop.aborted) onStop();
    stop.addEventListener('abort', onStop, { once: true });
    work.then(resolve, reject).finally(() => stop.removeEventListener('abort', onStop));
  });
}

const once: ConnectRetry = { tries: 1, everySeconds: 0 };

/** Where a host was reached, and by which host key it proved to be itself. */
export interface SeenHost {
  readonly address: string;
  readonly port: number;
  /** `ssh-ed25519 SHA256:…` */
  readonly hostKey: string;
}

/** "attempt 2 of 3" */
const attemptWords = (attempt: number, tries: number) => `attempt ${attempt} of ${tries}`;

export class SshSession {
  readonly profile: HostProfile;
  readonly #deps: SessionDeps;
  readonly #jump: SshSession | undefined;
  readonly #openedKeys = new Map<string, ParsedKey>();
  readonly #queues = new Map<string, Promise<unknown>>();
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

  /** @param jump the session of the host to go through */
  constructor(profile: HostProfile, deps: SessionDeps, jump?: SshSession) {
    this.profile = profile;
    this.#deps = deps;
    this.#jump = jump;
  }

  get host(): string {
    return this.profile.name;
  }

  /** How many connections were made so far: more than one where one was lost. */
  get connections(): number {
    return this.#connections;
  }

  /**
   * Connects and logs in, unless that is done already.
   * @throws HOST_NAME_UNKNOWN, HOST_UNREACHABLE, HOST_KEY_…, LOGIN_REFUSED, KEY_…, AGENT_UNAVAILABLE, ALGORITHMS_DISJOINT
   */
  async connect(onRetry?: OnRetry): Promise<void> {
    await this.#connected(onRetry);
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

  async #connected(onRetry?: OnRetry): Promise<SshConnection> {
    if (onRetry) this.#onRetry.add(onRetry);
    try {
      return await this.#standing();
    } finally {
      if (onRetry) this.#onRetry.delete(onRetry);
    }
  }

  async #standing(): Promise<SshConnection> {
    if (this.#closed) {
      const { host } = this;
      throw failure('CONNECTION_LOST', { host, reason: 'the session was closed' }, { host });
    }
    const connecting = (this.#connection ??= this.#open());
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
    return this.#standing();
  }

  #forget(connecting: Promise<SshConnection>): void {
    if (this.#connection === connecting) this.#connection = undefined;
  }

  /** Tries to connect as often as the profile says. */
  async #open(): Promise<SshConnection> {
    this.#established = false;
    const { tries, everySeconds } = this.profile.retry ?? once;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#openOnce();
      } catch (error) {
        if (attempt >= tries || this.#closed || !this.#mayPass(error)) throw error;
        const next = attemptWords(attempt + 1, tries);
        this.#tell(`${(error as Error).message}; trying again in ${everySeconds} s (${next})`);
        await wait(everySeconds * 1000, undefined, { signal: this.#closing.signal }).catch(() => {
          throw error;
        });
      }
    }
  }

  /** A host that is away may come back; a key or a password does not become right by waiting. A jump host tries by itself. */
  #mayPass(error: unknown): boolean {
    if (isFailure(error, 'HOST_UNREACHABLE')) return error.evidence.host === this.host;
    return isFailure(error, 'CONNECTION_LOST');
  }

  #tell(sentence: string): void {
    for (const onRetry of this.#onRetry) onRetry(sentence);
  }

  async #openOnce(): Promise<SshConnection> {
    const tell: OnRetry = (sentence) => this.#tell(sentence);
    const socket = this.#jump ? await this.#jump.forward(this.profile, tell) : undefined;
    const deps = { ...this.#deps, openedKeys: this.#openedKeys, pinnedKey: this.#pins.at(-1) };
    const connection = await SshConnection.open(this.profile, deps, socket);
    this.#established = true;
    this.#connections += 1;
    return connection;
  }

  /** A way through this host to another one (ProxyJump). */
  async forward(profile: HostProfile, onRetry?: OnRetry): Promise<Duplex> {
    return (await this.#connected(onRetry)).forward(profile);
  }

  #order(argv: readonly string[], language?: CommandLanguage): ProcessOrder {
    const line = commandLine(argv);
    const sent = sentLine(argv, language);
    const command = (argv[0] ?? '').replace(/^.*\/(?=.)/, '');
    return { host: this.host, line, sent, command };
  }

  /**
   * Connects, then has the process started; either is given up when `reason` says so. A connection that turns out to be lost before the
   * host was asked is made anew.
   */
  async #start(
    order: ProcessOrder,
    reason: StopReason,
    { onRetry, onNewConnection }: Pick<StreamOptions, 'onRetry' | 'onNewConnection'>,
    onStderr?: (piece: Buffer) => void,
  ): Promise<RemoteProcess> {
    const { tries } = this.profile.retry ?? once;
    let known = this.#connections;
    for (let attempt = 1; ; attempt += 1) {
      let connection = await unlessStopped(this.#connected(onRetry), reason.signal);
      while (onNewConnection && known !== this.#connections) {
        known = this.#connections;
        await unlessStopped(onNewConnection(), reason.signal);
        connection = await unlessStopped(this.#connected(onRetry), reason.signal);
      }
      try {
        return await RemoteProcess.start(connection, order, reason.signal, onStderr);
      } catch (error) {
        if (!(error instanceof NeverAsked)) throw error;
        if (attempt >= tries || this.#closed) throw error.lost;
        const { command } = order;
        const words = `before ${command} was sent; connecting again (${attemptWords(attempt + 1, tries)})`;
        onRetry?.(`${error.message}, ${words}`);
      }
    }
  }

  /**
   * Runs a command to its end, and to the end of its output; resolves for every exit status.
   * @param argv program and arguments; quoted here
   * @throws COMMAND_OUTPUT_CUT, COMMAND_TIMED_OUT, COMMAND_OUTPUT_TOO_LONG, COMMAND_CANCELLED, COMMAND_NOT_STARTED, CONNECTION_LOST, ARGUMENT_FORBIDDEN,
   *   and what `connect` throws
   */
  async exec(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const order = this.#order(argv, options.language);
    const reason = new StopReason(order, options.abort);
    try {
      // Connecting does not count to the time limit.
      await unlessStopped(this.#connected(options.onRetry), reason.signal);
      return await runCommand(
        (onStderr) => this.#start(order, reason, options, onStderr),
        order,
        reason,
        options,
      );
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
    const order = this.#order(argv);
    const reason = new StopReason(order, options.abort);
    return this.#opened(reason, options, async () =>
      readFrom(await this.#start(order, reason, options, options.onStderr), options.makeBuffer),
    );
  }

  /**
   * Starts a command whose stdin is a stream. The stream finishes only after exit status 0; it fails with
   * REMOTE_COMMAND_FAILED, CONNECTION_LOST, COMMAND_CANCELLED or COMMAND_TIMED_OUT otherwise, also when the command ends, even well, before all was written.
   * @throws what `exec` throws before the command runs
   */
  async openWrite(argv: readonly string[], options: WriteOptions = {}): Promise<RemoteWrite> {
    const order = this.#order(argv);
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
    const order = this.#order(argv);
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
    const before = this.#queues.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => undefined);
    this.#queues.set(name, settled);
    void settled.then(() => {
      if (this.#queues.get(name) === settled) this.#queues.delete(name);
    });
    return mine;
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
    await Promise.all(retired);
  }
}
