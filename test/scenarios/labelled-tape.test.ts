/** A job in layout `labelled`: label, dump and manifest on one tape, and which tapes it writes to. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import type { Ask } from '../../src/main/application/console.ts';
import { readLabel } from '../../src/main/tape/tape-label.ts';
import { readManifest } from '../../src/main/tape/tape-manifest.ts';
import { around, expectNormal, quick } from '../support/deaths.ts';
import { withJob } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  sha256,
  smallBlocks,
  type Scene,
  type SceneRun,
  type SiteTree,
} from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import { dyingRun, recoverScene } from '../support/mortal-console.ts';
import { failureOf, refusedRun } from '../support/refusals.ts';
import { filesOfTape } from '../support/tap-file.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

const labelled = (media: object = {}) =>
  withJob({ services: 'not-needed', media: { layout: 'labelled', ...media } });
const run = (media?: object): Promise<SceneRun> => runScene(scene, { change: labelled(media) });
const today = () => new Date().toISOString().slice(0, 10);

/** The label on the lab's tape, read by the tape image's own reader. */
async function labelOnTape() {
  const [first] = await filesOfTape(scene.lab.tapeFile);
  const reading = readLabel(first?.[0] ?? Buffer.alloc(0));
  return reading.kind === 'label' ? reading.label : undefined;
}

const verify = async (name: string) => {
  const console = await openSceneConsole(scene, labelled());
  try {
    return await console.verify(name, new AbortController().signal, () => undefined);
  } finally {
    await console.close();
  }
};

