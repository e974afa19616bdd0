/**
 * The status words of GDS, as far as they are known, and where each was seen.
 *
 * A word that is not here is no error by itself: it is kept as it was printed, marked as unknown, and stops whatever
 * depends on it. It is never taken for a good one.
 */

import type { Status } from '../../contract/topology.ts';
import { phrase } from '../../contract/text/say.ts';

/** What has a status. An extent is a row `*` of the volume table: blocks that belong to no volume. */
export type StatusKind = 'slice' | 'volume' | 'extent' | 'disk' | 'proxy';

/** `manual`: seen in the GDS guide. `presumed`: plausible, but in no page that could be read. */
type StatusSource = 'manual' | 'presumed';

export type { Status };

export interface StatusWord {
  readonly word: string;
  readonly source: StatusSource;
  /** The page where the word was seen, or that it was not seen. */
  readonly seen: string;
}

const seen = (word: string, page: string): StatusWord => ({
  word,
  source: 'manual',
  seen: phrase('seen in {page}', { page }),
});
const presumed = (word: string): StatusWord => ({ word, source: 'presumed', seen: 'presumed' });

export const statusWords: Readonly<Record<StatusKind, readonly StatusWord[]>> = {
  slice: [
    seen('ACTIVE', 'the GDS guide 4.5, F.1.1'),
    seen('STOP', 'the GDS guide 4.1, 6.6.3.7, step 3-1'),
    seen('COPY', 'the GDS guide 4.1, 6.6.3.7, step 8-2'),
    seen('INVALID', 'the GDS guide 4.5, F.1.1'),
    seen('NOUSE', 'the GDS guide 4.5, D.10'),
    // D.10 writes only "TEMP*"; which words belong to that family is not documented.
    presumed('TEMP'),
    presumed('TEMP-STOP'),
    presumed('COPY-TEMP'),
    presumed('COPY-STOP'),
    presumed('HIDE'),
    presumed('FROZEN'),
  ],
  volume: [
    seen('ACTIVE', 'the Global File Services guide 4.7, 1.9.4'),
    seen('STOP', 'the Global File Services guide 4.7, 1.9.4'),
    seen('INVALID', 'the GDS guide 4.5, F.1.3'),
  ],
  extent: [seen('PRIVATE', 'the GDS guide 4.5, F.1.3'), presumed('FREE')],
  disk: [
    seen('ENABLE', 'the GDS guide 4.5, F.1.3'),
    seen('DISABLE', 'the GDS guide 4.5, F.1.3'),
    presumed('SWAP'),
  ],
  proxy: [seen('Join', 'the GDS guide 4.1, 6.6.3.7, step 3-1'), presumed('Part')],
};

/** Where a status word of an object was seen; undefined for an unknown word. Case counts. */
export function statusWord(kind: StatusKind, word: string): StatusWord | undefined {
  return statusWords[kind].find((entry) => entry.word === word);
}

/** The status that a word stands for, marked as known or not. */
export function statusOf(kind: StatusKind, word: string): Status {
  return { word, known: statusWord(kind, word) !== undefined };
}
