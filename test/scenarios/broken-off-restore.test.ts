/**
 * A restore is interrupted at each of its steps, and rolled back or resumed: until its replacement is approved the
 * master keeps its bytes, and nobody rejoins the proxy before the master is verified. `npm test` plays a few of the
 * scenarios; SHADOWTAPE_SEED selects others.
 */
import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { readRun } from '../../src/main/application/console.ts';
import {
  expectRestorable,
  expectSafe,
  openWay,
  resume,
  rollBack,
  stepsOfRestore,
  ways,
  type Way,
} from '../support/broken-restore.ts';
import { recoverScene } from '../support/mortal-console.ts';
import { RestoreOracle, restoreScene, type RestoreScene } from '../support/restore-run.ts';
import { sampled } from '../support/sampled.ts';

/**
 * `begins`: before the step sends anything. `sent`: at its first change, or question. `killed`: the same, and the
 * journal ends there.
 */
const moments = ['begins', 'sent', 'killed'] as const;

interface Place {
  readonly from: Way;
  readonly step: string;
  readonly moment: (typeof moments)[number];
}

const isWhole = process.env['SHADOWTAPE_FAILURES'] === 'all';
const seed = Number(process.env['SHADOWTAPE_SEED'] ?? 17);

/** Every step that the plan performs, at each moment. */
async function placesOf(planned: RestoreScene, from: Way): Promise<Place[]> {
  const steps = await stepsOfRestore(planned, from);
  return steps.flatMap((step) => moments.map((moment) => ({ from, step, moment })));
}

const isAt = ({ step, moment }: Place, event: RunEvent): boolean => {
  if (!('step' in event) || event.step !== step) return false;
  if (moment === 'begins') return event.type === 'step-started';
  return (
    (event.type === 'intent' && event.changes) || event.type === 'asked' || event.type === 'step-finished'
  );
};

/** The state after a console died right after it wrote a line. */
async function cutJournal(scene: RestoreScene, run: string, last: number): Promise<void> {
  const file = scene.state.journalFile(run);
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  const kept = lines.filter((line) => (JSON.parse(line) as { seq: number }).seq <= last);
  await writeFile(file, `${kept.join('\n')}\n`);
}

/** @returns the name of the run */
async function interrupted(scene: RestoreScene, place: Place): Promise<string> {
  const halt = new AbortController();
  const oracle = new RestoreOracle(scene);
  let last = 0;
  const end = await restoreScene(scene, {
    fromProxy: place.from === 'proxy',
    halt: halt.signal,
    onEvent(event) {
      oracle.hear(event);
      if (halt.signal.aborted || !isAt(place, event)) return;
      last = event.seq;
      halt.abort();
    },
  });
  expect(last, `${place.step} was not performed: ${end.sentence}`).toBeGreaterThan(0);
  expect(await oracle.wrong()).toEqual([]);
  if (place.moment === 'killed') await cutJournal(scene, end.run, last);
  return end.run;
}

/** The console dies while the tape moves: this case is in every sample, and the restore is repeated after it. */
const whileWriting: Place = { from: 'tape', step: 'write', moment: 'killed' };

/**
 * The moments for which a resume matters most: data moves, or nothing can be rolled back because the copy to the master
 * has begun or is over.
 */
const oftenResumed: readonly Place[] = [
  { from: 'copy', step: 'write', moment: 'killed' },
  { from: 'tape', step: 'rejoin-restore', moment: 'killed' },
  { from: 'tape', step: 'open-master', moment: 'killed' },
  { from: 'files', step: 'write', moment: 'killed' },
];

let scene: RestoreScene | undefined;
afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

/** All of them, or the fixed one and one more of one way. */
async function chosen(): Promise<Place[]> {
  const places: Place[] = [];
  const some = fc.sample(fc.constantFrom(...ways), { seed, numRuns: 1 });
  for (const from of isWhole ? ways : some) {
    const planned = await openWay(from);
    places.push(...(await placesOf(planned, from).finally(() => planned.close())));
  }
  return isWhole ? places : [whileWriting, ...fc.sample(fc.constantFrom(...places), { seed, numRuns: 1 })];
}

const places = await chosen();

describe('a restore that is interrupted', () => {
  it.each(places)('from $from at step $step, $moment, then rolled back', async (place) => {
    scene = await openWay(place.from);
    const run = await interrupted(scene, place);
    await rollBack(scene, run);
    await expectSafe(scene, run);
    if (isWhole || place === whileWriting) await expectRestorable(scene, run, place.from);
  });

  it.each(isWhole ? places : [whileWriting, ...sampled(oftenResumed, 2), ...places.slice(1)])(
    'from $from at step $step, $moment, then resumed',
    async (place) => {
      scene = await openWay(place.from);
      const run = await interrupted(scene, place);
      await scene.lab.copyingFinished();
      await resume(scene, run, place.from);
    },
  );
});

describe('a restore of a second copy that is resumed', () => {
  it('with the tape of the run in the drive writes nothing from it, and succeeds with the copy', async () => {
    scene = await openWay('copy');
    const run = await interrupted(scene, { from: 'copy', step: 'write', moment: 'killed' });
    const before = (await readRun(scene.state, run)).events;
    expect(before[0]).toMatchObject({ restore: { copy: expect.any(String) as string, tape: 'OFFSITE-1' } });
    await scene.lab.ejectCartridge();
    await scene.lab.insertCartridge('tape');
    const proxy = await scene.lab.volumeDigest('Class1', scene.proxy);
    const wrong = await recoverScene(scene, 'resume', run, { change: scene.change });
    expect(wrong).toMatchObject({
      exitStatus: 3,
      error: { code: 'TAPE_IS_ANOTHER', message: expect.stringContaining('"OFFSITE-1"') as string },
    });
    expect(await scene.lab.volumeDigest('Class1', scene.proxy)).toBe(proxy);
    await scene.lab.ejectCartridge();
    await scene.lab.insertCartridge('carried');
    await resume(scene, run, 'copy');
  });
});
