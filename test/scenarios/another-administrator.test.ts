/** Another administrator works on the cluster or the backup server during a run: it does not end verified, and rolls back. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import {
  mountShadow,
  rebootAndBuildElsewhere,
  rebuildElsewhere,
  rejoin,
  rejoinPartStop,
  unmountShadow,
} from '../support/another-administrator.ts';
import {
  failingRun,
  inScene,
  normalStands,
  tapeStands,
  tapeWasWritten,
  withJob,
} from '../support/failures.ts';
import {
  clusterState,
  openScene,
  runScene,
  sha256,
  smallBlocks,
  type Scene,
  type SceneRun,
} from '../support/lab-run.ts';
import { expectCleared } from '../support/server-run.ts';
import { firstFileOfTape } from '../support/tap-file.ts';

/** Somebody interferes while the operator is asked to approve, and the operator approves nevertheless. */
const duringApproval = (act: () => Promise<unknown>) => ({
  change: withJob({ approve: 'operator', onFailure: 'unwind' }),
  async ask() {
    await act();
    return { choice: 'approve', by: 'operator' };
  },
});

/** A reboot explains everything that is missing: no other cause is reported. */
function expectReboot({ sentence, error }: SceneRun): void {
  expect(sentence).toMatch(
    /^step (verify|6a): the shadow of Volume2 changed after its verification: Backup server was not rebooted: expected boot kstat \d+, seen boot kstat \d+$/,
  );
  expect(error).toMatchObject({
    code: 'SHADOW_CHANGED',
    hint: 'a reboot removes every shadow: find out why the backup server rebooted, then run again when it is up',
  });
}

/** Every write of a process on the backup server to the disks of a proxy that is joined. */
function writesToJoined({ lab }: Scene): () => string[] {
  const seen: string[] = [];
  const stop = lab.onWrite(({ node, volume }) => {
    if (node === 'node3' && lab.world().proxy.state === 'Join') seen.push(volume);
  });
  return () => {
    stop();
    return seen;
  };
}

describe('during the approval', () => {
  it('the shadow is rebuilt over other blocks: nothing is dumped', async () => {
    await inScene(async (scene) => {
      const writes = writesToJoined(scene);
      const end = await failingRun(
        scene,
        duringApproval(() => rebuildElsewhere(scene)),
      );
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: expect.stringMatching(
          /^step (verify|6a): the shadow of Volume2 changed after its verification: (First block: expected 65,536, seen (67,584|none)|.*seen none)$/,
        ) as string,
        stands: normalStands,
      });
      expect(end.error).toMatchObject({
        code: 'SHADOW_CHANGED',
        hint: 'find out who else works on the shadow class on the backup server, then run again when it is free',
      });
      expect(tapeWasWritten(scene)).toBe(false);
      expect(writes()).toEqual([]);
    });
  });

  it('the backup server reboots and another shadow is built: nothing is dumped', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(
        scene,
        duringApproval(() => rebootAndBuildElsewhere(scene)),
      );
      expect(end).toMatchObject({ exitStatus: 2, stands: normalStands });
      expectReboot(end);
      expect(tapeWasWritten(scene)).toBe(false);
    });
  });

  it('the backup server reboots and the shadow is lost: nothing is dumped', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(
        scene,
        duringApproval(() => scene.lab.rebootNode('node3')),
      );
      expect(end).toMatchObject({ exitStatus: 2, stands: normalStands });
      expectReboot(end);
      expect(tapeWasWritten(scene)).toBe(false);
    });
  });

  it('the shadow is mounted: nothing is dumped, and the proxy stays parted under it', async () => {
    await inScene(async (scene) => {
      const setting = duringApproval(() => mountShadow(scene));
      const end = await failingRun(scene, {
        ...setting,
        job: 'ufs-tar',
        change: withJob({ approve: 'operator', onFailure: 'unwind' }, 'ufs-tar'),
      });
      expect(end).toMatchObject({
        exitStatus: 3,
        sentence: expect.stringMatching(
          /^step (verify|6b-1): the shadow of Volume2 changed after its verification: Nobody else has mounted the shadow: expected none, seen \/dev\/sfdsk\/Class2\/dsk\/Volume2 on \/look$/,
        ) as string,
      });
      expect(await clusterState(scene)).toMatchObject({ proxy: 'Part', masterUnchanged: true });
      expect(tapeWasWritten(scene)).toBe(false);
      await unmountShadow(scene);
    }, 'otherwise');
  });

  it('the proxy is rejoined under the shadow: the question is withdrawn, and the shadow removed', async () => {
    await inScene(async (scene) => {
      const writes = writesToJoined(scene);
      let withdrawn = false;
      // The rejoin under the shadow is the administrator's own.
      const end = await runScene(scene, {
        change: withJob({ approve: 'operator', onFailure: 'unwind' }),
        async ask(_question, abort) {
          await rejoin(scene);
          if (!abort.aborted) await new Promise((resolve) => abort.addEventListener('abort', resolve));
          withdrawn = true;
          throw new Error('nobody answers a question that is withdrawn');
        },
      });
      await scene.lab.copyingFinished();
      expect(withdrawn).toBe(true);
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence:
          'step verify: Proxy is parted: expected Part of Volume1, seen Join of Volume1 on node1, node2',
        stands: normalStands,
      });
      expect(writes()).toEqual([]);
      expect(tapeWasWritten(scene)).toBe(false);
    });
  });

  it('the proxy is rejoined, parted and stopped again: later writes of the cluster do not count as the snapshot', async () => {
    await inScene(async (scene) => {
      const end = await runScene(
        scene,
        duringApproval(async () => {
          await scene.lab.writeMaster(0, randomBytes(smallBlocks * 512));
          await rejoinPartStop(scene);
        }),
      );
      expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed' });
      expect(['DUMP_DIFFERS', 'CHECK_FAILED']).toContain(end.error?.code);
      expect(await clusterState(scene)).toMatchObject({
        proxy: 'Join',
        shadowObjects: 0,
        proxyEqualsMaster: true,
      });
    }, 'otherwise');
  });

  it('nobody does anything: the run ends verified', async () => {
    await inScene(async (scene) => {
      const end = await runScene(
        scene,
        duringApproval(() => Promise.resolve()),
      );
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    });
  });
});

