/** A library with two drives, a cleaning cartridge and a mail slot: what a run loads, and into which drive. */
import { afterEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../src/main/tape/tape-manifest.ts';
import { withJob } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  sha256,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import { filesOfTape } from '../support/tap-file.ts';

const recordBytes = 32_768;
const changer = '/dev/scsi/changer/c2t0d0';

let scene: Scene;
afterEach(() => scene.close());

/** Drive 1 is the site's; the tape in drive 0 is somebody else's. Forty records, 25 to a tape. */
async function open(): Promise<void> {
  scene = await openScene({
    blocks: 40 * 64,
    tapeBytes: 26 * recordBytes,
    slots: 6,
    changer: { drives: 2, ownDrive: 1, mailSlots: 1 },
    cartridges: [
      { name: 'OTHER1L4', slot: 1 },
      { name: 'CLN001L4', slot: 2 },
      { name: 'BLANK2L4', slot: 3 },
      { name: 'MAILED1L4', slot: 6 },
    ],
  });
  await onHost(scene, 'node3', ['mtx', '-f', changer, 'load', '1', '0']);
}

const withLibrary = (changerDrive?: number) => (site: SiteTree) => {
  const media = { layout: 'labelled', name: 'NIGHTLY', span: true };
  withJob({ services: 'not-needed', media })(site);
  Object.assign(site.tape, { changer, ...(changerDrive === undefined ? {} : { changerDrive }) });
};

const places = () =>
  scene.lab.cartridges.map(({ name, where, writtenBytes }) => [name, where, writtenBytes > 0]);
const moves = () =>
  scene.lab.commands.flatMap(({ line }) => /^mtx .* ((?:un)?load .*)$/.exec(line)?.[1] ?? []);

describe('a library with two drives, a cleaning cartridge and a mail slot', () => {
  it('gives a run over two tapes only data cartridges, in the drive of the site', async () => {
    await open();
    const run = await runScene(scene, { change: withLibrary(1) });
    expect(run, run.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    // Written to both, read back from both; the tape that the run began with is in the first free slot.
    expect(moves()).toEqual([
      'load 1 0',
      ...['unload 4 1', 'load 3 1', 'unload 3 1', 'load 4 1', 'unload 4 1', 'load 3 1'],
    ]);
    expect(places()).toEqual([
      ['tape', 'slot 4', true],
      ['OTHER1L4', 'drive 0', false],
      ['CLN001L4', 'slot 2', false],
      ['BLANK2L4', 'drive', true],
      ['MAILED1L4', 'slot 6', false],
    ]);
    const written = await Promise.all(
      ['tape', 'BLANK2L4'].map((name) => filesOfTape(scene.lab.tapeFileOf(name))),
    );
    const data = written
      .flatMap((files) => files.slice(1))
      .filter((file) => readManifest(Buffer.concat(file)).kind === 'foreign');
    expect(sha256(Buffer.concat(data.flat()))).toBe(scene.masterBefore);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is waited for if its drive needs a while to thread each tape', async () => {
    await open();
    scene.lab.faults.set('slow-threading=3');
    const run = await runScene(scene, { change: withLibrary(1) });
    expect(run, run.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    const loads = moves().filter((move) => move.startsWith('load') && move.endsWith(' 1'));
    const waits = run.events.flatMap((event) =>
      event.type === 'warning' && /to become ready$/.test(event.text) ? [event.text] : [],
    );
    expect(waits).toEqual(
      loads.map(
        () =>
          'no cartridge is ready in the tape drive: /dev/rmt/0 on node3; the drive has 5 min 0 s to become ready',
      ),
    );
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is given up if its drive shows no tape within the limit', async () => {
    await open();
    scene.lab.faults.set('slow-threading=1000');
    const run = await runScene(scene, { change: withLibrary(1) });
    expect(run).toMatchObject({ exitStatus: 2, verdict: 'failed', error: { code: 'CHANGER_EMPTY' } });
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is refused before anything is touched if it is not known which drive is the site’s', async () => {
    await open();
    const run = await runScene(scene, { change: withLibrary() });
    expect(run).toMatchObject({
      exitStatus: 1,
      error: { code: 'CHANGER_DRIVE_UNNAMED' },
      sentence: `the changer ${changer} on node3 has 2 drives, and the site file does not name the one that is /dev/rmt/0`,
    });
    expect(run.error?.hint).toContain('set tape.changerDrive');
    expect(moves()).toEqual(['load 1 0']);
    expect(places()[0]).toEqual(['tape', 'drive', false]);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is reported by check', async () => {
    await open();
    const console = await openSceneConsole(scene, withLibrary(1));
    try {
      const lines = await console.check(() => undefined);
      expect(lines.find(({ what }) => what === `changer ${changer}`)).toMatchObject({
        good: true,
        said: '/dev/rmt/0 is its drive 1; 2 drives; slots: 1 data cartridge, 1 for cleaning or diagnosis, 1 import/export',
      });
    } finally {
      await console.close();
    }
  });
});
