/**
 * Random sequences of what operators do and what happens to them: whatever it is, the data of the cluster is safe, and everything can be
 * rolled back. SHADOWTAPE_SEED gives other sequences.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { acts, type Act } from '../support/random-acts.ts';
import { RandomWalk } from '../support/random-walk.ts';

const isWhole = process.env['SHADOWTAPE_FAILURES'] === 'all';
const seed = Number(process.env['SHADOWTAPE_SEED'] ?? 6_637);
const most = isWhole ? { walks: 60, seconds: 900 } : { walks: 5, seconds: 30 };

async function walkAlong(sequence: readonly Act[]): Promise<void> {
  const walk = await RandomWalk.begin();
  try {
    for (const each of sequence) await walk.do(each);
    await walk.bringBack();
  } finally {
    await walk.close();
  }
}

it('random acts, faults, kills and reboots leave the data of the cluster alone, and can be rolled back', async () => {
  const until = performance.now() + most.seconds * 1000;
  let walks = 0;
  const property = fc.asyncProperty(acts, async (sequence) => {
    // What is left of the time also bounds the search for a shorter sequence that fails.
    if (walks > 0 && performance.now() > until) return;
    walks += 1;
    await walkAlong(sequence);
  });
  await fc.assert(property, { seed, numRuns: most.walks });
  expect(walks).toBeGreaterThan(0);
}, 1_200_000);
