/** Somebody changes the shadow or the proxy right before a step that writes or reads through it: the step is not performed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { Administrator, objectsOf } from '../support/rival-administrator.ts';
import { Hold } from '../support/rival-moment.ts';
import { jobsOfKinds, kindsOfRuns, type KindOfRun } from '../support/kinds-of-run.ts';
import { jobOf, openScene, runScene, type Scene, type SceneRun, type SiteTree } from '../support/lab-run.ts';
import { dying } from '../support/breaks.ts';
import { failureOf } from '../support/refusals.ts';
import { dyingRun, recoverScene } from '../support/mortal-console.ts';
import { stepsOfPlan } from '../support/places.ts';
import { standing, type Standing } from '../support/standing.ts';

const [tarOfUfs] = kindsOfRuns.ufs;
const [tarOfSfxfs] = kindsOfRuns.sfxfs;
const [rawDevice] = kindsOfRuns.rawDevice;

let scene: Scene;
let before: Standing;
const stops: (() => void)[] = [];
beforeEach(async () => {
  scene = await openScene({ blocks: 4096, jobs: jobsOfKinds });
  before = await standing(scene);
});
afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  await scene.close();
});

const rollingBack =
  ({ job, change }: KindOfRun) =>
  (site: SiteTree) => {
    change(site);
    jobOf(site, job)['onFailure'] = 'unwind';
  };

const administratorOf = async (kind: KindOfRun) =>
  new Administrator(scene, objectsOf(await stepsOfPlan(scene, kind)));

/** Writes through a shadow that reach a joined proxy. */
function writesToJoined(): string[] {
  const seen: string[] = [];
  stops.push(scene.lab.onWrite(({ joined }) => void seen.push(...joined)));
  return seen;
}

const linesSent = (beginning: string) =>
  scene.lab.commands.map(({ line }) => line).filter((line) => line.startsWith(beginning));

const rightBefore = (step: string) =>
  ({ step, when: 'before', changes: false, nth: 0, line: 'the first state check' }) as const;

const elsewhere = /^step \S+: the shadow of Volume\d changed after its verification: First block: expected/;
const rejoined =
  /^step \S+: Proxy is parted: expected Part of Volume\d, seen Join of Volume\d on node1, node2$/;

/** Runs a job in which somebody interferes right before a step. */
async function disturbedRun(
  kind: KindOfRun,
  step: string,
  act: (administrator: Administrator) => Promise<void>,
): Promise<SceneRun> {
  const administrator = await administratorOf(kind);
  const hold = new Hold(scene.lab, rightBefore(step), { act: () => act(administrator) });
  stops.push(() => hold.stop());
  const end = await runScene(scene, { job: kind.job, change: rollingBack(kind), onEvent: hold.onEvent });
  expect(hold.isUsed).toBe(true);
  await administrator.undo();
  expect(await standing(scene)).toEqual(before);
  return end;
}

describe('right before a command that writes through the shadow', () => {
  const steps = [
    { what: 'the shadow is activated', kind: tarOfUfs, step: '6b-1', command: 'sdxshadowvolume -N' },
    { what: 'fsck', kind: tarOfUfs, step: '6b-2', command: 'fsck' },
    { what: 'the shadow is mounted', kind: tarOfUfs, step: '6b-3', command: 'mount -F' },
    { what: 'sfxadm', kind: tarOfSfxfs, step: '6d-2', command: 'sfxadm' },
    { what: 'fsck of sfxfs', kind: tarOfSfxfs, step: '6d-3', command: 'fsck' },
  ] as const;

  it('(the shadow is activated) nobody can rebuild the shadow, which is held open: the backup is complete', async () => {
    let done: number | undefined;
    const end = await disturbedRun(tarOfUfs, '6b-1', async (he) => {
      await he.rebuildElsewhere();
      ({ done } = he);
    });
    expect(done).toBe(0);
    expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
  });

  it.each(steps.filter(({ step }) => step !== '6b-1'))(
    '($what) the shadow is rebuilt elsewhere: it is not sent',
    async ({ kind, step, command }) => {
      const end = await disturbedRun(kind, step, (he) => he.rebuildElsewhere());
      expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed' });
      expect(end.error?.code).toBe('SHADOW_CHANGED');
      expect(end.sentence).toMatch(elsewhere);
      expect(linesSent(command)).toEqual([]);
    },
  );

  it.each(steps)('($what) the proxy is rejoined: it is not sent', async ({ kind, step, command }) => {
    const writes = writesToJoined();
    const end = await disturbedRun(kind, step, (he) => he.rejoin());
    expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed' });
    expect(end.error?.code).toBe('CHECK_FAILED');
    expect(end.sentence).toMatch(rejoined);
    expect(linesSent(command)).toEqual([]);
    expect(writes).toEqual([]);
  });
});