/** While a command of that step reads the shadow, it is elsewhere: rebuilt right before, put back right after. */
const elsewhereDuring =
  (scene: Scene, step: string, reads: (line: string) => boolean) =>
  (event: RunEvent): void => {
    if (event.type === 'intent' && event.step === step && reads(event.line))
      scene.lab.faults.set('wrong-disk');
    if (event.type === 'outcome' && event.step === step) scene.lab.faults.clear('wrong-disk');
  };

const isDump = (line: string) => line === 'dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768';

describe('the shadow is rebuilt elsewhere and put back', () => {
  it('around the dump: no state check sees it, but the records on tape do', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        change: withJob({ onFailure: 'unwind' }),
        onEvent: elsewhereDuring(scene, '6a', isDump),
      });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence:
          'step 6a: the data on tape is not that of Volume2: 16 of 16 sampled records differ from the cluster, the first is record 0',
        stands: [...normalStands, tapeStands.incomplete],
      });
      expect(end.error).toMatchObject({
        code: 'DUMP_DIFFERS',
        hint: 'the shadow was rebuilt or written to during the dump; find out who else works on the shadow class on the backup server; the tape of this run is not a backup',
      });
    });
  });
});

/** While a dump runs on the backup server, the shadow is elsewhere: rebuilt right before, put back before the next query. */
const elsewhereDuringDetachedDump =
  (scene: Scene) =>
  (event: RunEvent): void => {
    if (event.type !== 'work' || event.purpose !== 'dump') return;
    if (event.what === 'starting') scene.lab.faults.set('wrong-disk');
    if (event.what === 'ended') scene.lab.faults.clear('wrong-disk');
  };

/** The contents of the first file of the tape in the drive, read from its image. */
async function onTape({ lab }: Scene): Promise<string> {
  return sha256(Buffer.concat(await firstFileOfTape(lab.tapeFile)));
}

