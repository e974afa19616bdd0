/** What processes have left behind in a state folder that were killed while they wrote a file whole, or unpacked an archive. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StateFolder } from '../journal/state-folder.ts';

/** Names of whole-file.ts, and of the folders that an archive is unpacked into. */
const temporary = /(?:\.[0-9a-f]{12}\.tmp|^import-[A-Za-z0-9]{6})$/;
/** A younger one may be written right now. */
const millisecondsKept = 3_600_000;

async function removeIn(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!temporary.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > millisecondsKept)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Nothing of it is of use: a file that was whole has its own name. That one cannot be removed hinders nothing. */
export async function removeLeftOver(state: StateFolder): Promise<void> {
  await removeIn(state.path);
  await removeIn(state.runsFolder);
}
