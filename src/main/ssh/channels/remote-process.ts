/**
 * One command on a remote host, watched from start to end.
 *
 * An ssh2 channel alone does not report the end: its writes never call back after it has closed, its `close` waits for
 * somebody to read stdout, and both wait for ever when the peer falls silent. This class settles `ended` in every case:
 * exit status, signal, neither, connection lost, stopped by us.
 */
import type { ClientChannel } from 'ssh2';
import { failure, ShadowtapeError } from '../../../contract/errors.ts';
import type { Evidence } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { OutputTail } from './output-tail.ts';
import { refusalOf } from '../rights.ts';
import { plainReason } from '../ssh-connection.ts';
import type { SshConnection } from '../ssh-connection.ts';
import { sawEndOfData, sendSignal, tellingWhenAsked, widenWindow } from './ssh2-parts.ts';

/** How a remote process ended. */
export interface RemoteEnd {
  /** Exit status; undefined when it was killed, or when it is not known. */
  readonly status: number | undefined;
  /** `SIGTERM` and the like. */
  readonly signal: string | undefined;
  /** The last 64 KiB of stdout; '' where stdout is a stream. */
  readonly stdout: string;
  /** The last 64 KiB of stderr. */
  readonly stderr: string;
  /** Bytes of the stream: read from stdout, or written to stdin. */
  readonly bytes: number;
  /** True if the exit status came, and then neither more output nor its end: what was printed may be cut. */
  readonly outputCut?: boolean;
  /** Why the end was not seen through: CONNECTION_LOST, HOST_KEY_SWITCHED, COMMAND_CANCELLED, COMMAND_TIMED_OUT, COMMAND_OUTPUT_TOO_LONG. */
  readonly lost?: ShadowtapeError;
}

/** What is to be run, and how messages speak of it. */
export interface ProcessOrder {
  readonly host: string;
  /** The command line as messages show it. */
  readonly line: string;
  /** The command line as it is sent, see `sentCommand`. */
  readonly sent: string;
  /** What that line reads as its input, see `sentCommand`. */
  readonly script?: string | undefined;
  /** Short name for sentences: the program. */
  readonly command: string;
}

/** The connection broke before the host was asked for the command: it may be asked again, and the command still runs once. */
export class NeverAsked extends Error {
  readonly lost: ShadowtapeError;

  constructor(lost: ShadowtapeError) {
    super(lost.message);
    this.lost = lost;
  }
}

/** The host opens no further channel on this connection, so that the command was not started: see MaxSessions in sshd_config(5). */
export class ChannelRefused extends Error {
  readonly refusal: ShadowtapeError;

