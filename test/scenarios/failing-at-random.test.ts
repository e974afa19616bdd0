/**
 * Random sequences of actions and failures: in every case the data of the cluster is safe, and everything can be rolled
 * back. SHADOWTAPE_SEED selects other sequences.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { acts, type Act } from '../support/random-acts.ts';
import { RandomWalk } from '../support/random-walk.ts';

const isWhole = process.env['SHADOWTAPE_FAILURES'] === 'all';
const seed = Number(process.env['SHADOWTAPE_SEED'] ?? 6_637);
const most = isWhole ? { walks: 60, seconds: 900 } : { walks: 5, seconds: 30 };

/** @param isOver called before each act except the first: a command that hangs takes a run more than a minute */
async function walkAlong(sequence: readonly Act[], isOver: () => boolean): Promise<void> {
  const walk = await RandomWalk.begin();
  try {
    for (const [index, each] of sequence.entries()) {
      if (index > 0 && isOver()) break;
      await walk.do(each);
    }
    await walk.bringBack();
  } finally {
    await walk.close();
  }
}

it('random acts, faults, kills and reboots do not change the data of the cluster, and can be rolled back', async () => {
  const until = performance.now() + most.seconds * 1000;
  let walks = 0;
  const property = fc.asyncProperty(acts, async (sequence) => {
    // The remaining time also limits the search for a shorter sequence that fails.
    const isOver = () => performance.now() > until;
    if (walks > 0 && isOver()) return;
    walks += 1;
    await walkAlong(sequence, isOver);
  });
  await fc.assert(property, { seed, numRuns: most.walks });
  expect(walks).toBeGreaterThan(0);
}, 1_800_000);
