/** Looks through the chain of a journal and says what was done to it. Pure. */
import { createHash } from 'node:crypto';
import { firstPrevious } from '../journal/journal.ts';
import { strictDecoder, wholeLines } from '../journal/journal-reader.ts';
import { phrase } from '../../contract/text/say.ts';

/** What of a line the chain needs; events that a later version writes are none of its business. */
interface ChainLine {
  readonly seq: number;
  readonly at: string;
  readonly run: string;
  readonly type: string;
  readonly prev: string;
}

interface ChainTrouble {
  /** From 1; of lines that were removed, the first one's number. */
  readonly line: number;
  /** The time of the line, or of the line after the removed ones. */
  readonly at: string | undefined;
  readonly sentence: string;
}

export interface CheckedChain {
  /** Whole lines. */
  readonly lines: number;
  /** Length in bytes of the whole lines. */
  readonly wholeBytes: number;
  /** Length in bytes of everything. */
  readonly bytes: number;
  /** SHA-256 (hex) of each line without its line feed. */
  readonly hashes: readonly string[];
  /** SHA-256 (hex) of the last whole line; 64 zeros where there is none. */
  readonly lastHash: string;
  /** Undefined for a line that cannot be read. */
  readonly parsed: readonly (ChainLine | undefined)[];
  /** The first thing that is wrong. */
  readonly trouble: ChainTrouble | undefined;
}

/** SHA-256 (hex) of a line's bytes. */
export const hashOfLine = (line: Buffer): string => createHash('sha256').update(line).digest('hex');

const isText = (value: unknown): value is string => typeof value === 'string';

function parse(line: Buffer): ChainLine | undefined {
  try {
    const value = JSON.parse(strictDecoder.decode(line)) as Partial<Record<keyof ChainLine, unknown>> | null;
    const { seq, at, run, type, prev } = value ?? {};
    if (typeof seq !== 'number' || !isText(at) || !isText(run) || !isText(type) || !isText(prev))
      return undefined;
    return { seq, at, run, type, prev };
  } catch {
    return undefined;
  }
}

const linesText = (from: number, to: number) =>
  from === to ? phrase('line {from}', { from }) : phrase('lines {from} to {to}', { from, to });
const wereText = (from: number, to: number, what: string) =>
  `${linesText(from, to)} ${from === to ? 'was' : 'were'} ${what}`;
const short = (hash: string) => `${hash.slice(0, 16)}…`;

/** The chain as it was found; an index counts from 0, a line from 1. */
class Chain {
  readonly parsed: readonly (ChainLine | undefined)[];
  readonly hashes: readonly string[];
  readonly #run: string;

  constructor(lines: readonly Buffer[], run: string) {
    this.parsed = lines.map(parse);
    this.hashes = lines.map(hashOfLine);
    this.#run = run;
  }

  #hashBefore = (index: number): string => (index === 0 ? firstPrevious : (this.hashes[index - 1] ?? ''));

  /** True if the line follows the one before it, or there is no such line. */
  #follows(index: number): boolean {
    if (index >= this.parsed.length) return true;
    return this.parsed[index]?.prev === this.#hashBefore(index);
  }

  trouble(): ChainTrouble | undefined {
    for (let index = 0; index < this.parsed.length; index += 1) {
      const trouble = this.#troubleAt(index);
      if (trouble) return trouble;
    }
    return undefined;
  }

  #troubleAt(index: number): ChainTrouble | undefined {
    const line = this.parsed[index];
    const number = index + 1;
    if (!line)
      return this.#at(index, phrase('line {number} is not an event: it was changed or added', { number }));
    if (line.run !== this.#run)
      return this.#at(
        index,
        phrase('line {number} belongs to another run, {run}', { number, run: line.run }),
      );
    if (!this.#follows(index)) return this.#broken(index, line);
    if (line.seq !== number)
      return this.#at(index, phrase('line {number} has number {seq}', { number, seq: line.seq }));
    return undefined;
  }

  /** The line does not follow the one before it: the line after it shows which of both is not as it was. */
  #broken(index: number, line: ChainLine): ChainTrouble {
    const number = index + 1;
    const before = this.#hashBefore(index);
    const should = phrase('it should follow {previous}, and says {said}', {
      previous:
        index === 0 ? phrase('nothing') : phrase('line {index}, {before}', { index, before: short(before) }),
      said: short(line.prev),
    });
    if (index + 1 < this.parsed.length && !this.#follows(index + 1)) {
      const wasAdded = this.parsed[index + 1]?.prev === before;
      return this.#at(
        index,
        wasAdded
          ? phrase('line {number} was added: {should}', { number, should })
          : phrase('line {number} was changed: {should}', { number, should }),
      );
    }
    if (line.seq > number)
      return this.#at(
        index,
        phrase('{were}: after line {index} comes number {seq}', {
          were: wereText(number, line.seq - 1, 'removed'),
          index,
          seq: line.seq,
        }),
      );
    if (line.seq < number)
      return this.#at(index, phrase('line {number} was added: {should}', { number, should }));
    if (index === 0) return this.#at(index, phrase('line 1 was changed: {should}', { should }));
    return this.#at(
      index - 1,
      phrase('line {index} was changed: line {number} follows {prev}, and line {index} is {before}', {
        index,
        number,
        prev: short(line.prev),
        before: short(before),
      }),
    );
  }

  #at(index: number, sentence: string): ChainTrouble {
    return { line: index + 1, at: this.parsed[index]?.at, sentence };
  }
}

/**
 * @param content the whole journal, as it is on the disk
 * @param run whose journal it is to be
 */
export function checkChain(content: Buffer, run: string): CheckedChain {
  const { lines, wholeBytes } = wholeLines(content);
  const chain = new Chain(lines, run);
  const { hashes, parsed } = chain;
  return {
    lines: lines.length,
    wholeBytes,
    bytes: content.length,
    hashes,
    lastHash: hashes.at(-1) ?? firstPrevious,
    parsed,
    trouble: chain.trouble(),
  };
}
