/** Reads a journal back, and checks its chain. */
import { failure, isFailure } from '../../contract/errors.ts';
import { runEventSchema, type RunEvent } from '../../contract/events.ts';
import { recall } from '../../contract/text/phrases.ts';
import { phrase } from '../../contract/text/say.ts';
import { firstPrevious, lineHash } from './journal.ts';
import { readKept } from './kept-file.ts';

export interface ReadJournal {
  readonly events: readonly RunEvent[];
  /** The last line has no line feed: the console died while it wrote it. That line is left out. */
  readonly truncated: boolean;
  /** Length in bytes of the lines that are whole. */
  readonly wholeBytes: number;
  readonly lastHash: string;
}

function broken(file: string, line: number, reason: string) {
  return failure('JOURNAL_BROKEN', { file, line, reason });
}

const lineFeed = 0x0a;

/** Only bytes that are UTF-8 throughout: a decoder that replaces them would take two different lines for the same. */
export const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The lines that end in a line feed, and how many bytes they have together. */
export function wholeLines(content: Buffer): { readonly lines: Buffer[]; readonly wholeBytes: number } {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = content.indexOf(lineFeed); end >= 0; end = content.indexOf(lineFeed, start)) {
    lines.push(content.subarray(start, end));
    start = end + 1;
  }
  return { lines, wholeBytes: start };
}

function decode(file: string, number: number, line: Buffer): string {
  try {
    return strictDecoder.decode(line);
  } catch {
    throw broken(file, number, phrase('it is not UTF-8'));
  }
}

function parseLine(file: string, number: number, line: string, previous: string): RunEvent {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    throw broken(file, number, phrase('it is not JSON'));
  }
  const parsed = runEventSchema.safeParse(data);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.') ?? '';
    throw broken(
      file,
      number,
      field === '' ? phrase('it is not an event') : phrase('it is not an event: {field} is wrong', { field }),
    );
  }
  if (parsed.data.prev !== previous)
    throw broken(file, number, phrase('it does not follow the previous line'));
  if (parsed.data.seq !== number)
    throw broken(file, number, phrase('its number is {seq}', { seq: parsed.data.seq }));
  recall(parsed.data.said);
  return parsed.data;
}

/**
 * @param content the whole journal, as it is on the disk
 * @throws JOURNAL_BROKEN with the first line that was changed, removed or added
 */
export function parseJournal(file: string, content: Buffer): ReadJournal {
  const { lines, wholeBytes } = wholeLines(content);
  const events: RunEvent[] = [];
  let previous = firstPrevious;
  lines.forEach((bytes, index) => {
    const line = decode(file, index + 1, bytes);
    events.push(parseLine(file, index + 1, line, previous));
    previous = lineHash(line);
  });
  return { events, truncated: wholeBytes < content.length, wholeBytes, lastHash: previous };
}

/**
 * Reads a journal, compressed or not.
 * @throws RUN_UNKNOWN, JOURNAL_BROKEN, PACKED_FILE_DAMAGED
 */
export async function readJournal(file: string, run: string): Promise<ReadJournal> {
  let content: Buffer;
  try {
    content = await readKept(file);
  } catch (error) {
    if (isFailure(error)) throw error;
    throw failure('RUN_UNKNOWN', { run, file }, {}, error);
  }
  return parseJournal(file, content);
}
