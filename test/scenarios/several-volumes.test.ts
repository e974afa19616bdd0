/** Several volumes in a job: they share one instant, and each becomes a file of the tape. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failingRun, withJob } from '../support/failures.ts';
import {
  filesOfVolume,
  jobOf,
  openScene,
  runScene,
  sha256,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { locksLeft, onHost } from '../support/lab-shell.ts';
import { dyingRun, recoverScene } from '../support/mortal-console.ts';
import { filesFromRestore, printedImageCommands } from '../support/restored-files.ts';
import { expectCleared, runServer } from '../support/server-run.ts';
import { filesOfTape } from '../support/tap-file.ts';

const pairs = [
  { master: 'Volume1', proxy: 'Volume2' },
  { master: 'Volume3', proxy: 'Volume4' },
  { master: 'Volume5', proxy: 'Volume6' },
];

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ blocks: 4096, jobs: ['three-volumes', 'stand-in'] });
});
afterEach(() => scene.close());

/** Two volumes without a label: Volume2 and Volume4. */
const twoPlain = (more: Record<string, unknown> = {}) =>
  withJob(
    {
      volumes: pairs.slice(0, 2),
      media: { layout: 'plain' },
      services: 'not-needed',
      ...more,
    },
    'three-volumes',
  );

/** Every pair of the lab is joined, its proxy equals its master, and nothing is left on the backup server. */
async function expectNormal(): Promise<void> {
  const { lab } = scene;
  await lab.copyingFinished();
  const { shadow, mounts, directories, pairs: all } = lab.world();
  expect(shadow).toEqual({ disks: [], groups: [], volumes: [] });
  expect(mounts.node3).toEqual([]);
  expect(directories.node3).toEqual([]);
  expect(mounts.node1.map(({ directory }) => directory).sort()).toEqual(['/app', '/data', '/home']);
  for (const { master, proxy } of all) {
    expect(proxy).toMatchObject({ state: 'Join', sliceStatusOn: { node1: 'STOP', node2: 'STOP' } });
    expect(await lab.volumeDigest('Class1', proxy.name)).toBe(await lab.volumeDigest('Class1', master.name));
  }
  expect(locksLeft(scene)).toEqual([]);
}

/** SHA-256 of each file of the tape. */
const tapeDigests = async () =>
  (await filesOfTape(scene.lab.tapeFile)).map((records) => sha256(Buffer.concat(records)));

const digestOf = (volume: string) => scene.lab.volumeDigest('Class1', volume);

const normalStands = (count: number) => [
  ...pairs.slice(0, count).map(({ master, proxy }) => `${proxy}: joined to ${master}, in sync`),
  'node3: no shadow object of Class2',
];

