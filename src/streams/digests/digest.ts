/**
 * CRC-32, SHA-256 and the number of bytes of a stream, in one pass.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { createObserver } from '../stage.ts';
import type { Stage } from '../stage.ts';

export interface Checksum {
  readonly bytes: number;
  /** Eight hexadecimal digits. */
  readonly crc32: string;
}

export interface Digest extends Checksum {
  /** Sixty-four hexadecimal digits. */
  readonly sha256: string;
}

export interface DigestStage extends Stage<Digest> {
  /** The digest of the stream with that many zero bytes after it: what a padded last record makes of it. */
  withZeros(count: number): Digest;
}

/** Reports the digest of the stream so far, each time that this many more bytes have passed. */
export interface Checkpoints {
  /** Bytes from one checkpoint to the next. */
  readonly every: number;
  /** A throw fails the stream. */
  readonly onCheckpoint: (soFar: Digest) => void;
}

/** Makes a stage that computes CRC-32 and SHA-256; the bytes pass unchanged. Checkpoints cost no second pass. */
export function createDigest(checkpoints?: Checkpoints): DigestStage {
  const hash = createHash('sha256');
  let bytes = 0;
  let crc = 0;
  const add = (piece: Buffer): void => {
    bytes += piece.length;
    crc = crc32(piece, crc);
    hash.update(piece);
  };
  const addUpToCheckpoints = (piece: Buffer, { every, onCheckpoint }: Checkpoints): void => {
    for (let from = 0; from < piece.length;) {
      const part = piece.subarray(from, from + every - (bytes % every));
      add(part);
      from += part.length;
      if (bytes % every === 0) onCheckpoint(withZeros(0));
    }
  };
  const withZeros = (count: number): Digest => {
    const zeros = Buffer.alloc(count);
    return {
      bytes: bytes + count,
      crc32: hexadecimal(crc32(zeros, crc)),
      sha256: hash.copy().update(zeros).digest('hex'),
    };
  };
  const stage = createObserver<Digest>('digest', {
    isCostly: true,
    piece: (piece) => (checkpoints ? addUpToCheckpoints(piece, checkpoints) : add(piece)),
    result: () => withZeros(0),
  });
  return {
    ...stage,
    withZeros(count) {
      stage.result();
      return withZeros(count);
    },
  };
}

/** Makes a stage that computes only the CRC-32, at a small fraction of the cost; the bytes pass unchanged. */
export function createChecksum(): Stage<Checksum> {
  let bytes = 0;
  let crc = 0;
  return createObserver<Checksum>('checksum', {
    isCostly: true,
    piece(piece) {
      bytes += piece.length;
      crc = crc32(piece, crc);
    },
    result: () => ({ bytes, crc32: hexadecimal(crc) }),
  });
}

/** True when two hops saw the same bytes, as far as both of them can know. */
export function sameDigest(one: Checksum | Digest, other: Checksum | Digest): boolean {
  if (one.bytes !== other.bytes || one.crc32 !== other.crc32) return false;
  return !('sha256' in one) || !('sha256' in other) || one.sha256 === other.sha256;
}

/** A CRC-32 as eight hexadecimal digits. */
export function hexadecimal(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
