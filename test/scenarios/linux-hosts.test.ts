/** Hosts that run Linux: each method that exists there, by both routes and in both layouts, and runs that are interrupted. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDump } from '../../src/lab/commands/dump-format.ts';
import { dyingRun, recoverScene, type Death } from '../support/mortal-console.ts';
import {
  clusterState,
  filesOfVolume,
  jobOf,
  normalState,
  openScene,
  runScene,
  sha256,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { locksLeft } from '../support/lab-shell.ts';
import { checkScene } from '../support/refusals.ts';
import { filesOfTape } from '../support/tap-file.ts';
import { unpackedFiles } from '../support/unpack-tar.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ platform: 'linux', blocks: 4096, jobs: ['raw-dd', 'ext3-tar', 'ext3-dump'] });
});
afterEach(() => scene.close());

type JobName = 'raw-dd' | 'ext3-tar' | 'ext3-dump';
type Route = 'console' | 'server';
type Layout = 'plain' | 'labelled';

/** @param mounted true: the file system is parted while it is mounted, so that fsck has something to repair */
const setting = (job: JobName, route: Route, layout: Layout, mounted: boolean) => (site: SiteTree) => {
  const one = jobOf(site, job);
  one['route'] = route;
  one['media'] = layout === 'labelled' ? { layout, name: 'DAILY-01' } : { layout };
  one['resynchronisation'] = { everySeconds: 0.1 };
  if (mounted) one['services'] = 'not-needed';
};

const linesOf = (host: string, begins: RegExp): string[] =>
  scene.lab.commands.filter((each) => each.host === host && begins.test(each.line)).map(({ line }) => line);

async function filesOnTape(job: JobName, bytes: Buffer): Promise<Record<string, string>> {
  if (job === 'ext3-tar') return unpackedFiles(bytes);
  const dump = readDump(bytes, 'dump');
  expect(dump?.isWhole).toBe(true);
  const files = dump?.entries.filter(({ type }) => type === 'file') ?? [];
  return Object.fromEntries(files.map(({ path, bytes: content }) => [path, sha256(content)]));
}

/** The tape holds what the master held at the beginning: its blocks, or its files. */
async function expectTape(job: JobName, layout: Layout): Promise<void> {
  const files = await filesOfTape(scene.lab.tapeFile);
  const bytes = Buffer.concat(files[layout === 'labelled' ? 1 : 0] ?? []);
  if (job === 'raw-dd') return expect(sha256(bytes)).toBe(scene.masterBefore);
  const expected = await filesOfVolume(scene.lab, 'Class1', 'Volume1');
  expect(Object.keys(expected).length).toBeGreaterThan(100);
  expect(await filesOnTape(job, bytes)).toEqual(expected);
}

const block = '/dev/sfdsk/Class2/dsk/Volume2';

/** What only Solaris has. */
const ofSolaris = /mnttab|kstat|iostat|hostid|ufsdump|sfx|iseek|digest -a|\/dev\/rmt|mount -F|fsck -F/;

/** The links that udev makes for the lab's drive. */
const persistentNames = {
  byId: '/dev/tape/by-id/scsi-35000e11100a00001',
  byPath: '/dev/tape/by-path/pci-0000:03:00.0-sas-0x5000e11100a00001-lun-0',
};

describe('a drive by a persistent name', () => {
  it.each([
    ['that rewinds', persistentNames.byId, 'plain'],
    ['without rewind', `${persistentNames.byPath}-nst`, 'plain'],
    ['without rewind', `${persistentNames.byId}-nst`, 'labelled'],
  ] as const)(
    '%s, %s, in layout %s: the run is verified, and has the lock of /dev/st0',
    async (_what, device, layout) => {
      const change = (site: SiteTree) => {
        setting('raw-dd', 'console', layout, true)(site);
        site.tape['device'] = device;
      };
      const run = await runScene(scene, { change });
      expect(run, [run.sentence, ...run.stands].join('\n')).toMatchObject({
        exitStatus: 0,
        verdict: 'verified',
      });
      await expectTape('raw-dd', layout);
      expect(linesOf('node3', /^mkdir .*st0\.lock$/)).toEqual(['mkdir /var/tmp/shadowtape-dev.st0.lock']);
      expect(linesOf('node3', /^(?:dd|mt) .*\/dev\/n?st0/)).toEqual([]);
    },
  );
});

