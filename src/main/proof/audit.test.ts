import { appendFile, cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Journal } from '../journal/journal.ts';
import { parseJournal } from '../journal/journal-reader.ts';
import { writeReportRecord } from '../journal/report-record.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { auditReport, auditState, auditVerdictOf } from './audit.ts';
import { hashOfLine } from './chain.ts';
import { appendSeals, readSeals, sealRun } from './seals-file.ts';
import { parseSeals } from './seal.ts';
import {
  newState,
  recordedEvents,
  removeFolders,
  run,
  sealedState,
  smallEvents,
  writeRun,
} from './proof.test-support.ts';

afterEach(removeFolders);

const at = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

const headOfSeals = async (state: StateFolder) => (await readSeals(state)).lastHash;

/** The sentence of the one line that is about the journal. */
async function said(state: StateFolder): Promise<string> {
  const [line] = await auditState({ state }, [run]);
  return `${line?.verdict}: ${line?.sentence}`;
}

async function change(state: StateFolder, how: (lines: string[]) => string[]): Promise<void> {
  const file = state.journalFile(run);
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  await writeFile(
    file,
    how(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

describe('the audit of a journal that was sealed', () => {
  it('proves it, and says when it was sealed and what its last line is', async () => {
    const state = await sealedState();
    const { lastHash } = parseJournal('', await readFile(state.journalFile(run)));
    const [seal] = (await readSeals(state)).seals;
    expect(seal?.at).toMatch(at);
    expect(await auditState({ state })).toEqual([
      {
        run: undefined,
        subject: 'seals',
        file: state.sealsFile,
        verdict: 'proven',
        sentence: `1 seal, chain intact; head ${await headOfSeals(state)}`,
      },
      {
        run,
        subject: 'journal',
        file: state.journalFile(run),
        verdict: 'proven',
        sentence: `164 lines, chain intact, sealed ${seal?.at}; final hash ${lastHash}`,
      },
      {
        run,
        subject: 'signature',
        file: state.signatureFile(run),
        verdict: 'unproven',
        sentence: 'not signed: chain and seal show accidents, not forgery',
      },
    ]);
  });

  it('says which line was changed, removed, added, or came from another run', async () => {
    const state = await sealedState();
    const intact = await readFile(state.journalFile(run), 'utf8');
    const hashes = intact.split('\n').map((line) => `${hashOfLine(Buffer.from(line)).slice(0, 16)}…`);
    const saidOf = async (how: (lines: string[]) => string[]) => {
      await writeFile(state.journalFile(run), intact);
      await change(state, how);
      return said(state);
    };
    const changed = (line: string) => line.replace('"milliseconds":', '"milliseconds":1');
    const place = intact.split('\n').findIndex((line) => line.includes('"milliseconds"'));
    const other = hashOfLine(Buffer.from(changed(intact.split('\n')[place] ?? ''))).slice(0, 16);
    expect(
      await saidOf((lines) => lines.map((line, index) => (index === place ? changed(line) : line))),
    ).toBe(
      `wrong: line ${place + 1} was changed: line ${place + 2} follows ${hashes[place]}, and line ${place + 1} is ${other}…`,
    );
    expect(await saidOf((lines) => lines.toSpliced(9, 3))).toBe(
      'wrong: lines 10 to 12 were removed: after line 9 comes number 13',
    );
    expect(await saidOf((lines) => lines.toSpliced(0, 1))).toBe(
      'wrong: line 1 was removed: after line 0 comes number 2',
    );
    expect(await saidOf((lines) => lines.toSpliced(9, 0, lines[4] ?? ''))).toBe(
      `wrong: line 10 was added: it should follow line 9, ${hashes[8]}, and says ${hashes[3]}`,
    );
    expect(await saidOf((lines) => lines.map((line) => line.replaceAll(run, 'another')))).toBe(
      'wrong: line 1 belongs to another run, another',
    );
    expect(await saidOf((lines) => lines.toSpliced(6, 1, '{"seq":7'))).toBe(
      'wrong: line 7 is not an event: it was changed or added',
    );
    expect(await saidOf((lines) => lines.slice(0, -1))).toMatch(
      /^wrong: it was cut: 164 lines were sealed \S+, and it has 163$/,
    );
    expect(await saidOf((lines) => [...lines, ''])).toBe(
      'wrong: line 165 is not an event: it was changed or added',
    );
  });

  it('shows number and time of that line', async () => {
    const state = await sealedState();
    const events = recordedEvents('raw-dd');
    await change(state, (lines) =>
      lines.map((line, index) => (index === 30 ? line.replace('"seq"', '"seq" ') : line)),
    );
    expect((await auditState({ state }, [run]))[0]).toMatchObject({
      verdict: 'wrong',
      line: 31,
      at: events[30]?.at,
    });
  });

  it('finds a last line that was changed, and a journal that was replaced as a whole', async () => {
    const state = await sealedState();
    const { lastHash } = parseJournal('', await readFile(state.journalFile(run)));
    await change(state, (lines) =>
      lines.map((line, index) => (index === 163 ? line.replace('"verified"', '"failed"') : line)),
    );
    const changed =
      /^wrong: line 164 is not the line that was sealed \S+: it is [0-9a-f]{16}…, and it was ([0-9a-f]{16})…; it was changed, or the whole journal was replaced$/;
    expect(changed.exec(await said(state))?.[1]).toBe(lastHash.slice(0, 16));
    await rm(state.journalFile(run));
    writeRun(
      state,
      recordedEvents('raw-dd').map((event) => ({ ...event, note: 'another' })),
    );
    expect(await said(state)).toMatch(changed);
  });

  it('finds one that is missing, or was continued by somebody else than the run', async () => {
    const state = await sealedState();
    await appendFile(state.journalFile(run), '{"a":1}');
    expect(await said(state)).toMatch(
      /^wrong: everything after line 164 was added: the journal was sealed \S+$/,
    );
    await rm(state.journalFile(run));
    expect(await said(state)).toMatch(
      /^wrong: the journal is missing: it was sealed \S+Z, 164 lines, final hash [0-9a-f]{64}$/,
    );
    expect(auditVerdictOf(await auditState({ state }))).toBe('wrong');
  });

  it('lists a run that was resumed, and one that was sealed again', async () => {
    const state = await sealedState(smallEvents());
    const file = state.journalFile(run);
    const journal = Journal.reopen({ file, run }, parseJournal(file, await readFile(file)));
    journal.append({
      type: 'run-resumed',
      by: 'marion',
      version: '1',
      mode: 'unwind',
      reason: 'to be unwound',
    });
    expect(await said(state)).toMatch(
      /^unproven: 4 lines, chain intact, the first 3 of them sealed \S+: the run was resumed and not sealed since$/,
    );
    journal.append({ type: 'run-finished', verdict: 'failed', exitStatus: 2, sentence: 'back', stands: [] });
    journal.close();
    await sealRun(state, run);
    expect(await said(state)).toMatch(/^proven: 5 lines, chain intact, sealed /);
  });

  it('finds lines after the end that no resumed run has written', async () => {
    const state = await sealedState(smallEvents());
    const file = state.journalFile(run);
    const journal = Journal.reopen({ file, run }, parseJournal(file, await readFile(file)));
    journal.append({ type: 'warning', step: 'x', text: 'later' });
    journal.close();
    expect(await said(state)).toMatch(
      /^wrong: line 4 was added: the journal ended with line 3 when it was sealed /,
    );
  });
});

describe('the audit of a journal without a seal', () => {
  const cannot = 'a removed or changed last line would not be noticed';

  it('says why that may be so', async () => {
    const state = await newState();
    writeRun(state, smallEvents());
    expect(await said(state)).toBe(
      `unproven: 3 lines, chain intact, but not sealed: it is older than the first seal; ${cannot}`,
    );
    await rm(state.journalFile(run));
    const file = writeRun(state, smallEvents().slice(0, 2));
    await sealRun(state, run);
    expect(await said(state)).toBe(
      `unproven: 2 lines, chain intact, but not sealed: its run has no end: it is running or interrupted; ${cannot}`,
    );
    await appendFile(file, '{"seq":3,"at":');
    expect(await said(state)).toBe(
      'unproven: line 3 is incomplete: the console died while writing it; 2 lines before it, chain intact',
    );
  });

  it('is reported where others that ended before it are sealed', async () => {
    const state = await newState();
    writeRun(state, smallEvents());
    const seal = { what: 'sealed', run: 'r', lines: 1, bytes: 1, hash: '0'.repeat(64) } as const;
    await appendSeals(state, [{ ...seal, at: '2020-01-01T00:00:00.000Z' }]);
    expect(await said(state)).toBe(
      'unproven: 3 lines, chain intact, but not sealed, although earlier journals are: its seal was not written, or was removed',
    );
  });
});

describe('the list of seals', () => {
  it('is cut where a crash left its last line incomplete, and continues', async () => {
    const state = await sealedState(smallEvents());
    await appendFile(state.sealsFile, '{"what":"sea');
    expect((await auditState({ state }))[0]).toMatchObject({
      subject: 'seals',
      verdict: 'unproven',
      sentence: 'line 2 of the list of seals is incomplete: a console died while writing it',
    });
    await sealRun(state, run);
    expect((await auditState({ state }))[0]).toMatchObject({
      verdict: 'proven',
      sentence: `2 seals, chain intact; head ${await headOfSeals(state)}`,
    });
  });

  it('never passes for whole where a byte of it is another', async () => {
    const state = await sealedState(smallEvents());
    await sealRun(state, run);
    const intact = await readFile(state.sealsFile);
    for (let place = 0; place < intact.length; place += 1) {
      const changed = Buffer.from(intact);
      changed.writeUInt8(changed.readUInt8(place) ^ 1, place);
      const { trouble, isTorn } = parseSeals(changed);
      expect(trouble !== undefined || isTorn, `${place}`).toBe(true);
    }
    const lines = intact.toString('utf8').split('\n');
    await writeFile(state.sealsFile, `${lines[1]}\n`);
    expect((await auditState({ state }))[0]).toMatchObject({
      verdict: 'wrong',
      line: 1,
      sentence: 'line 1 of the list of seals does not follow line 0: a line was changed, removed or added',
    });
    await truncate(state.sealsFile, 0);
    expect(await said(state)).toMatch(/^unproven: /);
  });

  it('takes the seals of several at once in one chain', async () => {
    const state = await newState();
    const names = Array.from({ length: 8 }, (_, number) => `run-${number}`);
    for (const name of names) writeRun(state, smallEvents(), name);
    await Promise.all(names.map((name) => sealRun(state, name)));
    const { seals, trouble } = await readSeals(state);
    expect(trouble).toBeUndefined();
    expect(seals.map((seal) => seal.run).sort()).toEqual(names);
    expect(auditVerdictOf(await auditState({ state }))).toBe('unproven');
  });
});

describe('the audit of what lies next to a journal', () => {
  it('compares the list of files with what the journal says of it', async () => {
    const state = await newState();
    const file = state.catalogueFile(run);
    const text = '{"path":"a"}\n';
    const sha256 = hashOfLine(Buffer.from(text));
    const [start, , end] = smallEvents();
    if (!start || !end) throw new Error('there are three');
    const event = {
      ...end,
      type: 'catalogue',
      step: '6b-4',
      volume: 'Volume2',
      entries: 1,
      file: `/elsewhere/runs/${run}.catalogue.ndjson`,
      sha256,
    };
    writeRun(state, [start, event as never, end]);
    await sealRun(state, run);
    const ofList = async () => (await auditState({ state }, [run]))[1];
    expect(await ofList()).toMatchObject({
      verdict: 'wrong',
      file,
      sentence: 'the file list is missing',
    });
    await writeFile(file, text);
    expect(await ofList()).toMatchObject({
      verdict: 'proven',
      sentence: `the file list is unchanged: sha256 ${sha256}`,
    });
    await appendFile(file, ' ');
    const changed = hashOfLine(Buffer.from(`${text} `));
    expect(await ofList()).toMatchObject({
      verdict: 'wrong',
      sentence: `the file list was changed: its sha256 is ${changed}, the journal has ${sha256}`,
    });
  });

  it('lists the reports that were exported of it', async () => {
    const state = await sealedState(smallEvents());
    const { lastHash: journalHash } = parseJournal('', await readFile(state.journalFile(run)));
    const pdf = Buffer.from('%PDF-1.7 a report');
    const file = `${state.path}/report.pdf`;
    await writeFile(file, pdf);
    const sha256 = hashOfLine(pdf);
    expect(await auditReport({ state }, file)).toMatchObject({
      verdict: 'wrong',
      sentence: `no export of this state folder has its sha256 ${sha256}: it was changed, or comes from elsewhere`,
    });
    const record = {
      at: '2026-11-22T03:00:00.000Z',
      what: 'pdf',
      paper: 'A4',
      sha256,
      journalHash,
      version: '0.1.0',
    } as const;
    await writeReportRecord(state, run, record);
    const good = `the report of run ${run}, exported 2026-11-22T03:00:00.000Z by shadowtape 0.1.0, from the current journal: final hash ${journalHash}`;
    expect(await auditReport({ state }, file)).toMatchObject({ verdict: 'proven', run, sentence: good });
    expect(await auditReport({ state }, file, () => Promise.resolve(pdf))).toMatchObject({
      sentence: `${good}; recreated, it is identical`,
    });
    expect(auditVerdictOf(await auditState({ state }))).toBe('unproven');
    await writeReportRecord(state, run, { ...record, journalHash: '1'.repeat(64) });
    expect((await auditState({ state }, [run]))[2]).toMatchObject({
      subject: 'report',
      verdict: 'wrong',
      sentence: `the report (A4) of 2026-11-22T03:00:00.000Z was made from another journal with the final hash ${'1'.repeat(64)}`,
    });
    await rm(state.journalFile(run));
    await cp(file, `${file}.copy`);
    expect(await auditReport({ state }, `${file}.copy`)).toMatchObject({ verdict: 'wrong' });
  });

  it('refuses what is no name of a run', async () => {
    const state = await newState();
    await expect(auditState({ state }, ['../x'])).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
    expect(await auditState({ state }, ['nobody'])).toMatchObject([
      { verdict: 'wrong', sentence: 'there is no such run' },
    ]);
    await expect(auditReport({ state }, '/nowhere')).rejects.toMatchObject({
      message: 'the report /nowhere cannot be read: it does not exist',
    });
  });
});
