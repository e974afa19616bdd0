/** A connection through a command of this machine: ProxyCommand in ssh_config(5). */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { Readable, Writable } from 'node:stream';
import { isFailure, ShadowtapeError } from '../../contract/errors.ts';
import type { Evidence } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';

/** As much of standard error as an error shows. */
const mostStderr = 2000;

/** How long a command may take to end after SIGHUP, which is all that OpenSSH sends. */
const patienceMilliseconds = 2000;

const endWords = (status: number | null, signal: string | null) =>
  signal === null
    ? phrase('exit status {status}', { status: String(status) })
    : phrase('signal {signal}', { signal });

/** What the command reads is what is written here, and the other way round. Destroying it ends the command. */
class ProxySocket extends Duplex {
  readonly command: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #stderr = '';
  /** How the command ended, once it has. */
  #end: string | undefined;

  constructor(command: string) {
    super();
    this.command = command;
    // The users of the connection receive it as well.
    this.on('error', () => {});
    // `exec`, as OpenSSH: what is signalled is the command, not a shell before it. A process group of its own, since Ctrl-C in the terminal
    // is for the run alone.
    this.#child = spawn(process.env['SHELL'] || '/bin/sh', ['-c', `exec ${command}`], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.#watch();
  }

  #watch(): void {
    const { stdin, stdout, stderr } = this.#child;
    stdout.on('data', (piece: Buffer) => {
      if (!this.push(piece)) stdout.pause();
    });
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-mostStderr);
    });
    stdin.on('error', () => {});
    this.#child.once('error', (error) =>
      this.#hasEnded(phrase('its ProxyCommand did not start: {reason}', { reason: error.message })),
    );
    // After all of its output.
    this.#child.once('close', (status, signal) =>
      this.#hasEnded(phrase('its ProxyCommand ended with {end}', { end: endWords(status, signal) })),
    );
  }

  #hasEnded(reason: string): void {
    this.#end ??= reason;
    // What it has said last is read first.
    if (this.readableLength === 0) this.destroy(new Error(this.#end));
  }

  /** Of the command, for errors. */
  get evidence(): Evidence {
    return { command: this.command, ...(this.#stderr === '' ? {} : { stderr: this.#stderr }) };
  }

  override _read(): void {
    if (this.#end === undefined) this.#child.stdout.resume();
    else this.#hasEnded(this.#end);
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // A write that the command does not take any more ends with the command.
    this.#child.stdin.write(piece, () => done());
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#end === undefined) this.#stop();
    done(error);
  }

  #stop(): void {
    this.#signal('SIGHUP');
    const timer = setTimeout(() => this.#signal('SIGKILL'), patienceMilliseconds);
    timer.unref();
    this.#child.once('exit', () => clearTimeout(timer));
  }

  /** To the whole group: the command may be a shell with others below it. */
  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended by itself.
    }
  }
}

/**
 * Starts a ProxyCommand.
 * @param command a line for the user's shell, with its tokens replaced
 * @returns the connection; an error on it says how the command ended
 */
export const openProxy = (command: string): Duplex => new ProxySocket(command);

/** What is known of the ProxyCommand below a connection; nothing where there is none. */
export const proxyEvidence = (socket: Duplex | undefined): Evidence =>
  socket instanceof ProxySocket ? socket.evidence : {};

/** The same error, with what the ProxyCommand has said. */
export function withProxyEvidence(error: unknown, socket: Duplex | undefined): unknown {
  if (!isFailure(error) || !(socket instanceof ProxySocket)) return error;
  const info = error.toInfo();
  return new ShadowtapeError(
    { ...info, evidence: { ...proxyEvidence(socket), ...info.evidence } },
    error.cause,
  );
}
