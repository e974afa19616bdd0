/**
 * A run with `nodes: any` continues without a primary node that cannot be reached, and reports what it does not know of
 * that node.
 */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import { lockFolder, ownerName, thisOwner } from '../../src/main/procedure/model/lock.ts';
import { expectWholeJournal, withJob } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openSceneConsole,
  runScene,
  type RunSetting,
  type Scene,
  type SceneRun,
  type SiteTree,
} from '../support/lab-run.ts';
import { allLocks, changingCommands } from '../support/lab-shell.ts';
import { recoverScene } from '../support/mortal-console.ts';
import { checkScene, failureOf, refusedBeforeJournal, refusedRun } from '../support/refusals.ts';
import { sceneOfTest } from '../support/scene-of-test.ts';

/** From now on nothing listens on the port of a node; the node itself keeps running. */
async function cutOff({ lab }: Scene, node: NodeName): Promise<void> {
  lab.faults.set(`host-down=${node}`);
  await lab.faultsSettled();
}

async function reachable({ lab }: Scene, node: NodeName): Promise<void> {
  lab.faults.clear(`host-down=${node}`);
  await lab.faultsSettled();
}

/** A raw device without services to stop: nothing must be known of a node that does not answer. */
const rawAny = withJob({ nodes: 'any', services: 'not-needed' });

/** Does something when a host receives a command, before it runs there; once. */
function when({ lab }: Scene, host: NodeName, command: string, work: () => Promise<void>): void {
  const stop = lab.onCommand(({ phase, host: at, line }) => {
    if (phase !== 'started' || at !== host || !line.startsWith(command)) return undefined;
    stop();
    return work();
  });
}

const sentTo = ({ lab }: Scene, node: NodeName, from = 0) =>
  lab.commands.slice(from).filter(({ host }) => host === node);

const nodeEvents = ({ events }: Pick<SceneRun, 'events'>) =>
  events.filter((event): event is Extract<RunEvent, { type: 'node' }> => event.type === 'node');

/** The steps in which the run reports that a node is not checked. */
const stepsUnchecked = ({ events }: Pick<SceneRun, 'events'>) => [
  ...new Set(
    events.flatMap((event) =>
      event.type === 'check' && event.rule === 'node-not-checked' ? [event.step] : [],
    ),
  ),
];

const unchecked = (node: string) => [
  `whether ${node} shows Volume2 parted, stopped and in sync`,
  `whether Volume2 is mounted on ${node}`,
  `the lock of Class1 on ${node}`,
  `which machine ${node} is`,
];

/** Runs a job without node2, which does not answer from the beginning. */
async function runWithoutNode2(scene: Scene, setting: RunSetting = {}): Promise<SceneRun> {
  await cutOff(scene, 'node2');
  const end = await runScene(scene, { change: rawAny, ...setting });
  await scene.lab.copyingFinished();
  await expectWholeJournal(scene, end);
  return end;
}

