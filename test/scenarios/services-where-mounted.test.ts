/**
 * Services that a cluster may move: they are stopped where their file system is mounted, and resumed there unless they
 * have moved.
 */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import { expectWholeJournal, withJob } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openSceneConsole,
  runScene,
  type RunSetting,
  type Scene,
  type SceneRun,
} from '../support/lab-run.ts';
import { allLocks, changingCommands } from '../support/lab-shell.ts';
import { checkScene } from '../support/refusals.ts';
import { sceneOfTest } from '../support/scene-of-test.ts';

/** Somebody, or the cluster, types at the console of a node. */
async function typed({ lab }: Scene, node: NodeName, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) expect(await lab.type(node, line)).toMatchObject({ status: 0 });
}

/** The cluster moves the services, as after a failure of their node. */
async function failOver(scene: Scene, from: NodeName, to: NodeName): Promise<void> {
  if (mountedOn(scene).includes(from)) await typed(scene, from, 'umount /app');
  await typed(scene, to, 'mount /app');
}

/** The nodes on which /app is mounted: where it is, the lab counts its services as running. */
const mountedOn = ({ lab }: Scene): string[] => {
  const { mounts } = lab.world();
  return Object.entries(mounts).flatMap(([node, mounted]) =>
    mounted.some(({ directory }) => directory === '/app') ? [node] : [],
  );
};

const mounted = { whereMounted: { stop: ['umount /app'], resume: ['mount /app'] } };
const whereMounted = withJob({ services: mounted }, 'ufs-tar');

/** What the program sends to stop and resume, with the node. */
const serviceCommands = (scene: Scene) =>
  changingCommands(scene).filter((line) => / (umount|mount) \/app$/.test(line));

const warnings = ({ events }: Pick<SceneRun, 'events'>) =>
  events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));

const run = (scene: Scene, setting: RunSetting = {}) =>
  runScene(scene, { job: 'ufs-tar', change: whereMounted, approveVerified: true, ...setting });

/** All is as before, and the services run on this node alone. That a mount writes to the master is theirs. */
async function expectServicesOn(scene: Scene, node: NodeName): Promise<void> {
  await scene.lab.copyingFinished();
  const state = await clusterState(scene);
  expect({ ...state, masterUnchanged: true }).toEqual({
    ...normalState,
    services: scene.lab.world().services.node1,
  });
  expect(mountedOn(scene)).toEqual([node]);
}

/** Does something in the first moment of a step: no host gets a command meanwhile. */
function atStep(scene: Scene, step: string, work: () => Promise<void>) {
  let isDue = false;
  let pending: Promise<void> | undefined;
  scene.lab.onCommand(({ phase }) => {
    if (phase !== 'started' || !isDue) return undefined;
    pending ??= work();
    return pending;
  });
  return (event: RunEvent): void => {
    if (event.type === 'step-started' && event.step === step) isDue = true;
  };
}

describe('a file system that is mounted on one node', () => {
  it.each(['node1', 'node2'] as const)('has its services stopped and resumed there: %s', async (node) => {
    const scene = await sceneOfTest();
    if (node === 'node2') await failOver(scene, 'node1', 'node2');
    const end = await run(scene);
    await expectWholeJournal(scene, end);
    expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(serviceCommands(scene)).toEqual([`${node} umount /app`, `${node} mount /app`]);
    await expectServicesOn(scene, node);
  });

  it('is shown by the plan: the commands of that node, and that they follow the mount', async () => {
    const scene = await sceneOfTest();
    await failOver(scene, 'node1', 'node2');
    const console = await openSceneConsole(scene, whereMounted);
    const plan = await console.plan({ job: 'ufs-tar' }).finally(() => console.close());
    const step = (id: string) => plan.steps.find((each) => each.step === id);
    expect(step('3-2')).toMatchObject({
      commands: [{ host: 'node2', line: 'umount /app' }],
      notes: ['sent only on the node that has Volume1 mounted right before the step; currently: node2'],
    });
    expect(step('3-4')?.commands).toMatchObject([{ host: 'node2', line: 'mount /app' }]);
    expect(serviceCommands(scene)).toEqual([]);
  });

  it('and moves between the plan and the run is followed', async () => {
    const scene = await sceneOfTest();
    const end = await run(scene, { onEvent: atStep(scene, '3-2', () => failOver(scene, 'node1', 'node2')) });
    expect(end.exitStatus, end.sentence).toBe(0);
    expect(serviceCommands(scene)).toEqual(['node2 umount /app', 'node2 mount /app']);
    await expectServicesOn(scene, 'node2');
  });
});

