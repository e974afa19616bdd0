/** Consoles that die around a command of their run, and what must be true after such a run was taken up. */
import { expect } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { dying } from './breaks.ts';
import { clusterState, normalState, sha256, type Scene, type SiteTree } from './lab-run.ts';
import { locksLeft } from './lab-shell.ts';
import type { Death } from './mortal-console.ts';
import { firstFileOfTape } from './tap-file.ts';

/** A fingerprint of few records. */
export const quick = (site: SiteTree) => {
  for (const job of Object.values(site.jobs)) job['verify'] = { fingerprint: 4, readback: true };
};

/** Never sent though its intent is written; or sent, and nobody heard of its end. */
type Moment = 'unsent' | 'unheard';

/** Dies around one command, by its step and its place among the step's commands that change something, from 0. */
export function around({ step, place }: { step: string; place: number }, moment: Moment): Death {
  return dying({ step, changes: true, nth: place }, moment === 'unsent' ? 'before' : 'after');
}

/** The cluster is as it was, no lock is left, and the chain of the journal holds. */
export async function expectNormal(scene: Scene, run: string): Promise<void> {
  await scene.lab.copyingFinished();
  expect(await clusterState(scene)).toEqual(normalState);
  expect(locksLeft(scene)).toEqual([]);
  expect(scene.lab.world().directories.node3).toEqual([]);
  const { truncated } = await readRun(scene.state, run);
  expect(truncated).toBe(false);
}

/** The tape holds what was handed to it last. */
export async function expectTape(scene: Scene, run: string): Promise<void> {
  const { events } = await readRun(scene.state, run);
  const handed = events.findLast((event) => event.type === 'digest' && event.hop === 'handed');
  const tape = sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)));
  expect(handed).toMatchObject({ onTapeSha256: tape });
}
