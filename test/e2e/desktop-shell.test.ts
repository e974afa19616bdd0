/** What the window uses of the system: its place, its menu, the task bar, notifications, the keystore; and who may send to it. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readRun, StateFolder } from '../../src/main/application/console.ts';
import { askOnPage, launchDesktop, pushedOnPage, type Desktop } from '../support/desktop.ts';
import { electronRuntime } from '../support/electron-runtime.ts';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';

const { missing } = electronRuntime();

describe.runIf(missing === undefined || process.env['CI'])(
  `the desktop window in its system${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  () => {
    let scene: Scene;
    let state: string;
    beforeEach(async () => {
      if (missing !== undefined) throw new Error(missing);
      scene = await openScene();
      state = await mkdtemp(join(tmpdir(), 'shadowtape-desktop-'));
      // After the window, which was opened later, has ended: it writes into this folder until then.
      onTestFinished(async () => {
        await scene.close();
        await rm(state, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      });
      await copyFile(scene.lab.knownHostsFile, join(state, 'known_hosts'));
    });

    async function launch(change?: (site: SiteTree) => void): Promise<Desktop> {
      return launchDesktop({ SHADOWTAPE_SITE: await scene.writeSite(change), SHADOWTAPE_STATE: state });
    }

    const boundsOf = ({ app }: Desktop) =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds());

    it('opens where it was, and records its place when it is closed', async () => {
      const place = { x: 60, y: 40, width: 900, height: 650, maximized: false };
      await writeFile(join(state, 'window.json'), JSON.stringify(place));
      const desktop = await launch();
      expect(await boundsOf(desktop)).toMatchObject({ x: 60, y: 40, width: 900, height: 650 });
      const closed = desktop.app.waitForEvent('close');
      await desktop.app.evaluate(({ BrowserWindow }) => {
        const [window] = BrowserWindow.getAllWindows();
        window?.setBounds({ x: 80, y: 50, width: 1000, height: 700 });
        window?.close();
      });
      await closed;
      expect(JSON.parse(await readFile(join(state, 'window.json'), 'utf8'))).toEqual({
        x: 80,
        y: 50,
        width: 1000,
        height: 700,
        maximized: false,
      });
    });

    it('opens on a visible screen if its last one is gone, and has a shortcut for each screen', async () => {
      const place = { x: 9000, y: 40, width: 900, height: 650, maximized: false };
      await writeFile(join(state, 'window.json'), JSON.stringify(place));
      const desktop = await launch();
      const bounds = await boundsOf(desktop);
      expect(bounds).toMatchObject({ width: 900, height: 650 });
      expect(bounds?.x).toBeLessThan(2000);
      const shortcuts = await desktop.app.evaluate(({ Menu }) =>
        Menu.getApplicationMenu()
          ?.items.flatMap(({ submenu }) => submenu?.items ?? [])
          .flatMap(({ label, accelerator }) => (accelerator ? [`${accelerator}: ${label}`] : [])),
      );
      expect(shortcuts).toEqual([
        'CommandOrControl+R: Reload the view',
        'CommandOrControl+Q: Quit',
        'CommandOrControl+1: Protection',
        'CommandOrControl+2: Topology',
        'CommandOrControl+3: Plan',
        'CommandOrControl+4: Run',
        'CommandOrControl+5: Verification',
        'CommandOrControl+6: Runs',
        'CommandOrControl+7: Restore',
        'CommandOrControl+8: Tape',
        'CommandOrControl+9: Sites',
      ]);
    });

    it('accepts only its own page, and refuses what is too large', async () => {
      const { app, page } = await launch();
      await page.getByText('Volume2').first().waitFor();
      const answered = await app.evaluate(async ({ BrowserWindow, ipcMain }) => {
        const [window] = BrowserWindow.getAllWindows();
        if (!window) return [];
        const { webContents: own } = window;
        const other = new BrowserWindow({ show: false });
        await other.loadURL('about:blank');
        const { mainFrame } = own;
        const heard: number[] = [];
        const send = own.send.bind(own);
        const wasAnswered = new Promise<void>((resolve) => {
          own.send = (channel: string, message: { id: number }) => {
            heard.push(message.id);
            if (message.id === 9005) resolve();
            else if (message.id < 9000) send(channel, message);
          };
        });
        const say = (id: number, sender: unknown, senderFrame: unknown) =>
          ipcMain.emit('page', { sender, senderFrame }, { id, request: { channel: 'site', payload: {} } });
        // Another window, a frame in the page, a page that was led elsewhere, a frame that is gone; then the page itself.
        say(9001, other.webContents, other.webContents.mainFrame);
        say(9002, own, { parent: mainFrame, url: mainFrame.url });
        say(9003, own, { parent: null, url: 'https://example.com/' });
        say(9004, own, null);
        say(9005, own, mainFrame);
        await wasAnswered;
        own.send = send;
        other.destroy();
        return heard.filter((id) => id > 9000);
      });
      expect(answered).toEqual([9005]);
      expect(await askOnPage(page, 'draftSite', { text: 'x'.repeat(1_000_001) })).toMatchObject({
        error: { sentence: 'request "draftSite" refused: it has the wrong shape' },
      });
    });

    it('shows the system the progress of a run, and how it ended', async () => {
      // The dump takes two seconds: longer than the pause between two updates of the window.
      scene.lab.faults.set('slow-tape=1000000');
      const { app, page } = await launch((site) => {
        jobOf(site)['approve'] = 'when-verified';
      });
      await app.evaluate(({ BrowserWindow, Notification }) => {
        const told: { bars: number[]; news: string[] } = { bars: [], news: [] };
        Object.assign(globalThis, { told });
        const [window] = BrowserWindow.getAllWindows();
        if (!window) return;
        window.setProgressBar = (bar) => void told.bars.push(bar);
        // Without a system for notifications, the test receives what would be shown.
        window.isFocused = () => false;
        Notification.isSupported = () => true;
        Notification.prototype.show = function show(this: { title: string; body: string }) {
          told.news.push(`${this.title}. ${this.body}`);
        };
      });
      const reply = await askOnPage(page, 'start', { job: 'raw-dd' });
      if ('error' in reply) throw new Error(reply.error.sentence);
      const { run } = reply.result;
      await pushedOnPage(page, run, 'end');
      const { bars, news } = await app.evaluate(
        () => (globalThis as unknown as { told: { bars: number[]; news: string[] } }).told,
      );
      expect(news).toEqual([`Volume2 finished. Run ${run} of job raw-dd has ended with exit status 0`]);
      expect(bars).toContain(2);
      expect(bars.filter((bar) => bar > 0 && bar <= 1)).not.toEqual([]);
    });

    const asking = (site: SiteTree) => {
      jobOf(site)['approve'] = 'operator';
    };

    async function startedRun({ page }: Desktop): Promise<string> {
      const reply = await askOnPage(page, 'start', { job: 'raw-dd' });
      if ('error' in reply) throw new Error(reply.error.sentence);
      return reply.result.run;
    }

    async function endOf(run: string) {
      const { events } = await readRun(new StateFolder(state), run);
      return events.at(-1);
    }

    it('continues without the terminal that it was started from, and rolls back on SIGTERM', async () => {
      const desktop = await launch(asking);
      const { app, page } = desktop;
      const run = await startedRun(desktop);
      await pushedOnPage(page, run, 'question');
      const pid = await app.evaluate(() => process.pid);
      app.process().stdout?.destroy();
      // Playwright reads the other stream: it reports there when the debugger must detach.
      process.kill(pid, 'SIGHUP');
      process.kill(pid, 'SIGHUP');
      for (let time = 0; time < 3; time += 1)
        await app.evaluate(() => {
          globalThis.console.log('nobody reads this');
          return new Promise((resolve) => setImmediate(resolve));
        });
      // Its question is still open.
      await pushedOnPage(page, run, 'question');
      const ended = once(app.process(), 'exit');
      process.kill(pid, 'SIGTERM');
      await ended;
      expect(await endOf(run)).toMatchObject({ exitStatus: 2, sentence: 'step verify was canceled' });
      expect(await clusterState(scene)).toEqual(normalState);
    });

    it('rolls back after an uncaught error, and stays open', async () => {
      const desktop = await launch(asking);
      const { app, page } = desktop;
      const run = await startedRun(desktop);
      await pushedOnPage(page, run, 'question');
      await app.evaluate(() => {
        setImmediate(() => {
          throw new Error('injected');
        });
      });
      await pushedOnPage(page, run, 'end');
      expect(app.windows()).toHaveLength(1);
      expect(await endOf(run)).toMatchObject({
        exitStatus: 2,
        sentence: 'step verify was canceled: unexpected error: injected',
      });
      expect(await clusterState(scene)).toEqual(normalState);
    });

    it('saves the report of a run where the user says, and only what a page has made', async () => {
      const { app, page, complaints } = await launch((site) => {
        jobOf(site)['approve'] = 'when-verified';
      });
      const reply = await askOnPage(page, 'start', { job: 'raw-dd' });
      if ('error' in reply) throw new Error(reply.error.sentence);
      const { run } = reply.result;
      await pushedOnPage(page, run, 'end');
      await page.evaluate(`location.hash = '#/report/${run}'`);
      await page.getByRole('button', { name: 'Save as…' }).click();
      // Where the system's dialog would ask.
      const file = join(state, 'saved.pdf');
      const saved = app.evaluate(
        ({ session }, path) =>
          new Promise<{ state: string; name: string }>((resolve) => {
            session.defaultSession.once('will-download', (_event, item) => {
              item.setSavePath(path);
              item.once('done', (_done, how) => resolve({ state: how, name: item.getFilename() }));
            });
          }),
        file,
      );
      await page.getByRole('menuitem', { name: /^PDF, A4/ }).click();
      expect(await saved).toEqual({ state: 'completed', name: `${run}.pdf` });
      expect((await readFile(file)).subarray(0, 5).toString()).toBe('%PDF-');
      const refused = await app.evaluate(
        ({ session }) =>
          new Promise<boolean>((resolve) => {
            session.defaultSession.once('will-download', (event) => resolve(event.defaultPrevented));
            session.defaultSession.downloadURL('data:text/plain,other');
          }),
      );
      expect(refused).toBe(true);
      expect(complaints).toEqual([]);
    });

    it('keeps no secret where the system has no keyring', async () => {
      const key = join(scene.folder, 'locked');
      await copyFile(scene.lab.identityFile, key);
      spawnSync('chmod', ['600', key]);
      const { status } = spawnSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', key]);
      expect(status).toBe(0);
      const { app, page } = await launch((site) => {
        for (const host of Object.values(site.hosts)) host['key'] = key;
      });
      expect(await app.evaluate(({ safeStorage }) => safeStorage.getSelectedStorageBackend())).toBe(
        'basic_text',
      );
      const asked = (await page.evaluate(
        `new Promise((resolve) => {
          window.shadowtape.listen(({ id, push }) => id === 6e8 && push.logins.length > 0 && resolve(push));
          window.shadowtape.send({ id: 6e8, follow: { topic: 'activity', payload: {} } });
        })`,
      )) as { logins: { number: number; kind: string; mayKeep: boolean }[]; notices: string[] };
      expect(asked.logins[0]).toMatchObject({ kind: 'passphrase', mayKeep: false });
      expect(asked.notices).toEqual(['secrets are kept for this session only: the system has no keyring']);
      const number = asked.logins[0]?.number ?? 0;
      expect(await askOnPage(page, 'login', { number, answer: 'open sesame', keep: true })).toEqual({
        result: null,
      });
      await page.getByText('Volume2').first().waitFor();
      expect(existsSync(join(state, 'secrets.json'))).toBe(false);
    });
  },
);
