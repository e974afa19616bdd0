/** Exit statuses with two results in one run: the contents of the tape, and the state of the cluster. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { inScene, normalStands, tapeStands } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openSceneConsole,
  runScene,
  smallBlocks,
  type Scene,
} from '../support/lab-run.ts';
import { allLocks, onHost } from '../support/lab-shell.ts';

const damaged = /^the tape does not hold what was read: CRC-32: expected [0-9a-f]{8}, read back [0-9a-f]{8}$/;
const backup =
  'Volume2 is on the tape in /dev/rmt/0 on node3, and every record was read back and compared' as const;

const never = () => new AbortController().signal;

const isStart = (event: RunEvent, step: string) => event.type === 'step-started' && event.step === step;

/** Resumes a run, or rolls it back. */
async function recoverRun(scene: Scene, mode: 'resume' | 'unwind', run: string) {
  const console = await openSceneConsole(scene);
  try {
    return await console[mode]({
      run,
      takeOverLock: true,
      ask: undefined,
      approveVerified: false,
      cancel: never(),
      halt: never(),
      onEvent: () => undefined,
    });
  } finally {
    await console.close();
  }
}

describe('a tape mismatch ends with 4', () => {
  it('even if one command of step 7 fails', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('tape-corrupt=40');
      scene.lab.faults.set('fail-once=node3:sdxshadowvolume -F');
      const end = await runScene(scene);
      expect(end).toMatchObject({ verdict: 'failed', exitStatus: 4, error: { code: 'TAPE_DIFFERS' } });
      expect(end.sentence).toMatch(damaged);
      expect(end.stands.slice(0, 3)).toEqual([...normalStands, tapeStands.bad]);
      expect(end.stands[3]).toMatch(/^failed after that: .*sdxshadowvolume -F -c Class2 -v Volume2/);
      expect(end.events.at(-1)).toMatchObject({ type: 'run-finished', exitStatus: 4, code: 'TAPE_DIFFERS' });
    });
  });

  it('if the operator cancels in step 7', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('tape-corrupt=40');
      const cancel = new AbortController();
      const end = await runScene(scene, {
        cancel: cancel.signal,
        onEvent: (event) => {
          if (isStart(event, '7')) cancel.abort();
        },
      });
      expect(end).toMatchObject({ verdict: 'failed', exitStatus: 4, error: { code: 'TAPE_DIFFERS' } });
    });
  });

  it('if the run is stopped in step 7, and resumed', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('tape-corrupt=40');
      const halt = new AbortController();
      const stopped = await runScene(scene, {
        halt: halt.signal,
        onEvent: (event) => {
          if (isStart(event, '7')) halt.abort();
        },
      });
      expect(stopped).toMatchObject({ verdict: 'failed', exitStatus: 3 });
      const end = await recoverRun(scene, 'resume', stopped.run);
      await scene.lab.copyingFinished();
      expect(end).toMatchObject({ verdict: 'failed', exitStatus: 4, error: { code: 'TAPE_DIFFERS' } });
      expect(end.sentence).toMatch(damaged);
    });
  });
});

