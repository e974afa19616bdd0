/** What the tests share: feeding a stage and collecting what leaves it. */
import { createHash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import type { Duplex } from 'node:stream';
import { Header } from 'tar';
import { pipeline } from 'node:stream/promises';
import { ShadowtapeError } from '../contract/errors.ts';

/** Sends the pieces through the streams and returns the pieces that leave. */
export async function passThrough(pieces: Iterable<Uint8Array>, ...streams: Duplex[]): Promise<Buffer[]> {
  const left: Buffer[] = [];
  const source = Readable.from(
    [...pieces].map((piece) => Buffer.from(piece)),
    { objectMode: false },
  );
  const sink = new Writable({
    write(piece: Buffer, _encoding, done) {
      left.push(piece);
      done();
    },
  });
  await pipeline([source, ...streams, sink]);
  return left;
}

/** Bytes that do not repeat, the same for the same seed. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed >>> 0;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** Cuts bytes at the given sizes, repeated; a size of 0 gives an empty piece. */
export function cutAt(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  const useful = sizes.some((size) => size > 0) ? sizes : [Math.max(1, bytes.length)];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = useful[turn % useful.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The error of the table that the work ends with; fails the test if it succeeds or ends differently. */
export async function failureOf(work: () => unknown): Promise<ShadowtapeError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ShadowtapeError) return error;
    throw error;
  }
  throw new Error('it was expected to fail, and did not');
}

/** A tar archive with one file in it, and its two final blocks. */
export function archiveOfOne(path: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  new Header({ path, size: content.length, type: 'File', mode: 0o600, mtime: new Date(0) }).encode(header);
  const fill = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, fill, Buffer.alloc(1024)]);
}