describe('by route server, the shadow is rebuilt elsewhere during the dump and put back', () => {
  it('the records that are read back from tape are not the cluster’s: the run does not end verified', async () => {
    await inScene(async (scene) => {
      const snapshot = await scene.lab.volumeDigest('Class1', 'Volume2');
      const end = await failingRun(scene, {
        route: 'server',
        change: withJob({ onFailure: 'unwind', services: 'not-needed' }),
        onEvent: elsewhereDuringDetachedDump(scene),
      });
      expect(await onTape(scene)).not.toBe(snapshot);
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence:
          'step read-back: the data on tape is not that of Volume2: 16 of 16 sampled records differ from the cluster, the first is record 0',
        stands: [...normalStands, tapeStands.another],
      });
      expect(end.error?.code).toBe('DUMP_DIFFERS');
      await expectCleared(scene, end.run);
    });
  });

  it('of one volume of several: it is named', async () => {
    const scene = await openScene({ blocks: 4096, jobs: ['three-volumes'] });
    try {
      const end = await failingRun(scene, {
        job: 'three-volumes',
        route: 'server',
        change: withJob({ onFailure: 'unwind', method: '6a' }, 'three-volumes'),
        onEvent: elsewhereDuringDetachedDump(scene),
      });
      expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed', error: { code: 'DUMP_DIFFERS' } });
      expect(end.sentence).toMatch(
        /^step read-back: the data on tape is not that of Volume2: 16 of 16 sampled records differ/,
      );
    } finally {
      await scene.close();
    }
  });

  it.each([
    ['larger', 262_144],
    ['smaller', 10_240],
  ])('also with tape records that are %s than a sampled one', async (_what, recordBytes) => {
    await inScene(async (scene) => {
      const setting = {
        route: 'server',
        change: withJob({ onFailure: 'unwind', media: { recordBytes } }),
      } as const;
      const good = await runScene(scene, setting);
      expect(good).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      await scene.lab.insertCartridge('second');
      const end = await failingRun(scene, { ...setting, onEvent: elsewhereDuringDetachedDump(scene) });
      expect(end).toMatchObject({ exitStatus: 2, error: { code: 'DUMP_DIFFERS' } });
    });
  });

  it('the operator cannot skip the read-back', async () => {
    await inScene(async (scene) => {
      const offered: string[][] = [];
      const end = await failingRun(scene, {
        route: 'server',
        change: withJob({ onFailure: 'halt' }),
        onEvent: elsewhereDuringDetachedDump(scene),
        ask(question) {
          offered.push(question.choices.map(({ id }) => id));
          return Promise.resolve({ choice: 'unwind', by: 'operator' });
        },
      });
      expect(offered).toEqual([['retry', 'unwind', 'halt']]);
      expect(end).toMatchObject({ exitStatus: 2, error: { code: 'DUMP_DIFFERS' } });
    });
  });
});

describe('the shadow is rebuilt elsewhere during a dump whose records cannot be compared', () => {
  const kinds = [
    { what: 'by tar', job: 'ufs-tar', route: 'console', step: '6b-4' },
    { what: 'of a raw device by route server', job: 'raw-dd', route: 'server', step: '6a' },
  ] as const;

  it.each(kinds)('$what: the records that are read again differ', async ({ job, route, step }) => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        job,
        route,
        change: withJob({ onFailure: 'unwind' }, job),
        onEvent(event) {
          if (event.type === 'digest' && event.hop === 'counted') scene.lab.faults.set('wrong-disk');
        },
      });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: `step ${step}: the shadow of Volume2 changed during the dump: 8 of 8 sampled records differ, the first is record ${firstOfBaseline(end.events)}`,
        stands: [...normalStands, tapeStands.incomplete],
      });
      expect(end.error?.code).toBe('BASELINE_DIFFERS');
    });
  });
});

const firstOfBaseline = (events: readonly RunEvent[]) => {
  const baseline = events.find((event) => event.type === 'baseline');
  return baseline?.type === 'baseline' ? baseline.blocks[0]?.record : undefined;
};

describe('the shadow is mounted', () => {
  it('while it is dumped: the run does not end verified', async () => {
    await inScene(async (scene) => {
      let mounted: Promise<unknown> | undefined;
      const end = await failingRun(scene, {
        change: withJob({ onFailure: 'unwind' }),
        onEvent(event) {
          if (event.type !== 'intent' || !isDump(event.line)) return;
          // The dump does not end before the shadow is mounted.
          scene.lab.faults.set('slow-tape=1');
          mounted = mountShadow(scene).finally(() => scene.lab.faults.clear('slow-tape'));
        },
      });
      await mounted;
      expect(end).toMatchObject({
        exitStatus: 3,
        sentence:
          'step 6a: the shadow of Volume2 changed after its verification: Nobody else has mounted the shadow: expected none, seen /dev/sfdsk/Class2/dsk/Volume2 on /look',
      });
      expect(await clusterState(scene)).toMatchObject({ proxy: 'Part', masterUnchanged: true });
      await unmountShadow(scene);
    }, 'otherwise');
  });
});
