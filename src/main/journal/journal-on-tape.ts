/**
 * The journal as the manifest of a tape carries it: gzip of its lines without `prev`, which is what no compression makes smaller, and
 * which the lines themselves give back. In base64.
 */
import { gunzip, gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { firstPrevious, lineHash } from './journal.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** A journal that is longer does not fit into a manifest, and is not looked at any further. In bytes. */
const longestJournal = 32 * 1024 * 1024;
/** How long the end of a journal's line is that names the line before. */
const previousEnd = (previous: string) => `,"prev":"${previous}"}`;

const linesOf = (text: string) => text.split('\n').slice(0, -1);

function withoutPrevious(text: string): string {
  const { length } = previousEnd(firstPrevious);
  return linesOf(text)
    .map((line) => `${line.slice(0, -length)}\n`)
    .join('');
}

function withPrevious(text: string): string {
  let previous = firstPrevious;
  const lines = linesOf(text).map((short) => {
    const line = `${short}${previousEnd(previous)}`;
    previous = lineHash(line);
    return `${line}\n`;
  });
  return lines.join('');
}

/**
 * @param content the journal as it lies on the disk
 * @returns undefined where it would not be given back byte by byte
 */
export async function packJournal(content: Buffer): Promise<string | undefined> {
  if (content.length > longestJournal) return undefined;
  const short = withoutPrevious(content.toString('utf8'));
  if (!Buffer.from(withPrevious(short)).equals(content)) return undefined;
  return (await zip(short, { level: 9 })).toString('base64');
}

/** @throws Error where it is no journal that was packed */
export async function unpackJournal(packed: string): Promise<Buffer> {
  const short = await unzip(Buffer.from(packed, 'base64'), { maxOutputLength: longestJournal });
  return Buffer.from(withPrevious(short.toString('utf8')));
}
