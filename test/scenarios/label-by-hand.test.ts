/** The label of a tape holds the lines that restore its volumes: they are read with dd and strings, and typed as they are. */
import { mkdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { sceneArguments } from '../support/command-line.ts';
import { withJob } from '../support/failures.ts';
import {
  filesOfVolume,
  jobOf,
  openScene,
  runScene,
  sha256,
  type Scene,
  type SceneOptions,
  type SiteTree,
} from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import { performed } from '../support/performed-command.ts';
import { TypedDrive } from '../support/typed-drive.ts';

let scene: Scene;
let drive: TypedDrive;
afterEach(() => scene.close());

async function open(options: SceneOptions): Promise<void> {
  scene = await openScene(options);
  const folder = join(scene.folder, 'typed');
  mkdirSync(folder);
  drive = new TypedDrive(folder);
}

const newFolder = (name: string): string => {
  const folder = join(scene.folder, name);
  mkdirSync(folder);
  return folder;
};

/** Volume2 as files, the other two as images. */
const threeVolumes = (media: object) => (site: SiteTree) => {
  const job = jobOf(site, 'three-volumes');
  // The proxies stay what was backed up.
  job['rejoin'] = 'leave-parted';
  job['media'] = { layout: 'labelled', name: 'NIGHTLY', ...media };
  job['volumes'][0].method = '6b';
};

/** The commands that docs/restore-by-hand.md prints to see these lines. */
async function printedLook(): Promise<string[]> {
  const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'restore-by-hand.md'), 'utf8');
  const [, block = 'false'] = /^The label has [^]*?```\n([^`]*)\n```$/m.exec(page) ?? [];
  return block.split('\n');
}

/** What a typed line has restored is what the proxy holds. */
async function expectRestored(proxy: string, folder: string): Promise<void> {
  if (proxy === 'Volume2') {
    const files = await filesOfVolume(scene.lab, 'Class1', 'Volume2');
    expect(Object.keys(files).length).toBeGreaterThan(2);
    const restored = Object.keys(files).map((path) => [path, sha256(readFileSync(join(folder, path)))]);
    expect(Object.fromEntries(restored)).toEqual(files);
  } else
    expect(sha256(readFileSync(join(folder, 'IMAGE'))), proxy).toBe(
      await scene.lab.volumeDigest('Class1', proxy),
    );
}

describe('the label of a tape', () => {
  it('restores each of three volumes, wherever the drive was left', async () => {
    await open({ jobs: ['three-volumes'] });
    const run = await runScene(scene, { job: 'three-volumes', change: threeVolumes({}) });
    expect(run.exitStatus, run.sentence).toBe(0);
    await drive.take('NIGHTLY', scene.lab.tapeFile);
    drive.insert('NIGHTLY', 3);
    const { volumes, byHandNote } = await drive.label(newFolder('label'));
    expect(byHandNote).toBe(
      'Type byHand on node3, in an empty folder; it works in sh and csh. IMAGE stands for a new file. The last file of a finished run is its manifest.',
    );
    expect(volumes.map(({ volume }) => volume)).toEqual(['Volume2', 'Volume4', 'Volume6']);
    for (const { volume, byHand = 'false' } of volumes) {
      const folder = newFolder(volume);
      drive.insert('NIGHTLY', 3);
      expect(await drive.type(byHand, folder)).toMatchObject({ status: 0, asked: [] });
      await expectRestored(volume, folder);
    }
    drive.insert('NIGHTLY', 1);
    const { shown } = await drive.type((await printedLook()).join(' && '), newFolder('look'));
    for (const { byHand } of volumes) expect(shown).toContain(`"byHand":"${byHand}"`);
    const { stdout } = await performed([...(await sceneArguments(scene)), '--trust', 'identify']);
    for (const { volume, byHand } of volumes)
      expect(stdout).toContain(`  to restore ${volume} by hand: ${byHand}\n`);
  });

  it('restores volumes that continue on further tapes: the last of them has the whole line', async () => {
    const recordBytes = 32_768;
    await open({
      blocks: 40 * 64,
      jobs: ['three-volumes'],
      tapeBytes: 32 * recordBytes,
      slots: 16,
      cartridges: Array.from({ length: 9 }, (_, index) => ({ name: `blank-${index + 2}` })),
    });
    const change = (site: SiteTree) => {
      threeVolumes({ span: true })(site);
      site.tape['changer'] = '/dev/scsi/changer/c2t0d0';
    };
    const run = await runScene(scene, { job: 'three-volumes', change });
    expect(run.exitStatus, run.sentence).toBe(0);
    const names = run.events.flatMap((event) => (event.type === 'label' ? [event.name] : []));
    expect(names.length).toBeGreaterThan(2);
    for (const { file } of scene.lab.cartridges) {
      await drive.take('any', file);
      drive.insert('any');
      const label = await drive.label(scene.folder).catch(() => undefined);
      if (label) await drive.take(label.name, file);
    }
    const held = run.events.flatMap((event) =>
      event.type === 'tape-part' && event.records > 0 ? [[event.name, event.volume, event.file]] : [],
    );
    const told: (string | number)[][] = [];
    const last = new Map<string, { readonly tape: string; readonly byHand: string }>();
    for (const name of names) {
      drive.insert(name, 1);
      const { volumes, byHandNote } = await drive.label(scene.folder);
      expect(byHandNote ?? '').toMatch(
        volumes.length === 0
          ? /^$/
          : / A volume that continues on the next tape of its run is read as the label of that tape says\.$/,
      );
      // What no longer fitted is on the next tape, although the label had it.
      const onTape = held.flatMap(([tape, volume]) => (tape === name ? [volume] : []));
      for (const { volume, file, byHand = 'false' } of volumes.filter((one) => onTape.includes(one.volume))) {
        told.push([name, volume, file]);
        last.set(volume, { tape: name, byHand });
      }
    }
    expect(told).toEqual(held);
    for (const [volume, { tape, byHand }] of last) {
      const folder = newFolder(volume);
      drive.insert(tape, 1);
      const { status, asked } = await drive.type(byHand, folder);
      const needed = held.flatMap(([name, one]) => (one === volume ? [name] : []));
      expect({ status, asked }).toEqual({ status: 0, asked: needed.length > 1 ? needed : [] });
      await expectRestored(volume, folder);
    }
    expect([...last.keys()]).toEqual(['Volume2', 'Volume4', 'Volume6']);
  });

  it.each([
    ['6c', 'ufsdump', 'Volume2'],
    ['6e', 'sfxdump', 'Volume4'],
  ])('restores a dump of method %s on the tape host', async (_method, job, volume) => {
    await open({ jobs: [job] });
    const change = withJob({ media: { layout: 'labelled', name: 'DUMPS' } }, job);
    const run = await runScene(scene, { job, change });
    expect(run.exitStatus, run.sentence).toBe(0);
    const files = await filesOfVolume(scene.lab, 'Class1', volume);
    await drive.take('DUMPS', scene.lab.tapeFile);
    drive.insert('DUMPS');
    const { volumes } = await drive.label(newFolder('label'));
    await onHost(scene, 'node3', ['mt', '-f', '/dev/rmt/0n', 'fsf', '2']);
    const folder = '/var/tmp/by-hand';
    const typed = `mkdir ${folder} && cd ${folder} && ${volumes[0]?.byHand ?? 'false'}`;
    expect(await scene.lab.type('node3', typed)).toMatchObject({ status: 0 });
    for (const [name, digest] of Object.entries(files))
      expect((await onHost(scene, 'node3', ['digest', '-a', 'sha256', `${folder}/${name}`])).trim()).toBe(
        digest,
      );
  });
});
