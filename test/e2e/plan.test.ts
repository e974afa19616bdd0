import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobOf } from '../support/lab-run.ts';
import {
  describeInBrowser,
  openServedScene,
  type ConsolePage,
  type ServedScene,
} from '../support/ui/console-page.ts';

/** A step of the plan, by the guide's number. */
const stepOf = ({ page }: ConsolePage, number: string) =>
  page
    .getByRole('region', { name: 'Steps' })
    .getByRole('listitem')
    .filter({ has: page.getByText(number, { exact: true }) });

describeInBrowser('the plan of a job', (browser) => {
  let opened: ServedScene;
  beforeAll(async () => {
    opened = await openServedScene({}, (site) => {
      jobOf(site)['approve'] = 'operator';
      const shadow = { class: 'Class2', disks: { Disk6: 'c1t1d6' } };
      site.jobs['other-disks'] = { ...jobOf(site), shadow };
    });
  });
  afterAll(() => opened.close());

  async function planOf(job = 'raw-dd'): Promise<ConsolePage> {
    const console = await browser.page(opened);
    await console.open(`#/plan/${job}`);
    await console.heading('Part Volume2 from Volume1').waitFor();
    return console;
  }

  it('shows the steps in the order of the guide, each with its host, its command and its reason', async () => {
    const console = await planOf();
    const { page } = console;
    const steps = page.getByRole('region', { name: 'Steps' });
    expect(await steps.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
      'Prepare',
      'Part the proxy',
      'View the configuration',
      'Create the shadow',
      'Verify the shadow',
      'Dump to tape',
      'Remove the shadow',
      'Rejoin the proxy',
      'Finish',
    ]);
    const asked = await opened.ask('plan', { job: 'raw-dd' });
    expect(await steps.getByRole('heading', { level: 3 }).allTextContents()).toEqual(
      asked.steps.map(({ title }) => title),
    );
    const part = stepOf(console, '3-3');
    await part
      .getByText('from now on the proxy is a frozen snapshot: the backup has the data of this moment')
      .waitFor();
    await part.getByText('Volume1 has no synchronized copy until the rejoin finishes').waitFor();
    await part.getByText('node1', { exact: true }).waitFor();
    await part.getByText('sdxproxy Part -c Class1 -p Volume2 -a pjrm=off', { exact: true }).waitFor();
    await part.getByText('GDS guide 6.6.3.7').waitFor();
    await console.picture('plan');
  });

  it('copies the plan as text to the clipboard, and reports it', async () => {
    const console = await planOf();
    await console.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await console.button('Copy as text').click();
    await console.page.getByText('Plan copied as a script with comments').waitFor();
    const text = (await console.page.evaluate('navigator.clipboard.readText()')) as string;
    const lines = text.split('\n');
    expect(lines.slice(0, 2)).toEqual([
      '#!/bin/sh',
      '# Job raw-dd of lab: Volume2, 2 MiB, method 6a, route console',
    ]);
    const at = lines.indexOf('# 3-3  Part Volume2 from Volume1');
    expect(lines.slice(at - 1, at + 5)).toEqual([
      '',
      '# 3-3  Part Volume2 from Volume1',
      '#     from now on the proxy is a frozen snapshot: the backup has the data of this moment',
      expect.stringMatching(/^# {5}Warning: Volume1 has no synchronized copy/),
      '# on node1:',
      'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
    ]);
    const { steps } = await opened.ask('plan', { job: 'raw-dd' });
    for (const { commands } of steps) for (const { line } of commands) expect(lines).toContain(line);
  });

  it('changes with the method and with the route, and shows the duration of each route', async () => {
    const console = await planOf();
    const { page } = console;
    await stepOf(console, '6a')
      .getByText(/^dd if=\/dev\/sfdsk\/Class2\/rdsk\/Volume2 /)
      .first()
      .waitFor();
    const facts = page.getByRole('region', { name: 'The job' });
    await facts.getByText('6a raw device, with dd').waitFor();
    await page.getByRole('combobox', { name: 'Method' }).selectOption('6c');
    await stepOf(console, '6c-3')
      .getByText(/^ufsdump /)
      .first()
      .waitFor();
    await facts.getByText(/^6c /).waitFor();

    const routes = page.getByRole('region', { name: 'Expected duration' });
    expect(await routes.getByRole('listitem').allTextContents()).toMatchObject([
      expect.stringMatching(/console.*through this console.*not known.*not measured/s),
      expect.stringMatching(/server.*on the backup server only.*about .* at 120\.0 MB\/s/s),
    ]);
    await page.getByRole('combobox', { name: 'Route' }).selectOption('server');
    await stepOf(console, '6c-3').getByText('Runs as, detached from this console:').waitFor();
    await facts.getByText('server', { exact: true }).waitFor();
    await console.picture('plan-server');
  });

  it('moves from job to job, and refuses an unknown one with a message', async () => {
    const console = await planOf();
    const { page } = console;
    await page.getByRole('combobox', { name: 'Job' }).selectOption('ufs-tar');
    await stepOf(console, '6b-4').getByText(/^tar /).first().waitFor();
    expect(new URL(page.url()).hash).toBe('#/plan/ufs-tar');
    await console.open('#/plan/nightly');
    await page.getByRole('alert').getByText('the site has no job nightly').waitFor();
  });

  it('of a job that no longer fits the cluster shows the error, what to do, and what was seen', async () => {
    const console = await planOf();
    const { page } = console;
    opened.scene.lab.faults.set('missing-column=1STBLK');
    await console.button('Refresh').click();
    const alert = page.getByRole('alert');
    await alert.getByText('node1: sdxinfo: the volume table has no column 1STBLK').waitFor();
    await alert.getByText(/^the columns shown are OBJ NAME CLASS/).waitFor();
    await alert.getByText('Evidence').click();
    await alert.getByText('sdxinfo -DGSV -c Class1').waitFor();
    await console.picture('plan-refused');
    const start = console.button('Back up Volume2');
    expect(await start.getAttribute('title')).toBe('node1: sdxinfo: the volume table has no column 1STBLK');
    await start.click({ force: true });
    expect(await opened.ask('runs', {})).toEqual([]);
    opened.scene.lab.faults.clear('missing-column');
    await alert.getByRole('button', { name: 'Refresh' }).click();
    await alert.waitFor({ state: 'detached' });
    await console.heading('Part Volume2 from Volume1').waitFor();
  });

  it('of a job whose shadow names other disks is not made, and names them', async () => {
    const console = await browser.page(opened);
    await console.open('#/plan/other-disks');
    const alert = console.page.getByRole('alert');
    await alert.getByText('Volume2 is on Disk3, but the job names Disk6 for its shadow').waitFor();
    await alert.getByText('name each disk of the group in jobs.other-disks.shadow.disks').waitFor();
    expect(await console.button('Back up Volume2').getAttribute('aria-disabled')).toBe('true');
    expect(await console.button('Copy as text').count()).toBe(0);
    await console.picture('plan-other-disks');
  });
});