  constructor(refusal: ShadowtapeError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

const tailBytes = 64 * 1024;

/** After TERM a process may take this long to end, before the channel is closed under it; and the peer this long to agree to that. */
const stopMilliseconds = 500;

/**
 * Once the process has exited, silence of this length ends the wait: a process that it left running may keep its output
 * open. The same silence comes from output that is still on its way, so `ProcessEnd.outputCut` says that the end of the
 * output was not seen.
 */
const silenceAfterExitMilliseconds = 3000;

export class RemoteProcess {
  readonly order: ProcessOrder;
  readonly channel: ClientChannel;
  /** Resolves exactly once, and never rejects. */
  readonly ended: Promise<RemoteEnd>;
  /** Bytes of the stream so far; kept by the stream that uses this process. */
  bytes = 0;

  readonly #connection: SshConnection;
  readonly #stdout = new OutputTail(tailBytes);
  readonly #stderr = new OutputTail(tailBytes);
  readonly #undo: (() => void)[] = [];
  #resolve: (end: RemoteEnd) => void = () => {};
  #exited = false;
  #status: number | undefined;
  #signal: string | undefined;
  #stopping: ShadowtapeError | undefined;
  #settled = false;
  #drained = false;
  #outputCut = false;
  #silence: NodeJS.Timeout | undefined;

  private constructor(
    connection: SshConnection,
    channel: ClientChannel,
    order: ProcessOrder,
    onStderr?: (piece: Buffer) => void,
  ) {
    this.#connection = connection;
    this.channel = channel;
    this.order = order;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    channel.on('exit', (status: number | null, signal?: string) => {
      this.#exited = true;
      this.#status = status ?? undefined;
      this.#signal = signal;
      this.#heardSomething();
    });
    channel.on('close', () => this.#settle());
    // A write that comes too late is an error of the channel; `ended` reports the same with its reason.
    channel.on('error', () => {});
    channel.stderr.on('data', (piece: Buffer) => {
      this.#stderr.add(piece);
      onStderr?.(piece);
      this.#heardSomething();
    });
    this.#undo.push(connection.onLost((lost) => this.#connectionLost(lost)));
  }

  /**
   * Starts a command.
   * @param stop aborted with the error that ends the command early
   * @param onStderr receives all of stderr, from its first byte
   * @throws NeverAsked, ChannelRefused, CONNECTION_LOST, HOST_KEY_SWITCHED, COMMAND_NOT_STARTED, and the reason of
   *   `stop`
   */
  static start(
    connection: SshConnection,
    order: ProcessOrder,
    stop: AbortSignal,
    onStderr?: (piece: Buffer) => void,
  ): Promise<RemoteProcess> {
    return new Promise((resolve, reject) => {
      const { host, line, sent, command } = order;
      const evidence: Evidence = { host, command: line };
      let wasAsked = false;
      const refused = (error: Error) => {
        if (connection.lost) {
          const lost = withEvidence(connection.lost, evidence);
          return wasAsked ? lost : new NeverAsked(lost);
        }
        const reason = plainReason(error);
        const refusal = failure('COMMAND_NOT_STARTED', { host, command, reason }, evidence, error);
        return wasAsked ? refusal : new ChannelRefused(refusal);
      };
      if (stop.aborted) return reject(stop.reason);
      const onStop = () => reject(stop.reason);
      stop.addEventListener('abort', onStop, { once: true });
      const done = () => stop.removeEventListener('abort', onStop);
      try {
        // The process must be watched within this very callback: its whole life may be in one packet.
        connection.client.exec(
          sent,
          tellingWhenAsked(() => (wasAsked = true)),
          (error, channel) => {
            done();
            if (error) return reject(refused(error));
            const process = new RemoteProcess(connection, channel, order, onStderr);
            process.#obey(stop);
            resolve(process);
          },
        );
      } catch (error) {
        done();
        reject(refused(error instanceof Error ? error : new Error(String(error))));
      }
    });
  }

  #obey(stop: AbortSignal): void {
    const onStop = () => this.stop(stop.reason as ShadowtapeError);
    if (stop.aborted) return onStop();
    stop.addEventListener('abort', onStop, { once: true });
    this.#undo.push(() => stop.removeEventListener('abort', onStop));
  }

  /** Reads stdout away and keeps its end: for commands whose stdout is not what is wanted. */
  drainStdout(): void {
    this.watchStdout((piece) => this.#stdout.add(piece));
  }

  /** Hands every piece of stdout to a listener; without back-pressure. */
  watchStdout(listener: (piece: Buffer) => void): void {
    this.channel.on('data', (piece: Buffer) => {
      listener(piece);
      this.#heardSomething();
    });
    this.#drained = true;
    this.#heardSomething();
  }

  /** Silence means something only if the reader does not pause stdout. */
  #heardSomething(): void {
    if (!this.#exited || !this.#drained || this.#settled) return;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#outputCut = !sawEndOfData(this.channel);
      this.channel.close();
      this.#settle();
    }, silenceAfterExitMilliseconds);
  }

  /**
   * Ends the process: TERM, then closing the channel, then no longer waiting for the peer. `ended` follows within a second.
   * @param why becomes `lost` of the end
   */
  stop(why: ShadowtapeError): void {
    if (this.#settled || this.#stopping) return;
    this.#stopping = why;
    sendSignal(this.#connection.client, this.channel, 'TERM');
    this.channel.resume();
    const closing = setTimeout(() => this.channel.close(), stopMilliseconds);
    const givingUp = setTimeout(() => this.#settle(), 2 * stopMilliseconds);
    this.#undo.push(
      () => clearTimeout(closing),
      () => clearTimeout(givingUp),
    );
  }

  /** Lets the host send further ahead; see ssh2-parts. */
  widenWindow(): void {
    widenWindow(this.#connection.client, this.channel);
  }

  /** True once the process was instructed to end early: what it still prints is not wanted. */
  get stopping(): boolean {
    return this.#stopping !== undefined;
  }

  #connectionLost(lost: ShadowtapeError): void {
    // All is here already when the exit status and the end of the data have come: only reading it is left, and `close` follows that.
    if (this.#exited && sawEndOfData(this.channel) && !this.#stopping) return;
    this.#stopping ??= withEvidence(lost, this.evidence());
    this.#settle();
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#silence);
    for (const undo of this.#undo) undo();
    const lost = this.#stopping;
    this.#resolve({
      status: this.#status,
      signal: this.#signal,
      stdout: this.#stdout.text,
      stderr: this.#stderr.text,
      bytes: this.bytes,
      ...(this.#outputCut ? { outputCut: true } : {}),
      ...(lost ? { lost } : {}),
    });
  }

  /** The evidence that every error of this process carries. */
  evidence(): Evidence {
    return { host: this.order.host, command: this.order.line };
  }

  /** The error of an end that was not exit status 0; undefined for a good end. */
  failureOf(end: RemoteEnd): ShadowtapeError | undefined {
    if (end.lost) return end.lost;
    return end.status === 0 ? undefined : this.failed(end, howItEnded(end));
  }

  /** REMOTE_COMMAND_FAILED, with all that is known of the end; RIGHTS_REFUSED where sudo did not run the command. */
  failed(end: RemoteEnd, how: string): ShadowtapeError {
    const { host, command } = this.order;
    const refusal = end.status === 1 ? refusedRights(this.order, end) : undefined;
    if (refusal) return refusal;
    return failure(
      'REMOTE_COMMAND_FAILED',
      { command, host, how },
      {
        ...this.evidence(),
        stderr: end.stderr,
        ...(end.stdout === '' ? {} : { stdout: end.stdout }),
        ...(end.status === undefined ? {} : { exitStatus: end.status }),
        ...(end.signal === undefined ? {} : { signal: end.signal }),
      },
    );
  }
}

/** RIGHTS_REFUSED where sudo says that it did not run the command. */
export function refusedRights(
  { host, command, line }: ProcessOrder,
  { stderr }: Pick<RemoteEnd, 'stderr'>,
): ShadowtapeError | undefined {
  const reason = refusalOf(stderr);
  const evidence = { host, command: line, exitStatus: 1, stderr };
  return reason === undefined ? undefined : failure('RIGHTS_REFUSED', { host, command, reason }, evidence);
}

/** "with exit status 2", "by signal SIGTERM", "without an exit status". */
export function howItEnded(end: Pick<RemoteEnd, 'status' | 'signal'>): string {
  if (end.status !== undefined) return phrase('with exit status {status}', { status: end.status });
  return end.signal === undefined
    ? phrase('without an exit status')
    : phrase('by signal {signal}', { signal: end.signal });
}

/** The loss of a connection, with the command that it cut off. */
function withEvidence(lost: ShadowtapeError, evidence: Evidence): ShadowtapeError {
  const info = lost.toInfo();
  return new ShadowtapeError({ ...info, evidence: { ...info.evidence, ...evidence } });
}
