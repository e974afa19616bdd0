/**
 * A dump that was interrupted continues at a record of its tape when the run is resumed; if that cannot be proven, it
 * starts over.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../src/main/tape/tape-manifest.ts';
import { rebuildElsewhere } from '../support/another-administrator.ts';
import { expectNormal } from '../support/deaths.ts';
import { withJob } from '../support/failures.ts';
import {
  manyBlocks,
  openScene,
  openSceneConsole,
  runScene,
  sha256,
  type Scene,
  type SceneOptions,
  type SceneRun,
  type SiteTree,
} from '../support/lab-run.ts';
import { dyingRun, recoverScene, type Death } from '../support/mortal-console.ts';
import { filesOfTape } from '../support/tap-file.ts';

const recordBytes = 32_768;
/** Records between two checkpoints. */
const every = 64;

const labelled =
  (media: object = {}, fields: object = {}) =>
  (site: SiteTree): void => {
    withJob({
      services: 'not-needed',
      onFailure: 'halt',
      media: { layout: 'labelled', name: 'NIGHTLY', ...media },
      ...fields,
    })(site);
    site.tape['changer'] = '/dev/scsi/changer/c2t0d0';
  };

let scene: Scene;
let change: (site: SiteTree) => void;
/** Records of the volume. */
let total: number;
afterEach(() => scene.close());

async function openLabelled(options: SceneOptions = {}): Promise<void> {
  const blocks = options.blocks ?? manyBlocks;
  total = (blocks * 512) / recordBytes;
  change = labelled();
  scene = await openScene({ checkpointBytes: every * recordBytes, blocks, ...options });
}

/** What writes to the tape: dd, or the tape server. */
const writes = (line: string) => /^dd ibs|rmt$/.test(line);

const position = () => scene.lab.world().tape.position;

/** Records of the volume that are on the tape, by their length. */
async function dataOnTape(): Promise<number[]> {
  const [, data = []] = await filesOfTape(scene.lab.tapeFile);
  return data.map(({ length }) => length);
}

/**
 * Interrupts a dump when a number of its records are on tape: the drive then fails, and closes the tape with a file
 * mark. The writer has ended by then, unnoticed.
 * @param strike called at that moment
 */
async function broken<Result>(
  records: number,
  strike: () => void,
  begin: () => Promise<Result>,
): Promise<Result> {
  scene.lab.faults.set(`tape-error=${records + 1}`);
  const stop = scene.lab.onCommand(({ phase, line }) => {
    // The label is closed by then, with a file mark of its own.
    if (phase === 'ended' && writes(line) && position().file > 1) strike();
  });
  const result = await begin();
  stop();
  scene.lab.faults.clear('tape-error');
  return result;
}

/** The connection with the tape host is cut. @returns the run's name */
async function cut(records: number): Promise<string> {
  const strike = () => scene.lab.breakConnections('node3');
  const end = await broken(records, strike, () => runScene(scene, { change }));
  expect(end).toMatchObject({ exitStatus: 3, error: { code: 'CONNECTION_LOST' } });
  expect(await dataOnTape()).toEqual(Array(records).fill(recordBytes));
  return end.run;
}

/** The console dies. @returns the run's name */
async function killed(records: number): Promise<string> {
  let isDead = false;
  const strike = () => (isDead = true);
  const death: Death = (event) =>
    // The tape server outlives a write that fails.
    isDead || (event.type === 'step-finished' && event.step === '6a') ? 'before' : undefined;
  const { run } = await broken(records, strike, () => dyingRun(scene, 'raw-dd', death, change));
  expect(await dataOnTape()).toEqual(Array(records).fill(recordBytes));
  return run;
}

/** Where a record of the volume's file begins in the tape image: after the label and its file mark; each record is between two lengths. */
async function placeOf(file: FileHandle, record: number): Promise<number> {
  const length = Buffer.alloc(4);
  await file.read(length, 0, 4, 0);
  return 8 + length.readUInt32LE(0) + 4 + record * (recordBytes + 8);
}

/** Makes the last record short, as dd does if its input ends within a record. */
async function shorten(records: number): Promise<void> {
  const file = await open(scene.lab.tapeFile, 'r+');
  const place = await placeOf(file, records - 1);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(1000);
  await file.write(length, 0, 4, place);
  await file.write(length, 0, 4, place + 1004);
  const mark = Buffer.alloc(8);
  mark.writeUInt32LE(0xffffffff, 4);
  await file.write(mark, 0, 8, place + 1008);
  await file.truncate(place + 1016);
  await file.close();
}

/** Removes the file mark after a number of records, as after a power failure. */
async function removeMark(records: number): Promise<void> {
  const file = await open(scene.lab.tapeFile, 'r+');
  const place = await placeOf(file, records);
  await file.write(Buffer.alloc(4, 0xff), 0, 4, place);
  await file.truncate(place + 4);
  await file.close();
}

/** Flips a bit of a record of the volume's file, where only reading it can find it. */
async function damage(record: number): Promise<void> {
  const file = await open(scene.lab.tapeFile, 'r+');
  const place = (await placeOf(file, record)) + 1004;
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, place);
  byte.writeUInt8(byte.readUInt8(0) ^ 1);
  await file.write(byte, 0, 1, place);
  await file.close();
}

/** Resumes the run. @returns also the records of the volume's file after which it was written, according to the lab */
async function resumed(run: string): Promise<{ end: SceneRun; starts: number[]; warnings: string[] }> {
  const starts: number[] = [];
  const stop = scene.lab.onCommand(({ phase, line }) => {
    const { file, block } = position();
    if (phase === 'started' && writes(line) && file === 1) starts.push(block);
  });
  const end = await recoverScene(scene, 'resume', run, { change });
  stop();
  const warnings = end.events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));
  return { end, starts, warnings };
}

