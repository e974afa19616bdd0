/** The shadow is held open on the backup server from its verification until it is checked after the dump. */
import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import {
  killOnServer,
  rebootAndBuildAgain,
  rebuildElsewhere,
  stopShadow,
} from '../support/another-administrator.ts';
import { failingRun, inScene, normalStands, tapeWasWritten, withJob } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openScene,
  runScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { stepsOfPlan } from '../support/places.ts';
import { Administrator, objectsOf } from '../support/rival-administrator.ts';
import { Hold } from '../support/rival-moment.ts';
import { dyingRun, recoverScene, type Death } from '../support/mortal-console.ts';
import { byServer, runServer, whenWatched } from '../support/server-run.ts';
import { holdersOn, holdingTold, holdsIn, survivingHolders, taken } from '../support/shadow-holders.ts';

const refused = /SDX:sdxshadowvolume: ERROR: Volume2: volume is in use on node node3/;
const asked = { approve: 'operator', onFailure: 'unwind' } as const;
/** The backup server does not let the volume be held open. */
const noHolder = 'fail=node3:sh -c : shadowtape-holder';
const approve = { choice: 'approve', by: 'operator' };

/** Acts while the tape is so slow that the dump cannot end, then lets it continue. */
function duringDump(scene: Scene, isReader: (line: string) => boolean, act: () => Promise<unknown>) {
  const acted: Promise<unknown>[] = [];
  return {
    acted,
    onEvent(event: RunEvent): void {
      if (event.type !== 'intent' || !isReader(event.line)) return;
      scene.lab.faults.set('slow-tape=40000');
      acted.push(act().finally(() => scene.lab.faults.clear('slow-tape')));
    },
  };
}

describe('while the operator is asked to approve', () => {
  it.each([
    { what: 'tar', job: 'ufs-tar', route: 'console' },
    { what: 'dd by route server', job: 'raw-dd', route: 'server' },
  ] as const)('the shadow of a dump by $what cannot be stopped: verified', async ({ job, route }) => {
    await inScene(async (scene) => {
      const tried: string[] = [];
      const end = await runScene(scene, {
        job,
        route,
        change: withJob(asked, job),
        async ask() {
          tried.push(await stopShadow(scene));
          return approve;
        },
      });
      expect(tried).toEqual([expect.stringMatching(refused)]);
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      expect(await survivingHolders(scene.lab)).toEqual([]);
    });
  });

  it('the backup server reboots, and the shadow is built as it was: nothing is dumped', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        change: withJob(asked),
        async ask() {
          await rebootAndBuildAgain(scene);
          return approve;
        },
      });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: expect.stringMatching(
          /^step (verify|6a): the shadow of Volume2 changed after its verification: Backup server was not rebooted: expected boot kstat \d+, seen boot kstat \d+$/,
        ) as string,
        stands: normalStands,
      });
      expect(end.error?.code).toBe('SHADOW_CHANGED');
    });
  });

  it('somebody kills the process that holds it: it is checked again, held again, and the run reports it', async () => {
    await inScene(async (scene) => {
      const [first, second] = [taken(1), taken(2)];
      const end = await runScene(scene, {
        job: 'ufs-tar',
        change: withJob(asked, 'ufs-tar'),
        async ask() {
          await killOnServer(scene, await first.pid);
          await second.pid;
          return approve;
        },
        onEvent(event) {
          for (const { onEvent } of [first, second]) onEvent(event);
        },
      });
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      expect(holdsIn(end.events).slice(0, 3)).toEqual(['verify taken', 'verify ended', 'verify taken']);
      expect(warnings(end.events)).toContainEqual(
        expect.stringMatching(
          /^The process that held the shadow of Volume2 open has ended: (exit status 143|signal SIGTERM)$/,
        ),
      );
      expect(holdingTold(end.events)).toEqual([
        {
          step: '6b-4',
          verdict: 'not-shown',
          actual: expect.stringMatching(/^was released: .*; held open again since then$/) as string,
        },
      ]);
    });
  });

  it('somebody kills the process that holds it, and builds the shadow elsewhere: nothing is dumped', async () => {
    await inScene(async (scene) => {
      const first = taken();
      const end = await failingRun(scene, {
        job: 'raw-dd',
        route: 'server',
        change: withJob(asked),
        async ask() {
          scene.lab.faults.set(noHolder);
          await killOnServer(scene, await first.pid);
          await rebuildElsewhere(scene);
          return approve;
        },
        onEvent: first.onEvent,
      });
      expect(end).toMatchObject({ exitStatus: 2, stands: normalStands });
      expect(end.error?.code).toBe('SHADOW_CHANGED');
    });
  });
});

const warnings = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));

const isTar = (line: string) => line.startsWith('tar cf - ');

