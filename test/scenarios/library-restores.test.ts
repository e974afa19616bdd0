/** A library with bar codes: tapes of restores and drills are loaded, and returned afterwards. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { carryCopyOf } from '../support/carried-copy.ts';
import { flipped } from '../support/changed-tape.ts';
import { changer, labelOn, movesOf, openLibrary, placeOf, pooled } from '../support/library-scene.ts';
import {
  clusterState,
  jobOf,
  normalState,
  openSceneConsole,
  runScene,
  sha256,
  type Scene,
  type SceneOptions,
  type SiteTree,
} from '../support/lab-run.ts';
import { locksLeft, onHost } from '../support/lab-shell.ts';
import { filesOfTape } from '../support/tap-file.ts';

let scene: Scene;
afterEach(() => scene.close());

const never = new AbortController().signal;
const hooks = { abort: never, ask: undefined, onProgress: () => undefined };

/** A backup on W1, which is in its slot again; the drive is empty. */
async function openBackup(
  change: (site: SiteTree) => void = pooled(),
  options: SceneOptions = {},
): Promise<string> {
  scene = await openLibrary(options);
  const run = await runScene(scene, { change });
  expect(run, run.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
  return run.run;
}

const movesSince = async <Value>(work: () => Promise<Value>) => {
  const before = movesOf(scene).length;
  const value = await work();
  return { value, moves: movesOf(scene).slice(before) };
};

async function drill(run: string, change = pooled()) {
  const console = await openSceneConsole(scene, change);
  try {
    return await console.fileRestoreService.drill({ run }, hooks);
  } finally {
    await console.close();
  }
}

/** Restores the image of the run into a file of this computer. */
async function restoreTo(run: string, change = pooled()) {
  const to = join(scene.folder, 'restored');
  const console = await openSceneConsole(scene, change);
  try {
    const { fileRestoreService: service } = console;
    const where = () => Promise.resolve({ hits: [], more: false });
    const prepared = await service.prepare({ what: [run], to, overwrite: 'never' }, where);
    const end = await service.perform(prepared, { ...hooks, onFile: () => undefined });
    return { end, to };
  } finally {
    await console.close();
  }
}

/** The bytes of a tape's files between its label and its manifest. */
async function dataOn(...cartridges: string[]): Promise<Buffer> {
  const tapes = await Promise.all(cartridges.map((name) => filesOfTape(scene.lab.tapeFileOf(name))));
  const last = tapes.length - 1;
  return Buffer.concat(
    tapes.flatMap((files, index) => files.slice(1, index === last ? -1 : undefined).flat()),
  );
}

describe('a drill in a site with a library', () => {
  it('begins with an empty drive; its tape is loaded, and returned', async () => {
    const run = await openBackup();
    const { value, moves } = await movesSince(() => drill(run));
    expect(value, value.error?.message).toMatchObject({ exitStatus: 0, notes: [] });
    expect(moves).toEqual(['load 1 0', 'unload 1 0']);
    expect([placeOf(scene, 'PAY001L4'), placeOf(scene, 'CLN001L4')]).toEqual(['slot 1', 'slot 2']);
    expect(locksLeft(scene)).toEqual([]);
    const record = (await readFile(value.record, 'utf8')).split('\n').filter(Boolean);
    const events = record.map((line) => JSON.parse(line) as { type: string });
    expect(events.filter(({ type }) => type === 'cartridge')).toMatchObject([
      { what: 'loaded', slot: 1, drive: 0, barcode: 'PAY001L4', host: 'node3', changer },
      { what: 'unloaded', slot: 1, drive: 0, barcode: 'PAY001L4' },
    ]);
  });

  it('returns another tape first, and leaves its own in the drive if the site says so', async () => {
    const change = pooled({ unload: 'never' });
    const run = await openBackup(change);
    await runScene(scene, { change });
    expect(placeOf(scene, 'PAY002L4')).toBe('drive');
    const { value, moves } = await movesSince(() => drill(run, change));
    expect(value, value.error?.message).toMatchObject({ exitStatus: 0 });
    expect(moves).toEqual(['unload 3 0', 'load 1 0']);
    expect(await movesSince(() => drill(run, change))).toMatchObject({ value: { exitStatus: 0 }, moves: [] });
  });

  it('is proven although the library does not store its tape, and reports that', async () => {
    const run = await openBackup();
    scene.lab.faults.set(`fail=node3:mtx -f ${changer} unload`);
    const end = await drill(run);
    expect(end).toMatchObject({
      exitStatus: 0,
      notes: [
        `The tape was not returned to its slot: node3: mtx -f ${changer} unload 1 0 ended with exit status 1: mtx: the lab was told to fail this command`,
      ],
    });
    expect(placeOf(scene, 'PAY001L4')).toBe('drive');
  });

  it('leaves a tape in the drive that a run needs, and is refused', async () => {
    const run = await openBackup();
    scene.lab.faults.set('tape-error=20');
    const halted = await runScene(scene, { change: pooled({}, { job: { onFailure: 'halt' } }) });
    scene.lab.faults.clear('tape-error');
    expect(halted.exitStatus).toBe(3);
    expect(placeOf(scene, 'PAY002L4')).toBe('drive');
    const expectLeft = async () => {
      const { value, moves } = await movesSince(() => drill(run));
      expect(value).toMatchObject({ exitStatus: 1 });
      expect(value.error?.code).toBe('LIBRARY_TAPE_OPEN');
      expect(moves).toEqual([]);
      expect(placeOf(scene, 'PAY002L4')).toBe('drive');
    };
    await expectLeft();
    const file = scene.state.journalFile(halted.run);
    await writeFile(file, flipped(await readFile(file), 1));
    await expectLeft();
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'is not in the library',
      { W1: 'PAY009L4' },
      `the tape "W1" (bar code PAY009L4) is not in the library ${changer} on node3`,
    ],
    [
      'is in an import/export slot',
      { W1: 'MAILEDL4' },
      `the tape "W1" is in import/export slot 6 of the library ${changer} on node3`,
    ],
  ])('is refused if its tape %s, and nothing is moved', async (_what, barcodes, sentence) => {
    const run = await openBackup();
    const change = pooled({ barcodes });
    const { value, moves } = await movesSince(() => drill(run, change));
    expect(value).toMatchObject({ exitStatus: 1, volumes: [] });
    expect(value.error?.message).toBe(sentence);
    expect(moves).toEqual([]);
    expect(locksLeft(scene)).toEqual([]);
  });

  it('loads no other tape if the cartridge with the bar code holds another one', async () => {
    const run = await openBackup();
    const { value, moves } = await movesSince(() => drill(run, pooled({ barcodes: { W1: 'PAY002L4' } })));
    expect(value).toMatchObject({ exitStatus: 1, error: { code: 'TAPE_IS_ANOTHER' } });
    expect(moves).toEqual(['load 3 0', 'unload 3 0']);
  });

  it('reads its tape from the drive if its label identifies it, but the bar code does not', async () => {
    const run = await openBackup();
    await onHost(scene, 'node3', ['mtx', '-f', changer, 'load', '1', '0']);
    const change = pooled({ barcodes: {} }, { tapes: ['W7'] });
    const { value, moves } = await movesSince(() => drill(run, change));
    expect(value, value.error?.message).toMatchObject({ exitStatus: 0 });
    expect(moves).toEqual(['unload 1 0']);
  });
});