describe('right before the shadow is verified', () => {
  it('the backup server reboots: the run reports it, and no hint suggests wrong disk names', async () => {
    const end = await disturbedRun(rawDevice, 'verify', (he) => he.reboot('node3'));
    expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed' });
    expect(end.sentence).toMatch(
      /^the shadow is not proven to map Volume2: Backup server was not rebooted: expected boot kstat \d+, seen boot kstat \d+$/,
    );
    expect(end.error).toMatchObject({
      code: 'SHADOW_DIFFERS',
      hint: 'a reboot removes every shadow: find out why the backup server rebooted, then run again when it is up',
    });
    expect(linesSent('dd of=/dev/rmt/0')).toEqual([]);
  });
});

describe('the proxy is rejoined, parted and stopped again between two state checks', () => {
  const steps = [
    { what: 'before fsck', kind: tarOfUfs, step: '6b-2', command: 'fsck' },
    { what: 'before tar', kind: tarOfUfs, step: '6b-4', command: 'tar' },
    { what: 'before sfxadm', kind: tarOfSfxfs, step: '6d-2', command: 'sfxadm' },
    { what: 'between sfxadm and fsck', kind: tarOfSfxfs, step: '6d-3', command: 'fsck' },
  ] as const;

  it.each(steps)('$what: the sampled records show it', async ({ kind, step, command }) => {
    const end = await disturbedRun(kind, step, (he) => he.rejoinPartStop());
    expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed' });
    expect(end.error).toMatchObject({
      code: 'SNAPSHOT_CHANGED',
      hint: 'the proxy was rejoined and parted again, or the shadow was rebuilt or written to; find out who else works on the cluster and on the backup server',
    });
    expect(end.sentence).toMatch(
      new RegExp(
        `^step ${step}: the shadow of Volume\\d changed since it was verified: [12] of 2 sampled records differ, the first is record \\d+$`,
      ),
    );
    expect(linesSent(command)).toEqual([]);
    expect(linesSent('dd ibs=262144')).toEqual([]);
  });
});

describe('while the connection is lost', () => {
  /** The connection with the backup server breaks at an intent, and the next command waits until somebody has interfered. */
  function cutOff(administrator: Administrator, isPlace: (event: RunEvent) => boolean) {
    let isArmed = false;
    let isOver = false;
    stops.push(
      scene.lab.onCommand(({ phase }) => {
        if (!isArmed || phase !== 'started') return;
        isArmed = false;
        return administrator.rejoin();
      }),
    );
    return (event: RunEvent): void => {
      if (isOver || !isPlace(event)) return;
      isOver = true;
      isArmed = true;
      scene.lab.breakConnections('node3');
    };
  }

  const places = [
    {
      what: 'right before fsck is sent',
      isPlace: (event: RunEvent) => event.type === 'intent' && event.line.startsWith('fsck'),
    },
    {
      what: 'during the state check before fsck',
      isPlace: (event: RunEvent) =>
        event.type === 'intent' && event.step === '6b-2' && event.host === 'node3' && !event.changes,
    },
  ] as const;

  it.each(places)('$what, the proxy is rejoined: fsck is not sent', async ({ isPlace }) => {
    const administrator = await administratorOf(tarOfUfs);
    const writes = writesToJoined();
    const end = await runScene(scene, {
      job: tarOfUfs.job,
      change: rollingBack(tarOfUfs),
      onEvent: cutOff(administrator, isPlace),
    });
    expect(administrator.done).toBeGreaterThan(0);
    expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed' });
    expect(end.sentence).toMatch(rejoined);
    expect(linesSent('fsck')).toEqual([]);
    expect(writes).toEqual([]);
    expect(await standing(scene)).toEqual(before);
  });

  it('while records are read right before the dump, the proxy is rejoined: the tape is not written', async () => {
    const administrator = await administratorOf(tarOfUfs);
    const isPlace = (event: RunEvent) =>
      event.type === 'intent' && event.step === '6b-4' && event.line.startsWith('dd if=/dev/sfdsk/');
    const end = await runScene(scene, {
      job: tarOfUfs.job,
      change: rollingBack(tarOfUfs),
      onEvent: cutOff(administrator, isPlace),
    });
    expect(administrator.done).toBeGreaterThan(0);
    expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed' });
    expect(end.sentence).toMatch(rejoined);
    expect(linesSent('dd of=/dev/rmt/0')).toEqual([]);
    expect(linesSent('tar')).toEqual([]);
    expect(await standing(scene)).toEqual(before);
  });

  it('nobody does anything: fsck is sent once, and the run ends verified', async () => {
    let isOver = false;
    const end = await runScene(scene, {
      job: tarOfUfs.job,
      change: rollingBack(tarOfUfs),
      onEvent(event) {
        if (isOver || !places[0].isPlace(event)) return;
        isOver = true;
        scene.lab.breakConnections('node3');
      },
    });
    expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(linesSent('fsck')).toHaveLength(1);
  });
});

