/** Tapes that are unknown to a console: several of one run, and one whose dump never left the backup server. */
import { rm } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { listTapes, type Ask, type ImportedTape } from '../../src/main/application/console.ts';
import { importTape } from '../../src/main/proof/import-tape.ts';
import { withJob } from '../support/failures.ts';
import { openScene, openSceneConsole, runScene, type Scene, type SiteTree } from '../support/lab-run.ts';
import { runServer } from '../support/server-run.ts';

const recordBytes = 32_768;
const changer = '/dev/scsi/changer/c2t0d0';
const signal = new AbortController().signal;

let scene: Scene;
afterEach(() => scene.close());

const labelled = { layout: 'labelled', name: 'NIGHTLY' };

const withChanger = (site: SiteTree) => {
  withJob({ services: 'not-needed', media: { ...labelled, span: true } })(site);
  site.tape['changer'] = changer;
};

async function importHere(ask?: Ask, heard: string[] = []): Promise<ImportedTape[]> {
  const console = await openSceneConsole(scene, withChanger);
  try {
    const done = await console.tapeService.import(
      { changer: ask === undefined, ask: ask && ((question) => ask(question, signal)), abort: signal },
      ({ sentence }) => heard.push(sentence),
    );
    expect(heard).toEqual(done.map(({ sentence }) => sentence));
    return done;
  } finally {
    await console.close();
  }
}

async function verify(run: string, change: (site: SiteTree) => void) {
  const console = await openSceneConsole(scene, change);
  return console.verify(run, signal, () => undefined).finally(() => console.close());
}

/** Forty records, sixteen to a tape, its label included. */
async function threeTapes(): Promise<string> {
  scene = await openScene({
    blocks: 40 * 64,
    tapeBytes: 16 * recordBytes,
    slots: 16,
    cartridges: [{ name: 'blank-2' }, { name: 'blank-3' }],
  });
  const end = await runScene(scene, { change: withChanger });
  expect(end, end.sentence).toMatchObject({ verdict: 'verified' });
  return end.run;
}

const forgetAll = () => rm(scene.state.path, { recursive: true });

const tapesHere = () =>
  listTapes(scene.state)
    .tapes.map(({ name, run, files }) => ({ name, run, files }))
    .sort((one, other) => one.name.localeCompare(other.name));

const partsOf = (run: string) =>
  [
    { name: 'NIGHTLY', firstRecord: 0, records: 15 },
    { name: 'NIGHTLY-2', firstRecord: 15, records: 15 },
    { name: 'NIGHTLY-3', firstRecord: 30, records: 10 },
  ].map(({ name, firstRecord, records }) => ({
    name,
    run,
    files: [{ file: 1, volume: 'Volume2', method: '6a', bytes: records * recordBytes, firstRecord, records }],
  }));

describe('three tapes of one run', () => {
  it('are loaded by the changer, and read back; and by an operator who begins with the first', async () => {
    const run = await threeTapes();
    await forgetAll();
    const importedRun = {
      what: 'imported',
      run,
      sentence: expect.stringMatching(
        new RegExp(
          `^run ${run} was imported from tape "NIGHTLY-3", with its journal up to \\S+; the end of the run`,
        ),
      ) as string,
    };
    const tapeAlone = (name: string) => ({
      what: 'tape',
      run,
      sentence: `tape "${name}" of run ${run} was added to the tape inventory; it has no manifest: that is on the last tape of the run, or the run was interrupted`,
    });
    // The run has left its last tape in the drive.
    expect(await importHere()).toEqual([importedRun, tapeAlone('NIGHTLY'), tapeAlone('NIGHTLY-2')]);
    expect(tapesHere()).toEqual(partsOf(run));
    expect(await verify(run, withChanger)).toEqual([
      { volume: 'Volume2', bytes: 40 * recordBytes, records: 40, sha256: scene.masterBefore },
    ]);

    await forgetAll();
    await scene.lab.insertCartridge('tape');
    const tapes = ['blank-2', 'blank-3'];
    const questions: string[] = [];
    const operator: Ask = async ({ text }) => {
      questions.push(text);
      const name = tapes.shift();
      if (name !== undefined) await scene.lab.insertCartridge(name);
      return { choice: name === undefined ? 'stop' : 'ready', by: 'marion' };
    };
    expect(await importHere(operator)).toEqual([tapeAlone('NIGHTLY'), tapeAlone('NIGHTLY-2'), importedRun]);
    expect(questions).toEqual(
      Array.from({ length: 3 }, () => 'Insert the next tape to import into /dev/rmt/0 on node3.'),
    );
    expect(tapesHere()).toEqual(partsOf(run));
  });
});

describe('a tape that cannot be read', () => {
  it('is skipped if others follow, and reported at the end', async () => {
    const run = await threeTapes();
    await forgetAll();
    // The first tape that is read is the last of the run.
    scene.lab.faults.set('fail-once=node3:dd if=/dev/rmt/0n bs=262144');
    const heard: string[] = [];
    await expect(importHere(undefined, heard)).rejects.toMatchObject({
      code: 'TAPES_PASSED_OVER',
      message: '1 of 3 tapes could not be imported',
    });
    expect(heard).toEqual([
      expect.stringMatching(
        /^tape skipped: it is not known whether the tape in \S+ on node3 is blank: dd: the lab was told/,
      ),
      expect.stringMatching(/^tape "NIGHTLY" of run/),
      expect.stringMatching(/^tape "NIGHTLY-2" of run/),
    ]);
    expect(tapesHere().map(({ name }) => name)).toEqual(['NIGHTLY', 'NIGHTLY-2']);
    await scene.lab.insertCartridge('blank-3');
    const noFurther: Ask = async () => ({ choice: 'stop', by: 'marion' });
    expect(await importHere(noFurther)).toMatchObject([{ what: 'imported', run }]);
  });
});

describe('a tape of route server with only cksum', () => {
  it('is imported, and read back by its cksum, with its journal and without it', async () => {
    scene = await openScene({ blocks: 4096 });
    const change = withJob({
      services: 'not-needed',
      media: labelled,
      verify: { fingerprint: 8, readback: true, digest: 'cksum' },
    });
    const { run, sentence } = await runServer(scene, { change });
    const console = await openSceneConsole(scene, change);
    const tape = await console.tapeService.identify(signal);
    await console.close();
    const [file] = tape.manifest?.files ?? [];
    expect(file, sentence).toMatchObject({ crc32: '', sha256: '', cksum: expect.any(Number) as number });
    const withoutJournal = tape.manifest && {
      ...tape.manifest,
      journal: { sha256: tape.manifest.journal.sha256 },
    };
    for (const manifest of [tape.manifest, withoutJournal]) {
      await forgetAll();
      expect(
        await importTape(scene.state, { ...tape, manifest }, { by: 'marion', version: '1' }),
      ).toMatchObject({ what: 'imported', run });
      expect(await verify(run, change)).toMatchObject([{ volume: 'Volume2', records: 64 }]);
    }
    const changed = withoutJournal && {
      ...withoutJournal,
      files: withoutJournal.files.map((each) => ({ ...each, cksum: (each.cksum ?? 0) + 1 })),
    };
    await forgetAll();
    await importTape(scene.state, { ...tape, manifest: changed }, { by: 'marion', version: '1' });
    await expect(verify(run, change)).rejects.toMatchObject({ code: 'TAPE_DIFFERS' });
  });
});