describe('a restore in a site with a library', () => {
  it('of an image: its tape is loaded, and returned', async () => {
    const run = await openBackup();
    const { value, moves } = await movesSince(() => restoreTo(run));
    expect(value.end, value.end.error?.message).toMatchObject({ exitStatus: 0 });
    expect(sha256(await readFile(value.to))).toBe(scene.masterBefore);
    expect(moves).toEqual(['load 1 0', 'unload 1 0']);
  });

  it('of an image writes nothing if its tape is missing', async () => {
    const run = await openBackup();
    const { value, moves } = await movesSince(() => restoreTo(run, pooled({ barcodes: { W1: 'PAY009L4' } })));
    expect(value.end).toMatchObject({ exitStatus: 1, error: { code: 'LIBRARY_TAPE_MISSING' } });
    expect(moves).toEqual([]);
    expect(await stat(value.to).catch(() => undefined)).toBeUndefined();
  });

  const restoreVolume = async (run: string, change = pooled()) => {
    const console = await openSceneConsole(scene, change);
    const digests: Promise<string>[] = [];
    try {
      const end = await console.volumeRestoreService.restore({
        ...{ run, replace: ['Volume1'], approveVerified: true, ask: undefined },
        ...{ cancel: never, halt: never },
        onEvent(event) {
          // Before the services write to it.
          if (event.type === 'restore-digest' && event.place === 'master')
            digests.push(scene.lab.volumeDigest('Class1', 'Volume1'));
        },
      });
      return { end, digests: await Promise.all(digests) };
    } finally {
      await console.close();
    }
  };

  /** A restore needs the commands that stop the services. */
  const served =
    (more: Record<string, unknown> = {}) =>
    (site: SiteTree): void =>
      pooled(more, { job: { services: jobOf(site)['services'] as unknown } })(site);

  it('of a volume: its tape is loaded, and returned', async () => {
    const run = await openBackup(served());
    await scene.lab.writeMaster(0, Buffer.alloc(1_000_000, 7));
    const { value, moves } = await movesSince(() => restoreVolume(run, served()));
    expect(value.end, value.end.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(value.digests).toEqual([sha256(await dataOn('PAY001L4'))]);
    expect(moves).toEqual(['load 1 0', 'unload 1 0']);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('of a volume is refused by the name of the missing tape, and has no journal', async () => {
    const run = await openBackup(served());
    const before = (await scene.state.runs()).length;
    const { value, moves } = await movesSince(() =>
      restoreVolume(run, served({ barcodes: { W1: 'PAY009L4' } })).catch((error: unknown) => error),
    );
    expect(value).toMatchObject({ code: 'LIBRARY_TAPE_MISSING' });
    expect(moves).toEqual([]);
    expect(await scene.state.runs()).toHaveLength(before);
    expect(await clusterState(scene)).toEqual(normalState);
  });
});

describe('a backup on two tapes of a library', () => {
  const recordBytes = 32_768;
  const barcodes = { W1: 'PAY001L4', W2: 'PAY002L4' };
  const change = (more: Record<string, unknown> = {}) =>
    pooled({ barcodes, ...more }, { job: { media: { layout: 'labelled', pool: 'weekly', span: true } } });
  const options = { blocks: 40 * 64, tapeBytes: 26 * recordBytes };

  it('is drilled with one tape loaded after the other', async () => {
    const run = await openBackup(change(), options);
    const { value, moves } = await movesSince(() => drill(run, change()));
    expect(value, value.error?.message).toMatchObject({ exitStatus: 0 });
    expect(moves).toEqual(['load 1 0', 'unload 1 0', 'load 3 0', 'unload 3 0']);
    expect(value.volumes.map(({ sha256: digest }) => digest)).toEqual([scene.masterBefore]);
    expect(sha256(await dataOn('PAY001L4', 'PAY002L4'))).toBe(scene.masterBefore);
  });

  it('is refused by the name of its second tape before the first is loaded', async () => {
    const run = await openBackup(change(), options);
    const missing = change({ barcodes: { ...barcodes, W2: 'PAY009L4' } });
    const { value, moves } = await movesSince(() => drill(run, missing));
    expect(value.error?.message).toBe(
      `the tape "W2" (bar code PAY009L4) is not in the library ${changer} on node3`,
    );
    expect(moves).toEqual([]);
  });
});

describe('a backup with a second copy', () => {
  it('is read from the copy if the library has only that', async () => {
    const run = await openBackup();
    const load = ['mtx', '-f', changer, 'load', '1', '0'];
    await onHost(scene, 'node3', load);
    await carryCopyOf(scene, run, { name: 'OFF001', cartridge: 'OFF001L4', change: pooled() });
    await onHost(scene, 'node3', ['mtx', '-f', changer, 'unload']);
    const slot = placeOf(scene, 'OFF001L4')?.slice(5);
    expect(await labelOn(scene, 'OFF001L4')).toMatchObject({ name: 'OFF001', run });
    const { value, moves } = await movesSince(() =>
      drill(run, pooled({ barcodes: { W1: 'PAY009L4', W2: 'PAY002L4' } })),
    );
    expect(value, value.error?.message).toMatchObject({ exitStatus: 0, volumes: [{ copy: ['OFF001'] }] });
    expect(moves).toEqual([`load ${slot} 0`, `unload ${slot} 0`]);
  });
});
