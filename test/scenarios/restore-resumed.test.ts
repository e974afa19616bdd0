/** A restore that is resumed in a world that has changed meanwhile. */
import { afterEach, describe, expect, it } from 'vitest';
import { openWay } from '../support/broken-restore.ts';
import { locksLeft } from '../support/lab-shell.ts';
import { takeUpScene } from '../support/mortal-console.ts';
import { restoreScene, type RestoreScene } from '../support/restore-run.ts';

let scene: RestoreScene | undefined;
afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

/** A restore from the proxy that is stopped while it reads the proxy. @returns the name of the run */
async function stoppedWhileReading(of: RestoreScene): Promise<string> {
  const halt = new AbortController();
  const end = await restoreScene(of, {
    fromProxy: true,
    halt: halt.signal,
    onEvent(event) {
      if (event.type === 'step-started' && event.step === 'read-proxy') halt.abort();
    },
  });
  expect(end.events.filter(({ type }) => type === 'step-started').at(-1)).toMatchObject({
    step: 'read-proxy',
  });
  return end.run;
}

describe('a restore from the parted proxy', () => {
  it('is refused if a shadow on its disks was created meanwhile: the master keeps its bytes', async () => {
    scene = await openWay('proxy');
    const run = await stoppedWhileReading(scene);
    await scene.lab.type('node3', 'sdxshadowdisk -M -c Class9 -d c1t1d3=Disk3');
    const from = scene.lab.commands.length;
    const end = await takeUpScene(scene, 'resume', run, { change: scene.change });
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
});
