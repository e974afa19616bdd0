/** Restores in the desktop window, by clicks alone: a volume, a file, a drill. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askOnPage, launchDesktop, pushedOnPage, type Desktop } from '../support/desktop.ts';
import { electronRuntime } from '../support/electron-runtime.ts';
import { filesOfVolume, jobOf, openScene, sha256, type Scene } from '../support/lab-run.ts';
import { firstFileOfTape } from '../support/tap-file.ts';
import { ConsolePage } from '../support/ui/console-page.ts';
import { drillByClicks, restoreFileByClicks, restoreVolumeByClicks } from '../support/ui/restore-clicks.ts';

const { missing } = electronRuntime();
const entry = join(process.cwd(), 'out', 'main', 'index.js');

/** A window with its own lab; each is closed at the end of the test. */
async function opened(job: string): Promise<{ scene: Scene; desktop: Desktop; on: ConsolePage }> {
  if (missing !== undefined) throw new Error(missing);
  if (!existsSync(entry)) throw new Error('nothing is built: npm run build');
  const scene = await openScene({ jobs: [job] });
  const state = await mkdtemp(join(tmpdir(), 'shadowtape-desktop-'));
  onTestFinished(async () => {
    await scene.close();
    await rm(state, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
  await copyFile(scene.lab.knownHostsFile, join(state, 'known_hosts'));
  const site = await scene.writeSite((tree) => {
    jobOf(tree, job)['approve'] = 'when-verified';
    if (job === 'ufs-tar') jobOf(tree, job)['media'] = { layout: 'labelled', name: 'PAYROLL-01' };
  });
  const desktop = await launchDesktop({ SHADOWTAPE_SITE: site, SHADOWTAPE_STATE: state });
  const on = new ConsolePage(desktop.page, '');
  await on.heading('Protection').waitFor();
  const reply = await askOnPage(desktop.page, 'start', { job });
  if ('error' in reply) throw new Error(reply.error.sentence);
  await pushedOnPage(desktop.page, reply.result.run, 'end');
  return { scene, desktop, on };
}

/** Goes to a screen by its address, as a link does. */
const goTo = ({ page }: ConsolePage, hash: string) =>
  page.evaluate(`location.hash = ${JSON.stringify(hash)}`);

describe.runIf(missing === undefined || process.env['CI'])(
  `a restore in the desktop window${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  () => {
    it('restores a master that was overwritten with noise', async () => {
      const { scene, desktop, on } = await opened('raw-dd');
      const digest = sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)));
      await scene.lab.writeMaster(0, randomBytes(4096 * 512));
      const noise = await scene.lab.volumeDigest('Class1', 'Volume1');
      await restoreVolumeByClicks(on, {
        onSecondApproval: async () => {
          expect(await scene.lab.volumeDigest('Class1', 'Volume1')).toBe(noise);
          expect(await scene.lab.volumeDigest('Class1', 'Volume2')).toBe(digest);
        },
      });
      expect(await scene.lab.volumeDigest('Class1', 'Volume1')).toBe(
        await scene.lab.volumeDigest('Class1', 'Volume2'),
      );
      expect(scene.lab.world()).toMatchObject({ proxy: { state: 'Join' }, services: { node1: 'running' } });
      expect(desktop.complaints).toEqual([]);
    });

    it('restores a single file, and drills the backup', async () => {
      const { scene, desktop, on } = await opened('ufs-tar');
      const onVolume = await filesOfVolume(scene.lab, 'Class1', 'Volume1');
      const target = join(scene.folder, 'restored');
      await goTo(on, '#/files/payroll');
      await restoreFileByClicks(on, target);
      expect(sha256(await readFile(join(target, 'bin', 'payroll')))).toBe(onVolume['bin/payroll']);
      await on.button('Restore again').click();
      await drillByClicks(on);
      expect(desktop.complaints).toEqual([]);
    });
  },
);
