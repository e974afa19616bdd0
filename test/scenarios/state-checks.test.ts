/** How often the hosts are queried for their state: sdxinfo is slow when it is sent often. */
import { describe, expect, it } from 'vitest';
import { inScene } from '../support/failures.ts';
import { runScene } from '../support/lab-run.ts';
import { stateQueriesOf } from '../support/state-queries.ts';

describe('a plain run of method 6a', () => {
  it('sends at most 40 sdxinfo commands besides the polls of step 8-2', async () => {
    await inScene(async (scene) => {
      const end = await runScene(scene);
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      const { queries, polls } = stateQueriesOf(scene, end.events);
      // The copy takes time: if no poll is seen, the polls are counted as queries.
      expect(polls).toBeGreaterThan(0);
      expect(queries).toBeLessThanOrEqual(40);
    });
  });
});
