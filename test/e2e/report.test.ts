/** The report of a run on the screen: what it shows, its exports, and the proof of its journal. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newKey } from '../../src/main/ssh/ssh-server.test-support.ts';
import { runScene } from '../support/lab-run.ts';
import {
  describeInBrowser,
  openServedScene,
  type ConsolePage,
  type ServedScene,
} from '../support/ui/console-page.ts';

/** Clicks an entry of the menu, and waits for the file. @returns its name and bytes */
async function saved(console: ConsolePage, entry: RegExp): Promise<{ name: string; bytes: Buffer }> {
  const download = console.page.waitForEvent('download');
  await console.button('Save as…').click();
  await console.page.getByRole('menuitem', { name: entry }).click();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** Far more than anything takes; busy machines are slow. */
const soon = { timeout: 60_000, interval: 50 };

const contents = (page: Page) => page.getByRole('navigation', { name: 'Contents of the report' });

describeInBrowser('the report of a run', (browser) => {
  let opened: ServedScene;
  let run: string;
  let failed: string;
  const { HOME: home, SSH_AUTH_SOCK: agent } = process.env;
  beforeAll(async () => {
    opened = await openServedScene();
    const { scene } = opened;
    // The operator's own key, which signs; no agent holds it.
    process.env['HOME'] = scene.folder;
    delete process.env['SSH_AUTH_SOCK'];
    await mkdir(join(scene.folder, '.ssh'));
    await writeFile(join(scene.folder, '.ssh', 'id_ed25519'), newKey('correct horse'), { mode: 0o600 });
    ({ run } = await runScene(scene));
    await scene.lab.insertCartridge('second');
    scene.lab.faults.set('tape-error=20');
    ({ run: failed } = await runScene(scene));
    scene.lab.faults.clear('tape-error');
    await scene.lab.insertCartridge('third');
  });
  afterAll(async () => {
    if (home !== undefined) process.env['HOME'] = home;
    if (agent !== undefined) process.env['SSH_AUTH_SOCK'] = agent;
    await opened.close();
  });

  async function reportOf(name: string): Promise<ConsolePage> {
    const console = await browser.page(opened);
    await console.open(`#/report/${name}`);
    await console.heading(`Backup report, run ${name}`).waitFor();
    return console;
  }

  it('is opened from the history, and shows the document with its figures and tables', async () => {
    const console = await browser.page(opened);
    const { page } = console;
    await console.open(`#/runs/${run}`);
    await console.button('Open the report').click();
    await console.heading(`Backup report, run ${run}`).waitFor();
    await page.getByText('Result: Verified').waitFor();
    await page
      .getByRole('img', { name: /Volume2/ })
      .first()
      .waitFor();
    const digests = page.getByRole('table', { name: 'Digests at each hop' }).first();
    await digests.getByRole('columnheader', { name: 'SHA-256' }).waitFor();
    expect(await digests.getByText(/✓|equal/).count()).toBeGreaterThan(0);
    await page.getByText('Checked by').waitFor();
    await console.picture('report');
    await console.button('Back to the run').click();
    await console.heading('Back up Volume2').waitFor();
    await page.keyboard.press('p');
    await console.heading(`Backup report, run ${run}`).waitFor();
  });

  it('has its contents next to it, which follow the scrolling', async () => {
    const console = await reportOf(run);
    const { page } = console;
    const here = contents(page).locator('[aria-current="location"]');
    await expect.poll(() => here.textContent(), soon).toBe('Summary');
    await contents(page)
      .getByRole('link', { name: /Throughput/ })
      .click();
    await expect.poll(() => here.textContent(), soon).toMatch(/Throughput/);
    expect(new URL(page.url()).hash).toBe(`#/report/${encodeURIComponent(`${run},throughput`)}`);
    await page.getByRole('img', { name: /MB\/s/ }).waitFor();
    const paper = console.region('The document');
    await paper.focus();
    // Chromium may drop a key during a scroll, so it is pressed until it takes effect.
    const pressed = async (key: string) => {
      await page.keyboard.press(key);
      return here.textContent();
    };
    await expect.poll(() => pressed('End'), soon).toMatch(/Attached files/);
    await expect.poll(() => pressed('Home'), soon).toBe('Summary');
  });

  it('is saved as PDF for both papers, and so are journal, commands and rates', async () => {
    const console = await reportOf(run);
    const a4 = await saved(console, /^PDF, A4/);
    expect(a4.name).toBe(`${run}.pdf`);
    expect(a4.bytes.subarray(0, 5).toString()).toBe('%PDF-');
    await console.said(`Saved as ${run}.pdf`).waitFor();
    const letter = await saved(console, /^PDF, Letter/);
    expect(letter.bytes.equals(a4.bytes)).toBe(false);
    const journal = await saved(console, /^Journal/);
    expect(journal.bytes.equals(await readFile(opened.scene.state.journalFile(run)))).toBe(true);
    const commands = await saved(console, /^Commands/);
    expect(commands.bytes.toString()).toContain('sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
    const rates = await saved(console, /^Rates/);
    expect(rates.bytes.toString().split('\n').length).toBeGreaterThan(1);
  });

  it('shows how a run failed, on the screen as on paper', async () => {
    const console = await reportOf(failed);
    const { page } = console;
    await page.getByText(/^Result: Failed/).waitFor();
    await contents(page)
      .getByRole('link', { name: /Warnings and errors/ })
      .click();
    await page.getByRole('table', { name: 'Errors' }).waitFor();
    await console.picture('report-failed');
    await page.emulateMedia({ media: 'print' });
    const hidden = [
      console.button('Save as…'),
      contents(page),
      page.getByRole('navigation', { name: 'Screens' }),
    ];
    for (const place of hidden) expect(await place.isVisible()).toBe(false);
    expect(await console.heading(`Backup report, run ${failed}`).isVisible()).toBe(true);
  });

  it('names a run that does not exist', async () => {
    const console = await browser.page(opened);
    await console.open('#/report/20200101-000000-volume9');
    await console.page.getByText('there is no run 20200101-000000-volume9').first().waitFor();
  });

  it('is signed with the key of the operator, whose passphrase is requested', async () => {
    const console = await reportOf(run);
    const { page } = console;
    const proof = console.region('Proof');
    await proof.getByText('not fully proven', { exact: true }).first().waitFor();
    await console.button('Sign the journal').click();
    const dialog = page.getByRole('dialog', { name: 'Passphrase of the key to sign with' });
    await dialog.getByLabel(/^Passphrase of .*id_ed25519$/).fill('correct horse');
    await console.picture('report-signing');
    await dialog.getByRole('button', { name: 'Open the key' }).click();
    await dialog.waitFor({ state: 'detached' });
    await proof.getByText('signed', { exact: true }).waitFor();
    expect(await console.button('Sign the journal').count()).toBe(0);
    await proof.locator('summary').click();
    await proof
      .getByText(/^signed by ssh-ed25519 SHA256:[A-Za-z0-9+/]{43}/)
      .last()
      .waitFor();
    // The report shows it, too.
    await console
      .region('The document')
      .getByText(/SHA256:[A-Za-z0-9+/]{43}/)
      .first()
      .waitFor();
    await console.picture('report-signed');
  });

  it('names a journal that is not as it was written', async () => {
    const file = opened.scene.state.journalFile(failed);
    const before = await readFile(file, 'utf8');
    const lines = before.split('\n');
    lines[4] = (lines[4] ?? '').replace(/"at":"20/, '"at":"19');
    await writeFile(file, lines.join('\n'));
    try {
      const console = await browser.page(opened);
      const { page } = console;
      await console.open('#/runs');
      await console.button('Audit all runs').click();
      const dialog = page.getByRole('dialog', { name: 'Audit of all runs' });
      await dialog.getByText(/\d+ wrong/).waitFor();
      const first = dialog.getByRole('listitem').first();
      expect(await first.textContent()).toMatch(new RegExp(`wrong.*${failed}.*journal, line 5`));
      await console.picture('runs-audit');
    } finally {
      await writeFile(file, before);
    }
  });

  it('opens automatically at the end of a run, if chosen', async () => {
    const console = await reportOf(run);
    const { page } = console;
    const wish = page.getByRole('checkbox', { name: 'Open automatically when a run ends' });
    expect(await wish.isChecked()).toBe(false);
    await wish.check();
    await page.reload();
    await expect.poll(() => wish.isChecked(), soon).toBe(true);
    await console.open('#/run');
    const { run: next } = await opened.ask('start', { job: 'raw-dd' });
    await page.waitForURL(`**#/report/${next}`);
    await console.heading(`Backup report, run ${next}`).waitFor();
  });
});
