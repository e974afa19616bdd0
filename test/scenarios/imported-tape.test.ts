import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listTapes, readRun, type ImportedTape } from '../../src/main/application/console.ts';
import { summarise } from '../../src/main/journal/run-summary.ts';
import { parseJournal } from '../../src/main/journal/journal-reader.ts';
import { auditState } from '../../src/main/proof/audit.ts';
import { worstToSign } from '../../src/folds/audit-words.ts';
import { importTape } from '../../src/main/proof/import-tape.ts';
import { sceneArguments, startCommand } from '../support/command-line.ts';
import {
  openScene,
  openSceneConsole,
  runScene,
  smallBlocks,
  type Scene,
  type SceneRun,
  type SiteTree,
} from '../support/lab-run.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

const labelled = (site: SiteTree) => {
  for (const job of Object.values(site.jobs)) job['media'] = { layout: 'labelled', name: 'PAYROLL-01' };
};

/** SHA-256 of what the run has sent to tape. */
const onTape = ({ events }: SceneRun) =>
  events.flatMap((event) =>
    event.type === 'digest' && event.hop === 'handed' ? [event.onTapeSha256] : [],
  )[0];

async function importHere(): Promise<ImportedTape[]> {
  const console = await openSceneConsole(scene, labelled);
  try {
    const abort = new AbortController().signal;
    return await console.tapeService.import({ changer: false, ask: undefined, abort }, () => undefined);
  } finally {
    await console.close();
  }
}

async function verify(run: string) {
  const console = await openSceneConsole(scene, labelled);
  try {
    return await console.verify(run, new AbortController().signal, () => undefined);
  } finally {
    await console.close();
  }
}

