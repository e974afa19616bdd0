/** Route `server`: what goes wrong on the backup server while it dumps, and what is refused before anything is touched. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failingRun, normalStands, tapeStands, withJob } from '../support/failures.ts';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  type Scene,
  type SceneRun,
  type SiteTree,
} from '../support/lab-run.ts';
import { classLockStands, changingCommands } from '../support/lab-shell.ts';
import { recoverScene } from '../support/mortal-console.ts';
import { refusedBeforeJournal, refusedRun } from '../support/refusals.ts';
import {
  byServer,
  dumpFolder,
  expectCleared,
  runningOnServer,
  runServer,
  startsSent,
  whenStarted,
  whenWatched,
  worksOf,
} from '../support/server-run.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ blocks: 4096, jobs: ['raw-dd', 'ufs-tar', 'ufsdump'] });
});
afterEach(() => scene.close());

describe('the way to the backup server breaks while it dumps', () => {
  /** Nothing listens on the backup server until the run has reported it. */
  async function outOfReach(when: typeof whenWatched): Promise<SceneRun> {
    scene.lab.faults.set('slow-tape=500000');
    when(scene, () => scene.lab.faults.set('host-down=node3'));
    const end = await runServer(scene, {
      onEvent(event) {
        if (event.type !== 'warning' || event.step !== '6a') return;
        scene.lab.faults.clear('host-down');
        scene.lab.faults.clear('slow-tape');
      },
    });
    expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified', stands: normalStands });
    expect(worksOf(end.events).filter((what) => what === 'dump starting')).toHaveLength(1);
    expect(await clusterState(scene)).toEqual(normalState);
    await expectCleared(scene, end.run);
    return end;
  }

  const warningsOf = ({ events }: SceneRun) =>
    events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));

  it('the connection: it is reported once, the dump continues, and the run ends verified', async () => {
    // Two listeners get the loss, in any order.
    expect(warningsOf(await outOfReach(whenWatched)).toSorted()).toEqual([
      expect.stringMatching(/^The process that held the shadow of Volume2 open has ended: /),
      expect.stringMatching(/^the connection to node3 was lost: .*; the dump continues$/),
    ]);
  });

  it('the connection, at the moment of the start: a query shows that the dump has begun', async () => {
    const end = await outOfReach((place, act) => whenStarted(place, 'dump', act));
    expect(warningsOf(end)[0]).toMatch(
      /^the connection to node3 was lost: .*; checking whether the dump has started$/,
    );
    expect(startsSent(scene)).toHaveLength(2);
  });

  it('a reboot: the dump has died; the state is reported, and the rest is rolled back', async () => {
    scene.lab.faults.set('slow-tape=100000');
    whenWatched(scene, () => scene.lab.faults.set('reboot=node3'));
    const end = await failingRun(scene, { route: 'server' });
    const folder = dumpFolder(end.run);
    expect(end).toMatchObject({ exitStatus: 2, stands: [...normalStands, tapeStands.incomplete] });
    // The dump is checked, and the shadow is watched: either may be seen to be gone first.
    const rebooted =
      /^step 6a: the shadow of Volume2 changed after its verification: Backup server was not rebooted: expected boot kstat \d+, seen boot kstat \d+$/;
    if (!rebooted.test(end.sentence))
      expect(end.sentence).toBe(`node3: the work in ${folder} died, and its exit status was not recorded`);
    expect(['DETACHED_DIED', 'SHADOW_CHANGED']).toContain(end.error?.code);
    // Either way the reboot is the reason, and no other cause is reported.
    expect(end.error?.hint).toMatch(/\breboot/);
    expect(await clusterState(scene)).toEqual(normalState);
    await expectCleared(scene, end.run);
  });

  it.each(['raw-dd', 'ufs-tar'])(
    '%s, a reboot, and the job halts: resume creates the shadow again and dumps again',
    async (job) => {
      scene.lab.faults.set('slow-tape=100000');
      whenStarted(scene, 'dump', () => scene.lab.faults.set('reboot=node3'));
      const change = (site: SiteTree) => {
        byServer(site);
        jobOf(site, job)['onFailure'] = 'halt';
      };
      const end = await failingRun(scene, { job, change });
      scene.lab.faults.clear('slow-tape');
      expect(end).toMatchObject({ exitStatus: 3, error: { code: 'DETACHED_DIED' } });
      expect(end.stands).toEqual([
        'Volume2: PROXY Part, STATUS STOP, slice of Disk3 STOP (as node1 shows it)',
        'node3: no shadow object of Class2',
        ...(job === 'ufs-tar' ? ['node3: the mount point /mnt1 still exists'] : []),
        `node3: files of the dump of Volume2 are in ${dumpFolder(end.run)}`,
        ...classLockStands,
        tapeStands.incomplete,
        ...(job === 'ufs-tar' ? ['run by hand on node3: cd /', 'run by hand on node3: rmdir /mnt1'] : []),
        'run by hand on node1: sdxproxy Rejoin -c Class1 -p Volume2',
        'run by hand on node1: sdxinfo -S -c Class1 -o Volume2',
      ]);
      const resumed = await recoverScene(scene, 'resume', end.run, { change });
      expect(resumed).toMatchObject({ exitStatus: 0, verdict: 'verified' });
      expect(warningsOf(resumed)).toContain(
        'node3 shows no shadow (a reboot removes it): it is created again',
      );
      expect(resumed.events).toContainEqual(
        expect.objectContaining({
          type: 'observed',
          findings: expect.arrayContaining([
            'found: the dump of Volume2 on node3: died: killed, or the server was rebooted',
          ]) as string[],
        }),
      );
      expect(await clusterState(scene)).toEqual(normalState);
      await expectCleared(scene, end.run);
    },
  );
});

