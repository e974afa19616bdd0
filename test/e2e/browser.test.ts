import { copyFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../../src/main/serve/serve.ts';
import { chromiumBrowser } from '../support/browser.ts';
import { startCommand } from '../support/command-line.ts';
import { clusterState, jobOf, normalState, openScene, type Scene } from '../support/lab-run.ts';
import { TestPage } from '../support/serve.ts';

const { executable, missing, args } = chromiumBrowser();

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
  await scene.state.prepare();
  await copyFile(scene.lab.knownHostsFile, scene.state.knownHostsFile);
});
afterEach(() => scene.close());

describe.runIf(missing === undefined || process.env['CI'])(
  `the console in a browser${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  () => {
    it('shows the cluster of its site, without an error', async () => {
      if (missing !== undefined) throw new Error(missing);
      const served = await serve({ state: scene.state, siteFile: await scene.writeSite(), port: 0 });
      onTestFinished(() => served.close());
      const browser = await chromium.launch({ executablePath: executable, args: [...args] });
      onTestFinished(() => browser.close());
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(served.url);
      await page.getByText('Volume2').first().waitFor();
      // The token is neither in the address nor in the history any more.
      expect(page.url().replace(/#.*/, '')).toBe(`${new URL(served.url).origin}/`);
      expect(await page.evaluate('document.cookie')).toBe('');
      expect(complaints).toEqual([]);
    });
  },
);

describe('shadowtape serve', () => {
  it('prints its address, and rolls the cluster back at Ctrl-C', async () => {
    const site = await scene.writeSite((tree) => {
      jobOf(tree)['approve'] = 'operator';
    });
    let heard: (address: string) => void = () => undefined;
    const printed = new Promise<string>((resolve) => {
      heard = resolve;
    });
    const command = startCommand(['--site', site, '--state', scene.state.path, 'serve'], (text) => {
      const address = /^the console is at (http:\S+)\n/m.exec(text)?.[1];
      if (address !== undefined) heard(address);
    });
    const url = await printed;
    const page = await TestPage.open({ url });
    const { run } = await page.result('start', { job: 'raw-dd' });
    await page.follow('run', { run }).until(({ question }) => question !== undefined);
    command.process.kill('SIGINT');
    const { exitStatus, stdout } = await command.end;
    expect(stdout.split('\n')).toEqual([
      `the console is at ${url}`,
      expect.stringMatching(
        /^next address, for another browser or tab: http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/,
      ),
      `run ${run}: stopping: rolling the cluster back to its normal state; press again to stop immediately and leave everything as it is`,
      '',
    ]);
    expect(exitStatus).toBe(0);
    expect(await clusterState(scene)).toEqual(normalState);
  });
});