const expectVerified = (end: SceneRun) =>
  expect(end, [end.sentence, ...end.stands].join('\n')).toMatchObject({ exitStatus: 0, verdict: 'verified' });

/** The tape holds the label, the master's blocks of the part in whole records, and the manifest. */
async function expectBackup(): Promise<void> {
  const [label, data = [], manifest = [], ...rest] = await filesOfTape(scene.lab.tapeFile);
  expect([label?.length, rest]).toEqual([1, []]);
  expect(data.map(({ length }) => length)).toEqual(Array(total).fill(recordBytes));
  expect(sha256(Buffer.concat(data))).toBe(scene.masterBefore);
  expect(readManifest(Buffer.concat(manifest)).kind).toBe('manifest');
}

const verify = async (run: string) => {
  const console = await openSceneConsole(scene, change);
  try {
    return await console.verify(run, new AbortController().signal, () => undefined);
  } finally {
    await console.close();
  }
};

describe('a dump on a labeled tape', () => {
  it('whose connection was cut continues after the last whole record, once its tape is in the drive', async () => {
    await openLabelled();
    change = labelled({}, { verify: { fingerprint: 'all', readback: true } });
    const records = 100;
    const run = await cut(records + 1);
    await shorten(records + 1);
    expect((await dataOnTape()).slice(records - 1)).toEqual([recordBytes, 1000]);
    await scene.lab.insertCartridge('other');
    scene.lab.faults.set('tape-not-blank');
    await scene.lab.faultsSettled();
    const refused = await resumed(run);
    expect(refused.end).toMatchObject({ exitStatus: 3, error: { code: 'TAPE_NOT_LABELLED' } });
    expect(refused.starts).toEqual([]);
    scene.lab.faults.clear('tape-not-blank');
    await scene.lab.insertCartridge('tape');
    const { end, starts, warnings } = await resumed(run);
    expectVerified(end);
    expect(starts).toEqual([records]);
    expect(warnings).toContain(`The dump of Volume2 continues after record ${records} of ${total}`);
    const hashed = end.events.find((event) => event.type === 'check' && event.rule === 'whole-proxy');
    expect(hashed).toMatchObject({ verdict: 'equal', expected: `SHA-256 ${scene.masterBefore}, as dumped` });
    await expectBackup();
    await expectNormal(scene, run);
    const [file] = await verify(run);
    expect(file).toEqual({
      volume: 'Volume2',
      bytes: manyBlocks * 512,
      records: total,
      sha256: scene.masterBefore,
    });
  });

  it('whose console was killed, twice, continues each time, with separate threads and on Linux', async () => {
    await openLabelled({ platform: 'linux', threadsFromBytes: 0 });
    const run = await killed(100);
    await removeMark(100);
    const second = await broken(
      50,
      () => scene.lab.breakConnections('node3'),
      () => resumed(run),
    );
    expect(second).toMatchObject({ starts: [100], end: { exitStatus: 3 } });
    expect(await dataOnTape()).toEqual(Array(150).fill(recordBytes));
    const { end, starts } = await resumed(run);
    expectVerified(end);
    expect(starts).toEqual([150]);
    await expectBackup();
    await expectNormal(scene, run);
  });

  it('that may use several tapes continues on the first tape, and then on the next', async () => {
    await openLabelled({
      tapeBytes: 201 * recordBytes,
      slots: 4,
      cartridges: [{ name: 'blank-2' }],
    });
    change = labelled({ span: true });
    const run = await killed(100);
    await removeMark(100);
    const { end, starts } = await resumed(run);
    expectVerified(end);
    expect(starts[0]).toBe(100);
    const parts = end.events.flatMap((event) =>
      event.type === 'tape-part' ? [[event.number, event.firstRecord, event.records]] : [],
    );
    const tapes = await Promise.all(scene.lab.cartridges.map(({ file }) => filesOfTape(file)));
    const data = tapes.map(([, own = []]) => own);
    const [first = 0] = data.map(({ length }) => length).toSorted((one, other) => other - one);
    expect(parts).toEqual([
      [1, 0, first],
      [2, first, total - first],
    ]);
    const inOrder = data
      .filter(({ length }) => length > 1)
      .toSorted((one, other) => other.length - one.length);
    expect(sha256(Buffer.concat(inOrder.flat()))).toBe(scene.masterBefore);
    await expectNormal(scene, run);
  });

  it('starts over if an incompletely hashed record differs', async () => {
    await openLabelled();
    const run = await cut(100);
    await damage(99);
    const { end, starts, warnings } = await resumed(run);
    expectVerified(end);
    expect(starts).toEqual([0]);
    expect(warnings).toContain(
      'The dump of Volume2 starts over from the beginning of the tape: records 65 to 100 on tape are not those of Volume2',
    );
    await expectBackup();
  });

  it('is not verified if a record before that was damaged meanwhile', async () => {
    await openLabelled();
    const run = await cut(100);
    await damage(3);
    const { end, starts } = await resumed(run);
    expect(starts).toEqual([100]);
    expect(end).toMatchObject({ exitStatus: 4, verdict: 'failed', error: { code: 'TAPE_DIFFERS' } });
    await expectNormal(scene, run);
  });

  it('starts over if the shadow was rebuilt over other blocks', async () => {
    await openLabelled();
    const run = await cut(100);
    await rebuildElsewhere(scene, manyBlocks);
    const { end, starts, warnings } = await resumed(run);
    expectVerified(end);
    expect(starts).toEqual([0]);
    expect(warnings).toEqual(
      expect.arrayContaining([
        'step 6a was interrupted: the tape is written again from its beginning',
        'the dump cannot continue at a record: the shadow is created again',
      ]),
    );
    await expectBackup();
  });
});