describe('before an interrupted run is resumed', () => {
  /** A console that died when the dump was about to begin. */
  async function interrupted(): Promise<{ run: string; administrator: Administrator }> {
    const administrator = await administratorOf(rawDevice);
    const death = dying({ step: '6a', changes: false, nth: 0 }, 'before');
    const { run } = await dyingRun(scene, rawDevice.job, death, rollingBack(rawDevice));
    return { run, administrator };
  }

  it('the shadow is rebuilt elsewhere: it is recreated, and the snapshot is verified', async () => {
    const { run, administrator } = await interrupted();
    await administrator.rebuildElsewhere();
    expect(administrator.done).toBeGreaterThan(0);
    const held = await scene.lab.volumeDigest('Class1', 'Volume2');
    const end = await recoverScene(scene, 'resume', run, { change: rollingBack(rawDevice) });
    expect(end).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    const digest = end.events.findLast((event) => event.type === 'digest' && event.hop === 'device');
    expect(digest).toMatchObject({ sha256: held });
    expect(linesSent('sdxshadowvolume -M')).toHaveLength(2);
    expect(await standing(scene)).toEqual(before);
  });

  it('the proxy is rejoined, parted and stopped: the resumed run does not accept it as the snapshot', async () => {
    const { run, administrator } = await interrupted();
    await administrator.rejoinPartStop();
    const end = await recoverScene(scene, 'resume', run, { change: rollingBack(rawDevice) });
    expect(end).toMatchObject({ exitStatus: 2, verdict: 'failed' });
    expect(end.error?.code).toBe('FINGERPRINT_DIFFERS');
    expect(linesSent('dd of=/dev/rmt/0')).toEqual([]);
    await administrator.undo();
    expect(await standing(scene)).toEqual(before);
  });

  it('the proxy is rejoined: the resume is refused, and the rollback removes the shadow', async () => {
    const { run, administrator } = await interrupted();
    await administrator.rejoin();
    await scene.lab.copyingFinished();
    const refused = await failureOf(recoverScene(scene, 'resume', run, { change: rollingBack(rawDevice) }));
    expect(refused).toMatchObject({ code: 'RESUME_IMPOSSIBLE' });
    const end = await recoverScene(scene, 'unwind', run, { change: rollingBack(rawDevice) });
    expect(end.exitStatus).toBe(2);
    expect(linesSent('sdxproxy Rejoin')).toEqual([]);
    expect(await standing(scene)).toEqual(before);
  });

  it('a shadow of another class is made on the disk: neither the resumed run nor its rollback rejoins under it', async () => {
    const { run, administrator } = await interrupted();
    await administrator.createForeignShadow();
    const end = await recoverScene(scene, 'resume', run, { change: rollingBack(rawDevice) });
    expect(end).toMatchObject({ exitStatus: 3, verdict: 'failed' });
    expect(linesSent('sdxproxy Rejoin')).toEqual([]);
    await administrator.undo();
    const last = await recoverScene(scene, 'unwind', run, { change: rollingBack(rawDevice) });
    expect(last.exitStatus).toBe(2);
    expect(await standing(scene)).toEqual(before);
  });
});
