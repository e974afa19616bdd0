/** Reads a tape image in SIMH's .tap format, independently of the lab: records, and the file marks between them. */
import { readFile } from 'node:fs/promises';

/** @returns each file's records, in their order; what is not closed by a file mark counts as a file too */
export async function filesOfTape(path: string): Promise<Buffer[][]> {
  const image = await readFile(path);
  const files: Buffer[][] = [];
  let records: Buffer[] = [];
  let at = 0;
  while (at + 4 <= image.length) {
    const length = image.readUInt32LE(at);
    if (length === 0xffffffff) break;
    if (length === 0) {
      files.push(records);
      records = [];
      at += 4;
      continue;
    }
    records.push(image.subarray(at + 4, at + 4 + length));
    at += 4 + length + (length % 2) + 4;
  }
  return records.length > 0 ? [...files, records] : files;
}

/** @returns each record's bytes, up to the first file mark */
export async function firstFileOfTape(path: string): Promise<Buffer[]> {
  return (await filesOfTape(path))[0] ?? [];
}
