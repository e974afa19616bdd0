/** The stdin of a remote command as a stream that finishes only when the command has taken all of it and was content. */
import { Writable } from 'node:stream';
import { failure } from '../../../contract/errors.ts';
import type { ShadowtapeError } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { howItEnded } from './remote-process.ts';
import type { RemoteEnd, RemoteProcess } from './remote-process.ts';

export interface RemoteWrite {
  readonly stream: Writable;
  /** Always resolves. `bytes` is what was written, not what the command has made of it. */
  readonly ended: Promise<RemoteEnd>;
}

/** How much may wait here for the channel to take it. */
const waitingBytes = 1024 * 1024;

type Callback = (error?: Error | null) => void;

export class RemoteInput extends Writable {
  readonly #process: RemoteProcess;
  readonly #onTaken: ((piece: Buffer) => void) | undefined;
  /** A write that the channel has not yet taken. The channel forgets it when it closes. */
  #pending: Callback | undefined;
  #allIsSent = false;
  /** The failure of a command that ended before anybody used the stream. */
  #failedEarly: ShadowtapeError | undefined;

  /** @param onTaken called for each piece that was encrypted: its buffer may be used for something else */
  constructor(process: RemoteProcess, onTaken?: (piece: Buffer) => void) {
    super({ highWaterMark: waitingBytes });
    this.#process = process;
    this.#onTaken = onTaken;
    void process.ended.then((end) => this.#processEnded(end));
    // The stream may fail before its owner listens.
    this.on('error', () => {});
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, callback: Callback): void {
    if (this.#failedEarly) return callback(this.#failedEarly);
    this.#pending = callback;
    this.#process.channel.write(piece, (error) => {
      // An error here only says that the channel is closed; `ended` is about to say why.
      if (error || this.#pending !== callback) return;
      this.#process.bytes += piece.length;
      this.#settlePending();
      this.#onTaken?.(piece);
    });
  }

  override _final(callback: Callback): void {
    if (this.#failedEarly) return callback(this.#failedEarly);
    this.#allIsSent = true;
    this.#process.channel.end();
    this.#pending = callback;
  }

  override _destroy(error: Error | null, callback: Callback): void {
    const { host, command } = this.#process.order;
    const cancelled = failure('COMMAND_CANCELLED', { host, command }, this.#process.evidence());
    this.#process.stop(cancelled);
    this.#settlePending(error ?? cancelled);
    callback(error);
  }

  #settlePending(error?: Error): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.(error);
  }

  #processEnded(end: RemoteEnd): void {
    const error = this.#errorOf(end);
    if (error && !this.#pending) this.#fail(error);
    else this.#settlePending(error);
  }

  /** A pipeline into a stream that is already destroyed forgets why, so an unused one waits for its user before it fails. */
  #fail(error: ShadowtapeError): void {
    if (this.listenerCount('error') > 1) {
      this.destroy(error);
      return;
    }
    this.#failedEarly = error;
    this.on('newListener', (event) => {
      if (event === 'error') process.nextTick(() => this.destroy(error));
    });
  }

  #errorOf(end: RemoteEnd): ShadowtapeError | undefined {
    if (end.lost) return end.lost;
    if (!this.#allIsSent) {
      return this.#process.failed(
        end,
        phrase('{howItEnded} after only {bytes} bytes were written', {
          howItEnded: howItEnded(end),
          bytes: end.bytes,
        }),
      );
    }
    return this.#process.failureOf(end);
  }
}

/** Turns a process that was just started into a stream to its stdin. What it prints is read away, its end kept. */
export function writeTo(process: RemoteProcess, onTaken?: (piece: Buffer) => void): RemoteWrite {
  const stream = new RemoteInput(process, onTaken);
  process.drainStdout();
  return { stream, ended: process.ended };
}
