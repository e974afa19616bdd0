/** Reads a journal back, and checks its chain. */
import { readFile } from 'node:fs/promises';
import { failure } from '../../contract/errors.ts';
import { runEventSchema, type RunEvent } from '../../contract/events.ts';
import { firstPrevious, lineHash } from './journal.ts';

export interface ReadJournal {
  readonly events: readonly RunEvent[];
  /** The last line has no line feed: the console died while it wrote it. That line is left out. */
  readonly truncated: boolean;
  readonly lastHash: string;
}

function broken(file: string, line: number, reason: string) {
  return failure('JOURNAL_BROKEN', { file, line, reason });
}

function parseLine(file: string, number: number, line: string, previous: string): RunEvent {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    throw broken(file, number, 'it is not JSON');
  }
  const parsed = runEventSchema.safeParse(data);
  if (!parsed.success) throw broken(file, number, `it is not an event (${parsed.error.issues[0]?.path.join('.') ?? 'type'})`);
  if (parsed.data.prev !== previous) throw broken(file, number, 'it does not follow the line before');
  if (parsed.data.seq !== number) throw broken(file, number, `its number is ${parsed.data.seq}`);
  return parsed.data;
}

/**
 * @param text the whole journal
 * @throws JOURNAL_BROKEN with the first line that was changed, removed or added
 */
export function parseJournal(file: string, text: string): ReadJournal {
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  const events: RunEvent[] = [];
  let previous = firstPrevious;
  lines.forEach((line, index) => {
    events.push(parseLine(file, index + 1, line, previous));
    previous = lineHash(line);
  });
  return { events, truncated: rest !== '', lastHash: previous };
}

/** @throws RUN_UNKNOWN, JOURNAL_BROKEN */
export async function readJournal(file: string, run: string): Promise<ReadJournal> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw failure('RUN_UNKNOWN', { run, file }, {}, error);
  }
  return parseJournal(file, text);
}
