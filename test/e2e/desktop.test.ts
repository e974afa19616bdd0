import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  askOnPage,
  launchDesktop,
  pushedOnPage,
  sayOnWire,
  startAgain,
  type Desktop,
} from '../support/desktop.ts';
import { electronRuntime } from '../support/electron-runtime.ts';
import { clusterState, jobOf, normalState, openScene, type Scene } from '../support/lab-run.ts';

const { missing } = electronRuntime();
const entry = join(process.cwd(), 'out', 'main', 'index.js');

async function started(page: Page): Promise<string> {
  const reply = await askOnPage(page, 'start', { job: 'raw-dd' });
  if ('error' in reply) throw new Error(reply.error.sentence);
  return reply.result.run;
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
      // After the window, which was opened later, has ended: it writes into this folder until then.
      onTestFinished(async () => {
        await scene.close();
        await rm(state, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      });
      await copyFile(scene.lab.knownHostsFile, join(state, 'known_hosts'));
    });

    async function launch(): Promise<Desktop> {
      const site = await scene.writeSite((tree) => {
        jobOf(tree)['approve'] = 'operator';
      });
      return launchDesktop({ SHADOWTAPE_SITE: site, SHADOWTAPE_STATE: state });
    }

    it('shows the cluster of its site, without an error', async () => {
      const { page, complaints } = await launch();
      await page.getByText('Volume2').first().waitFor();
      await page.getByText('node3').first().waitFor();
      expect(await askOnPage(page, 'site', {})).toMatchObject({ result: { name: 'lab', guest: 'desktop' } });
      expect(complaints).toEqual([]);
    });

    it('shows the error, and what to do, when a host cannot be reached', async () => {
      scene.lab.faults.set('login-refused=node1');
      const { page } = await launch();
      expect(await askOnPage(page, 'plan', { job: 'raw-dd' })).toMatchObject({
        error: {
          code: 'LOGIN_REFUSED',
          hint: expect.stringContaining('add the public key to authorized_keys of root on node1') as string,
        },
      });
    });

    it('exposes nothing of Node to the page, and does not let it navigate', async () => {
      const { app, page } = await launch();
      await page.getByText('Volume2').first().waitFor();
      expect(await page.evaluate('[typeof require, typeof process, typeof module]')).toEqual([
        'undefined',
        'undefined',
        'undefined',
      ]);
      expect(await page.evaluate('Object.keys(window.shadowtape)')).toEqual(['language', 'send', 'listen']);
      const address = page.url();
      await page.evaluate(
        'window.open("https://example.com/"); window.location.href = "https://example.com/"',
      );
      await page.evaluate('window.location.href = "file:///etc/passwd"');
      expect(app.windows()).toHaveLength(1);
      expect(page.url().replace(/#.*/, '')).toBe(address.replace(/#.*/, ''));
      for (const elsewhere of ['https://example.com/', 'file:///etc/passwd', '../../package.json'])
        expect(
          await page.evaluate(`fetch('${elsewhere}').then(({ status }) => status, () => 'refused')`),
        ).toSatisfy((answer) => answer === 'refused' || answer === 403);
      expect(
        await page.evaluate(
          "navigator.permissions.query({ name: 'geolocation' }).then(({ state }) => state)",
        ),
      ).toBe('denied');
    });

    it('refuses invalid requests of the page', async () => {
      const { page } = await launch();
      const refused = await askOnPage(page, 'plan', { job: 'raw-dd', more: true } as { job: string });
      expect(refused).toMatchObject({
        error: { code: 'REQUEST_REFUSED', sentence: 'request "plan" refused: it has the wrong shape' },
      });
      expect(
        await sayOnWire(page, { id: 7, request: { channel: '__proto__', payload: {} } } as { id: number }),
      ).toMatchObject({
        reply: { error: { sentence: 'request "__proto__" refused: unknown channel' } },
      });
      // Not a message: there is no answer, and later ones are processed.
      await page.evaluate('window.shadowtape.send({ id: "x", request: 1 }); window.shadowtape.send(null)');
      expect(await askOnPage(page, 'site', {})).toMatchObject({ result: { name: 'lab' } });
    });

    it('continues with a run while its page is loaded again, or crashes', async () => {
      const { app, page } = await launch();
      const run = await started(page);
      const { question } = await pushedOnPage(page, run, 'question');
      await page.reload();
      expect(await pushedOnPage(page, run, 'question')).toMatchObject({
        question: { number: question?.number },
      });
      // A page that has crashed can no longer be asked by the test, but the window has another one then.
      const title = await app.evaluate(async ({ BrowserWindow }) => {
        const [window] = BrowserWindow.getAllWindows();
        if (!window) return 'no window';
        const loaded = new Promise<void>((resolve) => {
          window.webContents.once('did-finish-load', () => resolve());
        });
        window.webContents.forcefullyCrashRenderer();
        await loaded;
        return window.getTitle();
      });
      expect(title).toBe('Volume2: waiting for your answer - Shadowtape');
      const status = await app.evaluate(
        ({ BrowserWindow }, script) =>
          BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(script) as Promise<number>,
        `new Promise((resolve) => {
          window.shadowtape.listen(({ id, push }) => id === 5e8 && push?.kind === 'end' && resolve(push.exitStatus));
          window.shadowtape.send({ id: 5e8, follow: { topic: 'run', payload: { run: '${run}' } } });
          const payload = { run: '${run}', number: ${question?.number ?? 0}, choice: 'approve' };
          window.shadowtape.send({ id: 5e8 + 1, request: { channel: 'answer', payload } });
        })`,
      );
      expect(status).toBe(0);
      expect(await clusterState(scene)).toEqual(normalState);
    });

    it('asks what to do with a run before it is closed, and rolls the cluster back on request', async () => {
      const { app, page } = await launch();
      const run = await started(page);
      await pushedOnPage(page, run, 'question');
      const asked = await app.evaluate(async ({ app: application, dialog }) => {
        const messages: string[] = [];
        const answers = [2, 1];
        const isAsked = new Promise<void>((resolve) => {
          dialog.showMessageBox = ((_window: unknown, options: { message: string }) => {
            messages.push(options.message);
            resolve();
            return Promise.resolve({ response: answers[messages.length - 1] ?? 2, checkboxChecked: false });
          }) as typeof dialog.showMessageBox;
        });
        // Quitting is closing; so it asks, too.
        application.quit();
        await isAsked;
        return messages;
      });
      expect(asked).toEqual([`Run ${run} is still running.`]);
      expect(app.windows()).toHaveLength(1);
      const closed = app.waitForEvent('close');
      await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
      await closed;
      expect(await clusterState(scene)).toEqual(normalState);
      const place = JSON.parse(await readFile(join(state, 'window.json'), 'utf8')) as unknown;
      expect(place).toMatchObject({ width: 1280, height: 800, maximized: false });
    });

    it('exists once: a second start shows the existing window', async () => {
      const { app, page } = await launch();
      await page.getByText('Volume2').first().waitFor();
      await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
      expect(await startAgain({ SHADOWTAPE_SITE: await scene.writeSite(), SHADOWTAPE_STATE: state })).toBe(0);
      // The second process may end before the first one has noticed it.
      const visible = () =>
        app.evaluate(({ BrowserWindow }) =>
          BrowserWindow.getAllWindows().map((window) => window.isVisible()),
        );
      await expect.poll(visible).toEqual([true]);
    });

    it('shows a screen by its shortcut', async () => {
      const { app, page } = await launch();
      await page.getByText('Volume2').first().waitFor();
      const hashes: string[] = [];
      for (const label of [
        'Plan',
        'Run',
        'Verification',
        'Runs',
        'Restore',
        'Tape',
        'Sites',
        'Topology',
        'Protection',
      ]) {
        await app.evaluate(({ Menu }, name) => {
          const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []);
          items?.find((item) => item.label === name)?.click();
        }, label);
        await page.getByRole('heading', { level: 1, name: label, exact: true }).waitFor();
        hashes.push(new URL(page.url()).hash);
      }
      expect(hashes).toEqual([
        ...[
          '#/plan',
          '#/run',
          '#/verify',
          '#/runs',
          '#/restore',
          '#/tape',
          '#/sites',
          '#/topology',
          '#/home',
        ],
      ]);
    });
  },
);
