/** Numbers that look random, and are the same ones for the same seed. */

/** Mulberry32: the same numbers for the same seed, on every machine. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Some of many, each at most once. */
export function sample<One>(of: readonly One[], count: number, random: () => number): One[] {
  const left = [...of];
  const chosen: One[] = [];
  while (chosen.length < count && left.length > 0) chosen.push(...left.splice(below(left.length, random), 1));
  return chosen;
}

/** A whole number from 0 on. */
export const below = (count: number, random: () => number): number => Math.floor(random() * count);

/** @throws where there is none */
export function oneOf<One>(of: readonly One[], random: () => number): One {
  const [chosen] = sample(of, 1, random);
  if (chosen === undefined) throw new Error('there is nothing to choose from');
  return chosen;
}