describe('a tape whose console is lost', () => {
  it('imports its run, which is then listed, shown, audited and read back', async () => {
    const end = await runScene(scene, { change: labelled });
    expect(end, end.sentence).toMatchObject({ verdict: 'verified' });
    expect(worstToSign(await auditState({ state: scene.state }))).toBe('proven');
    const { run } = end;
    const before = await readFile(scene.state.journalFile(run));
    const [known] = listTapes(scene.state).tapes;
    await rm(scene.state.path, { recursive: true });

    const [imported, ...others] = await importHere();
    expect(others).toEqual([]);
    expect(imported?.what).toBe('imported');
    expect(imported?.sentence).toMatch(
      new RegExp(
        `^run ${run} was imported from tape "PAYROLL-01", with its journal up to \\S+; the end of the run is not known$`,
      ),
    );
    const { events } = await readRun(scene.state, run);
    const own = events.findIndex(({ type }) => type === 'imported');
    const journal = await readFile(scene.state.journalFile(run), 'utf8');
    const ownLines = journal
      .split('\n')
      .slice(0, own)
      .map((line) => `${line}\n`)
      .join('');
    expect(before.subarray(0, Buffer.byteLength(ownLines)).toString('utf8')).toBe(ownLines);
    expect(events.slice(own)).toMatchObject([
      { type: 'imported', tape: { name: 'PAYROLL-01', uuid: known?.uuid }, from: 'journal' },
      { type: 'manifest', file: 2 },
    ]);
    expect(summarise(events)).toMatchObject({
      run,
      verdict: 'unfinished',
      sentence: 'imported from tape "PAYROLL-01": the end of the run is not known',
    });
    expect(listTapes(scene.state).tapes).toMatchObject([
      { uuid: known?.uuid, name: 'PAYROLL-01', run, files: known?.files },
    ]);
    expect(await verify(run)).toMatchObject([
      { volume: 'Volume2', records: smallBlocks / 64, sha256: onTape(end) },
    ]);
    expect(await auditState({ state: scene.state }, [run])).toMatchObject([
      { verdict: 'unproven', sentence: expect.stringContaining('it was imported from a tape') as string },
      { subject: 'signature', verdict: 'unproven' },
    ]);

    expect(await importHere()).toEqual([
      { what: 'there', run, sentence: `run ${run} already exists, and its journal matches the tape` },
    ]);
    const console = await openSceneConsole(scene, labelled);
    const signal = new AbortController().signal;
    await expect(
      console.unwind({
        run,
        cancel: signal,
        halt: signal,
        onEvent: () => undefined,
        approveVerified: false,
        ask: undefined,
      }),
    ).rejects.toMatchObject({
      message: `run ${run} cannot be rolled back: it was imported from a tape, and what happened afterwards is not known`,
    });
    await console.close();
  });

  it('yields a run that can be read back even if its manifest has no journal, and overwrites no journal', async () => {
    const end = await runScene(scene, { change: labelled });
    const { run } = end;
    const console = await openSceneConsole(scene, labelled);
    const tape = await console.tapeService.identify(new AbortController().signal);
    await console.close();
    const journal = await readFile(scene.state.journalFile(run));
    await writeFile(
      scene.state.journalFile(run),
      journal.toString('utf8').replace('"milliseconds":', '"milliseconds": '),
    );
    await expect(importTape(scene.state, tape, { by: 'marion', version: '1' })).rejects.toMatchObject({
      code: 'JOURNAL_BROKEN',
    });
    await writeFile(scene.state.journalFile(run), journal);
    const manifest = tape.manifest && { ...tape.manifest, journal: { sha256: tape.manifest.journal.sha256 } };
    expect(
      await importTape(scene.state, { ...tape, manifest }, { by: 'marion', version: '1' }),
    ).toMatchObject({
      what: 'there',
      sentence: `run ${run} already exists, and its journal matches the tape`,
    });
    await rm(scene.state.path, { recursive: true });
    expect(
      await importTape(scene.state, { ...tape, manifest }, { by: 'marion', version: '1' }),
    ).toMatchObject({
      what: 'imported',
      sentence: `run ${run} was imported from tape "PAYROLL-01", from its manifest, which has no journal; the end of the run is not known`,
    });
    expect(
      parseJournal('', await readFile(scene.state.journalFile(run))).events.map(({ type }) => type),
    ).toEqual(['run-started', 'label', 'digest', 'imported', 'manifest']);
    expect(await verify(run)).toMatchObject([
      { volume: 'Volume2', records: smallBlocks / 64, sha256: onTape(end) },
    ]);
    const swapped = tape.manifest && {
      ...tape.manifest,
      journal: { ...tape.manifest.journal, sha256: '0'.repeat(64) },
    };
    await expect(
      importTape(scene.state, { ...tape, manifest: swapped }, { by: 'm', version: '1' }),
    ).rejects.toMatchObject({
      message: `the journal of run ${run} on the tape "PAYROLL-01" cannot be trusted: it does not end with the line named in the manifest`,
    });
  });

  it('is shown by the command line, and a tape that is lost in a drive check is marked', async () => {
    const { run } = await runScene(scene, { change: labelled });
    await rm(scene.state.path, { recursive: true });
    const site = [...(await sceneArguments(scene)), '--trust'];
    const { end } = startCommand([...site, 'identify', '--import']);
    const { exitStatus, stdout } = await end;
    expect(stdout).toMatch(
      new RegExp(`^run ${run} was imported from tape "PAYROLL-01", with its journal up to`),
    );
    expect(exitStatus).toBe(0);
    const console = await openSceneConsole(scene, labelled);
    const abort = new AbortController().signal;
    expect(listTapes(scene.state).tapes).toMatchObject([{ name: 'PAYROLL-01', lost: false }]);
    await console.tapeService.checkDrive({ overwrite: 'PAYROLL-01', abort }, () => undefined);
    await console.close();
    expect(listTapes(scene.state).tapes).toMatchObject([
      { name: 'PAYROLL-01', lost: true, files: [{ file: 1, volume: 'Volume2' }] },
    ]);
    const changer = await performed([...site, 'identify', '--import', '--changer']);
    expect(changer).toMatchObject({ exitStatus: 1 });
    expect(changer.stderr).toContain('shadowtape: the site file names no changer\n');
  });
});
