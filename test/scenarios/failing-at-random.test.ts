/** Random sequences of what operators do and what happens to them: whatever it is, the data of the cluster is safe, and everything can be brought back. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { act } from '../support/random-acts.ts';
import { RandomWalk } from '../support/random-walk.ts';

const isWhole = process.env['SHADOWTAPE_FAILURES'] === 'all';

it('random acts, faults, kills and reboots leave the data of the cluster alone, and can be brought back', async () => {
  const walks = fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 7 }), async (acts) => {
    const walk = await RandomWalk.begin();
    try {
      const normal = await walk.standing();
      for (const each of acts) await walk.do(each);
      await walk.bringBack(normal);
    } finally {
      await walk.close();
    }
  });
  const seed = Number(process.env['SHADOWTAPE_SEED'] ?? 6_637);
  await fc.assert(walks, { seed, numRuns: isWhole ? 60 : 6, interruptAfterTimeLimit: isWhole ? 900_000 : 60_000 });
  expect.hasAssertions();
}, 1_000_000);
