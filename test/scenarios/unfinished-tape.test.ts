/** A tape without a label, left by a failed dump: identifying it names the run that it may belong to. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sceneArguments } from '../support/command-line.ts';
import { openScene, runScene, type Scene, type SceneRun } from '../support/lab-run.ts';
import { filesOfTape } from '../support/tap-file.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ jobs: ['raw-dd', 'ufs-tar'], blocks: 4096 });
});
afterEach(() => scene.close());

interface Identified {
  readonly writtenBy: readonly Record<string, unknown>[];
}

/** The output of the command for the tape in the drive, as JSON and in its first line. */
async function identified(): Promise<{ readonly writers: Identified['writtenBy']; readonly line: string }> {
  const site = [...(await sceneArguments(scene)), '--trust'];
  const json = (await performed([...site, 'identify', '--json'])).stdout;
  const text = (await performed([...site, 'identify'])).stdout;
  return { writers: (JSON.parse(json) as Identified).writtenBy, line: text.split('\n')[0] ?? '' };
}

/** A backup that fails at the tape's third record. */
async function broken(job: string): Promise<SceneRun> {
  scene.lab.faults.set('tape-error=3');
  const end = await runScene(scene, { job });
  scene.lab.faults.clear('tape-error');
  expect(end).toMatchObject({ verdict: 'failed', exitStatus: 2, error: { code: 'TAPE_WRITE_FAILED' } });
  return end;
}

describe('a tape that a failed dump has left', () => {
  it.each(['raw-dd', 'ufs-tar'])('may be that of the run, job %s: nothing proves it', async (job) => {
    const { run } = await broken(job);
    expect((await filesOfTape(scene.lab.tapeFile))[0]?.length).toBeGreaterThan(0);
    const { writers, line } = await identified();
    expect(writers).toEqual([
      expect.objectContaining({ run, verdict: 'failed', exitStatus: 2, unfinished: true }),
    ]);
    expect(line).toBe(
      `tape in /dev/rmt/0 on node3: without a label, may be the unfinished dump of run ${run}`,
    );
  });

  it('is of no known run if it begins differently', async () => {
    await broken('raw-dd');
    await scene.lab.insertCartridge('second');
    scene.lab.faults.set('tape-not-blank');
    expect((await identified()).writers).toEqual([]);
  });

  it('is certainly that of a later run once that has written it completely', async () => {
    await broken('raw-dd');
    await scene.lab.insertCartridge('second');
    const { run, verdict } = await runScene(scene, { job: 'raw-dd' });
    expect(verdict).toBe('verified');
    const { writers } = await identified();
    expect(writers.map(({ run: of, unfinished }) => [of, unfinished])).toEqual([[run, undefined]]);
  });
});
