import { createHash } from 'node:crypto';
import { complain } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { openSource } from '../hosts/data-files.ts';
import { IoError } from '../faults/io-error.ts';

/** cksum(1), digest(1) and sha256sum(1) over files, volumes or the standard input. */

const pieceBytes = 1_048_576;

/** How many bytes one step takes, each with a table of its own ("slicing by 8"). */
const slices = 8;

/** [256 * n + byte]: what a byte does to the CRC when n further bytes have followed it. */
const table = ((): Int32Array => {
  const values = new Int32Array(256 * slices);
  for (let index = 0; index < 256; index += 1) {
    let value = index << 24;
    for (let bit = 0; bit < 8; bit += 1) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
    values[index] = value;
  }
  for (let index = 256; index < values.length; index += 1) {
    const before = values[index - 256] ?? 0;
    values[index] = (before << 8) ^ (values[before >>> 24] ?? 0);
  }
  return values;
})();

/** The CRC of POSIX cksum: polynomial 0x04C11DB7, most significant bit first, the length appended, inverted. */
class PosixCrc {
  #value = 0;
  #length = 0;

  update(bytes: Buffer): void {
    const whole = bytes.length - (bytes.length % slices);
    let value = this.#value;
    let place = 0;
    const effect = (byte: number | undefined, following: number): number =>
      table[256 * following + (byte ?? 0)] ?? 0;
    for (; place < whole; place += slices) {
      value =
        effect((value >>> 24) ^ (bytes[place] ?? 0), 7) ^
        effect(((value >>> 16) & 255) ^ (bytes[place + 1] ?? 0), 6) ^
        effect(((value >>> 8) & 255) ^ (bytes[place + 2] ?? 0), 5) ^
        effect((value & 255) ^ (bytes[place + 3] ?? 0), 4) ^
        effect(bytes[place + 4], 3) ^
        effect(bytes[place + 5], 2) ^
        effect(bytes[place + 6], 1) ^
        effect(bytes[place + 7], 0);
    }
    for (; place < bytes.length; place += 1) value = step(value, bytes[place] ?? 0);
    this.#value = value;
    this.#length += bytes.length;
  }

  get length(): number {
    return this.#length;
  }

  /** The number that cksum prints. */
  result(): number {
    let value = this.#value;
    for (let rest = this.#length; rest > 0; rest = Math.floor(rest / 256)) value = step(value, rest % 256);
    return ~value >>> 0;
  }
}

function step(value: number, byte: number): number {
  return (value << 8) ^ (table[(value >>> 24) ^ byte] ?? 0);
}

/** Reads a whole file, piece by piece. @param path undefined: the standard input */
async function readAll(
  call: CommandCall,
  path: string | undefined,
  take: (bytes: Buffer) => void,
): Promise<void> {
  const source = await openSource(call, path);
  try {
    for (;;) {
      const bytes = await source.read(pieceBytes, 1);
      if (bytes.length === 0) return;
      take(bytes);
    }
  } finally {
    await source.close();
  }
}

async function overFiles(
  call: CommandCall,
  paths: readonly string[],
  line: (path: string | undefined) => Promise<string>,
): Promise<number> {
  let status = 0;
  for (const path of paths.length > 0 ? paths : [undefined]) {
    try {
      await call.output.write(`${await line(path)}\n`);
    } catch (error) {
      if (!(error instanceof IoError) || error.code === 'EPIPE') throw error;
      status = await complain(call, `${call.argv[0]}: ${path ?? ''}: ${error.message}`);
    }
  }
  return status;
}

export const cksum: Command = (call) =>
  overFiles(call, call.argv.slice(1), async (path) => {
    const crc = new PosixCrc();
    await readAll(call, path, (bytes) => crc.update(bytes));
    return `${crc.result()}\t${crc.length}${path === undefined ? '' : `\t${path}`}`;
  });

export const digest: Command = (call) => {
  const words = call.argv.slice(1);
  const algorithm = words[0] === '-a' ? (words[1] ?? '') : '';
  if (!['md5', 'sha1', 'sha256'].includes(algorithm)) {
    return complain(call, 'digest: usage: digest -a md5|sha1|sha256 [file...]', 2);
  }
  const paths = words.slice(2);
  return overFiles(call, paths, async (path) => {
    const hash = createHash(algorithm);
    await readAll(call, path, (bytes) => hash.update(bytes));
    const value = hash.digest('hex');
    return paths.length > 1 ? `(${path ?? ''}) = ${value}` : value;
  });
};

/** As GNU coreutils has it: `-` stands for the standard input. */
export const sha256sum: Command = (call) => {
  const paths = call.argv.slice(1);
  return overFiles(call, paths, async (path) => {
    const hash = createHash('sha256');
    await readAll(call, path === '-' ? undefined : path, (bytes) => hash.update(bytes));
    return `${hash.digest('hex')}  ${path ?? '-'}`;
  });
};
