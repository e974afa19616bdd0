/** Which tape of a pool is next, by the tape inventory. Pure. */
import { phrase, phrases } from '../../contract/text/say.ts';
import { localDay } from '../../contract/time/wall-clock.ts';
import { hasLabel, type KnownTape } from './media-catalogue.ts';
import { isKept } from './retention.ts';

/** The tape that a run writes to. */
interface NextTape {
  readonly name: string;
  /** Where a person put it; undefined if not recorded. */
  readonly location: string | undefined;
}

/** A tape that must not be overwritten. */
interface KeptTape {
  readonly name: string;
  /** Undefined if its label has no date. */
  readonly until: string | undefined;
}

export interface PoolChoice {
  /** Undefined if no tape of the pool may be overwritten. */
  readonly next: NextTape | undefined;
  readonly kept: readonly KeptTape[];
  /** Names of those that were declared lost. */
  readonly lost: readonly string[];
}

/** What was last written to the tape with that name; undefined if it holds nothing that counts. */
function writtenTape(tapes: readonly KnownTape[], name: string): KnownTape | undefined {
  const tape = tapes.find((each) => hasLabel(each) && !each.replaced && each.name === name);
  return tape?.lost || tape?.run === undefined ? undefined : tape;
}

/** The label says so itself: a tape without a day is not overwritten. */
const mayBeWritten = (tape: KnownTape | undefined, at: Date): boolean =>
  tape === undefined || (tape.keepUntil !== undefined && !isKept(tape, at));

/** Tapes that were never written come first, in the order of the pool; then the one that was written the longest ago. */
const since = (tape: KnownTape | undefined): string => tape?.firstSeen ?? '';

/**
 * @param names of the tapes of the pool
 * @param tapes the tape inventory, the tape that was seen last first
 * @param at when the run begins
 */
export function nextOfPool(names: readonly string[], tapes: readonly KnownTape[], at: Date): PoolChoice {
  const newest = (name: string) => tapes.find((each) => !each.replaced && each.name === name);
  const lost = names.filter((name) => newest(name)?.declaredLost !== undefined);
  const all = names
    .filter((name) => !lost.includes(name))
    .map((name) => ({ name, tape: writtenTape(tapes, name) }));
  const [first] = all
    .filter(({ tape }) => mayBeWritten(tape, at))
    .toSorted(({ tape: one }, { tape: other }) => (since(one) < since(other) ? -1 : 1));
  const kept = all
    .filter(({ tape }) => !mayBeWritten(tape, at))
    .map(({ name, tape }) => ({ name, until: tape?.keepUntil }));
  return { next: first && { name: first.name, location: newest(first.name)?.location }, kept, lost };
}

/** `W1 is in retention until 2026-12-20, W2 has no end of retention, W3 is lost`. */
export const keptWords = ({ kept, lost }: Pick<PoolChoice, 'kept' | 'lost'>): string =>
  phrases(
    [
      ...kept.map(({ name, until }) =>
        until === undefined
          ? phrase('{name} has no end of retention', { name })
          : phrase('{name} is in retention until {day}', { name, day: localDay(until) }),
      ),
      ...lost.map((name) => phrase('{name} is lost', { name })),
    ],
    ', ',
  );
