/** The file of the seals: `seals.ndjson` in the state folder. It only ever grows. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure, isFailure } from '../../contract/errors.ts';
import { writeTrouble } from '../journal/journal.ts';
import { readKept, readOwn } from '../journal/kept-file.ts';
import { ownFlags } from '../journal/own-files.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { checkChain } from './chain.ts';
import { LockFile } from '../owner/lock-file.ts';
import { parseSeals, sealLine, type NewSeal, type ReadSeals } from './seal.ts';

/** @returns no seals where there is no list. @throws STATE_FILE_UNREADABLE */
export async function readSeals(state: StateFolder): Promise<ReadSeals> {
  const { sealsFile } = state;
  return parseSeals((await readOwn(sealsFile)) ?? Buffer.alloc(0));
}

/**
 * Writes seals after the existing ones, on disk when this returns. A last line that a crash left incomplete is cut off.
 * @returns the head of the list: SHA-256 (hex) of its last line
 * @throws SEALS_UNWRITABLE, STATE_FILE_UNREADABLE
 */
export async function appendSeals(state: StateFolder, seals: readonly NewSeal[]): Promise<string> {
  const file = state.sealsFile;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    return await new LockFile(`${file}.lock`).during(async () => {
      const { lastHash: last, wholeBytes, isTorn } = await readSeals(state);
      let previous = last;
      const handle = await open(file, ownFlags.append, 0o600);
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
      return previous;
    });
  } catch (error) {
    if (isFailure(error)) throw error;
    throw failure('SEALS_UNWRITABLE', { file, reason: writeTrouble(error) }, {}, error);
  }
}

/**
 * Seals the journal of a run that has just been closed. One that does not end with the end of its run is left without a
 * seal.
 * @returns the head of the list of seals; undefined if nothing was sealed
 * @throws SEALS_UNWRITABLE
 */
export async function sealRun(state: StateFolder, run: string): Promise<string | undefined> {
  const file = state.journalFile(run);
  let content: Buffer;
  try {
    content = await readKept(file);
  } catch (error) {
    throw failure('SEALS_UNWRITABLE', { file: state.sealsFile, reason: writeTrouble(error) }, {}, error);
  }
  const { lines, bytes, lastHash: hash, parsed } = checkChain(content, run);
  if (parsed.at(-1)?.type !== 'run-finished') return undefined;
  return appendSeals(state, [{ what: 'sealed', at: new Date().toISOString(), run, lines, bytes, hash }]);
}