describe('a primary node that does not answer from the beginning', () => {
  it('is sent nothing, and is named with each check that is not made there', async () => {
    const scene = await sceneOfTest();
    const end = await runWithoutNode2(scene);
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(end.sentence).toMatch(/; node2 did not answer all the time, and was not checked then$/);
    expect(sentTo(scene, 'node2')).toEqual([]);
    expect(nodeEvents(end)).toMatchObject([
      { what: 'missing', node: 'node2', locked: false, unchecked: unchecked('node2') },
    ]);
    expect(stepsUnchecked(end)).toEqual(
      expect.arrayContaining(['3-1', '3-3', '3-5', '5', 'verify', '6a', '8-1', '8-2']),
    );
    const identified = end.events.find((event) => event.type === 'hosts-identified');
    expect(identified?.hosts.map(({ name }) => name)).toEqual(['node1', 'node3']);
    expect(end.stands).toContainEqual(expect.stringMatching(/^node2: no answer since .*; not checked: /));
    expect(await clusterState(scene)).toEqual(normalState);
    await reachable(scene, 'node2');
    expect(allLocks(scene)).toEqual([]);
  });

  it('leaves the commands that need one node to the other one, even if it is the first', async () => {
    const scene = await sceneOfTest();
    await cutOff(scene, 'node1');
    const end = await runScene(scene, { change: rawAny });
    expect(end.exitStatus).toBe(0);
    const changes = changingCommands(scene).filter((line) => /sdxproxy|sdxvolume/.test(line));
    expect(changes).toEqual([
      'node2 sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
      'node2 sdxvolume -F -c Class1 -v Volume2 -e allnodes',
      'node2 sdxproxy Rejoin -c Class1 -p Volume2',
    ]);
    expect(sentTo(scene, 'node1')).toEqual([]);
  });

  it('is reported by plan and check, with what is not checked on it', async () => {
    const scene = await sceneOfTest();
    await cutOff(scene, 'node2');
    const console = await openSceneConsole(scene, rawAny);
    const plan = await console.plan({ job: 'raw-dd' }).finally(() => console.close());
    expect(plan).toMatchObject({ nodes: 'any', missing: [{ node: 'node2', unchecked: unchecked('node2') }] });
    const step = (id: string) => plan.steps.find((planned) => planned.step === id)?.without;
    expect(step('lock')).toBe('node2 does not answer: its commands are not sent there');
    expect(step('3-3')).toBe('node2 does not answer: the checks of this step do not run there');
    const lines = await checkScene(scene, (site: SiteTree) => {
      rawAny(site);
      delete site.jobs['ufs-tar'];
    });
    expect(lines.filter(({ good }) => !good).map(({ host, what }) => [host, what])).toEqual([
      ['node2', 'login'],
    ]);
    expect(lines.find(({ what }) => what === 'job raw-dd')?.said).toMatch(
      /^Volume2 is joined to Volume1, in sync, .*; node2: no answer since .*; not checked: whether node2 shows /,
    );
  });

  it('ends a run that needs every node, and both nodes end any run, before anything is touched', async () => {
    const scene = await sceneOfTest();
    await cutOff(scene, 'node2');
    expect((await refusedBeforeJournal(scene, { change: rawAny, nodes: 'all' })).code).toBe(
      'HOST_UNREACHABLE',
    );
    await cutOff(scene, 'node1');
    const error = await refusedBeforeJournal(scene, { change: rawAny });
    expect(error.code).toBe('NO_NODE_ANSWERS');
    expect(error.sentence).toMatch(
      /^no primary node answers: node1, node2; node2 \(127\.0\.0\.1, port \d+\)/,
    );
    expect(await clusterState(scene)).toEqual(normalState);
  });
});

describe('a node that is not known to be down', () => {
  // The file system is mounted at the part.
  const ufsAny = withJob({ nodes: 'any', services: 'not-needed', fsck: { answerYes: true } }, 'ufs-tar');

  it.each<[string, RunSetting, string]>([
    [
      'a file system',
      { job: 'ufs-tar', change: ufsAny },
      'method 6b backs up a file system that the node may still write to',
    ],
    [
      'a raw device whose services are stopped',
      { job: 'raw-dd', change: withJob({ nodes: 'any' }) },
      'services that run there cannot be stopped',
    ],
  ])('refuses %s before anything is touched', async (_what, setting, why) => {
    const scene = await sceneOfTest();
    await cutOff(scene, 'node2');
    const error = await refusedRun(scene, { ...setting, approveVerified: true });
    expect(error.code).toBe('NODE_NOT_KNOWN_DOWN');
    expect(error.sentence).toMatch(
      new RegExp(
        `^step lock: node2 has not answered since \\S+Z, it is not known whether it is down, and ${why}$`,
      ),
    );
    expect(error.hint).toContain('--node-down node2');
  });

  it('counts as down only if the operator confirms it, which the journal keeps', async () => {
    const scene = await sceneOfTest();
    const said = await runWithoutNode2(scene, { job: 'ufs-tar', change: ufsAny, nodesDown: ['node2'] });
    expect(said.exitStatus, said.sentence).toBe(0);
    const [, down] = nodeEvents(said);
    expect(down).toMatchObject({ what: 'down', node: 'node2' });
    expect(down?.by).toMatch(/ \(--node-down node2\)$/);
  });

  it('is asked about on a terminal; an operator who does not know ends the run before anything is touched', async () => {
    const scene = await sceneOfTest();
    await cutOff(scene, 'node2');
    const questions: string[] = [];
    const error = await refusedRun(scene, {
      job: 'ufs-tar',
      change: ufsAny,
      ask({ id, text }) {
        questions.push(`${id}: ${text}`);
        return Promise.resolve({ choice: 'end-run', by: 'marion' });
      },
    });
    expect(error.sentence).toBe('step lock: marion chose to stop');
    expect(questions).toHaveLength(1);
    expect(questions[0]).toMatch(
      /^node-down: node2 has not answered since .* Is node2 down \(halted or powered off\)\?/,
    );
  });

  it('cannot be confirmed for a node that answers, or for another host', async () => {
    const scene = await sceneOfTest();
    const answers = await failureOf(runScene(scene, { change: rawAny, nodesDown: ['node2'] }));
    expect(answers).toMatchObject({ code: 'NODE_NOT_DOWN', sentence: 'node2 answers, so it is not down' });
    const none = await failureOf(runScene(scene, { change: rawAny, nodesDown: ['node3'] }));
    expect(none).toMatchObject({
      code: 'NODE_UNKNOWN',
      sentence: 'node3 is not a primary node of this site',
    });
    expect(changingCommands(scene)).toEqual([]);
  });
});

