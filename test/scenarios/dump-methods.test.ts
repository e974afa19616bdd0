/** Methods 6c, 6d and 6e: the tape is restored with the matching tools, and compared with the files of the source. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDump, type DumpTool } from '../../src/lab/commands/dump-format.ts';
import { failingRun, tapeStands, withJob } from '../support/failures.ts';
import { filesOfVolume, openScene, runScene, sha256, type Scene } from '../support/lab-run.ts';
import { checkScene } from '../support/refusals.ts';
import { firstFileOfTape } from '../support/tap-file.ts';

const run = promisify(execFile);

const jobs = {
  ufsdump: {
    master: 'Volume1',
    proxy: 'Volume2',
    directory: '/app',
    tool: 'ufsdump',
    fileSystem: 'ufs',
    method: '6c',
  },
  'sfxfs-tar': {
    master: 'Volume3',
    proxy: 'Volume4',
    directory: '/data',
    tool: 'tar',
    fileSystem: 'sfxfs',
    method: '6d',
  },
  sfxdump: {
    master: 'Volume3',
    proxy: 'Volume4',
    directory: '/data',
    tool: 'sfxdump',
    fileSystem: 'sfxfs',
    method: '6e',
  },
} as const;
type JobName = keyof typeof jobs;

let scene: Scene;
let before: Record<string, string>;
beforeEach(async () => {
  scene = await openScene({ jobs: Object.keys(jobs) });
  before = {};
  for (const { master } of scene.lab.world().pairs) {
    before[master.name] = await scene.lab.volumeDigest('Class1', master.name);
  }
});
afterEach(() => scene.close());

/** The pair of a job, as the lab has it, and the other pairs, which must be untouched. */
async function expectNormal(name: JobName, masterIsAsBefore = false): Promise<void> {
  const { lab } = scene;
  const { shadow, pairs, mounts } = lab.world();
  expect(shadow).toEqual({ disks: [], groups: [], volumes: [] });
  expect(mounts.node3).toEqual([]);
  expect(mounts.node1.map(({ directory }) => directory).sort()).toEqual(['/app', '/data', '/home']);
  for (const { master, proxy } of pairs) {
    expect(proxy).toMatchObject({ state: 'Join', sliceStatusOn: { node1: 'STOP', node2: 'STOP' } });
    const digest = await lab.volumeDigest('Class1', master.name);
    expect(digest).toBe(await lab.volumeDigest('Class1', proxy.name));
    if (masterIsAsBefore || master.name !== jobs[name].master) expect(digest).toBe(before[master.name]);
  }
}

async function tapeBytes(): Promise<Buffer> {
  const records = await firstFileOfTape(scene.lab.tapeFile);
  expect(new Set(records.slice(0, -1).map(({ length }) => length))).toEqual(new Set([32_768]));
  return Buffer.concat(records);
}

/** SHA-256 of every file in the dump on the tape. */
async function dumpedFiles(tool: DumpTool): Promise<Record<string, string>> {
  const dump = readDump(await tapeBytes(), tool);
  expect(dump?.isWhole).toBe(true);
  const files = dump?.entries.filter(({ type }) => type === 'file') ?? [];
  return Object.fromEntries(files.map(({ path, bytes }) => [path, sha256(bytes)]));
}

/** The commands of step 6, without queries. */
function dumpCommands(): string[] {
  const begins =
    /^(sdxshadowvolume -[FN]|sfxadm|fsck|mkdir \/mnt1|mount -F|tar|ufsdump|sfxdump|umount \/mnt1|rmdir \/mnt1|dd ibs|sdxshadowvolume -R)/;
  return scene.lab.commands
    .filter(({ host, line }) => host === 'node3' && begins.test(line))
    .map(({ line }) => line);
}

