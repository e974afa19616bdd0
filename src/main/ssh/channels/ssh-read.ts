/** The stdout of a remote command as a stream whose end means: all of it came, and the command was content. */
import { Readable } from 'node:stream';
import { failure } from '../../../contract/errors.ts';
import type { RemoteEnd, RemoteProcess } from './remote-process.ts';

export interface RemoteRead {
  readonly stream: Readable;
  /** Always resolves. */
  readonly ended: Promise<RemoteEnd>;
}

/** How much is read ahead of the reader, above the 2 MiB that the channel itself holds. */
const readAheadBytes = 1024 * 1024;

/** Judges an exit status other than 0:  true if what came before it is to be read completely all the same. */
export type KeepsOutput = (end: RemoteEnd) => boolean;

/** Makes a buffer that is to be filled with what comes. */
export type MakeBuffer = () => Buffer;

interface OutputOptions {
  /** Where it is given, what comes is collected: each piece but the last fills a buffer of its own. */
  readonly makeBuffer?: MakeBuffer | undefined;
  readonly keepsOutput?: KeepsOutput | undefined;
}

export class RemoteOutput extends Readable {
  readonly #process: RemoteProcess;
  readonly #makeBuffer: MakeBuffer | undefined;
  #filling: Buffer | undefined;
  #filled = 0;

  constructor(process: RemoteProcess, { makeBuffer, keepsOutput }: OutputOptions = {}) {
    super({ highWaterMark: readAheadBytes });
    this.#process = process;
    this.#makeBuffer = makeBuffer;
    process.channel.on('data', (piece: Buffer) => {
      if (this.destroyed || process.stopping) return;
      process.bytes += piece.length;
      if (!this.#take(piece)) process.channel.pause();
    });
    // The end is held back until the exit status is known: a dump that failed in its last block must not look whole.
    void process.ended.then((end) => {
      const error = end.lost === undefined && keepsOutput?.(end) ? undefined : process.failureOf(end);
      if (error) return void this.destroy(error);
      if (this.#filling) this.push(this.#filling.subarray(0, this.#filled));
      this.push(null);
    });
    // The stream may fail before its owner listens.
    this.on('error', () => {});
  }

  /** @returns false where no more is wanted for the time being */
  #take(piece: Buffer): boolean {
    if (!this.#makeBuffer) return this.push(piece);
    this.#process.widenWindow();
    let isMoreWanted = true;
    for (let from = 0; from < piece.length;) {
      this.#filling ??= this.#makeBuffer();
      const copied = piece.copy(this.#filling, this.#filled, from);
      from += copied;
      this.#filled += copied;
      if (this.#filled < this.#filling.length) continue;
      isMoreWanted = this.push(this.#filling);
      this.#filling = undefined;
      this.#filled = 0;
    }
    return isMoreWanted;
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
export function readFrom(process: RemoteProcess, options?: OutputOptions): RemoteRead {
  const stream = new RemoteOutput(process, options);
  process.channel.end(process.order.script ?? '');
  return { stream, ended: process.ended };
}