describe('during a dump', () => {
  it('by tar the shadow cannot be stopped: verified, and held open all the time except in the steps that need it closed', async () => {
    await inScene(async (scene) => {
      const seen: string[][] = [];
      const { acted, onEvent } = duringDump(scene, isTar, async () => {
        seen.push(holdersOn(scene.lab));
        return stopShadow(scene);
      });
      const end = await runScene(scene, { job: 'ufs-tar', onEvent });
      expect(await Promise.all(acted)).toEqual([expect.stringMatching(refused)]);
      expect(seen).toEqual([[expect.stringContaining('/dev/sfdsk/Class2/rdsk/Volume2')]]);
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      expect(holdsIn(end.events)).toEqual(['verify taken', '6b-1 released', '6b-3 taken', '6b-4 released']);
      expect(holdingTold(end.events)).toEqual([
        { step: '6b-4', verdict: 'holds', actual: 'held open, except from step 6b-1 to step 6b-3' },
      ]);
    });
  });

  it('the process that holds it is killed, and the journal can no longer be written: the dump ends at once, and the run is rolled back', async () => {
    await inScene(async (scene) => {
      const held = taken(2);
      const end = await runScene(scene, {
        job: 'ufs-tar',
        change: withJob({ onFailure: 'unwind' }, 'ufs-tar'),
        onEvent(event) {
          held.onEvent(event);
          if (event.type !== 'intent' || !isTar(event.line)) return;
          // The dump would take hours.
          scene.lab.faults.set('slow-tape=1');
          appendFileSync(scene.state.journalFile(event.run), '\n');
          void held.pid.then((pid) => killOnServer(scene, pid));
        },
      });
      scene.lab.faults.clear('slow-tape');
      await scene.lab.copyingFinished();
      expect(end).toMatchObject({
        exitStatus: 2,
        verdict: 'failed',
        journalBroken: true,
        error: { code: 'JOURNAL_UNWRITABLE' },
      });
    });
  });

  it('the backup server reboots: the run does not end verified, and nothing holds the shadow', async () => {
    await inScene(async (scene) => {
      const { onEvent } = duringDump(scene, isTar, () => {
        expect(holdersOn(scene.lab)).toHaveLength(1);
        return scene.lab.rebootNode('node3');
      });
      const end = await failingRun(scene, {
        job: 'ufs-tar',
        change: withJob({ onFailure: 'unwind' }, 'ufs-tar'),
        onEvent,
      });
      expect(end.exitStatus).not.toBe(0);
      expect(await survivingHolders(scene.lab)).toEqual([]);
    }, 'otherwise');
  });

  it('by route server the connection drops: both sides are checked, and the shadow is held open again', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('slow-tape=250000');
      const again = taken(2);
      whenWatched(scene, () => scene.lab.breakConnections('node3'));
      void again.pid.then(() => scene.lab.faults.clear('slow-tape'));
      const end = await runServer(scene, { job: 'raw-dd', onEvent: again.onEvent });
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      expect(holdsIn(end.events)).toEqual(['verify taken', '6a lost', '6a ended', '6a taken', '6a released']);
      expect(holdingTold(end.events)).toEqual([
        {
          step: '6a',
          verdict: 'not-shown',
          actual: expect.stringMatching(/^was released: .*node3.*; held open again since then$/) as string,
        },
      ]);
    });
  });
});

describe('a backup server that does not notice that the connection is lost', () => {
  it('gets the signal to end the process that holds the shadow: it is held open again, and removed at the end', async () => {
    await inScene(async (scene) => {
      scene.lab.faults.set('slow-tape=250000');
      const again = taken(2);
      whenWatched(scene, () => scene.lab.breakConnections('node3', false));
      void again.pid.then(() => scene.lab.faults.clear('slow-tape'));
      const end = await runServer(scene, { job: 'raw-dd', onEvent: again.onEvent });
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      const first = end.events.find((event) => event.type === 'hold');
      expect(scene.lab.commands.map(({ line }) => line)).toContain(
        `kill -TERM ${first?.type === 'hold' ? first.pid : ''}`,
      );
      expect(holdersOn(scene.lab)).toEqual([]);
    });
  });
});

const doingWithout = { verify: { fingerprint: 8, unheld: 'allow' } };

describe('a backup server that does not allow it', () => {
  it.each(['console', 'server'] as const)(
    'ends a run whose records cannot be compared before anything is dumped, by route %s',
    async (route) => {
      await inScene(async (scene) => {
        scene.lab.faults.set(noHolder);
        const change = withJob({ onFailure: 'unwind' }, 'ufs-tar');
        const end = await failingRun(scene, { job: 'ufs-tar', route, change });
        scene.lab.faults.clear('fail');
        expect(end).toMatchObject({
          exitStatus: 2,
          stands: normalStands,
          error: { code: 'SHADOW_NOT_HELD' },
          sentence:
            'step verify: the shadow of Volume2 cannot be held open, so the dump cannot be proven to be of this shadow: exit status 1: sh: the lab was told to fail this command',
        });
        expect(tapeWasWritten(scene)).toBe(false);
      });
    },
  );

  it.each([
    { job: 'ufs-tar', route: 'console', step: '6b-4' },
    { job: 'raw-dd', route: 'server', step: '6a' },
  ] as const)(
    'does not refuse $job by route $route if the job allows it, and the run reports that',
    async ({ job, route, step }) => {
      await inScene(async (scene) => {
        scene.lab.faults.set(noHolder);
        const end = await runScene(scene, { job, route, change: withJob(doingWithout, job) });
        scene.lab.faults.clear('fail');
        expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
        const reason = 'exit status 1: sh: the lab was told to fail this command';
        expect(warnings(end.events).filter((text) => text.includes('held open'))).toEqual([
          `The shadow of Volume2 could not be held open: ${reason}`,
        ]);
        expect(holdingTold(end.events)).toEqual([
          { step, verdict: 'not-shown', actual: `could not be held open: ${reason}` },
        ]);
      });
    },
  );
});