describe('a whole backup', () => {
  it.each(['ufsdump', 'sfxdump'] as const)(
    'with %s: the dump on the tape holds the files of the source',
    async (name) => {
      const { tool, proxy, master, fileSystem } = jobs[name];
      const words = new Set<string | undefined>();
      const end = await runScene(scene, {
        job: name,
        onEvent: (event) => event.type === 'progress' && event.what === 'dump' && words.add(event.words),
      });
      expect(end).toMatchObject({
        verdict: 'verified',
        exitStatus: 0,
        sentence: `${proxy} is on the tape in /dev/rmt/0 on node3, and every record was read back and compared`,
        stands: [`${proxy}: joined to ${master}, in sync`, 'node3: no shadow object of Class2'],
      });
      const files = await dumpedFiles(tool);
      expect(Object.keys(files).length).toBeGreaterThan(100);
      expect(files).toEqual(await filesOfVolume(scene.lab, 'Class1', master));
      const raw = `/dev/sfdsk/Class2/rdsk/${proxy}`;
      expect(dumpCommands()).toEqual([
        `sdxshadowvolume -F -c Class2 -v ${proxy}`,
        `sdxshadowvolume -N -c Class2 -v ${proxy} -e mode=rw`,
        ...(fileSystem === 'sfxfs' ? [`sfxadm ${raw}`] : []),
        `${tool} 0uf - ${raw}`,
        'dd ibs=262144 obs=32768 of=/dev/rmt/0',
        `sdxshadowvolume -F -c Class2 -v ${proxy}`,
        `sdxshadowvolume -R -c Class2 -v ${proxy}`,
      ]);
      await expectNormal(name);
      expect(words).toContain('Mapping (Pass I) [regular files]');
    },
  );

  it.each(['ufsdump', 'sfxdump'] as const)(
    'with %s: the last record is short, and no byte is added',
    async (name) => {
      const end = await runScene(scene, { job: name });
      const digests = end.events.filter((event) => event.type === 'digest');
      const [device, handed] = digests;
      const records = await firstFileOfTape(scene.lab.tapeFile);
      expect(handed).toMatchObject({
        hop: 'handed',
        bytes: device?.bytes,
        paddingBytes: 0,
        onTapeSha256: device?.sha256,
        records: records.length,
      });
      expect(device).toMatchObject({ hop: 'device', sha256: sha256(Buffer.concat(records)) });
      expect(records.at(-1)?.length).toBeLessThan(32_768);
      expect(end.events.filter(({ type }) => type === 'catalogue')).toEqual([]);
      const progress = end.events.filter((event) => event.type === 'progress' && event.what === 'dump');
      expect(progress.length).toBeGreaterThan(0);
    },
  );

  it('of an sfxfs with tar: GNU tar restores the files of the source', async () => {
    const end = await runScene(scene, { job: 'sfxfs-tar' });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    const folder = join(scene.folder, 'restored');
    await mkdir(folder);
    await writeFile(join(scene.folder, 'tape.tar'), await tapeBytes());
    await run('tar', ['xf', join(scene.folder, 'tape.tar'), '-C', folder]);
    const source = await filesOfVolume(scene.lab, 'Class1', 'Volume3');
    const restored: Record<string, string> = {};
    for (const path of Object.keys(source)) restored[path] = sha256(await readFile(join(folder, path)));
    expect(restored).toEqual(source);
    expect(dumpCommands().slice(2, -2)).toEqual([
      'sfxadm /dev/sfdsk/Class2/rdsk/Volume4',
      'mkdir /mnt1',
      'mount -F sfxfs -o ro /dev/sfdsk/Class2/dsk/Volume4 /mnt1',
      'tar cf - -C /mnt1 .',
      'dd ibs=262144 obs=32768 of=/dev/rmt/0',
      'umount /mnt1',
      'rmdir /mnt1',
    ]);
    await expectNormal('sfxfs-tar');
  });

  it.each(['ufsdump', 'sfxfs-tar', 'sfxdump'] as const)(
    '%s: lets fsck repair the copy where the file system stayed mounted',
    async (name) => {
      const { proxy, fileSystem } = jobs[name];
      const end = await runScene(scene, { job: name, change: withJob({ services: 'not-needed' }, name) });
      expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      const fsck = dumpCommands().filter((line) => line.startsWith('fsck'));
      expect(fsck).toEqual([`fsck -F ${fileSystem} -y /dev/sfdsk/Class2/rdsk/${proxy}`]);
      await expectNormal(name, true);
    },
  );

  it('is reported as a ufsdump when the tape is used again', async () => {
    const { run } = await runScene(scene, { job: 'ufsdump' });
    const end = await runScene(scene, { job: 'ufsdump' });
    expect(end).toMatchObject({
      exitStatus: 1,
      sentence: `the tape in /dev/rmt/0 on node3 is not blank: it holds a ufsdump, written by run ${run}`,
    });
  });
});

