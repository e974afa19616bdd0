/**
 * The closing lines of dd: `F+P records in`, `F+P records out`, F full records and P partial ones.
 *
 * GNU, busybox and illumos print the same two lines; GNU and illumos add a line with the bytes (illumos dd.c, stats).
 * A signal makes dd print them in between, so the last ones count.
 */
import { phrase } from '../../contract/text/say.ts';

export interface RecordsCounted {
  readonly full: number;
  readonly partial: number;
}

export interface DdCounts {
  readonly in: RecordsCounted;
  readonly out: RecordsCounted;
  /** Bytes written, if dd prints them. */
  readonly bytes?: number;
}

/** Reads dd's counts out of its standard error; undefined if it printed none. Messages around them are ignored. */
export function parseDdCounts(stderr: string): DdCounts | undefined {
  const input = lastCount(stderr, 'in');
  const output = lastCount(stderr, 'out');
  if (!input || !output) return undefined;
  const bytes = lastMatch(stderr, /^(\d+) bytes? (?:\([^\n]*\) )?(?:copied|transferred)\b/gm)?.[1];
  return { in: input, out: output, ...(bytes === undefined ? {} : { bytes: Number(bytes) }) };
}

/**
 * Adds up the counts of several dd that read one file, one after the other.
 * @returns their messages, then the counts of them all; the text as it is if none was printed
 */
export function withSummedCounts(stderr: string): string {
  const sum = (direction: 'in' | 'out'): string | undefined => {
    const all = [...stderr.matchAll(countsOf(direction))];
    const total = (group: number) => all.reduce((count, match) => count + Number(match[group]), 0);
    return all.length === 0
      ? undefined
      : phrase('{whole}+{partial} records {direction}', { whole: total(1), partial: total(2), direction });
  };
  const [input, output] = [sum('in'), sum('out')];
  if (input === undefined || output === undefined) return stderr;
  const said = stderr.split('\n').filter((line) => line !== '' && !isCountLine(line));
  return [...said, input, output, ''].join('\n');
}

/** `F+P`, as dd prints it. */
export function ddCountText(counted: RecordsCounted): string {
  return `${counted.full}+${counted.partial}`;
}

/** dd's messages besides its counts: the errors. One line, lines joined with `; `. */
export function ddComplaint(stderr: string): string {
  return stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !isCountLine(line))
    .join('; ');
}

/** True for a line with dd's counts, not with an error. */
export function isCountLine(line: string): boolean {
  return /^\d+\+\d+ records (in|out)$/.test(line) || /^\d+ bytes? .*(copied|transferred)/.test(line);
}

const countsOf = (direction: 'in' | 'out'): RegExp =>
  new RegExp(`(\\d+)\\+(\\d+) records ${direction}\\b`, 'g');

function lastCount(stderr: string, direction: 'in' | 'out'): RecordsCounted | undefined {
  const match = lastMatch(stderr, countsOf(direction));
  return match ? { full: Number(match[1]), partial: Number(match[2]) } : undefined;
}

function lastMatch(text: string, pattern: RegExp): RegExpMatchArray | undefined {
  return [...text.matchAll(pattern)].pop();
}
