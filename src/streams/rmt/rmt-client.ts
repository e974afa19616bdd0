/**
 * The client of a tape server (rmt): one device, opened once, and requests that may be sent ahead of their answers. A
 * record counts when the server has acknowledged it, not when it was sent: dd at the end of a channel cannot show that.
 */
import type { Readable, Writable } from 'node:stream';
import { failure, ShadowtapeError } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import {
  closeRequest,
  openRequest,
  operationRequest,
  readRequest,
  RmtAnswerReader,
  writeRequest,
} from './rmt-protocol.ts';
import type {
  ExpectedAnswer,
  RmtAccess,
  RmtAnswer,
  RmtDialect,
  RmtDone,
  TapeOperation,
} from './rmt-protocol.ts';
import type { ProcessEnd } from '../stage.ts';
import { endInTime } from '../stream-failure.ts';
import { endEvidence, endReason } from '../tape/tape-trouble.ts';

/** A running rmt. */
export interface RmtChannel {
  /** Its standard input. */
  readonly input: Writable;
  /** Its standard output. */
  readonly output: Readable;
  /** Always resolves. */
  readonly ended: Promise<ProcessEnd>;
}

/** The server's answer that a request failed. */
export class RmtError extends Error {
  /** In the server's numbering. */
  readonly errno: number;
  readonly text: string;

  constructor(errno: number, text: string) {
    super(phrase('{text} (errno {errno})', { text, errno }));
    this.name = 'RmtError';
    this.errno = errno;
    this.text = text;
  }
}

interface Request extends ExpectedAnswer {
  readonly what: string;
  resolve(answer: RmtDone): void;
  reject(error: Error): void;
}

export class RmtClient {
  readonly #channel: RmtChannel;
  readonly #dialect: RmtDialect;
  readonly #answers = new RmtAnswerReader();
  readonly #unanswered: Request[] = [];
  #outgoing: Buffer[] = [];
  #failure: Error | undefined;

  constructor(channel: RmtChannel, dialect: RmtDialect) {
    this.#channel = channel;
    this.#dialect = dialect;
    const { input, output } = channel;
    output.on('data', (piece: Buffer) => this.#take(piece));
    for (const stream of [input, output]) stream.on('error', (error) => void this.#lost(error));
    for (const event of ['end', 'close']) output.on(event, () => void this.#lost());
  }

  /**
   * Rejects with ARGUMENT_FORBIDDEN, RmtError, and the errors of all requests: TAPE_SERVER_GARBLED, TAPE_SERVER_ENDED,
   * the channel's own failure.
   */
  async open(device: string, access: RmtAccess): Promise<void> {
    const request = openRequest(device, access);
    await this.#ask('open', [request], { numberAtMost: Number.MAX_SAFE_INTEGER, withData: false });
  }

  /** Writes one record; resolves with the bytes that the drive accepted, which may be fewer, or none. */
  async write(record: Buffer): Promise<number> {
    const request = [writeRequest(record.length), record];
    return (await this.#ask('write', request, { numberAtMost: record.length, withData: false })).number;
  }

  /** Reads one record of at most that many bytes; an empty one is a file mark or the end of the data. */
  async read(bytesAtMost: number): Promise<Buffer> {
    const request = [readRequest(bytesAtMost)];
    return (await this.#ask('read', request, { numberAtMost: bytesAtMost, withData: true })).data;
  }

  /** Moves the tape, or writes file marks. The server's number has no meaning: illumos returns the count, GNU zero. */
  async operate(operation: TapeOperation, count = 1): Promise<void> {
    const request = [operationRequest(this.#dialect, operation, count)];
    await this.#ask(operation, request, { numberAtMost: Number.MAX_SAFE_INTEGER, withData: false });
  }

  /** Closes the device, which writes a file mark if the last operation was a write, and lets the server exit. */
  async close(): Promise<void> {
    const closed = this.#ask('close', [closeRequest()], {
      numberAtMost: Number.MAX_SAFE_INTEGER,
      withData: false,
    });
    this.#flush();
    // GNU's server exits after this, the others at the end of their input (paxutils rmt.c; illumos rmt.c).
    this.#channel.input.end();
    await closed;
    // There will be no more answers, and the end of the server is no longer a failure.
    this.#failure ??= failure('TAPE_SERVER_ENDED', {
      unanswered: phrase('a request'),
      reason: phrase('the device is closed'),
    });
  }

  /** Abandons the server; unanswered requests are rejected. */
  destroy(error: Error): void {
    this.#fail(error);
    this.#channel.input.destroy();
    this.#channel.output.destroy();
  }

  #ask(what: string, bytes: readonly Buffer[], expected: ExpectedAnswer): Promise<RmtDone> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      this.#unanswered.push({ what, ...expected, resolve, reject });
      // Requests of one turn are sent in one piece: each piece has a cost in the channel, and a record with its line
      // would be two.
      if (this.#outgoing.length === 0) queueMicrotask(() => this.#flush());
      this.#outgoing.push(...bytes);
    });
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#outgoing);
    this.#outgoing = [];
    const { input } = this.#channel;
    if (bytes.length === 0) return;
    if (input.writable) input.write(bytes);
    else void this.#lost(input.errored ?? undefined);
  }

  #take(piece: Buffer): void {
    if (this.#failure) return;
    this.#answers.take(piece);
    try {
      while (this.#settleNext());
      if (this.#unanswered.length === 0 && !this.#answers.isEmpty) throw this.#answers.garbled();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** True if there was an answer. */
  #settleNext(): boolean {
    const request = this.#unanswered[0];
    const answer = request && this.#answers.next(request);
    if (!answer) return false;
    this.#unanswered.shift();
    settle(request, answer);
    return true;
  }

  /** The channel has ended or failed: open requests will not be answered. */
  async #lost(error?: Error): Promise<void> {
    if (this.#failure) return;
    if (error instanceof ShadowtapeError && this.#unanswered.length > 0) {
      this.#fail(error);
      return;
    }
    const end = await endInTime(this.#channel.ended);
    this.#fail(this.#endedEarly(end, error));
  }

  #endedEarly(end: ProcessEnd, error: Error | undefined): ShadowtapeError {
    const first = `"${this.#unanswered[0]?.what ?? 'close'}"`;
    const count = this.#unanswered.length;
    const unanswered =
      count <= 1 ? first : phrase('{count} requests, the first of them {first}', { count, first });
    const reason = error && end.stderr === '' ? error.message : endReason(end);
    return failure('TAPE_SERVER_ENDED', { unanswered, reason }, endEvidence(end), error);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const request of this.#unanswered.splice(0)) request.reject(this.#failure);
  }
}

function settle(request: Request, answer: RmtAnswer): void {
  if ('errno' in answer) request.reject(new RmtError(answer.errno, answer.text));
  else request.resolve(answer);
}
