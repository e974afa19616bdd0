/** Commands that any primary node may run are sent to a working one: which one, and why, is reported. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import { expectWholeJournal, withJob } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openSceneConsole,
  runScene,
  type Scene,
  type SceneRun,
} from '../support/lab-run.ts';
import { allLocks, changingCommands } from '../support/lab-shell.ts';
import { checkScene, failureOf, refusedBeforeJournal, refusedRun } from '../support/refusals.ts';
import { sceneOfTest } from '../support/scene-of-test.ts';

/** From now on each sdxinfo of a node fails; everything else works there. */
const failGds = ({ lab }: Scene, node: NodeName) => lab.faults.set(`fail=${node}:sdxinfo`);
const repairGds = ({ lab }: Scene, node: NodeName) => lab.faults.clear(`fail=${node}:sdxinfo`);

const rawAny = withJob({ nodes: 'any', services: 'not-needed' });

/** Does something when a host receives a command, before it runs there; once. */
function when({ lab }: Scene, host: NodeName, command: string, work: () => unknown): void {
  const stop = lab.onCommand(({ phase, host: at, line }) => {
    if (phase !== 'started' || at !== host || !line.startsWith(command)) return undefined;
    stop();
    return Promise.resolve(work());
  });
}

const nodeEvents = ({ events }: Pick<SceneRun, 'events'>) =>
  events.filter((event): event is Extract<RunEvent, { type: 'node' }> => event.type === 'node');

const warnings = ({ events }: Pick<SceneRun, 'events'>) =>
  events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));

/** Commands that change the state of volumes on the cluster, with the node that each was sent to. */
const clusterChanges = (scene: Scene) =>
  changingCommands(scene).filter((line) => /sdxproxy|sdxvolume/.test(line));

const sentTo = ({ lab }: Scene, node: NodeName) =>
  lab.commands.flatMap(({ host, line }) => (host === node ? [line] : []));

const onNode2 = [
  'node2 sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
  'node2 sdxvolume -F -c Class1 -v Volume2 -e allnodes',
  'node2 sdxproxy Rejoin -c Class1 -p Volume2',
];

