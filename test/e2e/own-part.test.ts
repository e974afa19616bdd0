import { expect, it } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { clusterState, normalState } from '../support/lab-run.ts';
import { describeInBrowser, servedScene } from '../support/ui/console-page.ts';

describeInBrowser('a part whose answer was lost', (browser) => {
  it('is rolled back once the operator types the name of the proxy: this run has parted it', async () => {
    const console = await servedScene({ blocks: 4096 });
    const { scene } = console;
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'ended' || !line.startsWith('sdxproxy Part -c Class1 -p Volume2')) return;
      stop();
      scene.lab.breakConnections('node1');
    });
    const { run } = await console.ask('start', { job: 'raw-dd' });
    const on = await (await browser.page(console)).open(`#/run/${run}`);
    await on.heading('Action required').waitFor();
    await on.button('This run parted Volume2: roll back…').click();
    const dialog = on.page.getByRole('dialog', { name: 'Did this run part Volume2?' });
    const rollBack = dialog.getByRole('button', { name: 'Roll back and rejoin Volume2' });
    expect(await rollBack.getAttribute('title')).toBe('the name has not been typed');
    await on.picture('own-part');
    await dialog.getByRole('textbox').fill('Volume2');
    await rollBack.click();
    await on.heading('Failed, rolled back').waitFor();
    expect(await clusterState(scene)).toEqual(normalState);
    const { events } = await readRun(scene.state, run);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'warning',
        text: expect.stringMatching(/says that this run has parted Volume2$/) as string,
      }),
    );
  });
});
