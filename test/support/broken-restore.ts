/** A restore that was interrupted: how it is rolled back, resumed and repeated, and what must be true of the lab after that. */
import { expect } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { readRun } from '../../src/main/application/console.ts';
import { carryCopyOf } from './carried-copy.ts';
import { filesOfVolume, openSceneConsole } from './lab-run.ts';
import { recoverScene } from './mortal-console.ts';
import { openRestoreScene, RestoreOracle, restoreScene, type RestoreScene } from './restore-run.ts';

/** Where the restored bytes come from; `copy`: a second tape; `files`: from a tape with an archive, into a new file system. */
export const ways = ['tape', 'copy', 'proxy', 'files'] as const;
export type Way = (typeof ways)[number];

/** Every byte except those of the file system's head: a master whose beginning is noise cannot be mounted again. */
const noiseFrom = 1_000_000;
export async function openWay(from: Way): Promise<RestoreScene> {
  if (from === 'files') return openRestoreScene({}, noiseFrom, { job: 'ufs-tar', blocks: 8192 });
  const scene = await openRestoreScene(from === 'proxy' ? { rejoin: 'leave-parted' } : {}, noiseFrom);
  if (from !== 'copy') return scene;
  const copy = { name: 'OFFSITE-1', cartridge: 'carried', change: scene.change };
  await carryCopyOf(scene, scene.backup, copy);
  // The copy has commands of its own.
  return { ...scene, commandsBefore: scene.lab.commands.length };
}

/** What shows that the master is restored: its files, or all of its bytes. */
export const masterOf = (scene: RestoreScene, from: Way): Promise<unknown> =>
  from === 'files'
    ? filesOfVolume(scene.lab, 'Class1', scene.master)
    : scene.lab.volumeDigest('Class1', scene.master);

const wanted = ({ filesBefore, backupDigest }: RestoreScene, from: Way): unknown =>
  from === 'files' ? filesBefore : backupDigest;

/** All of the master was read and compared: of a file system with what was read of it once its files were compared. */
const provenMaster = ({ backupDigest }: RestoreScene, from: Way): unknown =>
  expect.objectContaining({
    ...{ type: 'restore-digest', place: 'master', equal: true },
    ...(from === 'files' ? {} : { sha256: backupDigest }),
  });

/** The steps that the plan performs, in order. */
export async function stepsOfRestore(planned: RestoreScene, from: Way): Promise<string[]> {
  const console = await openSceneConsole(planned, planned.change);
  try {
    const { steps } = await console.volumeRestoreService.plan({
      run: planned.backup,
      fromProxy: from === 'proxy',
    });
    return steps.flatMap(({ step, leftOut }) => (leftOut === undefined ? [step] : []));
  } finally {
    await console.close();
  }
}

/** True if a command of the run with this word may have been sent. */
const hasSent = (events: readonly RunEvent[], word: string): boolean =>
  events.some((event) => event.type === 'intent' && event.argv.includes(word));

/** What must be true after the rollback, checked in the lab. */
export async function expectSafe(scene: RestoreScene, run: string): Promise<void> {
  await scene.lab.copyingFinished();
  const { lab, commandsBefore } = scene;
  const sent = lab.commands.slice(commandsBefore).map(({ line }) => line);
  expect(sent.filter((line) => /sdxproxy (Rejoin|Join|Break) /.test(line))).toEqual([]);
  const { shadow, mounts, proxy, master, services } = lab.world();
  expect({ shadow, mounts: mounts.node3 }).toEqual({
    shadow: { disks: [], groups: [], volumes: [] },
    mounts: [],
  });
  const { events } = await readRun(scene.state, run);
  if (hasSent(events, 'RejoinRestore')) {
    const isProven = events.some(
      (event) => event.type === 'restore-digest' && event.place === 'master' && event.equal,
    );
    expect(services.node1 === 'stopped' || isProven).toBe(true);
    return;
  }
  expect(await lab.volumeDigest('Class1', scene.master)).toBe(scene.noiseDigest);
  expect({ master: master.statusOn, services: services.node1 }).toEqual({
    master: { node1: 'ACTIVE', node2: 'ACTIVE' },
    services: 'running',
  });
  const stopped = { node1: 'STOP', node2: 'STOP' };
  expect(proxy).toMatchObject(proxy.state === 'Join' ? { sliceStatusOn: stopped } : { statusOn: stopped });
}

