/** Terms of the search line: what a chip writes into it, whether it is there, and where a mistake is. Pure. */
import { say } from '../contract/text/say.ts';

export interface SearchKey {
  /** As it is typed. */
  readonly example: string;
  readonly means: string;
}

/** What can be written before a colon. */
export const searchKeys: readonly SearchKey[] = [
  { example: 'verdict:failed', means: say('verified, unverified, failed, unfinished or unreadable') },
  { example: 'status:3', means: say('the exit status') },
  { example: 'code:TAPE_WRITE_FAILED', means: say('an error of the run') },
  { example: 'after:2026-11-01', means: say('started on that day or later, in UTC') },
  { example: 'before:2026-12', means: say('started before that month, in UTC') },
  { example: 'volume:Volume2', means: say('also job:, site:, class:') },
  { example: 'tape:NIGHTLY-2', means: say('name of a tape, or its device') },
  { example: 'host:node3', means: say('also operator:') },
  { example: 'method:6a', means: say('6a, 6b, 6c, 6d or 6e') },
  { example: 'route:server', means: say('console or server') },
  { example: 'longer:2h', means: say('or shorter:90s, how long the run took') },
  { example: 'larger:500G', means: say('or smaller:1T, bytes on the tape') },
  { example: '"read error"', means: say('this exact phrase, spaces included') },
];

/** A term and the white space around it: `key:value`, `key:"two words"`, a word or a phrase. */
const terms = /(?:[A-Za-z]+:)?(?:"(?:\\.|[^"\\])*"?|\S+)/g;

const termsOf = (query: string): string[] => query.match(terms) ?? [];

const keyOf = (term: string): string | undefined => /^([A-Za-z]+):/.exec(term)?.[1]?.toLowerCase();

/** True if the search has the term, however its letters are written. */
export const hasTerm = (query: string, term: string): boolean =>
  termsOf(query).some((each) => each.toLowerCase() === term.toLowerCase());

/** The value of the last term with a key; undefined if there is none. */
export function valueOf(query: string, key: string): string | undefined {
  const term = termsOf(query).findLast((each) => keyOf(each) === key);
  return term
    ?.slice(key.length + 1)
    .replace(/^"|"$/g, '')
    .replace(/\\(.)/g, '$1');
}

/** A value as it is written after the colon. */
const quoted = (value: string): string =>
  /[\s"]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value;

/** The search with one term of a key in place of all that had the key; undefined takes them away. */
export function withKey(query: string, key: string, value: string | undefined): string {
  const others = termsOf(query).filter((each) => keyOf(each) !== key);
  return [...others, ...(value === undefined ? [] : [`${key}:${quoted(value)}`])].join(' ');
}

/** Where the console could not read a search: the place of the first letter, from 0; undefined if it is another mistake. */
export function mistakeAt(error: { readonly code: string; readonly sentence: string }): number | undefined {
  if (error.code !== 'SEARCH_UNREADABLE') return undefined;
  const at = /\bcharacter (\d+)\b/.exec(error.sentence)?.[1];
  return at === undefined ? undefined : Number(at) - 1;
}

/** The search in three pieces: before the mistake, the wrong word, and the rest. */
export function piecesAround(query: string, at: number): readonly [string, string, string] {
  const wrong = /^\S*/.exec(query.slice(at))?.[0] ?? '';
  return [query.slice(0, at), wrong, query.slice(at + wrong.length)];
}

/** The first day of a month, in UTC: `2026-11-01`. */
export const firstOfMonth = (now: Date): string => `${now.toISOString().slice(0, 7)}-01`;
