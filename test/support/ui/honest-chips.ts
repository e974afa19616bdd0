/** Words that a color may not contradict, whatever screen they are on. */
import { expect } from 'vitest';

/** Its color, by the name of the state, and its word. */
export type ShownChip = readonly [tone: string, word: string];

const isBad = /\bfail|mismatch|action required|refused|interrupted|overdue|missed|unsafe/;
const isGood = /^(protected|verified|joined, in sync)$/;

/** @throws where something bad is green, or something good is not */
export function requireHonest(shown: readonly ShownChip[]): void {
  for (const [tone, word] of shown) {
    if (isBad.test(word)) expect([tone, word]).not.toEqual(['ok', word]);
    if (isGood.test(word)) expect([tone, word]).toEqual(['ok', word]);
  }
}
