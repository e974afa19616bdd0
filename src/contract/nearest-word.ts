/** Names that somebody may have meant. */
import { phrase } from './text/say.ts';

/** How many letters must be added, removed, changed or exchanged with their neighbor to make one word the other (Damerau, restricted). */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (before[j - 2] ?? Infinity) + 1 : Infinity,
      );
    }
    before = last;
    last = row;
  }
  return last[other.length] ?? 0;
}

/** Longer words are no names that somebody typed. */
const mostLetters = 64;

/**
 * The name that is most like a misspelt one.
 * @param names the names that exist
 * @returns undefined if none is like it: more than a third of its letters differ
 */
export function nearestWord(word: string, names: readonly string[]): string | undefined {
  if (word.length > mostLetters) return undefined;
  const far = (name: string) => distance(word.toLowerCase(), name.toLowerCase());
  const [nearest] = names
    .filter((name) => name.length <= mostLetters)
    .map((name) => ({ name, letters: far(name) }))
    .sort((a, b) => a.letters - b.letters);
  return nearest && nearest.letters <= Math.max(1, word.length / 3) ? nearest.name : undefined;
}

/** The beginning of a hint: `did you mean "raw-dd"? `, or nothing where no name is like the word. */
export function didYouMean(word: string, names: readonly string[]): string {
  const nearest = nearestWord(word, names);
  return nearest === undefined ? '' : phrase('did you mean "{nearest}"? ', { nearest });
}
