/** A run whose console died around each changing command is unwound; afterwards the cluster is looked at from outside. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deaths, around, expectNormal, quick } from '../support/deaths.ts';
import { openScene, type Scene } from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import { dyingRun, takeUpScene } from '../support/mortal-console.ts';

describe('a run whose console died is unwound', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene({ blocks: 4096 });
  });
  afterAll(() => scene.close());

  it.each(deaths)('$job, step $step: $line, $moment', async ({ job, step, place, moment }) => {
    await onHost(scene, 'node3', ['mt', '-f', '/dev/rmt/0', 'erase']);
    const { run } = await dyingRun(scene, job, around({ step, place }, moment), quick);
    const end = await takeUpScene(scene, 'unwind', run, { change: quick });
    const told = [end.sentence, ...end.stands].join('\n');
    expect(end, told).toMatchObject({ exitStatus: 2, verdict: 'failed', error: undefined });
    await expectNormal(scene, run);
  });
});