describe('a backup server that does not allow it, and a dump whose records cannot be compared', () => {
  const line = 'ufsdump 0uf - /dev/sfdsk/Class2/rdsk/Volume2';

  it('reads another file system, and the proxy’s is put back when it ends: nothing is written to tape', async () => {
    const scene = await openScene({ jobs: ['ufsdump'] });
    try {
      scene.lab.faults.set(noHolder);
      const kind = { job: 'ufsdump', change: withJob({ ...doingWithout, onFailure: 'unwind' }, 'ufsdump') };
      const administrator = new Administrator(scene, objectsOf(await stepsOfPlan(scene, kind)));
      const moment = { step: '6c-3', when: 'within', changes: false, nth: 0, line } as const;
      const hold = new Hold(scene.lab, moment, {
        act: () => administrator.rebuildOverOthers(),
        later: () => administrator.putBack(),
      });
      const end = await failingRun(scene, { ...kind, onEvent: hold.onEvent }).finally(() => hold.stop());
      expect(hold.isUsed).toBe(true);
      expect(administrator.done).toBeGreaterThan(10);
      // The shadow may still be in the process of being put back when the run is rolled back: the cluster is then not
      // proven to be normal.
      expect(end).toMatchObject({ verdict: 'failed', error: { code: 'SNAPSHOT_CHANGED' } });
      expect([2, 3]).toContain(end.exitStatus);
      expect(end.sentence).toMatch(
        /^step 6c-3: the shadow of Volume2 changed since it was verified: \d of 8 sampled records differ, the first is record \d+$/,
      );
      expect(tapeWasWritten(scene)).toBe(false);
      if (end.exitStatus === 2) expect(await clusterState(scene)).toEqual(normalState);
    } finally {
      await scene.close();
    }
  });
});

/** The console dies when it has recorded that the detached dump is started. */
function dyingOnceStarted(): Death {
  let isStarting = false;
  return (event) => {
    if (event.type === 'work') isStarting = event.what === 'starting';
    return isStarting && event.type === 'outcome' ? 'after' : undefined;
  };
}

describe('no process holds the shadow open', () => {
  it('after a run that is canceled', async () => {
    await inScene(async (scene) => {
      const cancel = new AbortController();
      const end = await failingRun(scene, {
        job: 'ufs-tar',
        change: withJob(asked, 'ufs-tar'),
        cancel: cancel.signal,
        ask() {
          expect(holdersOn(scene.lab)).toHaveLength(1);
          cancel.abort();
          return new Promise(() => undefined);
        },
      });
      expect(end).toMatchObject({ exitStatus: 2, stands: normalStands });
      expect(holdsIn(end.events)).toEqual(['verify taken', 'verify released']);
      expect(holdersOn(scene.lab)).toEqual([]);
    });
  });

  it('after a run that is stopped immediately', async () => {
    await inScene(async (scene) => {
      const halt = new AbortController();
      const end = await runScene(scene, {
        job: 'ufs-tar',
        change: withJob(asked, 'ufs-tar'),
        halt: halt.signal,
        ask() {
          expect(holdersOn(scene.lab)).toHaveLength(1);
          halt.abort();
          return new Promise(() => undefined);
        },
      });
      expect(end.exitStatus).toBe(3);
      expect(holdersOn(scene.lab)).toEqual([]);
    }, 'otherwise');
  });

  it('after a console that died; the one that resumes its dump holds it again', async () => {
    const scene = await openScene({ blocks: 4096 });
    const change = (site: SiteTree) => byServer(site);
    try {
      scene.lab.faults.set('slow-tape=40000');
      const { run } = await dyingRun(scene, 'raw-dd', dyingOnceStarted(), change);
      expect(await survivingHolders(scene.lab)).toEqual([]);
      scene.lab.faults.clear('slow-tape');
      const end = await recoverScene(scene, 'resume', run, { change });
      expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      expect(holdsIn(end.events)).toEqual(['6a ended', '6a taken', '6a released']);
      expect(holdingTold(end.events)).toEqual([
        {
          step: '6a',
          verdict: 'not-shown',
          actual: 'was released: the console that held it open ended; held open again since then',
        },
      ]);
    } finally {
      await scene.close();
    }
  });
});