describe('a node that becomes unreachable during a run', () => {
  it('is handled like one that was missing from the beginning: the other one finishes the run', async () => {
    const scene = await sceneOfTest();
    when(scene, 'node3', 'sdxshadowdisk -M', () => cutOff(scene, 'node1'));
    const end = await runScene(scene, { change: rawAny });
    await scene.lab.copyingFinished();
    await expectWholeJournal(scene, end);
    expect(end.exitStatus).toBe(0);
    expect(nodeEvents(end)).toMatchObject([{ what: 'missing', node: 'node1', locked: true }]);
    expect(changingCommands(scene)).toContain('node2 sdxproxy Rejoin -c Class1 -p Volume2');
    expect(end.stands).toContain('node1: the lock /var/tmp/shadowtape-Class1.lock still exists');
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('ends the backup of a file system, which is rolled back from the other node', async () => {
    const scene = await sceneOfTest();
    const change = withJob({ nodes: 'any', services: 'not-needed' }, 'ufs-tar');
    when(scene, 'node3', 'sdxshadowdisk -M', () => cutOff(scene, 'node1'));
    const end = await runScene(scene, { job: 'ufs-tar', change });
    await scene.lab.copyingFinished();
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'NODE_NOT_KNOWN_DOWN' } });
    expect(await clusterState(scene)).toEqual(normalState);
  });
});

