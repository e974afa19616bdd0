/** The list of seals: what each journal was when it was closed, a line each, chained as a journal is. Pure. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { firstPrevious } from '../journal/journal.ts';
import { wholeLines } from '../journal/journal-reader.ts';
import { hashOfLine } from './chain.ts';
import { phrase } from '../../contract/text/say.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const sealSchema = z.looseObject({
  /** `sealed`: its run had ended; `imported`: taken from another state folder's list; `removed`: the operator had it removed. */
  what: z.enum(['sealed', 'imported', 'removed']),
  at: z.string(),
  run: z.string(),
  /** Of the journal. */
  lines: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** SHA-256 of the journal's last line, without its line feed. */
  hash: digest,
  /** Who had it removed. */
  by: z.string().optional(),
  /** When it was sealed in the state folder that it comes from. */
  sealedAt: z.string().optional(),
  /** SHA-256 of the line before in the list of seals; 64 zeros on the first. */
  prev: digest,
});

export type Seal = z.output<typeof sealSchema>;
export type NewSeal = Omit<Seal, 'prev'>;

export interface ReadSeals {
  /** Those of all lines that can be read. */
  readonly seals: readonly Seal[];
  readonly lastHash: string;
  /** SHA-256 (hex) of each whole line without its line feed: each was the head of the list once. */
  readonly hashes: readonly string[];
  /** Length in bytes of the whole lines. */
  readonly wholeBytes: number;
  readonly isTorn: boolean;
  /** The first line that is not as it was. */
  readonly trouble: { readonly line: number; readonly sentence: string } | undefined;
}

/** The line of a seal, without its line feed. `sum` covers what nothing follows yet: the last line. */
function textOf(seal: object): string {
  const sum = createHash('sha256').update(JSON.stringify(seal)).digest('hex');
  return JSON.stringify({ ...seal, sum });
}

function parse(line: Buffer): Seal | undefined {
  try {
    const text = line.toString('utf8');
    const { sum, ...rest } = JSON.parse(text) as Record<string, unknown>;
    const seal = sealSchema.safeParse(rest);
    return seal.success && typeof sum === 'string' && textOf(rest) === text ? seal.data : undefined;
  } catch {
    return undefined;
  }
}

function troubleOf(seals: readonly (Seal | undefined)[], hashes: readonly string[]): ReadSeals['trouble'] {
  for (const [index, seal] of seals.entries()) {
    const line = index + 1;
    if (!seal) return { line, sentence: phrase('line {line} of the list of seals was changed', { line }) };
    if (seal.prev !== (hashes[index - 1] ?? firstPrevious))
      return {
        line,
        sentence: phrase(
          'line {line} of the list of seals does not follow line {index}: a line was changed, removed or added',
          { line, index },
        ),
      };
  }
  return undefined;
}

/** @param content the whole list, as it is on the disk */
export function parseSeals(content: Buffer): ReadSeals {
  const { lines, wholeBytes } = wholeLines(content);
  const parsed = lines.map(parse);
  const hashes = lines.map(hashOfLine);
  return {
    seals: parsed.filter((seal) => seal !== undefined),
    lastHash: hashes.at(-1) ?? firstPrevious,
    hashes,
    wholeBytes,
    isTorn: wholeBytes < content.length,
    trouble: troubleOf(parsed, hashes),
  };
}

/** The line of a seal, with its line feed. */
export function sealLine(seal: NewSeal, prev: string): string {
  return `${textOf({ ...seal, prev })}\n`;
}

/** What was last said of a run; undefined if it was never sealed. */
export const lastSealOf = (seals: readonly Seal[], run: string): Seal | undefined =>
  seals.findLast((seal) => seal.run === run);

/**
 * The head of the list right after the journal of a run was sealed as it is; it never changes.
 * @param journalHash SHA-256 (hex) of the journal's last line
 * @returns undefined if that journal was not sealed here, or the list is not as it was written
 */
export function headOf({ seals, hashes, trouble }: ReadSeals, run: string, journalHash: string) {
  if (trouble) return undefined;
  return hashes[seals.findIndex((seal) => seal.run === run && seal.hash === journalHash)];
}