describe('a file system with an unknown place of its services', () => {
  it.each([
    ['is mounted on no node', 'no node', (scene: Scene) => typed(scene, 'node1', 'umount /app')],
    [
      'is mounted on both nodes',
      'node1 (/app), node2 (/app)',
      async (scene: Scene) => {
        await typed(scene, 'node1', 'umount /app');
        await typed(scene, 'node1', 'mount -F ufs -o ro /dev/sfdsk/Class1/dsk/Volume1 /app');
        await typed(scene, 'node2', 'mount -F ufs -o ro /dev/sfdsk/Class1/dsk/Volume1 /app');
      },
    ],
  ])('%s: the run ends before anything is touched', async (_title, seen, prepare) => {
    const scene = await sceneOfTest();
    await prepare(scene);
    const before = mountedOn(scene);
    const end = await run(scene);
    expect(end).toMatchObject({
      exitStatus: 1,
      sentence: `step 3-2: Volume1 mounted on one node: expected one primary node, seen ${seen}`,
    });
    expect(end.error?.hint).toContain('mount the file system where its services run');
    expect(changingCommands(scene).filter((line) => line.includes('sdx'))).toEqual([]);
    expect(allLocks(scene)).toEqual([]);
    expect(serviceCommands(scene)).toEqual([]);
    expect(mountedOn(scene)).toEqual(before);
  });
});

