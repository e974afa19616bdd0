import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { parseJournal } from '../journal/journal-reader.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { auditState } from './audit.ts';
import { newState, removeFolders, run, smallEvents, writeRun } from './proof.test-support.ts';
import { headOf } from './seal.ts';
import { readSeals, sealRun } from './seals-file.ts';

afterEach(removeFolders);

const headOfSeals = async (state: StateFolder) => (await readSeals(state)).lastHash;

describe('a published head of the seals', () => {
  const older = '20261121-020004-volume2';
  /** Two runs; the head is published after each. */
  async function twoRuns() {
    const state = await newState();
    writeRun(state, smallEvents(), older);
    const first = await sealRun(state, older);
    writeRun(state, smallEvents());
    const second = await sealRun(state, run);
    return { state, first: first ?? '', second: second ?? '' };
  }
  const saidOfHead = async (state: StateFolder, head: string) =>
    (await auditState({ state, head })).filter(({ subject }) => subject === 'seals').at(-1);

  it('is what sealing returns and what the audit prints', async () => {
    const { state, second } = await twoRuns();
    expect(second).toBe(await headOfSeals(state));
    expect((await auditState({ state }))[0]?.sentence).toBe(`2 seals, chain intact; head ${second}`);
  });

  it('is reached by the list as it was, and by one that has grown', async () => {
    const { state, first, second } = await twoRuns();
    expect(await saidOfHead(state, second)).toMatchObject({
      verdict: 'proven',
      sentence: 'line 2 of the list of seals is the published head; nothing was sealed since',
    });
    expect(await saidOfHead(state, first)).toMatchObject({
      verdict: 'proven',
      sentence: 'line 1 of the list of seals is the published head; sealed since: 1',
    });
  });

  it('finds that the newest run was removed together with its seal', async () => {
    const { state, first, second } = await twoRuns();
    await rm(state.journalFile(run));
    const [line] = (await readFile(state.sealsFile, 'utf8')).split('\n');
    await writeFile(state.sealsFile, `${line}\n`);
    expect((await auditState({ state })).map(({ verdict }) => verdict)).toEqual([
      'proven',
      'proven',
      'unproven',
    ]);
    expect(await saidOfHead(state, second)).toMatchObject({
      verdict: 'wrong',
      sentence: `the list of seals does not contain the published head ${second} (1 seal, head ${first}): seals were removed from its end, with or without their runs, or the list was replaced`,
    });
    await rm(state.sealsFile);
    expect((await saidOfHead(state, second))?.sentence).toMatch(/\(there are no seals\)/);
  });

  it('is reported for the journal that was sealed, and for no other', async () => {
    const { state, first } = await twoRuns();
    const seals = await readSeals(state);
    const { lastHash } = parseJournal('', await readFile(state.journalFile(older)));
    expect(headOf(seals, older, lastHash)).toBe(first);
    expect(headOf(seals, older, '1'.repeat(64))).toBeUndefined();
    expect(headOf(seals, 'nobody', lastHash)).toBeUndefined();
  });
});