describe('a copy that cannot be seen in step 8-2', () => {
  it('does not affect a verified backup: verified, and action required', async () => {
    await inScene(async (scene) => {
      const end = await runScene(scene, {
        onEvent: (event) => {
          if (isStart(event, '8-2')) scene.lab.faults.set('fail=node1:sdxinfo');
        },
      });
      expect(end).toMatchObject({
        verdict: 'verified',
        exitStatus: 3,
        error: {
          code: 'END_NOT_PROVEN',
          hint: 'the tape holds the backup; check both sides with sdxinfo, or resume the run to watch the copy until it finishes',
        },
      });
      expect(end.sentence).toMatch(
        new RegExp(`^${backup}; the cluster is not proven to be in its normal state: .*sdxinfo -S`),
      );
      expect(end.stands).toContain('Volume2: not seen');
      // The rejoin was sent, and nothing else is left of the run.
      expect(allLocks(scene)).toEqual([]);
      expect(end.events.at(-1)).toMatchObject({ type: 'run-finished', verdict: 'verified', exitStatus: 3 });

      scene.lab.faults.clear('fail');
      await scene.lab.copyingFinished();
      const resumed = await recoverRun(scene, 'resume', end.run);
      expect(resumed).toMatchObject({
        verdict: 'verified',
        exitStatus: 0,
        sentence: backup,
        stands: normalStands,
      });
    });
  });

  it('does not become a failure when the run is rolled back', async () => {
    await inScene(async (scene) => {
      const end = await runScene(scene, {
        onEvent: (event) => {
          if (isStart(event, '8-2')) scene.lab.faults.set('fail=node1:sdxinfo');
        },
      });
      scene.lab.faults.clear('fail');
      await scene.lab.copyingFinished();
      const rolledBack = await recoverRun(scene, 'unwind', end.run);
      expect(rolledBack).toMatchObject({ verdict: 'verified', exitStatus: 0, stands: normalStands });
    });
  });

  it('is not a failure if it is seen again', async () => {
    await inScene(async (scene) => {
      const end = await runScene(scene, {
        onEvent: (event) => {
          if (isStart(event, '8-2')) {
            scene.lab.faults.set('slow-rejoin=1');
            scene.lab.faults.set('fail-once=node1:sdxinfo -S');
          }
          // The copy continues while sdxinfo fails.
          if (event.type === 'warning' && event.step === '8-2') scene.lab.faults.clear('slow-rejoin');
        },
      });
      expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0, sentence: backup });
    });
  });

  it('is unverified, and action required, if the job reads nothing back', async () => {
    await inScene(async (scene) => {
      const end = await runScene(scene, {
        change: (site) => {
          for (const job of Object.values(site.jobs)) job['verify'] = { fingerprint: 8, readback: false };
        },
        onEvent: (event) => {
          if (isStart(event, '8-2')) scene.lab.faults.set('fail=node1:sdxinfo');
        },
      });
      scene.lab.faults.clear('fail');
      await scene.lab.copyingFinished();
      expect(end).toMatchObject({ verdict: 'unverified', exitStatus: 3, error: { code: 'END_NOT_PROVEN' } });
    });
  });

  it('is a failure if the copy is seen to have failed', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('rejoin-invalid');
      const end = await runScene(scene);
      expect(end).toMatchObject({
        verdict: 'failed',
        exitStatus: 3,
        error: { code: 'RESYNCHRONISATION_FAILED' },
      });
    }, 'otherwise');
  });
});

describe('the last query of the hosts', () => {
  it('finds a shadow of another class on a disk of the job, made while the copy ran: verified, and action required', async () => {
    await inScene(async (scene) => {
      // Longer than one query is valid.
      scene.lab.faults.set(`slow-rejoin=${smallBlocks * 85}`);
      let made: Promise<string> | undefined;
      const stop = scene.lab.onCommand(({ phase, line }) => {
        if (phase !== 'ended' || !line.startsWith('sdxproxy Rejoin')) return;
        stop();
        made = onHost(scene, 'node3', 'sdxshadowdisk -M -c Class9 -d c1t1d3=Disk9'.split(' '));
      });
      const end = await runScene(scene);
      await made;
      const objects = 'disk Disk9 of class Class9 on c1t1d3';
      expect(end).toMatchObject({
        verdict: 'verified',
        exitStatus: 3,
        sentence: `${backup}; node3 shows objects of another class on disks of the job: ${objects}`,
        error: { code: 'FOREIGN_SHADOW_AT_END', evidence: { host: 'node3', actual: objects } },
      });
      expect(end.stands).toContain(`node3: on disks of the job: ${objects}`);
      expect(await clusterState(scene)).toEqual({ ...normalState, shadowObjects: 1 });
    }, 'otherwise');
  });

  it('must show the cluster normal: otherwise the run is verified, and action required', async () => {
    await inScene(async (scene) => {
      const end = await runScene(scene, {
        onEvent: (event) => {
          if (event.type === 'step-finished' && event.step === '8-2')
            scene.lab.faults.set('fail=node3:sdxinfo');
        },
      });
      scene.lab.faults.clear('fail');
      expect(end).toMatchObject({
        verdict: 'verified',
        exitStatus: 3,
        sentence: `${backup}; the cluster is not proven to be in its normal state: see the current state`,
      });
      expect(end.stands).toContain('node3: not seen');
      expect(await clusterState(scene)).toEqual(normalState);
    });
  });
});
