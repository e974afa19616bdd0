/** The console as it starts for the first time: an empty state folder, no site. Its embedded lab is small. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLab } from '../../../src/lab/lab.ts';
import { StateFolder } from '../../../src/main/application/console.ts';
import { serve, type Served } from '../../../src/main/serve/serve.ts';
import { smallBlocks } from '../lab-run.ts';

/** A state folder of its own. The embedded lab's disks are of 512 MiB; an existing one is used as it is. */
export async function firstStateFolder(): Promise<StateFolder> {
  const state = new StateFolder(await mkdtemp(join(tmpdir(), 'shadowtape-first-')));
  const lab = await openLab({ folder: state.labFolder, blocks: smallBlocks });
  await lab.close();
  return state;
}

export interface FirstStart {
  readonly state: StateFolder;
  readonly served: Served;
  /** Ends it, and removes the state folder. */
  close(): Promise<void>;
}

export async function openFirstStart(): Promise<FirstStart> {
  const state = await firstStateFolder();
  const served = await serve({ state, port: 0, pages: process.env['CONSOLE_PAGES'] });
  return {
    state,
    served,
    async close() {
      await served.close();
      await rm(state.path, { recursive: true, force: true });
    },
  };
}
