/** Runs of route `server`: what they leave on the backup server, and what every one of them has in common. */
import { expect } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { readRun } from '../../src/main/application/console.ts';
import { runScene, type RunSetting, type Scene, type SceneRun, type SiteTree } from './lab-run.ts';
import { locksLeft, onHost } from './lab-shell.ts';

/** The folder that shows the progress of a dump. */
export const dumpFolder = (run: string, proxy = 'Volume2'): string =>
  `/var/tmp/shadowtape-${run}.${proxy}.dump.work`;

/** Work folders and locks that still exist on the backup server. */
export async function leftOnServer(scene: Scene): Promise<string[]> {
  const listed = await onHost(scene, 'node3', ['sh', '-c', 'ls /var/tmp 2>/dev/null; true']);
  return [...new Set([...listed.split('\n'), ...locksLeft(scene)])].filter((name) =>
    name.includes('shadowtape-'),
  );
}

/** The running processes of detached work on the backup server. */
export async function runningOnServer(scene: Scene): Promise<string[]> {
  const listed = await onHost(scene, 'node3', ['ps', '-e', '-o', 'args']);
  const isOfWork = /^(sh \S*\.work\/|dd |tar |ufsdump |sfxdump |tee |cksum|digest )/;
  return listed.split('\n').filter((line) => isOfWork.test(line));
}

const isStart = (line: string) => line.startsWith("sh -c '") && line.includes('nohup');

/** Queries detached work less often than scenarios poll a resynchronization: each query is two commands. */
const unhurried = (site: SiteTree): void => {
  for (const job of Object.values(site.jobs))
    job['resynchronisation'] = { ...(job['resynchronisation'] as object), everySeconds: 0.1 };
};

/** Every job of the site by route server. */
export const byServer = (site: SiteTree): void => {
  unhurried(site);
  for (const job of Object.values(site.jobs)) job['route'] = 'server';
};

/** Runs a job by route server. */
export function runServer(scene: Scene, setting: RunSetting = {}): Promise<SceneRun> {
  const change = (site: SiteTree): void => {
    unhurried(site);
    setting.change?.(site);
  };
  return runScene(scene, { route: 'server', ...setting, change });
}

/** Acts once, when the command has ended that starts detached work of that purpose. */
export function whenStarted({ lab }: Scene, purpose: 'dump' | 'read-back', act: () => void): void {
  const stop = lab.onCommand(({ phase, line }) => {
    if (phase !== 'ended' || !isStart(line) || !line.includes(`.${purpose}.work`)) return;
    stop();
    act();
  });
}

/** Acts once, when the backup server is queried for the progress of a started dump. */
export function whenWatched(scene: Scene, act: () => void): void {
  whenStarted(scene, 'dump', () => {
    const stop = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'started' || !line.includes('.dump.work/run.pid')) return;
      stop();
      act();
    });
  });
}

/** What was sent to start detached work, one line each. */
export function startsSent({ lab }: Scene, from = 0): string[] {
  return lab.commands
    .slice(from)
    .map(({ line }) => line)
    .filter(isStart);
}

/** The journal's events of detached work: purpose and event, in order. */
export const worksOf = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'work' ? [`${event.purpose} ${event.what}`] : []));

/** Nothing of a run remains on the backup server, and its journal is complete. */
export async function expectCleared(scene: Scene, run: string): Promise<void> {
  expect(await leftOnServer(scene)).toEqual([]);
  expect(await runningOnServer(scene)).toEqual([]);
  expect((await readRun(scene.state, run)).truncated).toBe(false);
}
