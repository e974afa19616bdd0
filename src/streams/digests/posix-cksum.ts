/**
 * The checksum that the POSIX `cksum` command prints: a CRC-32 with the polynomial 0x04C11DB7, most significant bit
 * first, over the data and then over its length (POSIX.1-2017, cksum). Every host has that command, also one
 * without a SHA-256 tool.
 */
import { createObserver } from '../stage.ts';
import type { Stage } from '../stage.ts';

export interface PosixCksum {
  /** The first number that `cksum` prints. */
  readonly checksum: number;
  /** The second one. */
  readonly bytes: number;
}

const polynomial = 0x04c11db7;

/** Eight tables: entry n of table k is the remainder of byte n with k zero bytes after it. */
const tables = makeTables();

function makeTables(): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte << 24;
    for (let bit = 0; bit < 8; bit += 1) {
      remainder = remainder & 0x80000000 ? (remainder << 1) ^ polynomial : remainder << 1;
    }
    return remainder >>> 0;
  });
  const all = [first];
  for (let zeros = 1; zeros < 8; zeros += 1) {
    const before = all[zeros - 1] as Uint32Array;
    all.push(before.map((remainder) => ((remainder << 8) ^ (first[remainder >>> 24] as number)) >>> 0));
  }
  return all;
}

/** A running `cksum`. Call `add` for each piece in order, then `end` once or more. */
export function createCksum(): { add(bytes: Uint8Array): void; end(): PosixCksum } {
  let remainder = 0;
  let length = 0;
  return {
    add(bytes) {
      remainder = addBytes(remainder, bytes);
      length += bytes.length;
    },
    end: () => ({ checksum: ~addLength(remainder, length) >>> 0, bytes: length }),
  };
}

/** Makes a stage that yields what `cksum` would print of the stream; the bytes pass unchanged. */
export function createCksumStage(): Stage<PosixCksum> {
  const cksum = createCksum();
  return createObserver('cksum', { piece: (piece) => cksum.add(piece), result: () => cksum.end() });
}

function addBytes(before: number, bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const inEights = bytes.length - (bytes.length % 8);
  let remainder = before | 0;
  let at = 0;
  for (; at < inEights; at += 8) {
    remainder =
      t7[(remainder >>> 24) ^ bytes[at]!]! ^
      t6[((remainder >>> 16) & 0xff) ^ bytes[at + 1]!]! ^
      t5[((remainder >>> 8) & 0xff) ^ bytes[at + 2]!]! ^
      t4[(remainder & 0xff) ^ bytes[at + 3]!]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at += 1) {
    remainder = (remainder << 8) ^ t0[(remainder >>> 24) ^ bytes[at]!]!;
  }
  return remainder >>> 0;
}

/** The length follows the data, least significant byte first, without leading zero bytes. */
function addLength(before: number, length: number): number {
  const bytes: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.push(left % 256);
  return addBytes(before, Uint8Array.from(bytes));
}