describe('a node that answers again during a run', () => {
  /** Runs without node2, which can be reached again when the shadow is removed: the next step is the rejoin. */
  async function runWithReturn(scene: Scene, before: () => Promise<unknown> = () => Promise.resolve()) {
    let from = Infinity;
    when(scene, 'node3', 'sdxshadowdisk -R', async () => {
      await before();
      await reachable(scene, 'node2');
      // The command that is received now is the last of its step.
      from = scene.lab.commands.length;
    });
    const end = await runWithoutNode2(scene);
    return { end, from };
  }

  it('is identified, locked and checked before the next step, and belongs to the run from then on', async () => {
    const scene = await sceneOfTest();
    const { end } = await runWithReturn(scene);
    expect(end.exitStatus).toBe(0);
    expect(nodeEvents(end).map(({ what, step }) => [what, step])).toEqual([
      ['missing', 'begin'],
      ['back', '8-1'],
    ]);
    const identified = end.events.findLast((event) => event.type === 'hosts-identified');
    expect(identified?.hosts.map(({ name }) => name)).toEqual(['node1', 'node3', 'node2']);
    const lines = sentTo(scene, 'node2').map(({ line }) => line);
    expect(lines).toEqual(expect.arrayContaining(['hostid', 'cat /etc/mnttab']));
    expect(lines.filter((line) => line.startsWith('mkdir '))).toHaveLength(2);
    expect(stepsUnchecked(end)).not.toContain('8-1');
    expect(allLocks(scene)).toEqual([]);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('and uses the proxy ends the run', async () => {
    const scene = await sceneOfTest();
    const statuses: number[] = [];
    const { end } = await runWithReturn(scene, async () => {
      await scene.lab.rebootNode('node2');
      for (const line of [
        'fsck -F ufs -y /dev/sfdsk/Class1/rdsk/Volume2',
        'mkdir /mnt2',
        'mount -F ufs -o ro /dev/sfdsk/Class1/dsk/Volume2 /mnt2',
      ])
        statuses.push((await scene.lab.type('node2', line)).status);
    });
    expect(statuses).toEqual([0, 0, 0]);
    expect(end.error).toMatchObject({ code: 'CHECK_FAILED' });
    expect(end.sentence).toContain(
      'No proxy is mounted on node2: expected none, seen /dev/sfdsk/Class1/dsk/Volume2 on /mnt2 of node2',
    );
    // The cluster refuses to rejoin a proxy that is in use.
    expect(end.exitStatus).toBe(3);
    expect(scene.lab.world().proxy.state).toBe('Part');
    expect(scene.lab.world().shadow.volumes).toEqual([]);
  });

  it('while the services of the others are stopped ends the run: its own are not', async () => {
    const scene = await sceneOfTest();
    when(scene, 'node1', 'umount /app', () => reachable(scene, 'node2'));
    const change = withJob({ nodes: 'any' });
    const end = await runWithoutNode2(scene, { change, nodesDown: ['node2'] });
    expect(end).toMatchObject({
      exitStatus: 2,
      sentence: 'step 3-3: node2 answers again, and its services were not stopped',
    });
    expect(changingCommands(scene)).toEqual(['node1 umount /app', 'node1 mount /app']);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('and is locked by somebody else stops everything before the next change', async () => {
    const scene = await sceneOfTest();
    const folder = lockFolder('Class1');
    const owner = { ...thisOwner('20261122-020004-volume2'), user: 'marion', console: 'elsewhere' };
    const other = `${folder}/${ownerName(owner)}`;
    const { end, from } = await runWithReturn(scene, () => {
      scene.lab.editFolders('node2', (folders) => [...folders, folder, other]);
      return Promise.resolve();
    });
    expect(end).toMatchObject({ exitStatus: 3, error: { code: 'LOCK_LOST' } });
    expect(end.sentence).toMatch(/^step lock: the lock of Class1 on node2 is held by /);
    expect(changingCommands(scene, from)).toEqual([]);
    expect(allLocks(scene).filter((path) => path.startsWith('node2 '))).toEqual([
      `node2 ${folder}`,
      `node2 ${other}`,
    ]);
  });
});

describe('an interrupted run that has lost a node', () => {
  it('is resumed without it; when it answers, the lock that the dead process left there is taken over', async () => {
    const scene = await sceneOfTest();
    const halt = new AbortController();
    const first = await runScene(scene, {
      change: rawAny,
      halt: halt.signal,
      onEvent: (event) => {
        if (event.type === 'step-started' && event.step === '7') halt.abort();
      },
    });
    expect(first.exitStatus).toBe(3);
    await cutOff(scene, 'node2');
    when(scene, 'node3', 'sdxshadowdisk -R', () => reachable(scene, 'node2'));
    const end = await recoverScene(scene, 'resume', first.run, { change: rawAny });
    await scene.lab.copyingFinished();
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(nodeEvents(end)).toMatchObject([
      { what: 'missing', step: 'take-up', node: 'node2', locked: true },
      { what: 'back', step: '8-1', node: 'node2' },
    ]);
    expect(allLocks(scene)).toEqual([]);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('that it never had is resumed without a lock there, and expects none', async () => {
    const scene = await sceneOfTest();
    await cutOff(scene, 'node2');
    const halt = new AbortController();
    const first = await runScene(scene, {
      change: rawAny,
      halt: halt.signal,
      onEvent: (event) => {
        if (event.type === 'step-started' && event.step === '7') halt.abort();
      },
    });
    expect(first.exitStatus).toBe(3);
    const end = await recoverScene(scene, 'resume', first.run, { change: rawAny });
    await scene.lab.copyingFinished();
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0, hasLocks: false });
    expect(nodeEvents(end)).toMatchObject([
      { what: 'missing', step: 'take-up', node: 'node2', locked: false },
    ]);
    await reachable(scene, 'node2');
    expect(allLocks(scene)).toEqual([]);
  });

  it('and required every node is rolled back from the other one with --nodes any', async () => {
    const scene = await sceneOfTest();
    const halt = new AbortController();
    const first = await runScene(scene, {
      change: withJob({ services: 'not-needed' }),
      halt: halt.signal,
      onEvent: (event) => {
        if (event.type === 'step-started' && event.step === '7') halt.abort();
      },
    });
    expect(first.exitStatus).toBe(3);
    await cutOff(scene, 'node1');
    const console = await openSceneConsole(scene, withJob({ services: 'not-needed' }));
    const never = new AbortController().signal;
    const end = await console
      .unwind({
        run: first.run,
        nodes: 'any',
        takeOverLock: true,
        ask: undefined,
        approveVerified: false,
        cancel: never,
        halt: never,
        onEvent: () => undefined,
      })
      .finally(() => console.close());
    await scene.lab.copyingFinished();
    expect(end).toMatchObject({ exitStatus: 2 });
    expect(changingCommands(scene)).toContain('node2 sdxproxy Rejoin -c Class1 -p Volume2');
    expect(await clusterState(scene)).toEqual(normalState);
  });
});
