/** How often the hosts are asked for their state: sdxinfo is slow when it is asked often. */
import { describe, expect, it } from 'vitest';
import { inScene } from '../support/failures.ts';
import { runScene } from '../support/lab-run.ts';

/** The poll of step 8-2, as the guide has it. */
const poll = 'sdxinfo -S -c Class1 -o Volume2';

describe('a plain run of method 6a', () => {
  it('sends at most 40 sdxinfo commands besides the polls of step 8-2', async () => {
    await inScene(async (scene) => {
      const end = await runScene(scene);
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      const sent = scene.lab.commands.filter(({ line }) => line.startsWith('sdxinfo'));
      const polls = end.events.filter(
        (event) => event.type === 'intent' && event.step === '8-2' && event.line === poll,
      );

      expect(sent.length - polls.length).toBeLessThanOrEqual(40);
    });
  });
});
