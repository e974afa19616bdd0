/** A restore that is resumed in a world that has changed meanwhile. */
import { afterEach, describe, expect, it } from 'vitest';
import { openWay } from '../support/broken-restore.ts';
import { locksLeft } from '../support/lab-shell.ts';
import { recoverScene } from '../support/mortal-console.ts';
import { restoreScene, type RestoreScene } from '../support/restore-run.ts';

let scene: RestoreScene | undefined;
afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

/** A restore from the proxy that is stopped when a step begins. @returns the name of the run */
async function stoppedAt(of: RestoreScene, step: string): Promise<string> {
  const halt = new AbortController();
  const end = await restoreScene(of, {
    fromProxy: true,
    halt: halt.signal,
    onEvent(event) {
      if (event.type === 'step-started' && event.step === step) halt.abort();
    },
  });
  expect(end.events.filter(({ type }) => type === 'step-started').at(-1)).toMatchObject({ step });
  return end.run;
}

/** The commands since the `from`th that change proxy or master. */
const changesOf = ({ lab }: RestoreScene, from: number): string[] =>
  lab.commands
    .slice(from)
    .map(({ line }) => line)
    .filter((line) => /^sdx(proxy|volume) /.test(line));

describe('a restore from the parted proxy', () => {
  it('is refused if a shadow on its disks was created meanwhile: the master keeps its bytes', async () => {
    scene = await openWay('proxy');
    const run = await stoppedAt(scene, 'read-proxy');
    await scene.lab.type('node3', 'sdxshadowdisk -M -c Class9 -d c1t1d3=Disk3');
    const from = scene.lab.commands.length;
    const end = await recoverScene(scene, 'resume', run, { change: scene.change });
    expect([end.exitStatus, end.sentence]).toEqual([
      3,
      'step start-proxy: No shadow is left: expected none, seen disk Disk3 of class Class9 on c1t1d3',
    ]);
    const sent = scene.lab.commands.slice(from).map(({ line }) => line);
    expect(sent.filter((line) => /^sdxproxy|^sdxvolume -N/.test(line))).toEqual([]);
    // Nobody else may rejoin the proxy until that is resolved.
    expect(locksLeft(scene).length).toBeGreaterThan(0);
    expect(await scene.lab.volumeDigest('Class1', scene.master)).toBe(scene.noiseDigest);
  });

  it('stops the master again if a node rebooted between its stop and the copy, and reads the proxy again', async () => {
    scene = await openWay('proxy');
    const run = await stoppedAt(scene, 'rejoin-restore');
    await scene.lab.rebootNode('node2');
    expect(scene.lab.world().master.statusOn).toMatchObject({ node2: 'ACTIVE' });
    const from = scene.lab.commands.length;
    const end = await recoverScene(scene, 'resume', run, { change: scene.change });
    expect(end.exitStatus, end.sentence).toBe(0);
    expect(changesOf(scene, from).slice(0, 5)).toEqual([
      'sdxvolume -F -c Class1 -v Volume2 -e allnodes',
      'sdxvolume -N -c Class1 -v Volume2 -e mode=ro',
      'sdxvolume -F -c Class1 -v Volume2 -e allnodes',
      'sdxvolume -F -c Class1 -v Volume1 -e allnodes',
      'sdxproxy RejoinRestore -c Class1 -p Volume2 -e nowaitsync',
    ]);
    expect(end.events).toContainEqual(
      expect.objectContaining({ type: 'restore-digest', place: 'master', sha256: scene.backupDigest }),
    );
  });

  it('is refused if a node reboots after the resumed run stopped the master, although it is stopped again', async () => {
    scene = await openWay('proxy');
    const { lab } = scene;
    const run = await stoppedAt(scene, 'rejoin-restore');
    const from = lab.commands.length;
    let isStopped = false;
    const stop = lab.onCommand(({ phase, host }) => {
      if (phase !== 'started' || host !== 'node1' || !isStopped) return undefined;
      stop();
      return lab
        .rebootNode('node2')
        .then(() => lab.type('node1', 'sdxvolume -F -c Class1 -v Volume1,Volume2 -e allnodes'));
    });
    const end = await recoverScene(scene, 'resume', run, {
      change: scene.change,
      onEvent(event) {
        if (event.type === 'step-finished' && event.step === 'stop-master') isStopped = true;
      },
    });
    expect([end.exitStatus, end.error?.code, end.sentence]).toEqual([
      2,
      'RESTORE_NODE_REBOOTED',
      'step rejoin-restore: node2 rebooted since Volume1 was stopped',
    ]);
    expect(changesOf(scene, from).filter((line) => line.startsWith('sdxproxy'))).toEqual([]);
    expect(await lab.volumeDigest('Class1', scene.master)).toBe(scene.noiseDigest);
  });
});
