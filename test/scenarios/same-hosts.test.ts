/** A run is resumed on the machines that it began with, and on no others. */
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
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
  readonly onEvent?: (event: RunEvent) => void;
}

async function rollBack(scene: Scene, run: string, { change, sameMachines, onEvent }: RollingBack = {}) {
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
      onEvent(event) {
        events.push(event);
        onEvent?.(event);
      },
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

interface Detour {
  readonly port: number;
  /** Breaks every connection; new ones lead to that port. */
  readonly turn: (to: number) => void;
}

/** A port of loopback that leads to another one. */
async function openDetour(first: number): Promise<Detour> {
  let to = first;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const ends = [socket, connect(to, '127.0.0.1')] as const;
    ends[0].pipe(ends[1]).pipe(ends[0]);
    for (const end of ends) {
      open.add(end);
      end.on('error', () => ends.forEach((each) => each.destroy()));
      end.on('close', () => open.delete(end));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const turn = (port: number) => {
    to = port;
    for (const end of open) end.destroy();
  };
  return { port: (server.address() as AddressInfo).port, turn };
}

const detour = async (port: number): Promise<number> => (await openDetour(port)).port;

const portOf = ({ lab }: Scene, host: string): number =>
  lab.hosts.find(({ name }) => name === host)?.port ?? 0;

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
        const port = portOf(other, 'node3');
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
      const before = portOf(scene, 'node3');
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

describe('a host that is replaced by another machine while a run works on it', () => {
  /** Both machines are known under the address, as nodes behind one name are. */
  async function knowBoth(scene: Scene, other: Scene, port: number): Promise<void> {
    await mkdir(join(scene.folder, 'state'), { recursive: true });
    for (const { lab } of [scene, other]) {
      const lines = (await readFile(lab.knownHostsFile, 'utf8')).split('\n');
      const known = lines.find((line) =>
        line.startsWith(`[127.0.0.1]:${portOf({ ...scene, lab }, 'node3')} `),
      );
      const key = known?.slice(known.indexOf(' ')) ?? '';
      await appendFile(join(scene.folder, 'state', 'known_hosts'), `[127.0.0.1]:${port}${key}\n`);
    }
  }

  it('gets no command of the run, and none of its rollback', async () => {
    await inScene(async (scene) => {
      await inScene(async (other) => {
        const { port, turn } = await openDetour(portOf(scene, 'node3'));
        await knowBoth(scene, other, port);
        const change = setPort('node3', port);
        const replaced = (event: RunEvent) => {
          if (event.type === 'step-started' && event.step === '7') turn(portOf(other, 'node3'));
        };
        const end = await runScene(scene, { change, onEvent: replaced });
        const another = /is not the machine on which the run started: its host key was /;
        expect(end).toMatchObject({ exitStatus: 3, error: { code: 'HOST_IS_ANOTHER' } });
        expect(end.sentence).toMatch(another);
        expect(changesOf(other)).toEqual([]);
        turn(portOf(scene, 'node3'));
        const back = await rollBack(scene, end.run, { change, onEvent: replaced });
        expect(back).toMatchObject({ verdict: 'failed', exitStatus: 3 });
        expect(back.sentence).toMatch(another);
        expect(changesOf(other)).toEqual([]);
        expect(await clusterState(scene)).toMatchObject({ proxy: 'Part', shadowObjects: 3 });
        turn(portOf(scene, 'node3'));
        expect((await rollBack(scene, end.run, { change })).exitStatus).toBe(2);
      });
      expect(await clusterState(scene)).toEqual(normalState);
    });
  });
});
