/** Data that real tools produce, consume and check on the far side of a connection: dd counts, sha256sum hashes. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Content {
  readonly bytes: number;
  readonly sha256: string;
}

export interface Volume extends Content {
  readonly file: string;
}

/** Makes a file of random bytes. */
export async function makeVolume(file: string, mebibytes: number): Promise<Volume> {
  await run('dd', ['if=/dev/urandom', `of=${file}`, 'bs=1048576', `count=${mebibytes}`]);
  return { file, bytes: mebibytes * 1_048_576, sha256: await sumOf(file) };
}

/** What sha256sum says of a file. */
export async function sumOf(file: string): Promise<string> {
  return (await run('sha256sum', [file])).stdout.slice(0, 64);
}

/** The command that sends a volume. */
export const sender = ({ file }: Volume): string[] => ['dd', `if=${file}`, 'bs=32768'];

/** The command that reads its input in records of 32,768 bytes; `taken` returns what it read. */
export const taker = (place: string): string[] => [
  'sh',
  '-c',
  'dd ibs=262144 obs=32768 2>"$0.dd" | sha256sum >"$0.sum"',
  place,
];

/** What dd and sha256sum have written down at the place of `taker`. */
export async function taken(place: string): Promise<Content> {
  const counts = await readFile(`${place}.dd`, 'utf8');
  const sum = await readFile(`${place}.sum`, 'utf8');
  return { bytes: Number(/^(\d+) bytes/m.exec(counts)?.[1]), sha256: sum.slice(0, 64) };
}

/** Sends a volume into the stdin of a `taker`. */
export async function sendTo(stream: Writable, volume: Volume, onPiece?: () => void): Promise<void> {
  const pieces = createReadStream(volume.file, { highWaterMark: 262_144 });
  if (onPiece) pieces.on('data', onPiece);
  await pipeline(pieces, stream);
}

/** Reads the stdout of a `sender` completely. */
export async function contentOf(stream: Readable): Promise<Content> {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    digest.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: digest.digest('hex') };
}

export const folderPlace = (folder: string, name: string): string => join(folder, name.replace(/\W/g, '-'));
