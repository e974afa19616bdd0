/**
 * What release 0.1.0 wrote, by its own program on its own lab (volumes of 512 blocks, host name console1):
 * - `ended`: two runs that ended verified, `ufs-tar` and then `labelled`, both signed, with their seals, and the tape of the latter
 * - `killed`: job `raw-dd`, route console, SIGKILL when its dump began
 * - `detached`: job `raw-dd`, route server, SIGKILL a second after its dump began
 * Each has the state folder, the site file, and the folders of the locks on the backup server.
 */
import { copyFile, cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extract } from 'tar';
import { parse } from 'yaml';
import { sentCommands } from '../../src/main/procedure/model/sent-commands.ts';
import { readRun } from '../../src/main/application/console.ts';
import { openScene, type Scene, type SiteTree } from './lab-run.ts';
import { onHost } from './lab-shell.ts';

export type FormerState = 'ended' | 'killed' | 'detached';

export interface FormerScene {
  readonly scene: Scene;
  /** Its files, unpacked. */
  readonly folder: string;
  /** Its runs, the first one first. */
  readonly runs: readonly string[];
  /** Changes a site of the present lab into the one of that release, at the present addresses. */
  readonly site: (tree: SiteTree) => void;
}

const archive = join('test', 'scenarios', 'fixtures', 'release-0.1.0.tar.gz');

/** A lab like that of the release, with its state folder. The hosts are still untouched. */
export async function formerScene(which: FormerState): Promise<FormerScene> {
  const scene = await openScene({ blocks: 512 });
  const folder = join(scene.folder, 'former');
  await mkdir(folder);
  await extract({ file: archive, cwd: folder });
  await cp(join(folder, which, 'state'), scene.state.path, { recursive: true });
  // The machines of the lab differ: their keys were accepted.
  await copyFile(scene.lab.knownHostsFile, scene.state.knownHostsFile);
  const written = parse(await readFile(join(folder, which, 'site.yaml'), 'utf8')) as SiteTree;
  return {
    scene,
    folder: join(folder, which),
    runs: await scene.state.runs(),
    site(tree) {
      const { hosts } = tree;
      Object.assign(tree, written, { hosts });
    },
  };
}

/** Sends the commands again that the run had sent until it was killed: locks, part, shadow, detached dump. */
export async function asItLeftThem({ scene, runs: [run = ''] }: FormerScene): Promise<void> {
  const { events } = await readRun(scene.state, run);
  for (const { intent, ending } of sentCommands(events))
    if (intent.changes && ending === 'good') await onHost(scene, intent.host, [...intent.argv]);
}
