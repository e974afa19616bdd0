/** The file of the seals: `seals.ndjson` in the state folder. It only ever grows. */
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure, isFailure } from '../../contract/errors.ts';
import { writeTrouble } from '../journal/journal.ts';
import { orMissing, readKept } from '../journal/kept-file.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { checkChain } from './chain.ts';
import { LockFile } from '../owner/lock-file.ts';
import { parseSeals, sealLine, type NewSeal, type ReadSeals } from './seal.ts';

/** @returns no seals where there is no list. @throws STATE_FILE_UNREADABLE */
export async function readSeals(state: StateFolder): Promise<ReadSeals> {
  const { sealsFile } = state;
  return parseSeals((await orMissing(sealsFile, readFile(sealsFile))) ?? Buffer.alloc(0));
}

/**
 * Writes seals behind those that are there, on disk when this returns. A last line that a crash has torn is cut off.
 * @throws SEALS_UNWRITABLE, STATE_FILE_UNREADABLE
 */
export async function appendSeals(state: StateFolder, seals: readonly NewSeal[]): Promise<void> {
  const file = state.sealsFile;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await new LockFile(`${file}.lock`).during(async () => {
      const { lastHash: last, wholeBytes, isTorn } = await readSeals(state);
      let previous = last;
      const handle = await open(file, 'a', 0o600);
      try {
        if (isTorn) await handle.truncate(wholeBytes);
        for (const seal of seals) {
          const line = sealLine(seal, previous);
          await handle.writeFile(line);
          previous = parseSeals(Buffer.from(line)).lastHash;
        }
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  } catch (error) {
    if (isFailure(error)) throw error;
    throw failure('SEALS_UNWRITABLE', { file, reason: writeTrouble(error) }, {}, error);
  }
}

/** What the journal of a run is now, as a seal tells it. */
export async function measureJournal(
  state: StateFolder,
  run: string,
): Promise<Pick<NewSeal, 'run' | 'lines' | 'bytes' | 'hash'>> {
  const { lines, bytes, lastHash: hash } = checkChain(await readKept(state.journalFile(run)), run);
  return { run, lines, bytes, hash };
}

/**
 * Seals the journal of a run that has just been closed. One that does not end with the end of its run is left without a seal.
 * @throws SEALS_UNWRITABLE
 */
export async function sealRun(state: StateFolder, run: string): Promise<void> {
  const file = state.journalFile(run);
  let content: Buffer;
  try {
    content = await readKept(file);
  } catch (error) {
    throw failure('SEALS_UNWRITABLE', { file: state.sealsFile, reason: writeTrouble(error) }, {}, error);
  }
  const { lines, bytes, lastHash: hash, parsed } = checkChain(content, run);
  if (parsed.at(-1)?.type !== 'run-finished') return;
  await appendSeals(state, [{ what: 'sealed', at: new Date().toISOString(), run, lines, bytes, hash }]);
}
