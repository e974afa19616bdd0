/** Reads the entries of a catalog file, plain or compressed, some thousands at a time. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { ownFlags } from '../journal/own-files.ts';
import type { CatalogueEntry } from './catalogue-writer.ts';

const entriesAtOnce = 40_000;
const pieceBytes = 1024 * 1024;

function isEntry(value: unknown): value is CatalogueEntry {
  const { path, type, size, offset } = (value ?? {}) as Partial<Record<string, unknown>>;
  return (
    typeof path === 'string' && path !== '' && typeof type === 'string' && isCount(size) && isCount(offset)
  );
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** All lines at once is twice as quick as one by one; what is not an entry is passed over. */
function parseLines(text: string): CatalogueEntry[] {
  let values: unknown;
  try {
    values = JSON.parse(`[${text.replaceAll('\n', ',')}]`);
  } catch {
    values = text.split('\n').map(parseLine);
  }
  return (values as unknown[]).filter(isEntry);
}

/**
 * @param file one that ends with .gz is unpacked
 * @throws what reading ends with; of a file with an incomplete end the whole part
 */
export async function* readCatalogue(file: string): AsyncGenerator<CatalogueEntry[]> {
  const plain = createReadStream(file, {
    highWaterMark: pieceBytes,
    flags: ownFlags.read as unknown as string,
  });
  const stream = file.endsWith('.gz') ? plain.pipe(createGunzip()) : plain;
  if (stream !== plain) plain.once('error', (error) => stream.destroy(error));
  let left = '';
  let waiting: CatalogueEntry[] = [];
  const decoder = new TextDecoder();
  for await (const piece of stream as AsyncIterable<Buffer>) {
    const text = left + decoder.decode(piece, { stream: true });
    const end = text.lastIndexOf('\n');
    left = text.slice(end + 1);
    if (end < 0) continue;
    waiting = waiting.concat(parseLines(text.slice(0, end)));
    if (waiting.length < entriesAtOnce) continue;
    yield waiting;
    waiting = [];
  }
  if (waiting.length > 0) yield waiting;
}

/** Of the catalog file, or of its compression; not of the index. */
export function isReadTrouble(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' && /^(?:Z_|E[A-Z]+$)/.test(code);
}
