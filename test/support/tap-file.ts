/** Reads a tape image in SIMH's .tap format, independently of the lab: records of the first file, up to its file mark. */
import { readFile } from 'node:fs/promises';

/** @returns each record's bytes */
export async function firstFileOfTape(path: string): Promise<Buffer[]> {
  const image = await readFile(path);
  const records: Buffer[] = [];
  let at = 0;
  while (at + 4 <= image.length) {
    const length = image.readUInt32LE(at);
    if (length === 0 || length === 0xffffffff) break;
    records.push(image.subarray(at + 4, at + 4 + length));
    at += 4 + length + (length % 2) + 4;
  }
  return records;
}