describe('the tape fails', () => {
  it.each([
    ['raw-dd', 'sha256'],
    ['ufs-tar', 'cksum'],
    ['raw-dd', 'none'],
  ] as const)('%s, digest %s: an error at a record', async (job, digest) => {
    const change = withJob({ route: 'server', verify: { fingerprint: 4, digest } }, job);
    const end = await failingRun(scene, { job, faults: ['tape-error=3'], change });
    expect(end).toMatchObject({
      exitStatus: 2,
      sentence: 'writing to the tape failed: write: I/O error',
      error: { code: 'TAPE_WRITE_FAILED' },
      stands: [...normalStands, tapeStands.incomplete],
    });
    expect(await clusterState(scene)).toEqual(normalState);
    await expectCleared(scene, end.run);
  });

  it('it ends halfway', async () => {
    const end = await failingRun(scene, { route: 'server', faults: ['end-of-medium=10'] });
    expect(end).toMatchObject({
      exitStatus: 2,
      sentence: 'the tape ended before everything was written (dd counted 10+0 records)',
      error: { code: 'TAPE_END_OF_MEDIUM' },
      stands: [...normalStands, tapeStands.incomplete],
    });
    await expectCleared(scene, end.run);
  });

  it('it is write-protected', async () => {
    const end = await failingRun(scene, { route: 'server', faults: ['write-protected'] });
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'TAPE_WRITE_PROTECTED' } });
    expect(end.stands).toEqual([...normalStands, tapeStands.incomplete]);
    await expectCleared(scene, end.run);
  });
});

describe('what reads the volume fails', () => {
  it('ufsdump aborts halfway', async () => {
    const end = await failingRun(scene, { job: 'ufsdump', route: 'server', faults: ['dump-abort=40'] });
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'DUMP_SOURCE_FAILED' } });
    expect(end.sentence).toMatch(/^reading stopped after \d+ bytes: .*The ENTIRE dump is aborted\.$/);
    expect(end.stands).toEqual([...normalStands, tapeStands.incomplete]);
    await expectCleared(scene, end.run);
  });

  it.each(['sha256', 'none'] as const)(
    'digest %s: ufsdump succeeds and does not say that it is done',
    async (digest) => {
      const change = withJob({ route: 'server', verify: { fingerprint: 4, digest } }, 'ufsdump');
      const end = await failingRun(scene, { job: 'ufsdump', change, faults: ['dump-silent'] });
      expect(end).toMatchObject({ exitStatus: 2, error: { code: 'DUMP_NOT_CLOSED' } });
      expect(end.sentence).toMatch(
        /^ufsdump ended with exit status 0, but did not say DUMP IS DONE: its last line was ".*"$/,
      );
      await expectCleared(scene, end.run);
    },
  );

  it('tar fails', async () => {
    const end = await failingRun(scene, { job: 'ufs-tar', route: 'server', faults: ['fail=node3:tar:2'] });
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'DUMP_SOURCE_FAILED' } });
    expect(end.stands).toEqual([...normalStands, tapeStands.incomplete]);
    expect(await runningOnServer(scene)).toEqual([]);
    await expectCleared(scene, end.run);
  });

  it('the digest fails: the tape is not trusted', async () => {
    const end = await failingRun(scene, { route: 'server', faults: ['fail=node3:cksum:3'] });
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'DETACHED_PROCESS_FAILED' } });
    expect(end.sentence).toMatch(/^node3: cksum ended with exit status 3/);
    expect(end.stands).toEqual([...normalStands, tapeStands.incomplete]);
    await expectCleared(scene, end.run);
  });
});

describe('what is refused before anything is touched', () => {
  it('a backup server that lacks what the dump needs', async () => {
    scene.lab.faults.set('not-found=node3:mkfifo');
    scene.lab.faults.set('not-found=node3:digest');
    expect(await refusedRun(scene, { route: 'server' })).toMatchObject({
      code: 'TOOLS_MISSING',
      sentence: 'node3 has no mkfifo, digest, which route server needs',
    });
    expect(changingCommands(scene)).toEqual([]);
  });

  it('a drive on another host', async () => {
    const change = (site: SiteTree) => {
      site.hosts['tapehost'] = { role: 'tape', address: '127.0.0.1', port: 1 };
      site.tape['host'] = 'tapehost';
    };
    expect(await refusedBeforeJournal(scene, { route: 'server', change })).toMatchObject({
      code: 'ROUTE_SERVER_ELSEWHERE',
      sentence: 'route server writes on the backup server, and the drive is on tapehost, not on node3',
    });
  });
});
