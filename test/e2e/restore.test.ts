/** Restores by clicks alone: a volume whose master holds noise, a single file, a drill. Oracles check the lab and the folder. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  clusterState,
  filesOfVolume,
  jobOf,
  normalState,
  sha256,
  type SiteTree,
} from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import { firstFileOfTape } from '../support/tap-file.ts';
import { describeInBrowser, servedScene, type ServedScene } from '../support/ui/console-page.ts';
import {
  drillByClicks,
  extractByClicks,
  historyRow,
  restoreDeviceByClicks,
  restoreFileByClicks,
  restoreToHostByClicks,
  restoreVolumeByClicks,
} from '../support/ui/restore-clicks.ts';

const change = (site: SiteTree) => {
  for (const job of Object.values(site.jobs)) job['approve'] = 'when-verified';
  jobOf(site, 'ufs-tar')['media'] = { layout: 'labelled', name: 'PAYROLL-01' };
};

/** Backs a job up. @returns its run, once it is over */
async function backUp(console: ServedScene, job: string): Promise<string> {
  const { run } = await console.ask('start', { job });
  await console.served.desk.runs.settled();
  const { line } = await console.ask('run', { run });
  expect(line.exitStatus, line.sentence).toBe(0);
  return run;
}

/** The contents of the master when its services are about to be resumed: from then on they write to it. */
async function beforeServices({ scene, served }: ServedScene): Promise<string> {
  await expect.poll(() => served.desk.activity.runs.length, { timeout: 60_000 }).toBe(1);
  const run = served.desk.activity.runs[0]?.run ?? '';
  return new Promise((resolve) => {
    const end = served.desk.follow('run', { run }, (told) => {
      if (!('push' in told) || !('kind' in told.push) || told.push.kind !== 'events') return;
      const isDue = told.push.events.some((event) => event.type === 'step-started' && event.step === '3-4');
      if (!isDue) return;
      setImmediate(() => end());
      resolve(scene.lab.volumeDigest('Class1', 'Volume1'));
    });
  });
}

