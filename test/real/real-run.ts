/** Runs of the program against the real hosts, within this process. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { RunEvent } from '../../src/contract/events.ts';
import { openConsole, StateFolder, type EndedRun } from '../../src/main/application/console.ts';
import { realSite, type RealSiteOptions } from './real-cluster.ts';
import type { RealHosts } from './real-hosts.ts';

export interface RealScene {
  readonly state: StateFolder;
  readonly siteFile: string;
}

/** A site file and a state folder of their own, which go away with the hosts. */
export async function openRealScene(real: RealHosts, name: string, options: RealSiteOptions): Promise<RealScene> {
  const siteFile = join(real.folder, `${name}.yaml`);
  await writeFile(siteFile, stringify(realSite(real, options)));
  return { state: new StateFolder(join(real.folder, `${name}.state`)), siteFile };
}

export interface RealRun extends EndedRun {
  readonly events: readonly RunEvent[];
}

/** Runs the site's job to its end. */
export async function runReal(
  { state, siteFile }: RealScene,
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<RealRun> {
  const console = await openConsole({
    state,
    siteFile,
    lab: { fresh: false, faults: [] },
    confirmHostKey: () => Promise.resolve(true),
    askSecret: () => Promise.resolve(undefined),
  });
  const events: RunEvent[] = [];
  try {
    const end = await console.run({
      job: 'nightly',
      ask: undefined,
      approveVerified: false,
      cancel: new AbortController().signal,
      halt: new AbortController().signal,
      onEvent(event) {
        events.push(event);
        onEvent(event);
      },
    });
    return { ...end, events };
  } finally {
    await console.close();
  }
}
