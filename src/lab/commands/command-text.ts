import { complain, parseOptions } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { openSource } from '../hosts/data-files.ts';
import { IoError } from '../faults/io-error.ts';

/** head, tail and wc over files or the standard input. */

const pieceBytes = 65_536;

/**
 * Passes on the contents of a file, piece by piece, until the end or until `take` returns false. @param path undefined:
 * the standard input
 */
async function readPieces(
  call: CommandCall,
  path: string | undefined,
  take: (bytes: Buffer) => Promise<boolean> | boolean,
): Promise<void> {
  const source = await openSource(call, path);
  try {
    for (;;) {
      const bytes = await source.read(pieceBytes, 1);
      if (bytes.length === 0 || !(await take(bytes))) return;
    }
  } finally {
    await source.close();
  }
}

/** Runs over the one file that is named, or the standard input. */
async function overFile(
  call: CommandCall,
  path: string | undefined,
  work: (path: string | undefined) => Promise<void>,
): Promise<number> {
  try {
    await work(path);
    return 0;
  } catch (error) {
    if (!(error instanceof IoError) || error.code === 'EPIPE') throw error;
    return complain(call, `${call.argv[0]}: ${path ?? ''}: ${error.message}`);
  }
}

/** `-N` of old is `-n N`. */
const modern = (words: readonly string[]): string[] =>
  words.flatMap((word, index) => (index === 0 && /^-\d+$/.test(word) ? ['-n', word.slice(1)] : [word]));

interface Part {
  readonly count: number;
  readonly unit: 'bytes' | 'lines';
  readonly path: string | undefined;
}

/** `-c BYTES`, `-n LINES`, one file. */
function partOf(words: readonly string[]): Part | string {
  const options = parseOptions(modern(words), 'c:n:');
  if (typeof options === 'string') return options;
  const bytes = options.given.get('c');
  const count = bytes ?? options.given.get('n') ?? '10';
  if (!/^\d+$/.test(count)) return `${count}: invalid number`;
  if (options.operands.length > 1) return 'one file in the lab';
  return { count: Number(count), unit: bytes === undefined ? 'lines' : 'bytes', path: options.operands[0] };
}

/** The place after the first `count` lines; the length of the text where it has fewer. */
function behindLines(bytes: Buffer, count: number): { place: number; lines: number } {
  let [place, lines] = [0, 0];
  while (lines < count) {
    const found = bytes.indexOf('\n', place);
    if (found < 0) return { place: bytes.length, lines };
    place = found + 1;
    lines += 1;
  }
  return { place, lines };
}

export const head: Command = async (call) => {
  const part = partOf(call.argv.slice(1));
  if (typeof part === 'string') return complain(call, `head: ${part}`, 2);
  let left = part.count;
  return overFile(call, part.path, (path) =>
    readPieces(call, path, async (bytes) => {
      const { place, lines } =
        part.unit === 'bytes' ? { place: left, lines: bytes.length } : behindLines(bytes, left);
      await call.output.write(bytes.subarray(0, place));
      left -= lines;
      return left > 0;
    }),
  );
};

/** The last `count` lines; a text that does not end with a line end has a last line nevertheless. */
function lastLines(bytes: Buffer, count: number): Buffer {
  if (count === 0) return bytes.subarray(bytes.length);
  let place = bytes.length - (bytes.at(-1) === 10 ? 1 : 0);
  for (let lines = 0; lines < count && place >= 0; lines += 1)
    place = place === 0 ? -1 : bytes.lastIndexOf('\n', place - 1);
  return bytes.subarray(place + 1);
}

export const tail: Command = async (call) => {
  const part = partOf(call.argv.slice(1));
  if (typeof part === 'string') return complain(call, `tail: ${part}`, 2);
  return overFile(call, part.path, async (path) => {
    const pieces: Buffer[] = [];
    await readPieces(call, path, (bytes) => pieces.push(Buffer.from(bytes)) > 0);
    const all = Buffer.concat(pieces);
    const isBytes = part.unit === 'bytes';
    await call.output.write(
      isBytes ? all.subarray(Math.max(0, all.length - part.count)) : lastLines(all, part.count),
    );
  });
};

/** `wc -c`, `wc -l`, or both. */
export const wc: Command = async (call) => {
  const options = parseOptions(call.argv.slice(1), 'cl');
  if (typeof options === 'string') return complain(call, `wc: ${options}`, 2);
  const { given, operands } = options;
  return overFile(call, operands[0], async (path) => {
    let [length, lines] = [0, 0];
    await readPieces(call, path, (bytes) => {
      length += bytes.length;
      lines += behindLines(bytes, Number.MAX_SAFE_INTEGER).lines;
      return true;
    });
    const counts = [
      ...(given.has('l') || !given.has('c') ? [lines] : []),
      ...(given.has('c') || !given.has('l') ? [length] : []),
    ];
    const shown = counts.map((count) => String(count).padStart(8)).join('');
    await call.output.write(`${shown}${path === undefined ? '' : ` ${path}`}\n`);
  });
};