describeInBrowser('a restore on the screen', (browser) => {
  it('restores a master that was overwritten with noise, byte for byte', async () => {
    const console = await servedScene({ jobs: ['raw-dd', 'ufs-tar'] }, change);
    const { scene } = console;
    const backup = await backUp(console, 'raw-dd');
    const digest = sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)));
    await scene.lab.writeMaster(0, randomBytes(4096 * 512));
    const noise = await scene.lab.volumeDigest('Class1', 'Volume1');
    expect(noise).not.toBe(digest);

    const on = await (await browser.page(console)).open('#/home');
    const { page } = on;
    let restored: Promise<string> | undefined;
    await restoreVolumeByClicks(on, {
      onStart: () => (restored = beforeServices(console)),
      onSecondApproval: async () => {
        expect(await scene.lab.volumeDigest('Class1', 'Volume1')).toBe(noise);
        expect(await scene.lab.volumeDigest('Class1', 'Volume2')).toBe(digest);
      },
    });
    expect(await restored).toBe(digest);
    expect(scene.lab.world()).toMatchObject({ proxy: { state: 'Join' }, services: { node1: 'running' } });

    // The history shows the restore, and when the backup was verified.
    await on.button('Open in Runs').click();
    await on.heading('Restore Volume1').waitFor();
    await on.link(backup).first().click();
    await on.heading('Back up Volume2').waitFor();
    await page.getByText('restored by run').waitFor();
    await on.picture('restore-proven');
    await on.link('Protection').click();
    await page
      .getByText(/^restored \d{4}-/)
      .first()
      .waitFor();
  });

  it('writes the image to an unused device of a host, and refuses one of GDS', async () => {
    const console = await servedScene({ jobs: ['raw-dd'] }, (site) => {
      jobOf(site)['approve'] = 'when-verified';
    });
    const { scene } = console;
    const backup = await backUp(console, 'raw-dd');
    const digest = sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)));
    const on = await (await browser.page(console)).open(`#/restore/${backup}`);
    const device = '/dev/rdsk/c2t0d0s0';
    await restoreDeviceByClicks(on, 'node1', device);
    const read = `dd if=${device} bs=32768 count=64 2>/dev/null | digest -a sha256`;
    expect((await onHost(scene, 'node1', ['sh', '-c', read])).trim()).toBe(digest);
    const refused = { what: [backup], host: 'node1' };
    await expect(console.ask('restorePreview', { ...refused, path: '/dev/rdsk/c1t1d1s2' })).rejects.toThrow(
      'it is Disk1 of Class1, as node1 shows it',
    );
    await expect(console.ask('restoreFiles', { ...refused, path: device })).rejects.toThrow(
      `the data of node1:${device} would be lost`,
    );
  });

  it.each([
    ['files', 'ufs-tar', /^Restore \d+ entries$/],
    ['a dump', 'ufsdump', /^Restore files$/],
  ])('writes %s to a folder of a host, completely', async (_what, job, start) => {
    const console = await servedScene({ jobs: [job], blocks: 8192 }, (site) => {
      jobOf(site, job)['approve'] = 'when-verified';
    });
    const { scene } = console;
    const onVolume = await filesOfVolume(scene.lab, 'Class1', 'Volume1');
    const backup = await backUp(console, job);
    const on = await (await browser.page(console)).open(`#/restore/${backup}`);
    const folder = '/var/tmp/from-tape';
    await restoreToHostByClicks(on, { host: 'node2', folder, start });
    const names = Object.keys(onVolume);
    const printed = await onHost(scene, 'node2', [
      ...['digest', '-a', 'sha256'],
      ...names.map((name) => `${folder}/${name}`),
    ]);
    for (const name of names) expect(printed).toContain(`(${folder}/${name}) = ${onVolume[name]}\n`);
  });

  it('is stopped at the first approval: nothing is written, and the master keeps its data', async () => {
    const console = await servedScene({ jobs: ['raw-dd'] }, (site) => {
      jobOf(site)['approve'] = 'when-verified';
    });
    const { scene } = console;
    const backup = await backUp(console, 'raw-dd');
    const { run } = await console.ask('restore', { run: backup, replace: ['Volume1'] });
    const on = await (await browser.page(console)).open(`#/verify/${run}`);
    await on.button('Stop here; the master keeps its data').click();
    await on.titled(/Action required/);
    await on.region('The end').waitFor();
    await on.picture('restore-declined');
    expect(await scene.lab.volumeDigest('Class1', 'Volume1')).toBe(scene.masterBefore);
    expect(
      scene.lab.commands.filter(({ line }) => /sdxproxy RejoinRestore|of=/.test(line) && !/rmt/.test(line)),
    ).toEqual([]);
  });

  it('shows refusals of the console as they are', async () => {
    const console = await servedScene({ jobs: ['raw-dd'] }, (site) => {
      jobOf(site)['approve'] = 'when-verified';
    });
    const backup = await backUp(console, 'raw-dd');
    const on = await (await browser.page(console)).open(`#/restore/${backup}`);
    await on.button('Choose the target').click();
    await on.page.getByRole('radio', { name: /parted proxy/ }).check();
    await on.button('Show what will happen').click();
    await on.page
      .getByRole('alert')
      .getByText('Volume2 is joined to Volume1: it holds what Volume1 holds')
      .waitFor();
    await on.picture('restore-refused');
    expect(await clusterState(console.scene)).toEqual(normalState);
  });

  it('finds a single file on tape, and restores it to a folder; a drill verifies the whole backup', async () => {
    const console = await servedScene({ jobs: ['ufs-tar'] }, change);
    const { scene } = console;
    const onVolume = await filesOfVolume(scene.lab, 'Class1', 'Volume1');
    const backup = await backUp(console, 'ufs-tar');
    const target = join(scene.folder, 'restored');

    const on = await (await browser.page(console)).open('#/files/payroll');
    const { page } = on;
    await restoreFileByClicks(on, target);
    expect(sha256(await readFile(join(target, 'bin', 'payroll')))).toBe(onVolume['bin/payroll']);

    await on.button('Restore again').click();
    await drillByClicks(on);
    expect(await clusterState(scene)).toEqual(normalState);

    // Both are among the runs, and open again.
    await on.link('Runs').click();
    await historyRow(page, 'file restore').waitFor();
    await on.picture('restore-history');
    await historyRow(page, 'drill').click();
    await on.heading('The backup is proven readable').waitFor();
    expect((await console.ask('run', { run: backup })).line.drilled).toMatchObject({ level: 'read' });

    // What a drill extracts is removed.
    const folder = join(scene.folder, 'drills');
    await mkdir(folder);
    await extractByClicks(await (await browser.page(console)).open(`#/restore/${backup}`), folder);
    expect(await readdir(folder)).toEqual([]);
    expect((await console.ask('run', { run: backup })).line.drilled).toMatchObject({ level: 'extracted' });
  });
});
