/** Another tape is inserted after the run has checked the first: the run writes nothing to a tape that it may not overwrite. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lostTapesOf, type Ask } from '../../src/main/application/console.ts';
import { around } from '../support/deaths.ts';
import { withJob } from '../support/failures.ts';
import { clusterState, normalState, openScene, runScene, sha256, type Scene } from '../support/lab-run.ts';
import { dyingRun, recoverScene } from '../support/mortal-console.ts';
import { filesOfTape } from '../support/tap-file.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ blocks: 4096 });
});
afterEach(() => scene.close());

const foreignRecord = Buffer.alloc(10_240, 'somebody else’s only backup ');
const foreign = 'data that is neither tar nor ufsdump (first record 10,240 bytes)';
const fileMark = Buffer.alloc(4);

/** An image in SIMH's .tap format: each record between its lengths, a file mark at the end. */
function tapeImage(records: readonly Buffer[]): Buffer {
  const length = (record: Buffer) => {
    const word = Buffer.alloc(4);
    word.writeUInt32LE(record.length);
    return word;
  };
  return Buffer.concat([...records.flatMap((record) => [length(record), record, length(record)]), fileMark]);
}

const insert = (image: Buffer) => writeFile(scene.lab.tapeFile, image);
const blank = Buffer.alloc(0);

/** Approves the shadow, and puts another tape into the drive before. */
const approveAfter =
  (image: Buffer): Ask =>
  async ({ id }) => {
    if (id === 'approve-shadow') await insert(image);
    return { choice: id === 'approve-shadow' ? 'approve' : 'unwind', by: 'Marion' };
  };

const asking = (more: object = {}) => withJob({ services: 'not-needed', approve: 'operator', ...more });

describe('a tape with data that is inserted during the approval', () => {
  it.each([
    ['plain', 'console', 'TAPE_NOT_BLANK'],
    ['plain', 'server', 'TAPE_NOT_BLANK'],
    ['labelled', 'console', 'TAPE_NOT_LABELLED'],
    ['labelled', 'server', 'TAPE_NOT_LABELLED'],
  ] as const)(
    'layout %s, route %s: is not written to, and the run rolls back',
    async (layout, route, code) => {
      const change = asking({ media: { layout, overwrite: layout === 'labelled' } });
      const ask = approveAfter(tapeImage([foreignRecord]));
      const end = await runScene(scene, { route, change, ask });
      expect(end).toMatchObject({ verdict: 'failed', exitStatus: 2, error: { code } });
      expect(end.sentence).toContain(`it holds ${foreign}`);
      expect(await filesOfTape(scene.lab.tapeFile)).toEqual([[foreignRecord]]);
      expect(await clusterState(scene)).toEqual(normalState);
    },
  );

  it('halts if the job says so, asks, and is written once a blank tape is in the drive', async () => {
    const said: string[] = [];
    const ask: Ask = async ({ id, text }) => {
      if (id !== 'step-failed') {
        await insert(tapeImage([foreignRecord]));
        return { choice: 'approve', by: 'Marion' };
      }
      said.push(text);
      await scene.lab.insertCartridge('another');
      return { choice: said.length === 1 ? 'retry' : 'unwind', by: 'Marion' };
    };
    const end = await runScene(scene, { change: asking({ onFailure: 'halt' }), ask });
    expect(said).toEqual([
      `Step 6a has failed: the tape in /dev/rmt/0 on node3 is not blank: it holds ${foreign} (insert a blank tape; or, if its contents may be lost, set media.overwrite: true in the job)`,
    ]);
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    const [data] = await filesOfTape(scene.lab.tapeFileOf('another'));
    expect(sha256(Buffer.concat(data ?? []))).toBe(scene.masterBefore);
    expect(await filesOfTape(scene.lab.tapeFileOf('tape'))).toEqual([[foreignRecord]]);
  });
});

describe('a run that is resumed', () => {
  it('does not mistake an older backup of the same volume for its own unfinished file', async () => {
    const older = await runScene(scene, { change: asking(), ask: approveAfter(blank) });
    expect(older.exitStatus).toBe(0);
    const image = await readFile(scene.lab.tapeFile);
    await insert(blank);
    const again = { ...scene, masterBefore: await scene.lab.volumeDigest('Class1', 'Volume1') };
    const death = around({ step: '6a', place: 0 }, 'unheard');
    const { run } = await dyingRun(again, 'raw-dd', death, withJob({ services: 'not-needed' }));
    await insert(image);
    const change = withJob({ services: 'not-needed' });
    const end = await recoverScene(again, 'resume', run, { change });
    expect(end).toMatchObject({ verdict: 'failed', exitStatus: 2, error: { code: 'TAPE_NOT_BLANK' } });
    expect(end.sentence).toContain(`written by one of the runs ${older.run}, ${run}`);
    expect((await readFile(scene.lab.tapeFile)).equals(image)).toBe(true);
    expect(await clusterState(again)).toEqual(normalState);
  });

  it('and overwrites a tape that may be its own unfinished one does not report an older backup as lost', async () => {
    const older = await runScene(scene, { change: withJob({ services: 'not-needed' }) });
    expect(older.exitStatus).toBe(0);
    await insert(blank);
    const change = withJob({ services: 'not-needed', media: { layout: 'plain', overwrite: true } });
    const { run } = await dyingRun(scene, 'raw-dd', around({ step: '6a', place: 0 }, 'unheard'), change);
    const end = await recoverScene(scene, 'resume', run, { change });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(lostTapesOf(scene.state, older.run)).toMatchObject([{ by: run, certain: false }]);
  });
});
