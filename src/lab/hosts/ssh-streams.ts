import type { ServerChannel } from 'ssh2';
import type { ByteReader, ByteWriter } from './open-file.ts';
import { IoError } from '../faults/io-error.ts';
import { Lock } from '../lock.ts';

/** How much may wait unread before the sender is paused, in bytes. */
const waitingLimit = 1_048_576;

/** Counts the data bytes of a channel and cuts the connection if a fault requires it. */
export interface BulkGuard {
  /** How many more bytes may pass; undefined: any number. */
  readonly left: () => number | undefined;
  readonly passed: (bytes: number) => void;
  /** True if the other side is gone and the host does not notice: input does not end, and writes wait. */
  readonly isSilent?: () => boolean;
}

/** Standard input, output and error of a command, over an ssh channel. All of them settle when the channel closes. */
export class ChannelStreams {
  readonly input: ByteReader;
  readonly output: ByteWriter;
  readonly errors: ByteWriter;
  readonly #channel: ServerChannel;
  readonly #guard: BulkGuard;
  readonly #arrived: Buffer[] = [];
  #arrivedBytes = 0;
  #hasEnded = false;
  #isClosed = false;
  #wake: (() => void) | undefined;
  readonly #writing = new Lock();
  readonly #writers = new Set<(error: Error) => void>();

  constructor(channel: ServerChannel, guard: BulkGuard) {
    this.#channel = channel;
    this.#guard = guard;
    this.input = { read: (limit) => this.#read(limit) };
    this.output = { write: (bytes) => this.#writeOutput(bytes) };
    this.errors = {
      write: (bytes) => this.#write(channel.stderr, typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
    };
    channel.on('data', (bytes: Buffer) => this.#arrive(bytes));
    channel.on('end', () => guard.isSilent?.() || this.#endInput());
    // the error event of a channel that is written to after its end says nothing that `closed` does not
    channel.on('error', () => this.closed());
    channel.stderr.on('error', () => this.closed());
  }

  /** To be called when the channel or its connection is gone. */
  closed(): void {
    if (this.#guard.isSilent?.()) return;
    this.#isClosed = true;
    this.#endInput();
    for (const reject of this.#writers) reject(new IoError('EPIPE'));
    this.#writers.clear();
  }

  #arrive(bytes: Buffer): void {
    this.#arrived.push(bytes);
    this.#arrivedBytes += bytes.length;
    if (this.#arrivedBytes >= waitingLimit) this.#channel.pause();
    this.#guard.passed(bytes.length);
    this.#wake?.();
  }

  #endInput(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  async #read(limit: number): Promise<Buffer> {
    while (this.#arrived.length === 0 && !this.#hasEnded) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const first = this.#arrived[0];
    if (!first) return Buffer.alloc(0);
    const taken = first.subarray(0, limit);
    if (taken.length < first.length) this.#arrived[0] = first.subarray(taken.length);
    else this.#arrived.shift();
    this.#arrivedBytes -= taken.length;
    if (this.#arrivedBytes < waitingLimit / 2 && this.#channel.isPaused()) this.#channel.resume();
    return taken;
  }

  async #writeOutput(bytes: Buffer | string): Promise<void> {
    const piece = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    const left = this.#guard.left();
    const isCut = left !== undefined && left < piece.length;
    await this.#write(this.#channel, isCut ? piece.subarray(0, left) : piece);
    this.#guard.passed(piece.length);
    if (isCut) throw new IoError('EPIPE');
  }

  /** One write at a time, output and errors together: they share the channel's window, and ssh2 wakes only one of them. */
  #write(stream: NodeJS.WritableStream, bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return Promise.resolve();
    return this.#writing.run(() => this.#writeNow(stream, bytes));
  }

  #writeNow(stream: NodeJS.WritableStream, bytes: Buffer): Promise<void> {
    if (this.#isClosed) return Promise.reject(new IoError('EPIPE'));
    // a channel that has closed never calls back: `closed` settles the write then
    return new Promise((resolve, reject) => {
      this.#writers.add(reject);
      stream.write(bytes, (error) => {
        this.#writers.delete(reject);
        forgetSentChunk(this.#channel);
        if (error) reject(new IoError('EPIPE'));
        else resolve();
      });
    });
  }
}

/**
 * ssh2 1.17 keeps the chunk that once waited for the window after it was sent (lib/Channel.js), and sends it again when the other
 * stream of the channel waits: a write to stderr would then repeat a piece of stdout.
 */
function forgetSentChunk(channel: ServerChannel): void {
  Object.assign(channel, {
    _chunk: undefined,
    _chunkcb: undefined,
    _chunkErr: undefined,
    _chunkcbErr: undefined,
  });
}