describe('three volumes on one tape', () => {
  it.each(['console', 'server'] as const)(
    'route %s: verified, one file each in their order',
    async (route) => {
      const before = await Promise.all(pairs.map(({ master }) => digestOf(master)));
      const end = await runScene(scene, {
        job: 'three-volumes',
        route,
        change: withJob({ services: 'not-needed' }, 'three-volumes'),
      });
      expect(end).toMatchObject({
        verdict: 'verified',
        exitStatus: 0,
        stands: normalStands(3),
      });
      expect(end.sentence).toMatch(
        /^Volume2, Volume4 and Volume6 are on the tape ".*" in \/dev\/rmt\/0 on node3, and every record was read back and compared$/,
      );
      expect((await tapeDigests()).slice(1, 4)).toEqual(before);
      expect((await filesOfTape(scene.lab.tapeFile)).slice(4).map(({ length }) => length > 0)).toEqual([
        true,
      ]);
      await expectNormal();
      if (route === 'server') await expectCleared(scene, end.run);
    },
  );

  it('are restored by hand with what the label record says', async () => {
    const before = await Promise.all(pairs.map(({ master }) => digestOf(master)));
    const media = { layout: 'labelled', recordBytes: 65_536 };
    const end = await runScene(scene, {
      job: 'three-volumes',
      change: withJob({ services: 'not-needed', media }, 'three-volumes'),
    });
    expect(end.exitStatus, end.sentence).toBe(0);
    const [[label] = []] = await filesOfTape(scene.lab.tapeFile);
    const json = label?.toString('utf8').split('\n')[2] ?? '';
    const { recordBytes, volumes } = JSON.parse(json) as {
      recordBytes: number;
      volumes: { volume: string; method: string; file: number }[];
    };
    expect(volumes.map(({ volume, method }) => `${volume} ${method}`)).toEqual(
      pairs.map(({ proxy }) => `${proxy} 6a`),
    );
    const digests: string[] = [];
    for (const { volume, file } of volumes) {
      const image = `/var/tmp/${volume}.image`;
      for (const line of await printedImageCommands({ file, recordBytes }, image))
        expect(await scene.lab.type('node3', line), line).toMatchObject({ status: 0 });
      digests.push((await onHost(scene, 'node3', ['digest', '-a', 'sha256', image])).trim());
    }
    expect(digests).toEqual(before);
  });

  it('share one instant: what an application writes to both masters between two parts is on none of them', async () => {
    const before = await Promise.all(pairs.map(({ master }) => digestOf(master)));
    let written: Promise<unknown> | undefined;
    const end = await runScene(scene, {
      job: 'three-volumes',
      change: withJob({ services: 'not-needed' }, 'three-volumes'),
      onEvent(event) {
        if (event.type === 'outcome' && written === undefined && isParted())
          written = Promise.all(
            pairs.map(({ master }) => scene.lab.writeMaster(8192, Buffer.alloc(4096, 7), master)),
          );
      },
    });
    await written;
    expect(written).toBeDefined();
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect((await tapeDigests()).slice(1, 4)).toEqual(before);
    for (const [index, { master }] of pairs.entries()) expect(await digestOf(master)).not.toBe(before[index]);
    const parts = scene.lab.commands.filter(({ line }) => line.startsWith('sdxproxy Part'));
    expect(parts).toMatchObject([
      { host: 'node1', line: 'sdxproxy Part -c Class1 -p Volume2,Volume4,Volume6 -a pjrm=off' },
    ]);
    await expectNormal();
  });

  const isParted = () => scene.lab.world().pairs.filter(({ proxy }) => proxy.state === 'Part').length > 0;

  const servicesSent = () =>
    scene.lab.commands
      .map(({ line }) => line)
      .filter((line) => /^(umount|mount) \/|^sdxproxy Part/.test(line));

  it('the services of all are stopped and resumed around the one part', async () => {
    const end = await runScene(scene, { job: 'three-volumes' });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(servicesSent()).toEqual([
      'umount /app',
      'umount /data',
      'umount /home',
      'sdxproxy Part -c Class1 -p Volume2,Volume4,Volume6 -a pjrm=off',
      'mount /home',
      'mount /data',
      'mount /app',
    ]);
    await expectNormal();
  });

  it('a service that cannot be stopped: only the one before it is resumed', async () => {
    const end = await failingRun(scene, { job: 'three-volumes', faults: ['fail=node1:umount /data'] });
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'COMMAND_FAILED' }, stands: normalStands(3) });
    expect(servicesSent()).toEqual(['umount /app', 'umount /data', 'mount /app']);
    await expectNormal();
  });

  it('atOnce: 1 rejoins them one after the other', async () => {
    const copying: number[] = [];
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'ended' || !line.startsWith('sdxproxy Rejoin')) return;
      copying.push(
        scene.lab.world().pairs.filter(({ proxy }) => proxy.sliceStatusOn.node1 === 'COPY').length,
      );
    });
    const change = (site: SiteTree) => {
      jobOf(site, 'three-volumes')['resynchronisation'] = { everySeconds: 0.02, atOnce: 1 };
    };
    const end = await runScene(scene, { job: 'three-volumes', change });
    stop();
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(copying).toHaveLength(3);
    expect(Math.max(...copying)).toBeLessThanOrEqual(1);
    const steps = end.events.flatMap((event) =>
      event.type === 'step-finished' && event.step.startsWith('8-') ? [event.step] : [],
    );
    expect(steps).toEqual(['8-1:1', '8-2:1', '8-1:2', '8-2:2', '8-1:3', '8-2:3']);
    await expectNormal();
  });
});

describe('two volumes without a label', () => {
  it('are two files on the no-rewind device, and the tape holds nothing else', async () => {
    const before = await Promise.all(pairs.slice(0, 2).map(({ master }) => digestOf(master)));
    const end = await runScene(scene, { job: 'three-volumes', change: twoPlain() });
    expect(end).toMatchObject({
      verdict: 'verified',
      exitStatus: 0,
      sentence:
        'Volume2 and Volume4 are on the tape in /dev/rmt/0 on node3, and every record was read back and compared',
    });
    expect(await tapeDigests()).toEqual(before);
    const opened = scene.lab.commands.filter(({ line }) => line.includes('of=/dev/rmt'));
    expect(opened.map(({ line }) => line)).toEqual([
      'dd ibs=262144 obs=32768 of=/dev/rmt/0n',
      'dd ibs=262144 obs=32768 of=/dev/rmt/0n',
    ]);
    expect(scene.lab.world().tape.position).toMatchObject({ file: 0 });
    await expectNormal();
  });

  it.each(['console', 'server'] as const)('route %s: each by its own method, 6a and 6c', async (route) => {
    const volumes = [
      { master: 'Volume1', proxy: 'Volume2' },
      { master: 'Volume5', proxy: 'Volume6', method: '6c' },
    ];
    const before = await digestOf('Volume1');
    const change = twoPlain({ volumes });
    const end = await runScene(scene, { job: 'three-volumes', route, change });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect((await tapeDigests())[0]).toBe(before);
    const source = await filesOfVolume(scene.lab, 'Class1', 'Volume5');
    const restored = await filesFromRestore(scene, 'ufsrestore', Object.keys(source), [
      'mt',
      '-f',
      '/dev/rmt/0n',
      'fsf',
      '1',
    ]);
    expect(restored).toEqual(source);
    await expectNormal();
  });
});

