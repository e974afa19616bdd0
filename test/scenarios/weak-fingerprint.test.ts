/** The strength of a fingerprint: its coverage is reported, with a warning if all records are alike. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { RunText } from '../../src/main/cli/run/run-text.ts';
import { inScene, withJob } from '../support/failures.ts';
import { manyBlocks, runScene, type SceneRun } from '../support/lab-run.ts';

const warnings = ({ events }: SceneRun) =>
  events.flatMap((event) => (event.type === 'warning' && event.step === 'fingerprint' ? [event.text] : []));

const coverage = ({ events }: SceneRun) => {
  const taken = events.find((event) => event.type === 'fingerprint');
  return taken?.type === 'fingerprint' ? taken.coverage : undefined;
};

const linesOf = ({ events }: SceneRun) => {
  const text = new RunText();
  return events.flatMap((event) => text.linesOf(event));
};

/** What is not a file system cannot be mounted again. */
const unmounted = withJob({ services: 'not-needed' });

const inLarge: typeof inScene = (work, ends) => inScene(work, ends, { blocks: manyBlocks });

describe('the fingerprint', () => {
  it('of a volume full of data is reported, without a warning', async () => {
    await inLarge(async (scene) => {
      const end = await runScene(scene);
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      expect(coverage(end)).toMatchObject({ records: 256, sampled: 16, distinct: 16 });
      expect(linesOf(end)).toContainEqual(
        expect.stringMatching(
          /^ {2}fingerprint of Volume2: 16 of 256 records \(6\.25 %\), 16 distinct, largest gap \d+ records \([\d.]+ [KM]iB\)$/,
        ),
      );
      expect(warnings(end)).toEqual([]);
    });
  });

  it('of a new, empty volume is weak: it is backed up with a warning, and at most twice as many records are read', async () => {
    await inLarge(async (scene) => {
      await scene.lab.writeMaster(0, Buffer.alloc(manyBlocks * 512));
      const end = await runScene(scene, { change: unmounted });
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      expect(warnings(end)).toEqual([
        'Weak fingerprint of Volume2: only 1 of 16 sampled records are distinct. A shadow of another volume may show the same records.',
      ]);
      const reads = end.events.filter(
        (event) => event.type === 'intent' && event.step === 'fingerprint' && event.argv[0] === 'dd',
      );
      expect(reads).toHaveLength(32);
    }, 'otherwise');
  });

  it('of a half empty volume samples records with data', async () => {
    // The name of the run decides which records are sampled. Of one name in fifty, more of them are empty.
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-22T02:00:04Z') });
    onTestFinished(() => void vi.useRealTimers());
    await inLarge(async (scene) => {
      // Every second record is empty.
      for (let record = 0; record < 256; record += 2)
        await scene.lab.writeMaster(record * 32_768, Buffer.alloc(32_768));
      const end = await runScene(scene, { change: unmounted });
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      expect(coverage(end)?.distinct).toBeGreaterThanOrEqual(13);
      expect(warnings(end)).toEqual([]);
    }, 'otherwise');
  });
});
