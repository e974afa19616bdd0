import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SshSession } from '../../src/main/ssh/ssh-session.ts';
import { proceduralCommands, withJob } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  type Scene,
} from '../support/lab-run.ts';
import { failureOf, refusedBeforeJournal } from '../support/refusals.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

describe('a command that hangs', () => {
  it('fails after the time limit of its step, is signaled to stop, and its effect is checked', async () => {
    scene.lab.faults.set('hang=node1:sdxproxy Part');
    const end = await runScene(scene, { change: withJob({ timeLimits: { '3-3': '1 second' } }) });
    expect(end).toMatchObject({
      exitStatus: 2,
      sentence: 'sdxproxy on node1 did not finish within 1 s',
      error: { code: 'COMMAND_TIMED_OUT', evidence: { host: 'node1' } },
    });
    expect(end.error?.hint).toContain('but may still be running: check its effect before you run it again');
    const part = end.events.find((event) => event.type === 'intent' && event.argv[1] === 'Part');
    const looks = end.events.filter(
      (event) => event.type === 'intent' && event.argv[0] === 'sdxinfo' && event.seq > (part?.seq ?? 0),
    );
    expect(looks.length).toBeGreaterThan(0);
    expect(proceduralCommands(scene).filter((line) => line.includes('sdxproxy Part'))).toHaveLength(1);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('fails after the time limit of its phase', async () => {
    scene.lab.faults.set('hang=node3:sdxshadowdisk -M');
    const timeLimits = { shadow: '1 second', '3-3': '2 hours' };
    const end = await runScene(scene, { change: withJob({ timeLimits }) });
    expect(end).toMatchObject({
      exitStatus: 2,
      sentence: 'sdxshadowdisk on node3 did not finish within 1 s',
    });
  });
});

/** GDS waits for its daemon, a check of a file system reads all of it, a disk repeats a read that fails, and a tape has a long way to go. */
const takesLong = /^(sdx\w+|fsck|mount|umount|dd|mt|cd)$/;

it('a quick command is not waited for as long as a slow one', async () => {
  const sent = vi.spyOn(SshSession.prototype, 'exec');
  const end = await runScene(scene, { job: 'ufs-tar' });
  expect(end.verdict).toBe('verified');
  // The commands of the steps have the limits of the job: an hour where it sets none.
  const isOfStep = (argv: readonly string[]) => argv.at(-1) === '/mnt1';
  const quick = sent.mock.calls.filter(([argv]) => !takesLong.test(argv[0] ?? '') && !isOfStep(argv));
  expect(quick.map(([[name]]) => name)).toEqual(expect.arrayContaining(['hostid', 'mkdir', 'rmdir', 'cat']));
  const patient = quick.filter(([, options]) => (options?.timeLimitSeconds ?? Infinity) > 120);
  expect([...new Set(patient.map(([argv]) => argv.join(' ')))]).toEqual([]);
});

describe('time limits for something that is not a step', () => {
  const sentence = 'timeLimits names prat, which is neither a step of the job nor a phase';
  const change = withJob({ timeLimits: { prat: '10 minutes' } });

  it('are refused before anything is touched, by run and by plan', async () => {
    expect(await refusedBeforeJournal(scene, { change })).toMatchObject({
      code: 'TIME_LIMIT_UNKNOWN',
      sentence,
    });
    const console = await openSceneConsole(scene, change);
    expect(await failureOf(console.plan({ job: 'raw-dd' }))).toMatchObject({ sentence });
    await console.close();
  });
});
