/** A step fails after the dump has begun, the job halts, and an operator is present: the run asks what to do. */
import { describe, expect, it } from 'vitest';
import { furtherLines } from '../../src/main/cli/run/run-follower.ts';
import type { Ask } from '../../src/main/application/console.ts';
import { expectNormal, expectTape } from '../support/deaths.ts';
import { bringingBack, inScene, proceduralCommands, withJob } from '../support/failures.ts';
import { clusterState, normalState, runScene, type Scene } from '../support/lab-run.ts';

interface Asked {
  readonly text: string;
  readonly choices: readonly string[];
}

/** Answers the questions about failed steps one after the other; before each answer the scenario may change the lab. */
function answers(asked: Asked[], ...given: (readonly [string, (() => void)?])[]): Ask {
  return (question) => {
    expect(question.id).toBe('step-failed');
    asked.push({ text: question.text, choices: question.choices.map(({ id }) => id) });
    const [choice, prepare] = given[asked.length - 1] ?? ['halt'];
    prepare?.();
    return Promise.resolve({ choice, by: 'Marion', reason: choice === 'skip' ? 'no time' : undefined });
  };
}

const halting = withJob({ onFailure: 'halt' });
const choices = ['retry', 'unwind', 'halt'];

describe('an operator who is asked about a failed step', () => {
  const run = (scene: Scene, ask: Ask) => runScene(scene, { ask, change: halting });

  it('retries the dump: the tape is checked, and written from its beginning', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('tape-error=3');
      const asked: Asked[] = [];
      const end = await run(scene, answers(asked, ['retry', () => scene.lab.faults.clear('tape-error')]));
      expect(asked).toEqual([
        {
          text: 'Step 6a has failed: writing to the tape failed: write: I/O error (check the drive and the cartridge, clean the drive if it asks for it, then dump again from the beginning)',
          choices,
        },
      ]);
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      await expectNormal(scene, end.run);
      await expectTape(scene, end.run);
    });
  });

  it('is asked again if it fails again, and chooses to roll back', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('tape-error=3');
      const asked: Asked[] = [];
      const end = await run(scene, answers(asked, ['retry'], ['unwind']));
      expect(asked).toHaveLength(2);
      expect(end).toMatchObject({
        exitStatus: 2,
        verdict: 'failed',
        sentence: 'writing to the tape failed: write: I/O error',
      });
      await expectNormal(scene, end.run);
    });
  });

  it('halts, and sees how to continue', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('tape-error=3');
      const end = await run(scene, answers([], ['halt']));
      expect(end).toMatchObject({ exitStatus: 3, verdict: 'failed' });
      expect(await clusterState(scene)).toMatchObject({ proxy: 'Part', shadowObjects: 3 });
      const words = { stateOption: ' --state /s', siteOption: ' --site /site.yaml' };
      expect(furtherLines(end.run, words, { resume: undefined, unwind: undefined })).toEqual([
        `resume it: shadowtape --site /site.yaml --state /s resume ${end.run}`,
        `or roll it back: shadowtape --site /site.yaml --state /s rollback ${end.run}`,
      ]);
    }, 'otherwise');
  });

  it('leaves the read-back out: the run ends unverified, with the reason in the journal', async () => {
    await inScene(async (scene) => {
      const asked: Asked[] = [];
      const end = await runScene(scene, {
        ask: answers(asked, ['skip', () => scene.lab.faults.clear('fail')]),
        change: halting,
        onEvent(event) {
          if (event.type === 'step-started' && event.step === 'read-back')
            scene.lab.faults.set('fail=node3:mt');
        },
      });
      expect(asked.map((question) => question.choices)).toEqual([['retry', 'skip', 'unwind', 'halt']]);
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'unverified' });
      expect(end.events).toContainEqual(
        expect.objectContaining({
          type: 'step-finished',
          step: 'read-back',
          result: 'skipped',
          reason: 'Marion: no time',
        }),
      );
      expect(end.events).toContainEqual(
        expect.objectContaining({
          type: 'answered',
          question: 'step-failed',
          answer: 'skip',
          reason: 'no time',
        }),
      );
      await expectNormal(scene, end.run);
    });
  });

  it('may skip fsck, which the guide allows', async () => {
    await inScene(async (scene) => {
      const asked: Asked[] = [];
      scene.lab.faults.set('fail=node3:fsck');
      const end = await runScene(scene, {
        job: 'ufs-tar',
        ask: answers(asked, ['skip'], ['unwind']),
        change: withJob({ onFailure: 'halt', services: 'not-needed' }, 'ufs-tar'),
      });
      expect(asked[0]?.choices).toEqual(['retry', 'skip', 'unwind', 'halt']);
      expect(proceduralCommands(scene)).toContain(
        'node3 mount -F ufs -o ro /dev/sfdsk/Class2/dsk/Volume2 /mnt1',
      );
      // The lab's ufs is not mounted while it is not clean; the operator is responsible for what was skipped.
      expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed' });
      expect(end.sentence).toMatch(/^node3: mount -F ufs -o ro .* is not okay; run fsck and try again$/);
      expect(await clusterState(scene)).toEqual(normalState);
    });
  });

  it('is not asked before the dump has begun: the cluster is rolled back', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('fail=node3:sdxshadowdisk -C');
      const asked: Asked[] = [];
      const end = await run(scene, answers(asked));
      expect(asked).toEqual([]);
      expect(end.exitStatus).toBe(2);
    });
  });

  it('retries the removal, which is partly done', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('fail-once=node3:sdxshadowgroup -R');
      const asked: Asked[] = [];
      const end = await run(scene, answers(asked, ['retry']));
      expect(asked).toHaveLength(1);
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      const removal = proceduralCommands(scene).slice(-6);
      expect(removal).toEqual([...bringingBack.slice(0, 3), ...bringingBack.slice(2)]);
    });
  });
});
