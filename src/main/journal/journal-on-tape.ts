/**
 * The journal as the manifest of a tape carries it: gzip of its lines without `prev`, which is what no compression makes smaller, and
 * which the lines themselves give back. In base64.
 */
import { gunzip, gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { failure } from '../../contract/errors.ts';
import { bytesText } from '../../contract/words.ts';
import { firstPrevious, lineHash } from './journal.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** A journal that is longer does not fit into a manifest, and is not checked any further. In bytes. */
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
 * @param content the journal as it is on the disk
 * @returns undefined if it would not be given back byte by byte
 */
export async function packJournal(content: Buffer): Promise<string | undefined> {
  if (content.length > longestJournal) return undefined;
  const short = withoutPrevious(content.toString('utf8'));
  if (!Buffer.from(withPrevious(short)).equals(content)) return undefined;
  return (await zip(short, { level: 9 })).toString('base64');
}

/** Counted before the lines are made: each of millions of empty lines would get a hash. */
function lengthWithPrevious(short: Buffer): number {
  let lines = 0;
  for (let at = short.indexOf(0x0a); at >= 0; at = short.indexOf(0x0a, at + 1)) lines += 1;
  return short.length + lines * previousEnd(firstPrevious).length;
}

const tooLong = (cause?: unknown) =>
  failure('TAPE_JOURNAL_TOO_LONG', { limit: bytesText(longestJournal) }, {}, cause);

/** @throws TAPE_JOURNAL_TOO_LONG where no journal that was packed gives as much; Error where it is none */
export async function journalFromTape(packed: string): Promise<Buffer> {
  let short: Buffer;
  try {
    short = await unzip(Buffer.from(packed, 'base64'), { maxOutputLength: longestJournal });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(error);
    throw error;
  }
  if (lengthWithPrevious(short) > longestJournal) throw tooLong();
  return Buffer.from(withPrevious(short.toString('utf8')));
}
