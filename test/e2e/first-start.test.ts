import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { StateFolder } from '../../src/main/application/console.ts';
import type { Served } from '../../src/main/serve/serve.ts';
import { startCommand } from '../support/command-line.ts';
import { describeInBrowser } from '../support/ui/console-page.ts';
import { firstStateFolder } from '../support/ui/first-start.ts';

let state: StateFolder;

beforeEach(async () => {
  state = await firstStateFolder();
});
afterEach(() => rm(state.path, { recursive: true, force: true }));

/** Like `npm start` on a machine without a screen: no site is named, and the state folder is empty. */
async function started(): Promise<{ served: Served; end: () => Promise<number | null> }> {
  let heard: (url: string) => void = () => undefined;
  const printed = new Promise<string>((resolve) => (heard = resolve));
  const command = startCommand(['--state', state.path, 'serve'], (text) => {
    const url = /^the console is at (http:\S+)\n/m.exec(text)?.[1];
    if (url !== undefined) heard(url);
  });
  const end = async () => {
    command.process.kill('SIGINT');
    return (await command.end).exitStatus;
  };
  onTestFinished(async () => void (await end()));
  const url = await Promise.race([
    printed,
    command.end.then(({ stderr }) => Promise.reject(new Error(`it ended before it served: ${stderr}`))),
  ]);
  return { served: { url } as Served, end };
}

describeInBrowser('the first start, without a site', (browser) => {
  it('opens on the embedded lab, says so, and shows its cluster and its sample jobs without a question', async () => {
    const { served, end } = await started();
    const console = await browser.page({ served });
    await console.open('');
    await console.heading('Protection').waitFor();
    const { page } = console;
    await page.getByText('This is the embedded lab').waitFor();
    // One row for each volume pair, however many jobs back it up.
    const pairs = page.getByRole('table', { name: 'Volume pairs and their protection' });
    await pairs.getByText('overdue').first().waitFor();
    expect(await pairs.getByRole('rowheader').count()).toBe(6);
    await page.getByRole('banner').getByText('Embedded lab').waitFor();
    await page.getByRole('banner').getByText('no hardware needed').waitFor();
    // The lab's host keys are known: its hosts are reached without a question.
    const hosts = page.getByRole('list', { name: 'Hosts and drive' });
    for (const words of [/^node1.*reached$/, /^node2.*reached$/, /^node3 · backup.*reached$/])
      await hosts.getByRole('listitem').filter({ hasText: words }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await console.picture('first-start');

    await page.keyboard.press('2');
    await console.heading('This is the embedded lab').waitFor();
    await page.keyboard.press('3');
    await console.heading('Plan').waitFor();
    const jobs = page.getByRole('combobox', { name: 'Job' });
    expect(await jobs.getByRole('option').allTextContents()).toEqual([
      'raw-dd',
      'ufs-tar',
      'ufsdump',
      'sfxfs-tar',
      'sfxdump',
      'three-volumes',
      'striped',
      'concatenated',
      'single-disk',
      'stand-in',
    ]);
    await console.heading('Part Volume2 from Volume1').waitFor();

    await page.keyboard.press('6');
    await page.getByText('No backups yet').waitFor();
    await console.picture('first-start-runs');
    await page.keyboard.press('9');
    await console.heading('Sites').waitFor();
    await page.getByText('This is the embedded lab: three hosts on this machine').waitFor();
    await page.getByText('made by the lab').waitFor();
    await console.picture('first-start-sites');
    await page.close();
    expect(await end()).toBe(0);
    // Queries have begun no run.
    await expect(access(join(state.path, 'runs'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('has one button that leads to the first real site', async () => {
    const { served } = await started();
    const console = await browser.page({ served });
    await console.open();
    await console.button('Set up your first site…').click();
    await console.heading('Your first site').waitFor();
    const { page } = console;
    expect(new URL(page.url()).hash).toBe('#/sites/first');
    expect(
      await page
        .getByRole('list', { name: 'Steps' })
        .getByRole('listitem')
        .locator('.title')
        .allTextContents(),
    ).toEqual(['1. Hosts', '2. Volumes', '3. Job', '4. Check']);
    await console.picture('first-site');
    await console.button('Back to the site').click();
    await console.button('Your first site…').click();
    await console.heading('Your first site').waitFor();
  });
});