/** After RejoinRestore was sent nothing is rolled back; a restore that has touched nothing has nothing to roll back. */
export async function rollBack(scene: RestoreScene, run: string, ownPart = false): Promise<void> {
  const { events } = await readRun(scene.state, run);
  const end = await recoverScene(scene, 'unwind', run, { change: scene.change, ownPart }).then(
    ({ exitStatus }) => exitStatus,
    (error: unknown) => (error as { code?: string }).code,
  );
  const isSent = hasSent(events, 'RejoinRestore');
  // At the last step everything is done except the locks.
  expect(isSent ? ['UNWIND_IMPOSSIBLE', 'RUN_ALREADY_ENDED'] : [1, 2, 3, 'RUN_ALREADY_ENDED']).toContain(end);
}

/** The next action in every refusal and every rollback: restore again. */
export async function expectRestorable(scene: RestoreScene, run: string, from: Way): Promise<void> {
  const { events } = await readRun(scene.state, run);
  if (hasSent(events, 'RejoinRestore')) return;
  const end = await restoreScene(scene, { fromProxy: from === 'proxy' });
  expect(end.exitStatus, end.sentence).toBe(0);
  expect(end.events).toContainEqual(provenMaster(scene, from));
}

/**
 * The master is restored and proven, and everything is as it was.
 * @param restored what the master held before the services started; undefined if that was not seen
 */
export async function expectRestored(
  scene: RestoreScene,
  run: string,
  from: Way,
  restored: unknown,
): Promise<void> {
  const { events } = await readRun(scene.state, run);
  expect(events).toContainEqual(provenMaster(scene, from));
  if (restored !== undefined) expect(restored).toEqual(wanted(scene, from));
  const { shadow, mounts, proxy, master, services } = scene.lab.world();
  expect({
    shadow,
    mounts: mounts.node3,
    proxy: proxy.state,
    master: master.statusOn,
    services,
  }).toMatchObject({
    shadow: { disks: [], groups: [], volumes: [] },
    mounts: [],
    proxy: 'Join',
    master: { node1: 'ACTIVE', node2: 'ACTIVE' },
    services: { node1: 'running' },
  });
  const sent = scene.lab.commands.slice(scene.commandsBefore).map(({ line }) => line);
  expect(sent.filter((line) => /sdxproxy (Rejoin|Join|Break) /.test(line))).toEqual([]);
}

/** Why a restore cannot be resumed: the answer to the part was lost. */
const unprovenPart = /nothing proves that this run parted Volume2/;
const lostPart = /Volume2 is not shown as parted/;

/** It ends as if it had not been interrupted. At the last step everything may be done except the locks. */
export async function resume(scene: RestoreScene, run: string, from: Way): Promise<void> {
  const oracle = new RestoreOracle(scene);
  const before = (await readRun(scene.state, run)).events;
  let restored: Promise<unknown> | undefined;
  const hear = (event: RunEvent) => {
    if (
      !before.some(
        ({ type, ...told }) =>
          type === 'answered' && 'question' in told && told.question === 'approve-replace',
      )
    )
      oracle.hear(event);
    if (event.type === 'step-started' && event.step === '3-4') restored ??= masterOf(scene, from);
  };
  const resumed = (ownPart: boolean) =>
    recoverScene(scene, 'resume', run, { change: scene.change, onEvent: hear, ownPart }).catch(
      (error: unknown) => error as Error & { code?: string },
    );
  const first = await resumed(false);
  // The operator confirms whose part it is if its answer was lost.
  const isUnheard = first instanceof Error && unprovenPart.test(first.message);
  const end = isUnheard ? await resumed(true) : first;
  if (end instanceof Error) {
    if (end.code === 'RUN_ALREADY_ENDED') return;
    expect(end.message).toMatch(lostPart);
    return;
  }
  expect(end.exitStatus, [end.sentence, ...end.stands].join('\n')).toBe(0);
  const isProvenBefore = before.some((event) => event.type === 'restore-digest' && event.place === 'master');
  await expectRestored(scene, run, from, isProvenBefore ? undefined : await restored);
}
