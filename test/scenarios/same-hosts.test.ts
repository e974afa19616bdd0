/** A run is resumed on the machines that it began with, and on no others. */
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { openLab } from '../../src/lab/lab.ts';
import { readRun } from '../../src/main/journal/run-history.ts';
import { inScene } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openSceneConsole,
  runScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';

const never = () => new AbortController().signal;

/** A run that is stopped immediately while its shadow exists. */
async function stoppedRun(scene: Scene): Promise<string> {
  const halt = new AbortController();
  const end = await runScene(scene, {
    halt: halt.signal,
    onEvent: (event) => {
      if (event.type === 'step-started' && event.step === '7') halt.abort();
    },
  });
  expect(end.exitStatus).toBe(3);
  return end.run;
}

interface RollingBack {
  readonly change?: (site: SiteTree) => void;
  readonly sameMachines?: readonly string[];
}

async function rollBack(scene: Scene, run: string, { change, sameMachines }: RollingBack = {}) {
  const console = await openSceneConsole(scene, change);
  const events: RunEvent[] = [];
  try {
    const end = await console.unwind({
      run,
      takeOverLock: true,
      sameMachines,
      ask: undefined,
      approveVerified: false,
      cancel: never(),
      halt: never(),
      onEvent: (event) => events.push(event),
    });
    await scene.lab.copyingFinished();
    return { ...end, events };
  } finally {
    await console.close();
  }
}

const keyOf = (scene: Scene, run: string, host: string) =>
  eventsOf(scene, run).then((events) => {
    const identified = events.findLast((event) => event.type === 'hosts-identified');
    return identified?.hosts.find(({ name }) => name === host)?.hostKey ?? '';
  });

async function eventsOf(scene: Scene, run: string): Promise<readonly RunEvent[]> {
  return (await readRun(scene.state, run)).events;
}

/** The commands that a lab was sent and that change something. */
const changesOf = (scene: Scene) =>
  scene.lab.commands.filter(({ line }) => /^(sdxproxy|sdxvolume|sdxshadow|mkdir|rmdir|umount)/.test(line));

/** A port of loopback that leads to another one. */
async function detour(port: number): Promise<number> {
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward])
      end.on('error', () => [socket, onward].forEach((each) => each.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const setPort = (host: string, port: number) => (site: SiteTree) => {
  const entry = site.hosts[host];
  if (entry) entry['port'] = port;
};

describe('a run whose site file names another machine since', () => {
  it('is not rolled back there: nothing changes on either, and it is rolled back with the old site file', async () => {
    await inScene(async (scene) => {
      const run = await stoppedRun(scene);
      const expected = await keyOf(scene, run, 'node3');
      await inScene(async (other) => {
        const port = other.lab.hosts.find(({ name }) => name === 'node3')?.port ?? 0;
        const before = changesOf(scene).length;
        const rolledBack = rollBack(scene, run, { change: setPort('node3', port) });
        await expect(rolledBack).rejects.toMatchObject({
          code: 'HOST_IS_ANOTHER',
          evidence: { host: 'node3', expected },
          hint: 'correct the address of node3 in the site file. If it is the same machine with a new host key, resume or roll back with --same-machine node3',
        });
        expect(changesOf(other)).toEqual([]);
        expect(changesOf(scene)).toHaveLength(before);
        expect(await clusterState(scene)).toMatchObject({ proxy: 'Part' });
      });
      const end = await rollBack(scene, run);
      expect(end).toMatchObject({ exitStatus: 2 });
      expect(await clusterState(scene)).toEqual(normalState);
    });
  });
});

describe('a run whose host has a new host key', () => {
  it('is rolled back once the operator confirms that it is the same machine', async () => {
    await inScene(async (scene) => {
      const run = await stoppedRun(scene);
      const [first = 0, second = 0, third = 0] = scene.lab.hosts.map(({ port }) => port);
      await scene.lab.close();
      await rm(join(scene.lab.folder, 'host-key-node3'));
      await rm(join(scene.folder, 'state', 'known_hosts'), { force: true });
      const lab = await openLab({
        folder: scene.lab.folder,
        ports: [first, second, third],
        rejoinBytesPerSecond: 64_000_000,
      });
      const after: Scene = { ...scene, lab };
      try {
        await expect(rollBack(after, run)).rejects.toMatchObject({ code: 'HOST_IS_ANOTHER' });
        const end = await rollBack(after, run, { sameMachines: ['node3'] });
        expect(end.exitStatus).toBe(2);
        expect(await clusterState(after)).toEqual(normalState);
        const warnings = end.events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));
        expect(warnings[0]).toMatch(
          /^the host key of node3 was ssh-ed25519 SHA256:\S+, now it is ssh-ed25519 SHA256:\S+: the operator confirmed that it is the same machine$/,
        );
      } finally {
        await lab.close();
      }
    }, 'otherwise');
  });
});

describe('a run whose host no longer shows its machine', () => {
  it('is rolled back once the operator confirms that it is the same machine', async () => {
    await inScene(async (scene) => {
      const run = await stoppedRun(scene);
      scene.lab.faults.set('fail=node3:hostid');
      const before = changesOf(scene).length;
      await expect(rollBack(scene, run)).rejects.toMatchObject({
        code: 'HOST_MACHINE_UNKNOWN',
        evidence: { host: 'node3', command: 'hostid', exitStatus: 1 },
      });
      expect(changesOf(scene)).toHaveLength(before);
      expect((await rollBack(scene, run, { sameMachines: ['node3'] })).exitStatus).toBe(2);
      expect(await clusterState(scene)).toEqual(normalState);
    });
  });
});

describe('a run whose host is reached at another port', () => {
  it('is rolled back, with a warning', async () => {
    await inScene(async (scene) => {
      const run = await stoppedRun(scene);
      const before = scene.lab.hosts.find(({ name }) => name === 'node3')?.port ?? 0;
      const port = await detour(before);
      const end = await rollBack(scene, run, { change: setPort('node3', port) });
      expect(end.exitStatus).toBe(2);
      expect(await clusterState(scene)).toEqual(normalState);
      expect(end.events).toContainEqual(
        expect.objectContaining({
          type: 'warning',
          text: `node3 is reached at 127.0.0.1, port ${port}, and was at 127.0.0.1, port ${before}; it is the same machine`,
        }),
      );
    });
  });
});