describe('the first node answers, and its GDS does not', () => {
  it('leaves the commands of the cluster to the other node, which is reported with the reason', async () => {
    const scene = await sceneOfTest();
    failGds(scene, 'node1');
    const end = await runScene(scene, { change: rawAny });
    await scene.lab.copyingFinished();
    await expectWholeJournal(scene, end);
    expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(clusterChanges(scene)).toEqual(onNode2);
    expect(nodeEvents(end)).toMatchObject([
      {
        what: 'gds-failed',
        node: 'node1',
        instead: 'node2',
        unchecked: [
          'whether node1 shows Volume2 parted, stopped and in sync',
          'whether Volume2 is mounted on node1',
        ],
      },
    ]);
    expect(warnings(end).filter((text) => text.includes('commands of the cluster go to node2'))).toEqual([
      expect.stringMatching(
        /^node1: sdxinfo failed: .*; nodes: any, so commands of the cluster go to node2; /,
      ),
    ]);
    expect(end.sentence).toMatch(/; GDS on node1 did not answer all the time, and was not checked then$/);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is locked, identified and watched nevertheless', async () => {
    const scene = await sceneOfTest();
    failGds(scene, 'node1');
    let locked: string[] = [];
    when(scene, 'node2', 'sdxproxy Part', () => {
      locked = allLocks(scene).filter((path) => path.startsWith('node1 '));
    });
    const end = await runScene(scene, { change: rawAny });
    expect(end.exitStatus, end.sentence).toBe(0);
    expect(locked).not.toEqual([]);
    expect(sentTo(scene, 'node1')).toContain('hostid');
    expect(allLocks(scene)).toEqual([]);
  });

  it('has its services stopped and resumed: the node runs', async () => {
    const scene = await sceneOfTest();
    failGds(scene, 'node1');
    const end = await runScene(scene, { change: withJob({ nodes: 'any' }) });
    expect(end.exitStatus, end.sentence).toBe(0);
    expect(changingCommands(scene)).toEqual(
      expect.arrayContaining(['node1 umount /app', 'node1 mount /app', ...onNode2]),
    );
    await scene.lab.copyingFinished();
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it("is reported by plan and check, with sdxinfo's message", async () => {
    const scene = await sceneOfTest();
    failGds(scene, 'node1');
    const console = await openSceneConsole(scene, rawAny);
    const plan = await console.plan({ job: 'raw-dd' }).finally(() => console.close());
    expect(plan.missing).toMatchObject([
      { node: 'node1', gds: expect.stringMatching(/^node1: sdxinfo failed: /) as string },
    ]);
    const step = (id: string) => plan.steps.find((each) => each.step === id);
    expect(step('3-3')).toMatchObject({
      commands: [{ host: 'node2' }],
      without: 'GDS on node1 does not answer: the checks of this step do not run there',
    });
    expect(step('lock')?.commands.map(({ host }) => host)).toContain('node1');
    const lines = await checkScene(scene, (site) => {
      rawAny(site);
      delete site.jobs['ufs-tar'];
    });
    expect(lines.find(({ what }) => what === 'job raw-dd')?.said).toMatch(
      /; node1: sdxinfo has failed since .*; not checked: whether node1 shows Volume2 /,
    );
  });

  it('ends a run that needs every node, and one whose other node has none either, before anything is touched', async () => {
    const scene = await sceneOfTest();
    failGds(scene, 'node1');
    const all = await refusedBeforeJournal(scene, { change: rawAny, nodes: 'all' });
    expect(all).toMatchObject({ code: 'SDXINFO_FAILED_ON' });
    failGds(scene, 'node2');
    const both = await refusedBeforeJournal(scene, { change: rawAny });
    expect(both.sentence).toMatch(/^node2: sdxinfo failed: /);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('refuses the backup of a file system, because nothing shows whether the node uses the proxy; it is not down', async () => {
    const scene = await sceneOfTest();
    failGds(scene, 'node1');
    const change = withJob({ nodes: 'any', services: 'not-needed', fsck: { answerYes: true } }, 'ufs-tar');
    const error = await refusedRun(scene, { job: 'ufs-tar', change, approveVerified: true });
    expect(error.code).toBe('NODE_GDS_NOT_ANSWERING');
    expect(error.sentence).toMatch(
      /^step lock: GDS does not answer on node1 \(node1: sdxinfo failed: .*\), and method 6b backs up a file system that the node may still write to$/,
    );
    const said = await failureOf(
      runScene(scene, { job: 'ufs-tar', change, approveVerified: true, nodesDown: ['node1'] }),
    );
    expect(said).toMatchObject({ code: 'NODE_NOT_DOWN' });
  });
});

describe('GDS of a node stops answering during a run', () => {
  it('sends the next commands to the other node, and checks the node again once its GDS answers', async () => {
    const scene = await sceneOfTest();
    when(scene, 'node3', 'sdxshadowdisk -M', () => failGds(scene, 'node1'));
    when(scene, 'node2', 'sdxproxy Rejoin', () => repairGds(scene, 'node1'));
    const end = await runScene(scene, { change: rawAny });
    await scene.lab.copyingFinished();
    await expectWholeJournal(scene, end);
    expect(end.exitStatus, end.sentence).toBe(0);
    expect(clusterChanges(scene).map((line) => line.replace(/ -.*/, ''))).toEqual([
      'node1 sdxproxy Part',
      'node1 sdxvolume',
      'node2 sdxproxy Rejoin',
    ]);
    expect(nodeEvents(end).map(({ what, node }) => `${node} ${what}`)).toEqual([
      'node1 gds-failed',
      'node1 gds-back',
    ]);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('a command that changes something is never sent to a second node, even if the first refuses it', async () => {
    const scene = await sceneOfTest();
    scene.lab.faults.set('fail=node1:sdxproxy Part');
    const end = await runScene(scene, { change: rawAny });
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'COMMAND_FAILED' } });
    expect(clusterChanges(scene)).toEqual(['node1 sdxproxy Part -c Class1 -p Volume2 -a pjrm=off']);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it.each(['sdxproxy Part', 'sdxvolume -F', 'sdxproxy Rejoin'])(
    'the answer of %s is lost with its node: the other one shows its effect, and it is not sent twice',
    async (command) => {
      const scene = await sceneOfTest();
      const { lab } = scene;
      const stop = lab.onCommand(({ phase, host, line }) => {
        if (phase !== 'ended' || host !== 'node1' || !line.startsWith(command)) return undefined;
        stop();
        lab.faults.set('host-down=node1');
        return lab.faultsSettled().then(() => lab.breakConnections('node1'));
      });
      const end = await runScene(scene, { change: rawAny });
      await lab.copyingFinished();
      await expectWholeJournal(scene, end);
      expect(clusterChanges(scene).filter((line) => line.includes(command))).toHaveLength(1);
      // If the answer to the part is lost, nothing proves whose it is: the operator decides.
      expect(end.exitStatus, end.sentence).toBe(command === 'sdxproxy Part' ? 3 : 2);
      const state = await clusterState(scene);
      if (command !== 'sdxproxy Part') expect(state).toEqual(normalState);
      else expect(state).toMatchObject({ proxy: 'Part', masterUnchanged: true, shadowObjects: 0 });
    },
  );
});

describe('a primary node of the site that does not share the class', () => {
  it('is sent nothing that concerns the class, in a run that needs every node; the reason is reported', async () => {
    const scene = await sceneOfTest();
    scene.lab.shareClass('Class1', ['node2']);
    const change = withJob({ services: 'not-needed' });
    const end = await runScene(scene, { change });
    await scene.lab.copyingFinished();
    await expectWholeJournal(scene, end);
    expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(clusterChanges(scene)).toEqual(onNode2);
    expect(sentTo(scene, 'node1').filter((line) => line.startsWith('mkdir '))).toEqual([]);
    const why = 'node1 is not used: it does not share Class1, whose scope is node2';
    expect(warnings(end)).toContain(why);
    expect(scene.lab.world().proxy.state).toBe('Join');
    const console = await openSceneConsole(scene, change);
    const plan = await console.plan({ job: 'raw-dd' }).finally(() => console.close());
    expect(plan.outside).toEqual([{ node: 'node1', why }]);
    const lines = await checkScene(scene, (site) => {
      change(site);
      delete site.jobs['ufs-tar'];
    });
    expect(lines.find(({ what }) => what === 'job raw-dd')).toMatchObject({
      good: true,
      said: expect.stringContaining(`; ${why}`) as string,
    });
  });

  it('is not left out if the scope is not shown: an empty answer proves nothing', async () => {
    const scene = await sceneOfTest();
    scene.lab.shareClass('Class1', ['node2']);
    scene.lab.faults.set('missing-column=SCOPE');
    const error = await refusedBeforeJournal(scene, { change: withJob({ services: 'not-needed' }) });
    expect(error.sentence).toMatch(/^node1: sdxinfo failed: SDX:sdxinfo: ERROR: Class1: no such class/);
  });
});
