/** The console’s own disk is full, or the resync fails: the cluster is rolled back as far as possible. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseJournal } from '../../src/main/journal/journal-reader.ts';
import { failingRun, inScene, normalStands, tapeStands, withJob } from '../support/failures.ts';
import { fillableDisk } from '../support/full-disk.ts';
import { clusterState, normalState, openScene, runScene } from '../support/lab-run.ts';
import { recoverScene } from '../support/mortal-console.ts';
import { failureOf } from '../support/refusals.ts';

const fillDiskFor = fillableDisk();

const makeRoom = 'free some space, or keep the state elsewhere with --state DIR';

describe('a journal that no longer exists', () => {
  it.each([
    { what: 'removed', step: 'verify', change: rmSync, reason: 'it was removed during the run' },
    {
      what: 'replaced',
      step: '6a',
      change(file: string) {
        writeFileSync(`${file}.new`, '');
        renameSync(`${file}.new`, file);
      },
      reason: 'it was replaced by another file during the run',
    },
  ])(
    'because it was $what in step $step ends the run, which is rolled back',
    async ({ step, change, reason }) => {
      await inScene(async (scene) => {
        let run = '';
        const end = await runScene(scene, {
          onEvent(event) {
            run = event.run;
            if (event.type === 'step-started' && event.step === step) change(scene.state.journalFile(run));
          },
        });
        await scene.lab.copyingFinished();
        expect(end).toMatchObject({
          verdict: 'failed',
          exitStatus: 2,
          sentence: `the journal ${scene.state.journalFile(run)} cannot be written: ${reason}`,
          error: { code: 'JOURNAL_UNWRITABLE' },
          journalBroken: true,
        });
        expect(end.stands.slice(0, 2)).toEqual(normalStands);
      });
    },
  );
});

describe('a full disk on the console', () => {
  it.each([
    { step: '3-3', stands: normalStands },
    { step: 'verify', stands: normalStands },
    { step: '7', stands: [...normalStands, tapeStands.verified] },
  ])('at step $step ends the run, and does not prevent its rollback', async ({ step, stands }) => {
    const scene = await openScene();
    try {
      const end = await runScene(scene, {
        onEvent(event) {
          if (event.type === 'step-started' && event.step === step) fillDiskFor('.ndjson');
        },
      });
      await scene.lab.copyingFinished();
      expect(end).toMatchObject({
        verdict: 'failed',
        exitStatus: 2,
        sentence: `the journal ${end.journalFile} cannot be written: the disk is full`,
        stands,
        journalBroken: true,
      });
      expect(end.error).toMatchObject({
        code: 'JOURNAL_UNWRITABLE',
        hint: `${makeRoom}; Shadowtape does not run without a journal`,
      });
      expect(await clusterState(scene)).toEqual(normalState);
      // The written part is complete, and the listener has received the rest.
      const { events } = parseJournal(end.journalFile, await readFile(end.journalFile));
      expect(events.at(-1)).toMatchObject({ type: 'step-started', step });
      expect(end.events.at(-1)).toMatchObject({ type: 'run-finished', exitStatus: 2 });
    } finally {
      await scene.close();
    }
  });

  it('does not keep a halted run from being rolled back, but from being resumed', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('tape-error=3');
      const { run } = await runScene(scene, { change: withJob({ onFailure: 'halt' }) });
      scene.lab.faults.clear('tape-error');
      expect(await clusterState(scene)).toMatchObject({ proxy: 'Part', shadowObjects: 3 });
      fillDiskFor('.ndjson');
      expect((await failureOf(recoverScene(scene, 'resume', run))).code).toBe('JOURNAL_UNWRITABLE');
      expect(await clusterState(scene)).toMatchObject({ proxy: 'Part', shadowObjects: 3 });
      const end = await recoverScene(scene, 'unwind', run);
      await scene.lab.copyingFinished();
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: `run ${run} was rolled back`,
        journalBroken: true,
      });
      expect(await clusterState(scene)).toEqual(normalState);
    });
  });

  it('that comes only with the last line leaves a verified backup, and says that its end is not written', async () => {
    await inScene(async (scene) => {
      const end = await runScene(scene, {
        onEvent(event) {
          if (event.type === 'step-finished' && event.step === 'unlock') fillDiskFor('.ndjson');
        },
      });
      expect(end).toMatchObject({
        verdict: 'verified',
        exitStatus: 0,
        journalBroken: true,
        stands: normalStands,
      });
    });
  });

  it('refuses a run whose beginning cannot be written', async () => {
    await inScene(async (scene) => {
      fillDiskFor('.ndjson');
      await expect(runScene(scene)).rejects.toMatchObject({ code: 'JOURNAL_UNWRITABLE' });
      expect(
        scene.lab.commands.filter(
          ({ line }) => !/^sdxinfo|^cat .etc.mnttab$|^ls -l .dev.rmt$|login-shell/.test(line),
        ),
      ).toEqual([]);
    });
  });

  it('that only affects the file list of the archive ends the dump, and is reported as such', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        job: 'ufs-tar',
        onEvent(event) {
          if (event.type === 'step-started' && event.step === '6b-4') fillDiskFor('.catalogue.ndjson');
        },
      });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: `the file list ${scene.state.catalogueFile(end.run)} cannot be written: the disk is full`,
        stands: [...normalStands, tapeStands.incomplete],
      });
      expect(end.error).toMatchObject({
        code: 'CATALOGUE_UNWRITABLE',
        hint: `${makeRoom}; then start the run again`,
      });
    });
  });
});

describe('a resync that fails', () => {
  it('is reported with the status of the slice, and the state of the tape', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        faults: ['rejoin-invalid'],
        change: withJob({ onFailure: 'halt' }),
      });
      expect(end).toMatchObject({
        exitStatus: 3,
        sentence: 'the copy from Volume1 to Volume2 has failed: slice of Disk3 INVALID',
        stands: [
          'Volume2: PROXY Join, STATUS INVALID, slice of Disk3 INVALID (as node1 shows it)',
          'node3: no shadow object of Class2',
          tapeStands.verified,
          'run by hand on node1: sdxinfo -S -c Class1 -o Volume2',
        ],
      });
      expect(end.error).toMatchObject({
        code: 'RESYNCHRONISATION_FAILED',
        hint: 'see "Slice Status Abnormality" in the GDS guide; Volume1 itself was only read',
      });
      expect(await clusterState(scene)).toEqual({ ...normalState, sliceOfProxy: 'INVALID' });
    }, 'otherwise');
  });
});
