import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import {
  clusterState,
  filesOfVolume,
  normalState,
  sha256,
  jobOf,
  openScene,
  runScene,
  smallBlocks,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { firstFileOfTape } from '../support/tap-file.ts';

const run = promisify(execFile);

/** Nothing is unmounted: the master's bytes at the part are then those of the beginning. */
const withoutServices = (site: SiteTree) => (jobOf(site)['services'] = 'not-needed');

describe('a whole backup of the lab', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await openScene();
  });
  afterEach(() => scene.close());

  it('6a: writes the blocks of the part to tape in whole records, and rejoins the proxy', async () => {
    const end = await runScene(scene, { change: withoutServices });
    expect(end).toMatchObject({
      verdict: 'verified',
      exitStatus: 0,
      sentence: 'Volume2 is on the tape in /dev/rmt/0 on node3, and every record was read back and compared',
      stands: ['Volume2: joined to Volume1, in sync', 'node3: no shadow object of Class2'],
    });
    const records = await firstFileOfTape(scene.lab.tapeFile);
    expect(records).toHaveLength((smallBlocks * 512) / 32_768);
    expect(new Set(records.map(({ length }) => length))).toEqual(new Set([32_768]));
    expect(sha256(Buffer.concat(records))).toBe(scene.masterBefore);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('6a: holds the blocks of the part, not those that the application wrote afterwards', async () => {
    let written: Promise<void> | undefined;
    const end = await runScene(scene, {
      change: withoutServices,
      onEvent(event) {
        if (event.type === 'step-finished' && event.step === '3-4')
          written = scene.lab.writeMaster(4096, Buffer.alloc(8192, 7));
      },
    });
    await written;
    expect(end.exitStatus).toBe(0);
    expect(sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)))).toBe(scene.masterBefore);
    expect(await clusterState(scene)).toEqual({ ...normalState, masterUnchanged: false });
  });

  it('6b: writes an archive to tape that GNU tar reads, with the files of the source', async () => {
    const end = await runScene(scene, { job: 'ufs-tar' });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    const records = await firstFileOfTape(scene.lab.tapeFile);
    expect(new Set(records.map(({ length }) => length))).toEqual(new Set([32_768]));
    const folder = join(scene.folder, 'restored');
    await mkdir(folder);
    await writeFile(join(scene.folder, 'tape.tar'), Buffer.concat(records));
    await run('tar', ['xf', join(scene.folder, 'tape.tar'), '-C', folder]);
    const restored: Record<string, string> = {};
    const catalogue = (await readFile(scene.state.catalogueFile(end.run), 'utf8')).trimEnd().split('\n');
    for (const line of catalogue) {
      const entry = JSON.parse(line) as { path: string; type: string };
      if (entry.type === 'File')
        restored[entry.path.replace(/^\.\//, '')] = sha256(await readFile(join(folder, entry.path)));
    }
    expect(Object.keys(restored).length).toBeGreaterThan(100);
    expect(restored).toEqual(await filesOfVolume(scene.lab, 'Class1', 'Volume1'));
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('keeps a journal with a valid chain, and an outcome for each intent', async () => {
    const end = await runScene(scene);
    const { events, truncated } = await readRun(scene.state, end.run);
    expect(truncated).toBe(false);
    expect(events.filter(({ type }) => type !== 'progress')).toEqual(
      end.events.filter(({ type }) => type !== 'progress'),
    );
    const intents = events.filter((event) => event.type === 'intent').map(({ seq }) => seq);
    const outcomes = events.filter((event) => event.type === 'outcome').map(({ of }) => of);
    expect([...outcomes].sort((a, b) => a - b)).toEqual(intents);
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', verdict: 'verified', exitStatus: 0 });
  });

  it('sends the guide’s commands, in the guide’s order', async () => {
    await runScene(scene);
    const guide = scene.lab.commands
      .map(({ host, line }) => `${host} ${line}`)
      .filter((line) => /sdxproxy|sdxvolume|sdxshadow|umount|mount \/|dd .*bs=32768$|dd ibs/.test(line));
    expect(guide).toEqual([
      'node1 umount /app',
      'node1 sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
      'node1 mount /app',
      'node1 sdxvolume -F -c Class1 -v Volume2 -e allnodes',
      'node3 sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3',
      'node3 sdxshadowdisk -C -c Class2 -g Group2 -d Disk3',
      `node3 sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s ${smallBlocks}`,
      'node3 dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768',
      'node3 dd ibs=262144 obs=32768 of=/dev/rmt/0',
      'node3 dd if=/dev/rmt/0 bs=32768',
      'node3 sdxshadowvolume -F -c Class2 -v Volume2',
      'node3 sdxshadowvolume -R -c Class2 -v Volume2',
      'node3 sdxshadowgroup -R -c Class2 -g Group2',
      'node3 sdxshadowdisk -R -c Class2 -d Disk3',
      'node1 sdxproxy Rejoin -c Class1 -p Volume2',
    ]);
  });
});