describe('a labeled tape', () => {
  it('holds a label, the blocks of the part, and a manifest with their digests', async () => {
    const end = await run({ name: 'PAYROLL-01', keep: '30 days' });
    expect(end).toMatchObject({
      verdict: 'verified',
      exitStatus: 0,
      sentence:
        'Volume2 is on the tape "PAYROLL-01" in /dev/rmt/0 on node3, and every record was read back and compared',
    });
    const [label, data, manifest, ...rest] = await filesOfTape(scene.lab.tapeFile);
    expect(rest).toEqual([]);
    expect([label?.length, data?.length, manifest?.length]).toEqual([1, (smallBlocks * 512) / 32_768, 1]);
    expect(sha256(Buffer.concat(data ?? []))).toBe(scene.masterBefore);
    const found = await labelOnTape();
    expect(found).toMatchObject({
      name: 'PAYROLL-01',
      run: end.run,
      site: 'lab',
      recordBytes: 32_768,
      volumes: [{ volume: 'Volume2', method: '6a', file: 1 }],
    });
    const written = new Date(found?.writtenAt ?? '');
    const lastDay = new Date(written.getFullYear(), written.getMonth(), written.getDate() + 30);
    expect(found?.keepUntil).toBe(lastDay.toISOString());
    expect(readManifest(Buffer.concat(manifest ?? []))).toMatchObject({
      kind: 'manifest',
      manifest: {
        label: found?.uuid,
        run: end.run,
        files: [
          {
            file: 1,
            volume: 'Volume2',
            method: '6a',
            bytes: smallBlocks * 512,
            records: smallBlocks / 64,
            sha256: scene.masterBefore,
          },
        ],
      },
    });
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is written in this order, on the no-rewind device', async () => {
    await run();
    const tape = scene.lab.commands.map(({ line }) => line).filter((line) => line.includes('/dev/rmt'));
    const from = tape.findIndex((line) => line.includes('of='));
    expect(tape.slice(from - 2)).toEqual([
      'mt -f /dev/rmt/0n rewind',
      'mt -f /dev/rmt/0n status',
      'dd ibs=262144 obs=32768 of=/dev/rmt/0n',
      'mt -f /dev/rmt/0n status',
      'dd ibs=262144 obs=32768 of=/dev/rmt/0n',
      'mt -f /dev/rmt/0n status',
      'dd ibs=262144 obs=32768 of=/dev/rmt/0n',
      'mt -f /dev/rmt/0n rewind',
      'mt -f /dev/rmt/0n rewind',
      'dd if=/dev/rmt/0n bs=262144 count=1',
      'mt -f /dev/rmt/0n rewind',
      'mt -f /dev/rmt/0n fsf 1',
      'dd if=/dev/rmt/0n bs=32768',
      'mt -f /dev/rmt/0n status',
      'dd if=/dev/rmt/0n bs=32768 count=64',
      'mt -f /dev/rmt/0n rewind',
      // The health of the drive.
      'sg_logs --page=0x2e /dev/rmt/0n',
      'sg_logs --page=0x14 /dev/rmt/0n',
      'sg_logs --page=0x1b /dev/rmt/0n',
      'stenc -f /dev/rmt/0n',
      'mt -f /dev/rmt/0n status',
    ]);
  });

  it('is named after site, job and day by default, and is in the tape inventory', async () => {
    const end = await run();
    const label = await labelOnTape();
    expect(label?.name).toBe(`lab-raw-dd-${today().replaceAll('-', '')}`);
    const lines = (await readFile(scene.state.tapesFile, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { what: 'labelled', uuid: label?.uuid, run: end.run },
      { what: 'written', uuid: label?.uuid, run: end.run, files: [{ file: 1, volume: 'Volume2' }] },
    ]);
  });

  it('can hold a tar archive, too', async () => {
    const change = withJob({ media: { layout: 'labelled' } }, 'ufs-tar');
    const end = await runScene(scene, { job: 'ufs-tar', change });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect((await filesOfTape(scene.lab.tapeFile)).map((records) => records.length > 0)).toEqual([
      true,
      true,
      true,
    ]);
    expect((await verify(end.run))[0]).toMatchObject({ volume: 'Volume2' });
  });

  it('is not verified for a run other than its own', async () => {
    const first = await run({ name: 'A' });
    expect((await verify(first.run))[0]).toMatchObject({
      sha256: scene.masterBefore,
      records: smallBlocks / 64,
    });
    const second = await run({ name: 'A', overwrite: true });
    expect(second.exitStatus).toBe(0);
    expect(await failureOf(verify(first.run))).toMatchObject({
      code: 'TAPE_IS_ANOTHER',
      sentence: `the tape in /dev/rmt/0 on node3 is not the tape "A" of run ${first.run}: it holds the label "A", written ${today()} by run ${second.run}`,
      hint: `insert the tape "A" of run ${first.run}`,
    });
  });
});

describe('a tape that a labeled job may not write to', () => {
  const until = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

  it('is one with somebody else’s data', async () => {
    await scene.close();
    scene = await openScene({ faults: ['tape-not-blank'] });
    expect(await refusedRun(scene, { change: labelled({ name: 'A', overwrite: true }) })).toEqual({
      code: 'TAPE_NOT_LABELLED',
      sentence:
        'the tape in /dev/rmt/0 on node3 has no label: it holds data that is neither tar nor ufsdump (first record 10,240 bytes)',
      hint: 'insert the tape "A"; or, if its contents may be lost, label it: shadowtape label A --overwrite data',
    });
  });

  it('is one with another name, one in retention, and one that no job allows to be lost', async () => {
    const first = await run({ name: 'A', keep: '2 weeks' });
    const holds = `the label "A", written ${today()} by run ${first.run}, keep until ${until(14)}`;
    const masterBefore = await scene.lab.volumeDigest('Class1', 'Volume1');
    const refused = (media: object) =>
      refusedRun({ ...scene, masterBefore, state: scene.state }, { change: labelled(media) });
    expect(await refused({ name: 'B', overwrite: true })).toEqual({
      code: 'TAPE_IS_ANOTHER',
      sentence: `the tape in /dev/rmt/0 on node3 is not the tape "B": it holds ${holds}`,
      hint: 'insert the tape "B"',
    });
    expect(await refused({ name: 'A' })).toEqual({
      code: 'TAPE_KEPT',
      sentence: `the tape "A" in /dev/rmt/0 on node3 is in retention until ${until(14)}`,
      hint: 'insert another tape',
    });
    const second = await run({ name: 'A', overwrite: true });
    expect(second.exitStatus).toBe(0);
    expect(second.events.flatMap((event) => (event.type === 'warning' ? [event.text] : []))).toEqual([
      `the tape holds ${holds}; the job may overwrite it`,
    ]);
    expect(await refused({ name: 'A' })).toMatchObject({
      code: 'TAPE_NOT_BLANK',
      sentence: `the tape in /dev/rmt/0 on node3 is not blank: it holds the label "A", written ${today()} by run ${second.run}`,
    });
  });
});