describe('a shadow that needs a stand-in', () => {
  it('is built after it, verified, and removed with it', async () => {
    const end = await runScene(scene, { job: 'stand-in' });
    expect(end).toMatchObject({
      verdict: 'verified',
      exitStatus: 0,
      stands: ['Volume6: joined to Volume5, in sync', 'node3: no shadow object of Class2'],
    });
    const shadow = scene.lab.commands.map(({ line }) => line).filter((line) => line.startsWith('sdxshadow'));
    expect(shadow).toEqual([
      'sdxshadowdisk -M -c Class2 -d c1t1d6=Disk6',
      'sdxshadowdisk -C -c Class2 -g Group4 -d Disk6',
      'sdxshadowvolume -M -c Class2 -g Group4 -v Volume4 -s 2048',
      'sdxshadowvolume -M -c Class2 -g Group4 -v Volume6 -s 2048',
      'sdxshadowvolume -F -c Class2 -v Volume6',
      'sdxshadowvolume -N -c Class2 -v Volume6 -e mode=rw',
      'sdxshadowvolume -F -c Class2 -v Volume4',
      'sdxshadowvolume -F -c Class2 -v Volume6',
      'sdxshadowvolume -R -c Class2 -v Volume4',
      'sdxshadowvolume -R -c Class2 -v Volume6',
      'sdxshadowgroup -R -c Class2 -g Group4',
      'sdxshadowdisk -R -c Class2 -d Disk6',
    ]);
    const source = await filesOfVolume(scene.lab, 'Class1', 'Volume5');
    expect(await filesFromRestore(scene, 'ufsrestore', Object.keys(source))).toEqual(source);
    await expectNormal();
  });
});

describe('one of several volumes fails', () => {
  it.each(['console', 'server'] as const)(
    'route %s: the second dump: the cluster is rolled back',
    async (route) => {
      const end = await failingRun(scene, {
        job: 'three-volumes',
        route,
        change: twoPlain(),
        onEvent(event) {
          if (event.type === 'step-started' && event.step === '6a:Volume4')
            scene.lab.faults.set('tape-error=2');
        },
      });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: 'writing to the tape failed: write: I/O error',
        stands: [...normalStands(2), 'tape in /dev/rmt/0 on node3: not a backup: the dump did not finish'],
      });
      await expectNormal();
    },
  );

  it('the shadow of the second is wrong: nothing of any is written to tape', async () => {
    const end = await failingRun(scene, { job: 'three-volumes', faults: ['wrong-disk'] });
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'FINGERPRINT_DIFFERS' } });
    expect(end.stands).toEqual(normalStands(3));
    expect(scene.lab.commands.filter(({ line }) => line.includes('of=/dev/rmt'))).toEqual([]);
    await expectNormal();
  });

  it('is canceled in the middle of the second dump', async () => {
    const cancel = new AbortController();
    let writers = 0;
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase === 'started' && line.startsWith('dd ibs=') && (writers += 1) === 2) cancel.abort();
    });
    const end = await failingRun(scene, { job: 'three-volumes', change: twoPlain(), cancel: cancel.signal });
    stop();
    expect(end).toMatchObject({ exitStatus: 2, sentence: 'step 6a:Volume4 was canceled' });
    await expectNormal();
  });

  it('by route server: is canceled during the second dump', async () => {
    const cancel = new AbortController();
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase === 'ended' && line.includes('nohup') && line.includes('.Volume4.dump.work')) cancel.abort();
    });
    const end = await runServer(scene, { job: 'three-volumes', change: twoPlain(), cancel: cancel.signal });
    stop();
    expect(end).toMatchObject({ exitStatus: 2, sentence: 'step 6a:Volume4 was canceled' });
    await expectNormal();
    await expectCleared(scene, end.run);
  });
});

describe('a run with several volumes that was interrupted', () => {
  it('is rolled back although one was joined by hand already', async () => {
    const { run } = await dyingRun(
      scene,
      'three-volumes',
      (event) => (event.type === 'step-started' && event.step === '8-1' ? 'before' : undefined),
      twoPlain(),
    );
    await onHost(scene, 'node1', ['sdxproxy', 'Rejoin', '-c', 'Class1', '-p', 'Volume2']);
    const from = scene.lab.commands.length;
    const end = await recoverScene(scene, 'unwind', run, { change: twoPlain() });
    expect(end).toMatchObject({ exitStatus: 2, sentence: `run ${run} was rolled back` });
    const rejoins = scene.lab.commands.slice(from).filter(({ line }) => line.includes('Rejoin'));
    expect(rejoins).toMatchObject([{ host: 'node1', line: 'sdxproxy Rejoin -c Class1 -p Volume4' }]);
    await expectNormal();
  });

  it('continues with the second dump, and both files are complete', async () => {
    const before = await Promise.all(pairs.slice(0, 2).map(({ master }) => digestOf(master)));
    const { run } = await dyingRun(
      scene,
      'three-volumes',
      (event) => (event.type === 'step-started' && event.step === '6a:Volume4' ? 'after' : undefined),
      twoPlain(),
    );
    const end = await recoverScene(scene, 'resume', run, { change: twoPlain() });
    expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(await tapeDigests()).toEqual(before);
    await expectNormal();
  });
});