describe('a backup on Linux ends verified', () => {
  it.each([
    ['raw-dd', 'console', 'plain', true, []],
    ['raw-dd', 'server', 'labelled', true, []],
    [
      'ext3-tar',
      'console',
      'labelled',
      true,
      [`fsck.ext3 -p ${block}`, `mount -t ext3 -o ro ${block} /mnt1`, 'tar cf - -C /mnt1 .', 'umount /mnt1'],
    ],
    ['ext3-tar', 'server', 'plain', false, [`mount -t ext3 -o ro ${block} /mnt1`, 'umount /mnt1']],
    ['ext3-dump', 'console', 'plain', true, [`fsck.ext3 -y ${block}`, `dump 0uf - ${block}`]],
    ['ext3-dump', 'server', 'labelled', true, [`fsck.ext3 -y ${block}`]],
  ] as const)('%s by route %s in layout %s', async (job, route, layout, mounted, lines) => {
    const end = await runScene(scene, { job, change: setting(job, route, layout, mounted) });
    expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(end.events[0]).toMatchObject({ type: 'run-started', platform: 'linux' });
    expect(await clusterState(scene)).toEqual(normalState);
    await expectTape(job, layout);
    expect(linesOf('node3', /^(fsck|mount|umount|tar|dump)\b/)).toEqual(lines);
    expect(linesOf('node3', ofSolaris)).toEqual([]);
    expect(linesOf('node1', ofSolaris)).toEqual([]);
    expect(linesOf('node3', /^cat \/proc\/mounts$/).length).toBeGreaterThan(3);
    expect(locksLeft(scene)).toEqual([]);
  });
});

it('check searches for the commands of Linux', async () => {
  const told = await checkScene(scene);
  expect(told.filter(({ good }) => !good)).toEqual([]);
  const tools = told.find(({ host, what }) => host === 'node3' && what === 'commands');
  expect(tools?.said).toContain('fsck.ext3, mount, umount, tar, dump');
});

it('an ext3 that fsck.ext3 -p may not repair fails the run, which is rolled back', async () => {
  scene.lab.faults.set('fail-once=node3:fsck.ext3:4');
  const end = await runScene(scene, {
    job: 'ext3-tar',
    change: setting('ext3-tar', 'console', 'plain', true),
  });
  expect(end).toMatchObject({ exitStatus: 2, error: { code: 'FILE_SYSTEM_NOT_CLEAN' } });
  expect(end.error?.message).toContain(block);
  expect(await clusterState(scene)).toEqual(normalState);
});

const after =
  (step: string): Death =>
  (event) =>
    event.type === 'step-finished' && event.step === step ? 'after' : undefined;

describe('a run on Linux whose console died', () => {
  it('is resumed after the backup server has rebooted, and verified', async () => {
    const change = setting('raw-dd', 'console', 'plain', true);
    const { run } = await dyingRun(scene, 'raw-dd', after('verify'), change);
    await scene.lab.rebootNode('node3');
    const end = await recoverScene(scene, 'resume', run, { change });
    expect(end, end.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(await clusterState(scene)).toEqual(normalState);
    await expectTape('raw-dd', 'plain');
  });

  it('is rolled back from a mounted ext3', async () => {
    const { run, steps } = await dyingRun(scene, 'ext3-tar', after('6b-3'));
    const sourceOf = (id: string) => steps.find((step) => step.id === id)?.source;
    expect(sourceOf('6b-3')).toBe('inferred from GDS guide 6.6.3.7, step 6b-3 (Solaris edition)');
    expect(sourceOf('3-3')).toBe(
      'GDS guide 6.6.3.7, step 3-3 (Solaris edition); GDS guide (Linux) 4.1 and 4.2, 2.7.2',
    );
    expect(scene.lab.world().mounts.node3).toMatchObject([{ directory: '/mnt1', type: 'ext3' }]);
    const end = await recoverScene(scene, 'unwind', run);
    expect(end, end.sentence).toMatchObject({ exitStatus: 2 });
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is resumed from a mounted ext3 by route server, in layout labeled', async () => {
    const change = setting('ext3-tar', 'server', 'labelled', false);
    const { run } = await dyingRun(scene, 'ext3-tar', after('6b-3'), change);
    const end = await recoverScene(scene, 'resume', run, { change });
    expect(end, end.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(await clusterState(scene)).toEqual(normalState);
    await expectTape('ext3-tar', 'labelled');
  });
});
