/** Dumps with separate threads and connections for their data, like large dumps. */
import { readFile } from 'node:fs/promises';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { expectNormal } from '../support/deaths.ts';
import { failingRun, withJob } from '../support/failures.ts';
import {
  clusterState,
  filesOfVolume,
  normalState,
  openScene,
  runScene,
  sha256,
  type Scene,
  type SceneOptions,
} from '../support/lab-run.ts';
import { filesOfTape, firstFileOfTape } from '../support/tap-file.ts';
import { unpackedFiles } from '../support/unpack-tar.ts';

let scene: Scene;
let threads: Worker[];
const listen = (worker: Worker) => threads.push(worker);

async function open(options: SceneOptions = {}): Promise<void> {
  threads = [];
  scene = await openScene({ threadsFromBytes: 0, ...options });
  process.on('worker', listen);
}

afterEach(async () => {
  process.off('worker', listen);
  await scene.close();
});

/** The master's bytes at the part are then those of the beginning. */
const withoutServices = { services: 'not-needed' };

describe('a dump through separate threads', () => {
  it('6a: writes the blocks of the part to tape in whole records, verified', async () => {
    await open();
    const end = await runScene(scene, { change: withJob(withoutServices) });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    const records = await firstFileOfTape(scene.lab.tapeFile);
    expect(new Set(records.map(({ length }) => length))).toEqual(new Set([32_768]));
    expect(sha256(Buffer.concat(records))).toBe(scene.masterBefore);
    // One reads, one writes, and one reads back.
    expect(threads).toHaveLength(3);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('6b: writes an archive to tape that GNU tar unpacks, with the list of its files', async () => {
    await open();
    const files = await filesOfVolume(scene.lab, 'Class1', 'Volume1');
    const end = await runScene(scene, { job: 'ufs-tar' });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    const archive = Buffer.concat(await firstFileOfTape(scene.lab.tapeFile));
    expect(await unpackedFiles(archive)).toEqual(files);
    const listed = (await readFile(scene.state.catalogueFile(end.run), 'utf8')).trimEnd().split('\n');
    expect(listed.length).toBeGreaterThanOrEqual(Object.keys(files).length);
    expect(threads).toHaveLength(3);
  });

  it('continues on further tapes, each with what the one before did not accept', async () => {
    await open({
      blocks: 40 * 64,
      tapeBytes: 16 * 32_768,
      slots: 16,
      cartridges: [{ name: 'blank-2' }, { name: 'blank-3' }, { name: 'blank-4' }],
    });
    const media = { layout: 'labelled', name: 'NIGHTLY', span: true };
    const end = await runScene(scene, {
      change(site) {
        withJob({ ...withoutServices, media })(site);
        site.tape['changer'] = '/dev/scsi/changer/c2t0d0';
      },
    });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    const parts = end.events.filter((event) => event.type === 'tape-part');
    expect(parts.map(({ records }) => records)).toEqual([15, 15, 10]);
    const tapes = await Promise.all(scene.lab.cartridges.map(({ file }) => filesOfTape(file)));
    const data = tapes.flatMap(([, dump]) => (dump && dump.length > 1 ? [Buffer.concat(dump)] : []));
    expect(data.map(({ length }) => length / 32_768).sort()).toEqual([10, 15, 15]);
    expect(threads.length).toBeGreaterThanOrEqual(2);
  });

  const reading = /^dd if=\/dev\/sfdsk\S+ bs=32768$/;
  const writing = /^dd ibs=/;

  it.each([
    ['reads ends before the other one writes', 0, reading],
    ['reads ends in the middle', 0, writing],
    ['writes ends in the middle', 1, writing],
  ] as const)('fails when the thread that %s, and the run is rolled back', async (_what, index, command) => {
    await open({ faults: ['slow-tape=2000000'] });
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase === 'started' && command.test(line)) void threads[index]?.terminate();
    });
    const end = await failingRun(scene, { change: withJob({ onFailure: 'unwind' }) });
    stop();
    expect(end.sentence).toBe('the thread that moves the data of node3 ended: it ended');
    expect(end.error?.code).toBe('DATA_THREAD_ENDED');
    expect(end.exitStatus, end.stands.join('\n')).toBe(2);
    await expectNormal(scene, end.run);
  });
});
