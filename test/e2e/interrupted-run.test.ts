/** A run whose process died, and a run that another process performs: what the screens offer, and what they do not. */
import { expect, it, onTestFinished } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { sceneArguments, startCommand } from '../support/command-line.ts';
import { expectNormal, quick } from '../support/deaths.ts';
import { clusterState, openScene, type Scene } from '../support/lab-run.ts';
import { killedAt } from '../support/killed-run.ts';
import { locksLeft } from '../support/lab-shell.ts';
import {
  describeInBrowser,
  serveConsole,
  type ConsolePage,
  type ServedScene,
} from '../support/ui/console-page.ts';

/** A lab of its own, and the arguments of a command line on it. */
async function labScene(): Promise<{ scene: Scene; site: string[] }> {
  const scene = await openScene({ blocks: 4096 });
  onTestFinished(() => scene.close());
  const site = await sceneArguments(scene);
  await scene.writeSite(quick);
  return { scene, site };
}

async function served(scene: Scene): Promise<Pick<ServedScene, 'served' | 'ask'>> {
  const console = await serveConsole(scene, quick);
  onTestFinished(() => console.close());
  return console;
}

describeInBrowser('a run whose process was killed while its shadow exists', (browser) => {
  /** The job cannot be started, and the screen says why before anybody tries. */
  async function refused(): Promise<{ scene: Scene; run: string; on: ConsolePage }> {
    const { scene, site } = await labScene();
    const run = await killedAt(scene, site, 'sdxshadowvolume -M');
    const on = await browser.page(await served(scene), { width: 900, height: 700 });
    await on.open('#/plan/raw-dd');
    await on.region('Interrupted run').getByText(`Class1: run ${run} was interrupted at step 5`).waitFor();
    await expect
      .poll(() => on.button('Back up Volume2').getAttribute('title'))
      .toBe(`run ${run} was interrupted`);
    return { scene, run, on };
  }

  it('keeps the job from being started, and is rolled back from there', async () => {
    const { scene, run, on } = await refused();
    const names = await on.region('Interrupted run').getByRole('button').allInnerTexts();
    expect(names).toEqual(['Resume run', 'Roll back run', 'Discard run…']);
    await on.picture('interrupted-900');
    await on.page.setViewportSize({ width: 1920, height: 1080 });
    await on.picture('interrupted-1920');
    await on.button('Roll back run').click();
    await on.region('The end').getByText(`run ${run} was rolled back`).waitFor();
    await expectNormal(scene, run);
    await on.open('#/plan/raw-dd');
    await on.button('Back up Volume2').click();
    await on.heading('Backup verified').waitFor();
  });

  it('whose proxy was rejoined by hand since offers no resume, and says why', async () => {
    const { scene, run, on } = await refused();
    for (const line of [
      'sdxshadowvolume -F -c Class2 -v Volume2',
      'sdxshadowvolume -R -c Class2 -v Volume2',
      'sdxshadowgroup -R -c Class2 -g Group2',
      'sdxshadowdisk -R -c Class2 -d Disk3',
    ])
      await scene.lab.type('node3', line);
    await scene.lab.type('node1', 'sdxproxy Rejoin -c Class1 -p Volume2');
    await scene.lab.copyingFinished();
    await on.open(`#/run/${run}`);
    const reason = `run ${run} cannot be resumed: Volume2 is joined again: the data from the moment of the part is lost`;
    await on.region('Resume the run').getByText(reason).waitFor();
    expect(await on.button('Resume the run').getAttribute('title')).toBe(reason);
    expect(await on.button('Resume the run').getAttribute('aria-disabled')).toBe('true');
    await on.button('Roll back the run').click();
    await on.region('The end').getByText(`nothing to roll back for run ${run}`).waitFor();
    await expectNormal(scene, run);
  });

  it('is resumed from there, to its verified end', async () => {
    const { scene, run, on } = await refused();
    await on.button('Resume run').click();
    await on.heading('Backup verified').waitFor();
    const { events } = await readRun(scene.state, run);
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', verdict: 'verified', exitStatus: 0 });
    await expectNormal(scene, run);
  });

  it('is discarded once the name of its class is typed: only its lock goes', async () => {
    const { scene, run, on } = await refused();
    const before = await clusterState(scene);
    expect(locksLeft(scene)).not.toEqual([]);
    await on.button('Discard run…').click();
    const dialog = on.page.getByRole('dialog', { name: `Discard run ${run}?` });
    const discard = dialog.getByRole('button', { name: 'Discard run', exact: true });
    expect(await discard.getAttribute('title')).toBe('the name has not been typed');
    await on.picture('discard-1920');
    await dialog.getByRole('textbox').fill('Class1');
    await discard.click();
    await on.said(`Run ${run} discarded`).waitFor();
    await on.region('Interrupted run').waitFor({ state: 'detached' });
    expect(locksLeft(scene)).toEqual([]);
    expect(await clusterState(scene)).toEqual(before);
    const { events } = await readRun(scene.state, run);
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', verdict: 'failed', exitStatus: 3 });
    // What it left is still there, and now keeps the job from being started for what it is.
    await expect
      .poll(() => on.button('Back up Volume2').getAttribute('title'))
      .toBe('shadow Class2/Volume2 of Volume2 exists, and no run of this console uses it');
    expect(await clusterState(scene)).toEqual(before);
  });
});

describeInBrowser('a run that another process performs', (browser) => {
  /** A run of the command line that dumps as long as the tape is slow. */
  async function dumpingElsewhere(scene: Scene, site: readonly string[]) {
    scene.lab.faults.set('slow-tape=100000');
    const command = startCommand([...site, '--trust', 'run', 'raw-dd']);
    await new Promise<void>((resolve) => {
      const stop = scene.lab.onCommand(({ phase, line }) => {
        if (phase !== 'started' || !line.startsWith('dd ibs=')) return;
        stop();
        resolve();
      });
    });
    const [run = ''] = await scene.state.runs();
    return { command, run };
  }

  it('says where it runs, offers nothing that would be refused, and is refreshed until it ends', async () => {
    const { scene, site } = await labScene();
    const { command, run } = await dumpingElsewhere(scene, site);
    const on = await browser.page(await served(scene), { width: 900, height: 700 });
    await on.open(`#/run/${run}`);
    const elsewhere = on.region('Running in another process');
    await elsewhere.getByText(`Process ${command.process.pid}`).waitFor();
    await on.picture('elsewhere-900');
    await on.page.setViewportSize({ width: 1920, height: 1080 });
    await on.picture('elsewhere-1920');
    for (const name of ['Resume the run', 'Roll back the run', 'Stop the backup…'])
      expect(await on.button(name).count()).toBe(0);
    scene.lab.faults.clear('slow-tape');
    expect((await command.end).exitStatus).toBe(0);
    await elsewhere.getByRole('button', { name: 'Refresh' }).click();
    await on.heading('Backup verified').waitFor();
  });

  it('that is killed is interrupted once it is refreshed, and is then rolled back', async () => {
    const { scene, site } = await labScene();
    const { command, run } = await dumpingElsewhere(scene, site);
    const on = await (await browser.page(await served(scene))).open(`#/run/${run}`);
    await on.region('Running in another process').waitFor();
    command.process.kill('SIGKILL');
    await command.end;
    scene.lab.faults.clear('slow-tape');
    await on.button('Refresh').click();
    await on.button('Roll back the run').click();
    await on.region('The end').getByText(`run ${run} was rolled back`).waitFor();
    await expectNormal(scene, run);
  });
});
