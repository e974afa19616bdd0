/** A library with bar codes: a run's tape is loaded before it is checked, and returned when the run ends. */
import { afterEach, describe, expect, it } from 'vitest';
import { sceneArguments } from '../support/command-line.ts';
import { dyingRun, recoverScene } from '../support/mortal-console.ts';
import { checkScene, failureOf } from '../support/refusals.ts';
import {
  clusterState,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  type Scene,
  type SceneRun,
} from '../support/lab-run.ts';
import { locksLeft, onHost } from '../support/lab-shell.ts';
import {
  changer,
  labelOn as labelIn,
  movesOf,
  openLibrary,
  placeOf as placeIn,
  pooled,
} from '../support/library-scene.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
afterEach(() => scene.close());

async function open(): Promise<void> {
  scene = await openLibrary();
}

const moves = () => movesOf(scene);
const placeOf = (name: string) => placeIn(scene, name);
const labelOn = (cartridge: string) => labelIn(scene, cartridge);

const warningsOf = ({ events }: SceneRun) =>
  events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));

describe('a run in a site with a library', () => {
  it('begins with an empty drive: the tape of its pool is loaded by its bar code, and returned', async () => {
    await open();
    const first = await runScene(scene, { change: pooled() });
    expect(first, first.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(moves()).toEqual(['load 1 0', 'unload 1 0']);
    expect([placeOf('PAY001L4'), placeOf('CLN001L4'), placeOf('PAY002L4')]).toEqual([
      'slot 1',
      'slot 2',
      'slot 3',
    ]);
    expect(await labelOn('PAY001L4')).toMatchObject({ name: 'W1', run: first.run });
    const next = await runScene(scene, { change: pooled() });
    expect(next, next.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(await labelOn('PAY002L4')).toMatchObject({ name: 'W2', run: next.run });
    expect(next.events.flatMap((event) => (event.type === 'cartridge' ? [event] : []))).toMatchObject([
      { what: 'loaded', slot: 3, drive: 0, barcode: 'PAY002L4', name: 'W2' },
      { what: 'unloaded', slot: 3, drive: 0, barcode: 'PAY002L4' },
    ]);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('first returns the tape of the night before, if the site leaves tapes in the drive', async () => {
    await open();
    await runScene(scene, { change: pooled({ unload: 'never' }) });
    expect(placeOf('PAY001L4')).toBe('drive');
    const next = await runScene(scene, { change: pooled({ unload: 'never' }) });
    expect(next, next.sentence).toMatchObject({ exitStatus: 0 });
    expect(moves()).toEqual(['load 1 0', 'unload 1 0', 'load 3 0']);
    expect([placeOf('PAY001L4'), placeOf('PAY002L4')]).toEqual(['slot 1', 'drive']);
  });

  it('moves nothing if its tape is in the drive', async () => {
    await open();
    await onHost(scene, 'node3', ['mtx', '-f', changer, 'load', '1', '0']);
    const run = await runScene(scene, { change: pooled({ unload: 'never' }) });
    expect(run, run.sentence).toMatchObject({ exitStatus: 0 });
    expect(moves()).toEqual(['load 1 0']);
  });

  it.each([
    [
      'is not in the library',
      { W1: 'PAY009L4' },
      {
        code: 'LIBRARY_TAPE_MISSING',
        sentence: `the tape "W1" (bar code PAY009L4) is not in the library ${changer} on node3`,
      },
    ],
    [
      'is in an import/export slot',
      { W1: 'MAILEDL4' },
      {
        code: 'LIBRARY_TAPE_IN_MAIL',
        sentence: `the tape "W1" is in import/export slot 6 of the library ${changer} on node3`,
        hint: `move it to a storage slot, then run again. On node3: mtx -f ${changer} transfer 6 4`,
      },
    ],
  ])('is refused if its tape %s, and nothing is moved', async (_what, barcodes, error) => {
    await open();
    const run = await runScene(scene, { change: pooled({ barcodes }) });
    expect(run).toMatchObject({ exitStatus: 1, stands: ['nothing was touched'] });
    expect(run.error).toMatchObject({ code: error.code, message: error.sentence });
    if ('hint' in error) expect(run.error?.hint).toBe(error.hint);
    expect(moves()).toEqual([]);
    expect(locksLeft(scene)).toEqual([]);
  });

  it('takes the tape that its hint has moved', async () => {
    await open();
    await runScene(scene, { change: pooled({ barcodes: { W1: 'MAILEDL4' } }) });
    await onHost(scene, 'node3', ['mtx', '-f', changer, 'transfer', '6', '4']);
    const run = await runScene(scene, { change: pooled({ barcodes: { W1: 'MAILEDL4' } }) });
    expect(run, run.sentence).toMatchObject({ exitStatus: 0 });
    expect(placeOf('MAILEDL4')).toBe('slot 4');
  });

  it("does not rely on mtx's exit status for a move", async () => {
    await open();
    scene.lab.faults.set(`ignore-once=node3:mtx -f ${changer} load`);
    const run = await runScene(scene, { change: pooled() });
    expect(run).toMatchObject({
      exitStatus: 1,
      sentence: `mtx -f ${changer} load 1 0 on node3 reports success, but drive 0 holds no cartridge`,
      error: { code: 'CHANGER_MOVE_UNPROVEN' },
    });
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('does not mistake a failed query for an empty library', async () => {
    await open();
    scene.lab.faults.set(`ignore=node3:mtx -f ${changer} status`);
    const run = await runScene(scene, { change: pooled() });
    expect(run).toMatchObject({ exitStatus: 1, error: { code: 'CHANGER_UNREADABLE' } });
    expect(moves()).toEqual([]);
  });

  it('returns a tape that was refused', async () => {
    await open();
    await runScene(scene, { change: pooled({}, { tapes: ['W1'] }) });
    // Another site's pool has the same cartridge under another name: its label says that it is W1.
    const run = await runScene(scene, {
      change: pooled({ barcodes: { Z1: 'PAY001L4' } }, { tapes: ['Z1'] }),
    });
    expect(run).toMatchObject({ exitStatus: 1, error: { code: 'TAPE_IS_ANOTHER' } });
    expect(moves()).toEqual(['load 1 0', 'unload 1 0', 'load 1 0', 'unload 1 0']);
    expect(placeOf('PAY001L4')).toBe('slot 1');
  });

  it('returns its tape after a rollback', async () => {
    await open();
    scene.lab.faults.set('tape-error=20');
    const run = await runScene(scene, { change: pooled() });
    expect(run).toMatchObject({ exitStatus: 2, verdict: 'failed' });
    expect(placeOf('PAY001L4')).toBe('slot 1');
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is verified although the library does not store its tape', async () => {
    await open();
    scene.lab.faults.set(`fail=node3:mtx -f ${changer} unload`);
    const run = await runScene(scene, { change: pooled() });
    expect(run, run.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(warningsOf(run).join('\n')).toBe(
      `the tape was not returned to its slot: node3: mtx -f ${changer} unload 1 0 ended with exit status 1: mtx: the lab was told to fail this command`,
    );
    expect(placeOf('PAY001L4')).toBe('drive');
  });

  it('is planned with its moves', async () => {
    await open();
    const console = await openSceneConsole(scene, pooled());
    try {
      const { steps } = await console.plan({ job: 'raw-dd' });
      const linesOf = (id: string) => steps.find(({ step }) => step === id)?.commands.map(({ line }) => line);
      const mtx = `mtx -f ${changer}`;
      expect(linesOf('load-tape')).toEqual([`${mtx} status`, `${mtx} load 1 0`, `${mtx} status`]);
      expect(linesOf('unload-tape')).toEqual([
        `${mtx} status`,
        'mt -f /dev/rmt/0n offline',
        `${mtx} unload 1 0`,
        `${mtx} status`,
      ]);
      expect(moves()).toEqual([]);
    } finally {
      await console.close();
    }
  });

  it('check reports where its tape is, and that the empty drive is not a fault', async () => {
    await open();
    const lines = await checkScene(scene, pooled());
    const said = (what: string) => lines.find((line) => line.what === what);
    expect(said('library, job raw-dd')).toMatchObject({ good: true, said: 'the tape "W1" is in slot 1' });
    expect(said('tape /dev/rmt/0')).toMatchObject({
      good: true,
      said: 'the drive is empty; the library loads the tape of each run',
    });
    const missing = await checkScene(scene, pooled({ barcodes: { W1: 'PAY009L4' } }));
    expect(missing.find(({ what }) => what === 'library, job raw-dd')).toMatchObject({ good: false });
  });

  it.each(['before', 'after'] as const)(
    'is resumed if its console died right %s the load was sent',
    async (when) => {
      await open();
      const named = pooled({}, { job: { media: { layout: 'labelled', name: 'W1' } } });
      const { run } = await dyingRun(
        scene,
        'raw-dd',
        (event) => {
          if (when === 'before')
            return event.type === 'intent' && event.argv.includes('load') ? 'before' : undefined;
          return event.type === 'outcome' && moves().length > 0 ? 'before' : undefined;
        },
        named,
      );
      const end = await recoverScene(scene, 'resume', run, { change: named });
      expect(end, end.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      expect(moves()).toEqual(['load 1 0', 'unload 1 0']);
      expect(await labelOn('PAY001L4')).toMatchObject({ name: 'W1', run });
    },
  );
});

describe('a run of a pool over several tapes', () => {
  it('continues on the next tape of its pool, and labels no other cartridge', async () => {
    const recordBytes = 32_768;
    scene = await openScene({
      blocks: 40 * 64,
      tapeBytes: 26 * recordBytes,
      slots: 6,
      cartridges: [
        { name: 'PAY001L4', slot: 1 },
        { name: 'BLANK9L4', slot: 2 },
        { name: 'PAY002L4', slot: 3 },
        { name: 'PAY003L4', slot: 4 },
      ],
    });
    await scene.lab.ejectCartridge();
    const change = pooled(
      { barcodes: { W1: 'PAY001L4', W2: 'PAY002L4', W3: 'PAY003L4' } },
      { tapes: ['W1', 'W3', 'W2'], job: { media: { layout: 'labelled', pool: 'weekly', span: true } } },
    );
    const run = await runScene(scene, { change });
    expect(run, run.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(await labelOn('PAY001L4')).toMatchObject({ name: 'W1', run: run.run });
    expect(await labelOn('PAY003L4')).toMatchObject({ name: 'W3', run: run.run, number: 2 });
    const written = scene.lab.cartridges.flatMap(({ name, writtenBytes }) =>
      writtenBytes > 0 ? [name] : [],
    );
    expect(written).toEqual(['PAY001L4', 'PAY003L4']);
    expect([placeOf('PAY001L4'), placeOf('PAY003L4')]).toEqual(['slot 1', 'slot 4']);
    expect(await clusterState(scene)).toEqual(normalState);
  });
});

describe('the commands of a library', () => {
  it('show it, load a tape and return it', async () => {
    await open();
    const run = async (...args: string[]) => {
      const given = await sceneArguments(scene);
      await scene.writeSite(pooled());
      const end = await performed([...given, '--trust', 'tapes', ...args]);
      expect(end, end.stderr).toMatchObject({ exitStatus: 0 });
      return end.stdout;
    };
    expect(
      (await run('library')).split('\n').map((line) => line.trimEnd().replaceAll(/ {2,}/g, ' | ')),
    ).toEqual([
      'drive 0 | - | empty; the drive of the site',
      'slot 1 | PAY001L4 | tape "W1"',
      'slot 2 | CLN001L4 | cleaning cartridge',
      'slot 3 | PAY002L4 | tape "W2"',
      'slot 4 | - | empty',
      'slot 5 | - | empty',
      'import/export 6 | MAILEDL4 | not in the tape inventory',
      '',
    ]);
    expect(await run('load', 'W2')).toBe('loaded: PAY002L4 from slot 3 into drive 0\n');
    expect(placeOf('PAY002L4')).toBe('drive');
    expect(await run('load', 'W2')).toBe('the tape "W2" is in the drive\n');
    expect(await run('unload')).toBe('returned: PAY002L4 from drive 0 to slot 3\n');
    expect(placeOf('PAY002L4')).toBe('slot 3');
    expect(await run('unload')).toBe('the drive is empty\n');
  });
});

describe('the tape of a run that requires action', () => {
  it('stays in the drive', async () => {
    await open();
    scene.lab.faults.set('tape-error=20');
    const change = pooled({}, { job: { onFailure: 'halt' } });
    const halted = await runScene(scene, { change });
    expect(halted).toMatchObject({ exitStatus: 3 });
    expect(placeOf('PAY001L4')).toBe('drive');
    scene.lab.faults.clear('tape-error');
    const console = await openSceneConsole(scene, change);
    const never = new AbortController().signal;
    try {
      const { tapeService } = console;
      for (const work of [
        () => tapeService.load('W2', never, () => undefined),
        () => tapeService.unload(never, () => undefined),
      ])
        expect(await failureOf(work())).toMatchObject({
          code: 'LIBRARY_TAPE_OPEN',
          sentence: `the tape in drive 0 of the library ${changer} on node3 stays there: it holds data of run ${halted.run}, which is running or interrupted`,
        });
      expect(placeOf('PAY001L4')).toBe('drive');
    } finally {
      await console.close();
    }
    const end = await recoverScene(scene, 'unwind', halted.run, { change });
    expect(warningsOf(end)).toContain(
      'the tape stays in the drive, which this run no longer locks: shadowtape tapes unload returns it',
    );
    expect(await clusterState(scene)).toEqual(normalState);
    const again = await openSceneConsole(scene, change);
    try {
      expect(await again.tapeService.unload(never, () => undefined)).toBe(true);
    } finally {
      await again.close();
    }
    expect(placeOf('PAY001L4')).toBe('slot 1');
  });
});
