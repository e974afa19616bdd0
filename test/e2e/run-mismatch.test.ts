import { expect, it } from 'vitest';
import { tapeWasWritten, withJob } from '../support/failures.ts';
import { clusterState, normalState } from '../support/lab-run.ts';
import { describeInBrowser, servedScene, type ConsolePage } from '../support/ui/console-page.ts';

/** Starts the job, and checks the verification from then on. */
async function begun(on: ConsolePage): Promise<void> {
  await on.open('#/plan/raw-dd');
  await on.button('Back up Volume2').click();
  await on.heading('Back up Volume2').waitFor();
  await on.link('Verification').click();
}

const never =
  'Nothing is dumped: a dump of this shadow would be a backup of other data, and a write through it would damage data.';

describeInBrowser('a shadow that is not the proxy', (browser) => {
  it('on other blocks: the picture and the rule show it, and Approve is not possible', async () => {
    // The copy at the end is delayed until the page was checked: the run is active until then.
    const console = await servedScene(
      { faults: ['shadow-first-block=16', 'slow-rejoin=20000'] },
      withJob({ approve: 'operator' }),
    );
    const on = await browser.page(console);
    await begun(on);
    await on.heading('The shadow does not map the same blocks').waitFor();
    const approve = on.button('Approve and start the dump');
    expect(await approve.getAttribute('aria-disabled')).toBe('true');
    expect(await approve.getAttribute('title')).toBe('the shadow of Volume2 does not map the same blocks');
    await on.said(never).waitFor();
    const { page } = on;
    await page.getByText('First block differs').waitFor();
    const picture = page.getByRole('img', {
      name: 'Class1 / Volume2 above Class2 / Volume2. They are not on the same blocks; not the same blocks.',
    });
    await picture.waitFor();
    await on.picture('mismatch-live');
    const rows = page.getByRole('table', { name: 'Rules of the verification' }).getByRole('row');
    // Differences come first.
    const first = (await rows.nth(1).innerText()).split('\t').map((cell) => cell.trim());
    expect(first.slice(0, 4)).toEqual(['First block', '65,536', '65,552', 'differs']);

    console.scene.lab.faults.clear('slow-rejoin');
    await on.button('Show the run').click();
    await on.heading('Failed, rolled back').waitFor();
    await on
      .region('The end')
      .getByText('the shadow is not proven to map Volume2: First block: expected 65,536, seen 65,552')
      .waitFor();
    await on.region('The end').getByText('exit status 2').waitFor();
    await on.picture('mismatch-end');
    await on.link('Verification').click();
    await on.heading('The shadow did not map the same blocks').waitFor();
    await on
      .said('Nothing was dumped: a dump of this shadow would have been a backup of other data.')
      .waitFor();
    expect(await approve.count()).toBe(0);
    expect(tapeWasWritten(console.scene)).toBe(false);
    expect(await clusterState(console.scene)).toEqual(normalState);
  });

  it('on blocks that only look the same: the fingerprint differs, and each sampled block shows it', async () => {
    const console = await servedScene(
      { faults: ['wrong-disk', 'slow-rejoin=20000'] },
      withJob({ approve: 'operator' }),
    );
    const on = await browser.page(console);
    await begun(on);
    const { page } = on;
    const sentence =
      'the shadow does not map the blocks of Volume2: 8 of 8 sampled records differ, the first is record 0';
    await page.getByRole('main').getByText(sentence).waitFor();
    await page
      .getByRole('img', {
        name: 'Class1 / Volume2 above Class2 / Volume2. Both are on the same blocks; 8 of 8 sampled records differ: not the same data.',
      })
      .waitFor();
    await on.heading('The shadow does not map the same blocks').waitFor();
    await page.getByText('8 of 8 records differ', { exact: true }).waitFor();
    await on.said(never).waitFor();
    await on.picture('mismatch-fingerprint');
    console.scene.lab.faults.clear('slow-rejoin');
    await on.button('Show the run').click();
    await on.region('The end').getByText(sentence).waitFor();
    await page
      .getByText(
        'the device of the shadow disk is not the disk that sdxinfo shows; compare the serial numbers of the device on both sides',
      )
      .first()
      .waitFor();
    expect(tapeWasWritten(console.scene)).toBe(false);
    expect(await clusterState(console.scene)).toEqual(normalState);
  });
});