describe('services that move during a run', () => {
  it('between the query and the stop: the run ends, and they keep running where they are', async () => {
    const scene = await sceneOfTest();
    const tolerant = (line: string) => [['sh', '-c', `${line} /app 2>/dev/null || true`]];
    const change = withJob(
      { services: { whereMounted: { stop: tolerant('umount'), resume: tolerant('mount') } } },
      'ufs-tar',
    );
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'started' || !line.includes('umount /app')) return undefined;
      stop();
      return failOver(scene, 'node1', 'node2');
    });
    const end = await run(scene, { change });
    expect(end).toMatchObject({
      exitStatus: 2,
      sentence:
        'step 3-2: Volume1 not mounted where services run: expected node1 or no node, seen node2 (/app)',
    });
    expect(changingCommands(scene).filter((line) => line.includes('sdxproxy'))).toEqual([]);
    await expectServicesOn(scene, 'node2');
  });

  it.each(['3-3', 'part sent'])(
    'between the stop and the part (%s): the snapshot is given up, the proxy rejoined, and nothing is mounted twice',
    async (moment) => {
      const scene = await sceneOfTest();
      const move = () => failOver(scene, 'node1', 'node2');
      const stop = scene.lab.onCommand(({ phase, line }) => {
        if (moment !== 'part sent' || phase !== 'started' || !line.startsWith('sdxproxy Part'))
          return undefined;
        stop();
        return move();
      });
      const onEvent = moment === '3-3' ? atStep(scene, '3-3', move) : () => undefined;
      const end = await run(scene, { onEvent });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence:
          'step 3-3: Volume1 not mounted where services run: expected node1 or no node, seen node2 (/app)',
      });
      expect(serviceCommands(scene)).toEqual(['node1 umount /app']);
      expect(warnings(end)).toContain(
        'Volume1 mounted on node2 (/app): the services have moved there, and are not resumed on node1',
      );
      await expectServicesOn(scene, 'node2');
    },
  );

  it('after the part: the backup is finished, and nothing is resumed on the node that they left', async () => {
    const scene = await sceneOfTest();
    const onEvent = atStep(scene, '3-4', () => failOver(scene, 'node1', 'node2'));
    const end = await run(scene, { onEvent });
    await expectWholeJournal(scene, end);
    expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(serviceCommands(scene)).toEqual(['node1 umount /app']);
    expect(warnings(end)).toContain(
      'Volume1 mounted on node2 (/app): the services have moved there, and are not resumed on node1',
    );
    expect(end.stands.filter((line) => line.startsWith('services:'))).toEqual([]);
    await expectServicesOn(scene, 'node2');
  });

  it('while their node is lost: they run on the other one, and the run reports what it does not know', async () => {
    const scene = await sceneOfTest();
    const { lab } = scene;
    const onEvent = atStep(scene, '3-4', async () => {
      await typed(scene, 'node2', 'mount /app');
      await lab.rebootNode('node1');
      lab.faults.set('host-down=node1');
      await lab.faultsSettled();
    });
    const change = withJob({ services: mounted, nodes: 'any' }, 'ufs-tar');
    const end = await run(scene, { change, onEvent });
    await lab.copyingFinished();
    // Nobody has confirmed whether node1 is down, or still writes to the file system that is backed up.
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'NODE_NOT_KNOWN_DOWN' } });
    expect(serviceCommands(scene)).toEqual(['node1 umount /app']);
    expect(mountedOn(scene)).toEqual(['node2']);
    expect(lab.world().proxy.state).toBe('Join');
    lab.faults.clear('host-down=node1');
    await lab.faultsSettled();
  });

  it('to a second node in addition to the first: nothing is resumed, and action is required', async () => {
    const scene = await sceneOfTest();
    const readOnly = 'mount -F ufs -o ro /dev/sfdsk/Class1/dsk/Volume1 /app';
    await typed(scene, 'node1', 'umount /app', readOnly);
    const services = { whereMounted: { stop: ['true'], resume: ['mount /app'] } };
    const onEvent = atStep(scene, '3-4', () => typed(scene, 'node2', readOnly));
    const end = await run(scene, {
      change: withJob({ services, fsck: { answerYes: true } }, 'ufs-tar'),
      onEvent,
    });
    expect(end).toMatchObject({
      exitStatus: 3,
      sentence: expect.stringContaining(
        'Volume1 mounted on one node: expected one primary node, seen node1 (/app), node2 (/app)',
      ) as string,
    });
    expect(serviceCommands(scene)).toEqual([]);
    expect(mountedOn(scene)).toEqual(['node1', 'node2']);
  });

  it('a node that cannot be queried when they must be resumed: nothing is mounted, and action is required', async () => {
    const scene = await sceneOfTest();
    const { lab } = scene;
    const onEvent = atStep(scene, '3-4', async () => {
      lab.faults.set('host-down=node2');
      await lab.faultsSettled();
      lab.breakConnections('node2');
    });
    const end = await run(scene, { onEvent });
    expect(end.exitStatus, end.sentence).toBe(3);
    expect(serviceCommands(scene)).toEqual(['node1 umount /app']);
    expect(end.stands).toContain('services: stopped on node1 (umount /app), not all resumed');
    expect(mountedOn(scene)).toEqual([]);
  });
});

it('check names the node, or why a run cannot know it', async () => {
  const scene = await sceneOfTest();
  const change = (site: Parameters<typeof whereMounted>[0]) => {
    whereMounted(site);
    delete site.jobs['raw-dd'];
  };
  const ofJob = async () => (await checkScene(scene, change)).filter(({ what }) => what === 'job ufs-tar');
  expect(await ofJob()).toMatchObject([
    { good: true, said: expect.stringContaining('; services run on node1 (/app)') as string },
  ]);
  await typed(scene, 'node1', 'umount /app');
  expect(await ofJob()).toMatchObject([
    { good: false, said: 'Volume1 mounted on one node: expected one primary node, seen no node' },
  ]);
});
