import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openScene, type Scene } from '../support/lab-run.ts';
import { electronRuntime } from '../support/electron-runtime.ts';

const { executable, missing } = electronRuntime();
const entry = join(process.cwd(), 'out', 'main', 'index.js');

async function launch(
  environment: Record<string, string>,
): Promise<{ app: ElectronApplication; page: Page; complaints: string[] }> {
  const app = await _electron.launch({
    executablePath: executable,
    // Chromium's own sandbox does not start for root.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', process.cwd()],
    env: { ...(process.env as Record<string, string>), ...environment },
  });
  onTestFinished(() => app.close());
  const page = await app.firstWindow();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  return { app, page, complaints };
}

describe.runIf(missing === undefined || process.env['CI'])(
  `the desktop window${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  () => {
    let scene: Scene;
    let state: string;
    beforeEach(async () => {
      if (missing !== undefined) throw new Error(missing);
      if (!existsSync(entry)) throw new Error('nothing is built: npm run build');
      scene = await openScene();
      state = await mkdtemp(join(tmpdir(), 'shadowtape-desktop-'));
      await copyFile(scene.lab.knownHostsFile, join(state, 'known_hosts'));
    });
    afterEach(async () => {
      await scene.close();
      await rm(state, { recursive: true, force: true });
    });

    it('shows the plan of a job, with every command as it is sent', async () => {
      const { page, complaints } = await launch({
        SHADOWTAPE_SITE: await scene.writeSite(),
        SHADOWTAPE_STATE: state,
      });
      await page.getByRole('heading', { name: 'Part Volume2 from Volume1' }).waitFor();
      await page.getByText('sdxproxy Part -c Class1 -p Volume2 -a pjrm=off').waitFor();
      await page.getByLabel('Job').selectOption('ufs-tar');
      await page.getByText('mount -F ufs -o ro /dev/sfdsk/Class2/dsk/Volume2 /mnt1').waitFor();
      expect(complaints).toEqual([]);
    });

    it('says what is wrong, and what to do, when a host cannot be reached', async () => {
      scene.lab.faults.set('login-refused=node1');
      const { page } = await launch({ SHADOWTAPE_SITE: await scene.writeSite(), SHADOWTAPE_STATE: state });
      await page.getByRole('heading', { name: /^node1 does not let root log in/ }).waitFor();
      await page.getByText('add the public key to authorized_keys of root on node1').waitFor();
    });

    it('gives the page nothing of Node, and lets it go nowhere', async () => {
      const { app, page } = await launch({
        SHADOWTAPE_SITE: await scene.writeSite(),
        SHADOWTAPE_STATE: state,
      });
      await page.getByRole('heading', { name: 'Plan' }).waitFor();
      expect(await page.evaluate('[typeof require, typeof process]')).toEqual(['undefined', 'undefined']);
      const address = page.url();
      await page.evaluate(
        'window.open("https://example.com/"); window.location.href = "https://example.com/"',
      );
      expect(app.windows()).toHaveLength(1);
      expect(page.url()).toBe(address);
      const refused = await page.evaluate('window.shadowtape.plan({ job: "raw-dd", more: true })');
      expect(refused).toMatchObject({
        error: { code: 'REQUEST_REFUSED', sentence: 'the request "plan" is refused: it has another shape' },
      });
    });
  },
);
