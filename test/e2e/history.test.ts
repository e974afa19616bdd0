import { afterAll, beforeAll, expect, it } from 'vitest';
import { runScene } from '../support/lab-run.ts';
import {
  describeInBrowser,
  openServedScene,
  type ConsolePage,
  type ServedScene,
} from '../support/ui/console-page.ts';

describeInBrowser('the history', (browser) => {
  let opened: ServedScene;
  let first: string;
  let second: string;
  let failed: string;
  beforeAll(async () => {
    opened = await openServedScene();
    const { scene } = opened;
    ({ run: first } = await runScene(scene));
    await scene.lab.insertCartridge('second');
    scene.lab.faults.set('tape-error=20');
    ({ run: failed } = await runScene(scene));
    scene.lab.faults.clear('tape-error');
    await scene.lab.insertCartridge('third');
    ({ run: second } = await runScene(scene, { job: 'ufs-tar' }));
  });
  afterAll(() => opened.close());

  async function history(): Promise<ConsolePage> {
    const console = await browser.page(opened);
    await console.open('#/runs');
    await console.said('3 runs').waitFor();
    return console;
  }
  const rows = ({ page }: ConsolePage) =>
    page
      .getByRole('grid', { name: 'Runs' })
      .getByRole('row')
      .filter({ has: page.getByRole('gridcell') });

  it('lists the runs, the last first, each with its verdict and its result', async () => {
    const console = await history();
    expect(await rows(console).allTextContents()).toMatchObject([
      expect.stringMatching(/verified.*Volume2.*ufs-tar.*6b/),
      expect.stringMatching(/failed.*Volume2.*raw-dd.*6a/),
      expect.stringMatching(/verified.*Volume2.*raw-dd.*6a.*2 MiB/),
    ]);
    await console.picture('history');
  });

  it('is searched by words and filtered by verdict and job', async () => {
    const console = await history();
    const { page } = console;
    const search = page.getByRole('searchbox', { name: 'Search runs' });
    await search.fill('ufs volume2');
    await console.said('1 of 3').waitFor();
    await search.fill('');
    await console.button('Failed').click();
    await console.said('1 of 3').waitFor();
    expect(await console.button('Failed').getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('combobox', { name: 'Job' }).selectOption('ufs-tar');
    await console.said('0 of 3').waitFor();
    await page.getByText('No matching run').waitFor();
    await console.picture('history-none');
    await console.button('Show all runs').click();
    await console.said('3 runs').waitFor();
  });

  it('opens a run with everything it did', async () => {
    const console = await history();
    const { page } = console;
    await rows(console).last().click();
    await page.getByRole('heading', { level: 1, name: 'Back up Volume2' }).waitFor();
    expect(new URL(page.url()).hash).toBe(`#/runs/${first}`);
    await page.getByText(`job raw-dd · ${first}`, { exact: false }).waitFor();
    await page.getByText('Backup verified').waitFor();
    await page.getByRole('button', { name: /3-3 Part Volume2 from Volume1/ }).click();
    await page.getByText('sdxproxy Part -c Class1 -p Volume2 -a pjrm=off').first().waitFor();
    await console.picture('history-opened');
    await console.button('Back to the history').click();
    await console.heading('Runs').waitFor();
  });

  it('shows two runs side by side', async () => {
    const console = await history();
    const { page } = console;
    const compare = console.button('Compare two runs');
    expect(await compare.getAttribute('aria-disabled')).toBe('true');
    for (const row of [rows(console).first(), rows(console).last()])
      await row.getByRole('gridcell').first().click();
    expect(await page.getByRole('checkbox', { name: `Compare run ${second}` }).isChecked()).toBe(true);
    await compare.click();
    await console.heading('Compare runs').waitFor();
    await page.getByRole('row', { name: /^Method \(differs\) 6a.*6b/ }).waitFor();
    await page
      .getByRole('row', { name: /^6a Back up the raw device with dd .* m?s not performed/ })
      .waitFor();
    await page.getByRole('row', { name: /^6b-4 Back up the files with tar not performed .* m?s/ }).waitFor();
    expect(decodeURIComponent(new URL(page.url()).hash)).toBe(`#/runs/${first},${second}`);
    await console.picture('history-compared');
  });

  it('shows why a run failed when it is opened', async () => {
    const console = await browser.page(opened);
    await console.open(`#/runs/${failed}`);
    await console.page.getByText('writing to the tape failed: write: I/O error').first().waitFor();
    await console.picture('history-failed');
  });
});
