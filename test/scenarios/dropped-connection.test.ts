/** The connection with a host drops while a command runs there, and the run rolls the cluster back automatically. */
import { expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { expectNormal } from '../support/deaths.ts';
import { failingRun, inScene, withJob } from '../support/failures.ts';
import { clusterState, openSceneConsole, runScene, type Scene } from '../support/lab-run.ts';
import { allLocks } from '../support/lab-shell.ts';
import { failureOf } from '../support/refusals.ts';

it.each([
  ['node1', 'mount /app'],
  ['node3', 'rmdir /mnt1'],
] as const)('%s: the effect of %s is checked, and the command is not repeated', async (host, command) => {
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

it('a lock whose answer is lost is released nevertheless: one without an owner would keep everybody out', async () => {
  await inScene(async (scene) => {
    const hosts = new Set<string>();
    const stop = scene.lab.onCommand(({ phase, host, line }) => {
      if (phase !== 'ended' || !/^rmdir \/var\/tmp\/shadowtape-Class1\.lock/.test(line) || hosts.has(host))
        return;
      hosts.add(host);
      scene.lab.breakConnections(host);
    });
    const end = await runScene(scene);
    stop();
    expect([...hosts].sort()).toEqual(['node1', 'node2', 'node3']);
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(allLocks(scene)).toEqual([]);
  });
});

it('a command for the drive whose lock answer is lost fails, and leaves no lock without an owner', async () => {
  await inScene(async (scene) => {
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'ended' || !/^mkdir \/var\/tmp\/shadowtape-dev\S+\.lock$/.test(line)) return;
      stop();
      scene.lab.breakConnections('node3');
    });
    const console = await openSceneConsole(scene);
    try {
      const { code } = await failureOf(
        console.tapeService.label('W1', { overwrite: undefined, abort: new AbortController().signal }),
      );
      expect(code).toBe('CONNECTION_LOST');
    } finally {
      await console.close();
    }
    expect(allLocks(scene)).toEqual([]);
  });
});

it('a mount that the reader of the dump still holds is unmounted as soon as the reader ends', async () => {
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
      /^connection to node3 ended: its host key changed during a rekey, from SHA256:\S{43} to SHA256:\S{43}/,
    );
    expect(end.error?.code).toBe('HOST_KEY_SWITCHED');
    expect(end.exitStatus, end.stands.join('\n')).toBe(2);
    await expectNormal(scene, end.run);
  });
});

/** From a query of a step on, a host no longer answers. */
function silentFrom(scene: Scene, host: 'node1' | 'node2', step: string) {
  let isSilent = false;
  return (event: RunEvent) => {
    if (isSilent || event.type !== 'intent' || event.step !== step || event.changes) return;
    isSilent = true;
    scene.lab.faults.set(`host-down=${host}`);
    scene.lab.breakConnections(host);
  };
}

it('a host that is silent while the copy is watched ends the watch after 30 minutes, with action required', async () => {
  await inScene(async (scene) => {
    const end = await runScene(scene, { onEvent: silentFrom(scene, 'node1', '8-2') });
    expect(end).toMatchObject({
      verdict: 'verified',
      exitStatus: 3,
      error: { code: 'END_NOT_PROVEN' },
    });
    expect(end.error?.message).toMatch(/: node1 has not answered sdxinfo for 30 min 0 s: node1 /);
    const rejoins = scene.lab.commands.filter(({ line }) => line.startsWith('sdxproxy Rejoin'));
    expect(rejoins).toHaveLength(1);
  }, 'otherwise');
});

it('a host that is silent while the services are down is waited for 2 minutes; then they are resumed', async () => {
  await inScene(async (scene) => {
    const end = await runScene(scene, { onEvent: silentFrom(scene, 'node2', '3-3') });
    expect(end.error?.message).toMatch(/^node2 has not answered sdxinfo for 2 min 0 s: node2 /);
    expect(await clusterState(scene)).toMatchObject({ services: 'running', proxy: 'Join' });
  }, 'otherwise');
});
