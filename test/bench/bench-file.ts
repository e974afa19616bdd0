/** A file that stands for a volume. */
import { randomFillSync } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const mebibyte = 2 ** 20;

/** Fills a file with bytes that no compression makes smaller. */
export async function writeRandom(file: string, bytes: number): Promise<void> {
  const pieces = function* () {
    for (let left = bytes; left > 0; left -= mebibyte) yield randomFillSync(Buffer.alloc(mebibyte));
  };
  await pipeline(Readable.from(pieces(), { objectMode: false }), createWriteStream(file));
}
