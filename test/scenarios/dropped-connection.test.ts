/** The connection with a host drops while a command runs there, and the run brings the cluster back by itself. */
import { expect, it } from 'vitest';
import { expectNormal } from '../support/deaths.ts';
import { failingRun, inScene, withJob } from '../support/failures.ts';

it('what the reader of the dump still holds mounted is unmounted as soon as it lets go', async () => {
  await inScene(async (scene) => {
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase === 'started' && line.startsWith('tar cf')) scene.lab.breakConnections('node3');
    });
    const end = await failingRun(scene, {
      job: 'ufs-tar',
      change: withJob({ onFailure: 'unwind' }, 'ufs-tar'),
    });
    stop();
    expect(end.sentence).toMatch(/^the connection to node3 was lost/);
    expect(end.exitStatus, end.stands.join('\n')).toBe(2);
    await expectNormal(scene, end.run);
  });
});
