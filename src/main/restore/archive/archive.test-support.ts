/** Small tar archives for tests: of entries that are described, and of what GNU tar makes of files. */
import { execFileSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Writable, type Transform } from 'node:stream';
import { Header, type HeaderData } from 'tar';

const block = 512;

/** An entry with a content of text. */
export interface Described extends HeaderData {
  readonly content?: string;
}

function entryBytes({ content = '', ...data }: Described): Buffer {
  const header = Buffer.alloc(block);
  const bytes = Buffer.from(content);
  const type = data.type ?? 'File';
  new Header({
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: new Date(1e12),
    ...data,
    type,
    size: bytes.length,
  }).encode(header);
  const padding = Buffer.alloc((block - (bytes.length % block)) % block);
  return Buffer.concat([header, bytes, padding]);
}

/** The names of entries may be ones that tar would never write. */
export const archiveOf = (entries: readonly Described[]): Buffer =>
  Buffer.concat([...entries.map(entryBytes), Buffer.alloc(2 * block)]);

/** What GNU tar makes of a folder. */
export const gnuTar = (folder: string, ...options: string[]): Buffer =>
  execFileSync('tar', ['cf', '-', ...options, '-C', folder, '.'], { maxBuffer: 2 ** 28 });

/** Sends an archive through a stream in pieces of a size. */
export async function passThrough(
  archive: Buffer,
  stream: Transform,
  pieceBytes = 700,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const pieces = function* () {
    for (let at = 0; at < archive.length; at += pieceBytes) yield archive.subarray(at, at + pieceBytes);
  };
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
  await pipeline(Readable.from(pieces(), { objectMode: false }), stream, nowhere, { signal });
}
