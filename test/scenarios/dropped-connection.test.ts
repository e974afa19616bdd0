/** The connection with a host drops while a command runs there, and the run brings the cluster back by itself. */
import { expect, it } from 'vitest';
import { expectNormal } from '../support/deaths.ts';
import { failingRun, inScene, withJob } from '../support/failures.ts';

it.each([
  ['node1', 'mount /app'],
  ['node3', 'rmdir /mnt1'],
] as const)('%s: what %s did is looked at, and not done twice', async (host, command) => {
  await inScene(async (scene) => {
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase === 'ended' && line === command) scene.lab.breakConnections(host);
    });
    const end = await failingRun(scene, {
      job: 'ufs-tar',
      change: withJob({ onFailure: 'unwind' }, 'ufs-tar'),
    });
    stop();
    expect(end.exitStatus, end.stands.join('\n')).toBe(2);
    expect(scene.lab.commands.filter(({ line }) => line === command)).toHaveLength(1);
    await expectNormal(scene, end.run);
  });
});

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

it('a host key that changes at a rekey ends the dump, and the run is rolled back', async () => {
  await inScene(async (scene) => {
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase === 'started' && line.startsWith('tar cf')) scene.lab.switchHostKey('node3');
    });
    const end = await failingRun(scene, {
      job: 'ufs-tar',
      change: withJob({ onFailure: 'unwind' }, 'ufs-tar'),
    });
    stop();
    expect(end.sentence).toMatch(
      /^the connection to node3 was ended: its host key changed during a rekey, from SHA256:\S{43} to SHA256:\S{43}/,
    );
    expect(end.error?.code).toBe('HOST_KEY_SWITCHED');
    expect(end.exitStatus, end.stands.join('\n')).toBe(2);
    await expectNormal(scene, end.run);
  });
});
