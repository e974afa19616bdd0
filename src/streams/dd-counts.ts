/**
 * The closing lines of dd: `F+P records in`, `F+P records out`, F full records and P partial ones.
 *
 * GNU, busybox and illumos print the same two lines; GNU and illumos add a line with the bytes (illumos dd.c, stats).
 * A signal makes dd print them in between, so the last ones count.
 */

export interface RecordsCounted {
  readonly full: number;
  readonly partial: number;
}

export interface DdCounts {
  readonly in: RecordsCounted;
  readonly out: RecordsCounted;
  /** Bytes written, where dd says so. */
  readonly bytes?: number;
}

/** Reads dd's counts out of its standard error; undefined where it printed none. Messages around them do no harm. */
export function parseDdCounts(stderr: string): DdCounts | undefined {
  const input = lastCount(stderr, 'in');
  const output = lastCount(stderr, 'out');
  if (!input || !output) return undefined;
  const bytes = lastMatch(stderr, /^(\d+) bytes? (?:\([^\n]*\) )?(?:copied|transferred)\b/gm)?.[1];
  return { in: input, out: output, ...(bytes === undefined ? {} : { bytes: Number(bytes) }) };
}

/** `F+P`, as dd prints it. */
export function countText(counted: RecordsCounted): string {
  return `${counted.full}+${counted.partial}`;
}

/** What dd said besides its counts: the errors. One line, lines joined with `; `. */
export function ddComplaint(stderr: string): string {
  return stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !isCountLine(line))
    .join('; ');
}

/** True for a line in which dd counts, and does not complain. */
export function isCountLine(line: string): boolean {
  return /^\d+\+\d+ records (in|out)$/.test(line) || /^\d+ bytes? .*(copied|transferred)/.test(line);
}

function lastCount(stderr: string, direction: 'in' | 'out'): RecordsCounted | undefined {
  const match = lastMatch(stderr, new RegExp(`(\\d+)\\+(\\d+) records ${direction}\\b`, 'g'));
  return match ? { full: Number(match[1]), partial: Number(match[2]) } : undefined;
}

function lastMatch(text: string, pattern: RegExp): RegExpMatchArray | undefined {
  return [...text.matchAll(pattern)].pop();
}
