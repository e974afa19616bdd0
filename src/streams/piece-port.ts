/**
 * A stream from one thread to another. Pieces are transferred without a copy. The other thread returns a piece after
 * use, so that a fixed set of buffers circulates. The sender stops while too many pieces are not consumed.
 */
import { Readable, Writable } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';
import { phrase } from '../contract/text/say.ts';

/** What the sender transfers: a piece, the end of the data, or nothing more because its half of the path broke. */
type Sent = { readonly piece: Uint8Array } | { readonly end: true } | { readonly broken: true };

/** What comes back: pieces were consumed, a buffer is free again, or nothing more is needed. */
type Returned = { readonly taken: number } | { readonly buffer: ArrayBuffer } | { readonly broken: true };

/** Pieces that may be in transit: 4 MiB of the usual size. The start watermark, after them, holds much more. */
const piecesOnTheWay = 16;

/** The other thread's half of the path broke; that half has the reason. */
export class OtherHalfBroke extends Error {
  constructor() {
    super(phrase('the other half of the path failed'));
    this.name = 'OtherHalfBroke';
  }
}

/** Reusable buffers of one size. */
export class PiecePool {
  readonly #free: ArrayBuffer[] = [];
  readonly #pieceBytes: number;
  /** How many buffers were made so far. */
  made = 0;

  /** @param pieceBytes size of each buffer */
  constructor(pieceBytes: number) {
    this.#pieceBytes = pieceBytes;
  }

  /** A buffer with arbitrary contents. */
  take(): Buffer {
    const free = this.#free.pop();
    if (free) return Buffer.from(free);
    this.made += 1;
    return Buffer.allocUnsafeSlow(this.#pieceBytes);
  }

  give(buffer: ArrayBuffer): void {
    if (buffer.byteLength === this.#pieceBytes) this.#free.push(buffer);
  }
}

/** The end of the first half: what is written to it comes out of a PieceReceiver in another thread. */
export class PieceSender extends Writable {
  readonly #port: MessagePort;
  #onTheWay = 0;
  #waiting: (() => void) | undefined;

  /** @param pool gets the returned buffers */
  constructor(port: MessagePort, pool: PiecePool) {
    super({ highWaterMark: 1 });
    this.#port = port;
    port.on('message', (returned: Returned) => {
      if ('buffer' in returned) pool.give(returned.buffer);
      else if ('taken' in returned) this.#taken(returned.taken);
      else this.destroy(new OtherHalfBroke());
    });
    // The other thread may end without notice.
    port.on('close', () => {
      if (!this.writableFinished) this.destroy(new OtherHalfBroke());
    });
  }

  #taken(pieces: number): void {
    this.#onTheWay -= pieces;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  #send(sent: Sent, transferred: ArrayBuffer[] = []): void {
    this.#port.postMessage(sent, transferred);
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // A buffer that holds more than this piece may be in use elsewhere.
    const isWhole = bytes.length === bytes.buffer.byteLength;
    const piece = isWhole ? bytes : Uint8Array.prototype.slice.call(bytes);
    this.#onTheWay += 1;
    this.#send({ piece }, [piece.buffer as ArrayBuffer]);
    if (this.#onTheWay < piecesOnTheWay) done();
    else this.#waiting = done;
  }

  override _final(done: () => void): void {
    this.#send({ end: true });
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.writableFinished && !(error instanceof OtherHalfBroke)) this.#send({ broken: true });
    done(error);
  }
}

/** The beginning of the second half. */
export class PieceReceiver extends Readable {
  readonly #port: MessagePort;
  #untold = 0;
  #ended = false;

  constructor(port: MessagePort) {
    super({ highWaterMark: 1024 * 1024 });
    this.#port = port;
    port.on('message', (sent: Sent) => this.#hear(sent));
    port.on('close', () => {
      if (!this.#ended) this.destroy(new OtherHalfBroke());
    });
  }

  #hear(sent: Sent): void {
    if (this.destroyed) return;
    if ('piece' in sent) {
      const { buffer, byteOffset, byteLength } = sent.piece;
      this.#untold += 1;
      if (this.push(Buffer.from(buffer, byteOffset, byteLength))) this.#tellTaken();
    } else if ('end' in sent) {
      this.#ended = true;
      this.push(null);
    } else {
      this.destroy(new OtherHalfBroke());
    }
  }

  #tellTaken(): void {
    if (this.#untold === 0) return;
    this.#return({ taken: this.#untold });
    this.#untold = 0;
  }

  #return(returned: Returned, transferred: ArrayBuffer[] = []): void {
    this.#port.postMessage(returned, transferred);
  }

  /** Returns the buffer of a piece to the sender's pool. The piece must not be used any more. */
  giveBack(piece: Buffer): void {
    const buffer = piece.buffer as ArrayBuffer;
    if (piece.length === buffer.byteLength) this.#return({ buffer }, [buffer]);
  }

  override _read(): void {
    this.#tellTaken();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.readableEnded && !(error instanceof OtherHalfBroke)) this.#return({ broken: true });
    done(error);
  }
}