describe('a labeled tape with an error', () => {
  const bad = 'tape in /dev/rmt/0 on node3: not a backup: the read-back differs from what was written';
  const incomplete = {
    label: 'tape in /dev/rmt/0 on node3: not a backup: the dump did not finish',
    manifest:
      'tape in /dev/rmt/0 on node3: not a backup: the dump finished, but the manifest was not written',
  } as const;

  it('is not a backup if its label cannot be read back', async () => {
    scene.lab.faults.set('tape-corrupt=1');
    const end = await run();
    expect(end).toMatchObject({ verdict: 'failed', exitStatus: 4, error: { code: 'TAPE_DIFFERS' } });
    expect(end.sentence).toMatch(
      /^the tape does not hold what was read: label: expected [0-9a-f]{64}, read back it/,
    );
    expect(end.stands).toContain(bad);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it.each([
    ['label', 0],
    ['manifest', 2],
  ])('is not a backup if its %s cannot be written', async (step, files) => {
    const change = labelled();
    const onEvent = (event: RunEvent) => {
      if (event.type === 'step-started' && event.step === step)
        scene.lab.faults.set('fail=node3:dd ibs=262144');
    };
    const end = await runScene(scene, { change, onEvent });
    expect(end).toMatchObject({
      verdict: 'failed',
      exitStatus: 2,
      sentence: 'writing to the tape failed: dd: the lab was told to fail this command',
    });
    expect(
      end.events.findLast((event) => event.type === 'step-finished' && event.result === 'failed'),
    ).toMatchObject({
      step,
    });
    expect(end.stands).toContain(incomplete[step as keyof typeof incomplete]);
    expect(await filesOfTape(scene.lab.tapeFile)).toHaveLength(files);
    expect(await failureOf(verify(end.run))).toMatchObject({ code: 'RUN_HAS_NO_TAPE' });
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is not verified if its manifest is not as it was written', async () => {
    const end = await run();
    const image = await readFile(scene.lab.tapeFile);
    const place = image.indexOf('SHADOWTAPE MANIFEST');
    image.writeUInt8(image.readUInt8(place + 120) ^ 1, place + 120);
    await writeFile(scene.lab.tapeFile, image);
    const error = await failureOf(verify(end.run));
    expect(error.code).toBe('TAPE_DIFFERS');
    expect(error.sentence).toContain(
      'the tape does not hold what was read: SHA-256 of the manifest: expected ',
    );
  });
});

describe('a labeled run whose console died', () => {
  const change = (site: SiteTree) => {
    quick(site);
    labelled({ name: 'A' })(site);
  };

  it.each([
    ['label', 'unsent'],
    ['label', 'unheard'],
    ['6a', 'unsent'],
    ['6a', 'unheard'],
    ['manifest', 'unsent'],
    ['manifest', 'unheard'],
  ] as const)('in step %s, command %s, continues to a complete tape', async (step, moment) => {
    const { run: name } = await dyingRun(scene, 'raw-dd', around({ step, place: 0 }, moment), change);
    const end = await recoverScene(scene, 'resume', name, { change });
    expect(end, end.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    const [label, data, manifest, ...rest] = await filesOfTape(scene.lab.tapeFile);
    // The journal in it is as long as the checks that the machine had time for.
    const found = readManifest(Buffer.concat(manifest ?? []));
    expect([label?.length, found.kind, rest]).toEqual([1, 'manifest', []]);
    expect(sha256(Buffer.concat(data ?? []))).toBe(scene.masterBefore);
    expect(await labelOnTape()).toMatchObject({ name: 'A', run: name });
    expect((await verify(name))[0]).toMatchObject({ records: smallBlocks / 64 });
    await expectNormal(scene, name);
  });

  it('writes nothing to another tape that was inserted meanwhile', async () => {
    const other = await run({ name: 'B' });
    expect(other.exitStatus).toBe(0);
    const image = await readFile(scene.lab.tapeFile);
    const again = { ...scene, masterBefore: await scene.lab.volumeDigest('Class1', 'Volume1') };
    await onHost(scene, 'node3', ['mt', '-f', '/dev/rmt/0', 'erase']);
    const { run: name } = await dyingRun(
      again,
      'raw-dd',
      around({ step: 'manifest', place: 0 }, 'unsent'),
      change,
    );
    await writeFile(scene.lab.tapeFile, image);
    const end = await recoverScene(again, 'resume', name, { change });
    expect(end).toMatchObject({ verdict: 'failed', error: { code: 'TAPE_IS_ANOTHER' } });
    expect((await readFile(scene.lab.tapeFile)).equals(image)).toBe(true);
    expect(await clusterState(again)).toEqual(normalState);
  });
});

describe('a step of a labeled run that is retried', () => {
  const halting = (site: SiteTree) => {
    labelled({ name: 'A' })(site);
    withJob({ onFailure: 'halt' })(site);
  };
  /** Fails the writing of a step once. */
  const failing = (step: string) => (event: RunEvent) => {
    if (event.type === 'step-started' && event.step === step)
      scene.lab.faults.set('fail-once=node3:dd ibs=262144');
  };

  it.each(['6a', 'manifest'])('%s: the tape is complete at the end', async (step) => {
    let asked = 0;
    const ask: Ask = () => {
      asked += 1;
      scene.lab.faults.clear('fail-once');
      return Promise.resolve({ choice: asked === 1 ? 'retry' : 'unwind', by: 'Marion' });
    };
    let started = 0;
    const onEvent = (event: RunEvent) => {
      if (event.type === 'step-started' && event.step === step && (started += 1) === 1) failing(step)(event);
    };
    const end = await runScene(scene, { ask, change: halting, onEvent });
    expect(end, end.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(asked).toBe(1);
    expect(sha256(Buffer.concat((await filesOfTape(scene.lab.tapeFile))[1] ?? []))).toBe(scene.masterBefore);
  });

  it('is not performed on another tape that was inserted meanwhile', async () => {
    const other = await run({ name: 'B' });
    const image = await readFile(scene.lab.tapeFile);
    const again = { ...scene, masterBefore: await scene.lab.volumeDigest('Class1', 'Volume1') };
    await onHost(scene, 'node3', ['mt', '-f', '/dev/rmt/0', 'erase']);
    const said: string[] = [];
    const ask: Ask = async ({ text }) => {
      said.push(text);
      if (said.length > 1) return { choice: 'unwind', by: 'Marion' };
      await writeFile(scene.lab.tapeFile, image);
      return { choice: 'retry', by: 'Marion' };
    };
    const end = await runScene(again, { ask, change: halting, onEvent: failing('manifest') });
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'TAPE_IS_ANOTHER' } });
    expect(end.sentence).toBe(
      `the tape in /dev/rmt/0 on node3 is not the tape "A" of run ${end.run}: it holds the label "B", written ${today()} by run ${other.run}`,
    );
    expect((await readFile(scene.lab.tapeFile)).equals(image)).toBe(true);
    expect(await clusterState(again)).toEqual(normalState);
  });
});
