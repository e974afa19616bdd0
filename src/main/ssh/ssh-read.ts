/** The stdout of a remote command as a stream whose end means: all of it came, and the command was content. */
import { Readable } from 'node:stream';
import { failure } from '../../contract/errors.ts';
import type { ProcessEnd, RemoteProcess } from './remote-process.ts';

export interface RemoteRead {
  readonly stream: Readable;
  /** Always resolves. */
  readonly ended: Promise<ProcessEnd>;
}

/** How much is read ahead of the reader, above the 2 MiB that the channel itself holds. */
const readAheadBytes = 1024 * 1024;

export class RemoteOutput extends Readable {
  readonly #process: RemoteProcess;

  constructor(process: RemoteProcess) {
    super({ highWaterMark: readAheadBytes });
    this.#process = process;
    process.channel.on('data', (piece: Buffer) => {
      if (this.destroyed || process.stopping) return;
      process.bytes += piece.length;
      if (!this.push(piece)) process.channel.pause();
    });
    // The end is held back until the exit status is known: a dump that failed in its last block must not look whole.
    void process.ended.then((end) => {
      const error = process.failureOf(end);
      if (error) this.destroy(error);
      else this.push(null);
    });
    // The stream may fail before its owner has got round to listening.
    this.on('error', () => {});
  }

  override _read(): void {
    this.#process.channel.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const { host, command } = this.#process.order;
    this.#process.stop(failure('COMMAND_CANCELLED', { host, command }, this.#process.evidence()));
    callback(error);
  }
}

/** Turns a process that was just started into a stream of its stdout. Its stdin is closed. */
export function readFrom(process: RemoteProcess): RemoteRead {
  const stream = new RemoteOutput(process);
  process.channel.end(process.order.script ?? '');
  return { stream, ended: process.ended };
}