describe('check', () => {
  it('asks the backup server for the programs of these methods, and finds each job ready', async () => {
    const ready = (job: JobName, blocks: string) => {
      const { master, proxy } = jobs[job];
      return {
        what: `job ${job}`,
        good: true,
        said: `${proxy} is joined to ${master}, in sync, ${blocks} blocks from 65,536; no shadow in Class2`,
      };
    };
    const lines = await checkScene(scene);
    expect(lines.filter(({ what }) => what.startsWith('job'))).toMatchObject([
      ready('ufsdump', '4,096'),
      ready('sfxfs-tar', '2,048'),
      ready('sfxdump', '2,048'),
    ]);
    for (const tool of ['ufsdump', 'sfxdump', 'sfxadm']) scene.lab.faults.set(`not-found=node3:${tool}`);
    expect((await checkScene(scene)).find(({ good }) => !good)).toMatchObject({
      host: 'node3',
      said: 'not found: ufsdump, sfxadm, sfxdump',
    });
  });
});

describe('a dump that fails', () => {
  it.each(['ufsdump', 'sfxdump'] as const)(
    '%s aborts halfway: the tape holds no backup, and the cluster is rolled back',
    async (name) => {
      const end = await failingRun(scene, { job: name, faults: ['dump-abort=40'] });
      expect(end).toMatchObject({ exitStatus: 2, error: { code: 'DUMP_SOURCE_FAILED' } });
      expect(end.sentence).toMatch(/^reading stopped after \d+ bytes: .*The ENTIRE dump is aborted\.$/);
      expect(end.stands).toContain(tapeStands.incomplete);
      await expectNormal(name);
    },
  );

  it.each(['ufsdump', 'sfxdump'] as const)(
    '%s exits 0 and does not say that it is done: that is not a backup either',
    async (name) => {
      const end = await failingRun(scene, { job: name, faults: ['dump-silent'] });
      expect(end).toMatchObject({ exitStatus: 2, error: { code: 'DUMP_NOT_CLOSED' } });
      expect(end.sentence).toMatch(
        new RegExp(
          `^${name} ended with exit status 0, but did not say DUMP IS DONE: its last line was ".*"$`,
        ),
      );
      expect(end.error?.evidence).toMatchObject({
        host: 'node3',
        command: `${name} 0uf - /dev/sfdsk/Class2/rdsk/${jobs[name].proxy}`,
      });
      expect(end.stands).toContain(tapeStands.incomplete);
      expect(end.events.filter(({ type }) => type === 'digest')).toEqual([]);
      await expectNormal(name);
    },
  );

  it.each(['sfxfs-tar', 'sfxdump'] as const)(
    '%s: without sfxadm the run ends before a byte is written to tape',
    async (name) => {
      const end = await failingRun(scene, { job: name, faults: ['not-found=node3:sfxadm'] });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: 'node3 has no command sfxadm',
        error: { code: 'COMMAND_NOT_FOUND' },
      });
      expect(end.stands).toEqual([
        'Volume4: joined to Volume3, in sync',
        'node3: no shadow object of Class2',
      ]);
      await expectNormal(name);
    },
  );

  it('sfxfs-tar: an sfxadm that does nothing is noticed by mount', async () => {
    const end = await failingRun(scene, { job: 'sfxfs-tar', faults: ['ignore=node3:sfxadm'] });
    const device = '/dev/sfdsk/Class2/dsk/Volume4';
    expect(end).toMatchObject({
      exitStatus: 2,
      sentence: `node3: mount -F sfxfs -o ro ${device} /mnt1 ended with exit status 32: mount: ${device}: the partition information is that of /dev/sfdsk/Class1/dsk/Volume3`,
    });
    await expectNormal('sfxfs-tar');
  });

  it.each(['ufsdump', 'sfxfs-tar', 'sfxdump'] as const)(
    '%s: a tape error halfway is blamed on the tape, and the cluster is rolled back',
    async (name) => {
      const end = await failingRun(scene, { job: name, faults: ['tape-error=3'] });
      expect(end).toMatchObject({ exitStatus: 2, error: { code: 'TAPE_WRITE_FAILED' } });
      expect(end.stands).toContain(tapeStands.incomplete);
      await expectNormal(name);
    },
  );
});
