/** What `npm test` plays of a generated test whose parts are independent of each other: a sample. `npm run test:failures` plays all of them. */
import { randomOf, sample } from './random-numbers.ts';

/** True if every part is requested. */
export const playsAll = process.env['SHADOWTAPE_FAILURES'] === 'all';

/**
 * Some of the parts, in order. A seed selects them: SHADOWTAPE_SEED selects others.
 * @param count how many are drawn
 * @param isAlways true for a part that no sample may miss; it does not count
 */
export function sampled<Part>(
  parts: readonly Part[],
  count: number,
  isAlways: (part: Part) => boolean = () => false,
): Part[] {
  if (playsAll) return [...parts];
  const random = randomOf(Number(process.env['SHADOWTAPE_SEED'] ?? 6_637));
  const others = parts.filter((part) => !isAlways(part));
  const drawn = new Set(sample(others, count, random));
  return parts.filter((part) => isAlways(part) || drawn.has(part));
}
