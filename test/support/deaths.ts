/** Consoles that die around a command of their run, and what must be true after such a run was resumed. */
import { expect } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
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

/** Never sent though its intent is written; or sent, and its end is not known. */
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

/**
 * A file of the tape holds what was sent to tape; for a continued dump, each of its sections.
 * @param log shown if it does not
 */
export function expectHanded(handed: RunEvent | undefined, file: Buffer, log?: string): void {
  if (handed?.type !== 'digest' || !handed.sections) {
    expect(handed, log).toMatchObject({ onTapeSha256: sha256(file) });
    return;
  }
  let from = 0;
  const sections = handed.sections.map(({ bytes }) => sha256(file.subarray(from, (from += bytes))));
  expect(sections, log).toEqual(handed.sections.map((section) => section.sha256));
  expect(from, log).toBe(file.length);
}

/** The tape holds what was last sent to tape. */
export async function expectTape(scene: Scene, run: string): Promise<void> {
  const { events } = await readRun(scene.state, run);
  const handed = events.findLast((event) => event.type === 'digest' && event.hop === 'handed');
  expectHanded(handed, Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)));
}
