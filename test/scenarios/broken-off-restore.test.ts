/**
 * A restore is interrupted at each of its steps, and rolled back or resumed: until its replacement is approved the master keeps its bytes, and nobody
 * rejoins the proxy before the master is proven. `npm test` takes a few of the scenarios; SHADOWTAPE_SEED gives others.
 */
import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { readRun } from '../../src/main/application/console.ts';
import { filesOfVolume, openSceneConsole } from '../support/lab-run.ts';
import { takeUpScene } from '../support/mortal-console.ts';
import { openRestoreScene, RestoreOracle, restoreScene, type RestoreScene } from '../support/restore-run.ts';

/** `begins`: before anything of the step is sent. `sent`: with its first change, or question. `killed`: the same, and the journal ends there. */
const moments = ['begins', 'sent', 'killed'] as const;

/** Where the restored bytes come from; `files`: from a tape with an archive, into a new file system. */
const ways = ['tape', 'proxy', 'files'] as const;

interface Place {
  readonly from: (typeof ways)[number];
  readonly step: string;
  readonly moment: (typeof moments)[number];
}

const isWhole = process.env['SHADOWTAPE_FAILURES'] === 'all';
const seed = Number(process.env['SHADOWTAPE_SEED'] ?? 17);

/** Every byte but those of the file system's head: a master whose beginning is noise cannot be mounted again. */
const noiseFrom = 1_000_000;
const open = (from: Place['from']) =>
  from === 'files'
    ? openRestoreScene({}, noiseFrom, { job: 'ufs-tar', blocks: 8192 })
    : openRestoreScene(from === 'proxy' ? { rejoin: 'leave-parted' } : {}, noiseFrom);

/** What of the master tells whether it is restored: its files, or all of its bytes. */
const masterOf = (scene: RestoreScene, from: Place['from']): Promise<unknown> =>
  from === 'files'
    ? filesOfVolume(scene.lab, 'Class1', scene.master)
    : scene.lab.volumeDigest('Class1', scene.master);

const wanted = ({ filesBefore, backupDigest }: RestoreScene, from: Place['from']): unknown =>
  from === 'files' ? filesBefore : backupDigest;

/** All of the master was read and compared: of a file system with what was read of it once its files were compared. */
const provenMaster = ({ backupDigest }: RestoreScene, from: Place['from']): unknown =>
  expect.objectContaining({
    ...{ type: 'restore-digest', place: 'master', equal: true },
    ...(from === 'files' ? {} : { sha256: backupDigest }),
  });

/** Every step that the plan performs, at each moment. */
async function placesOf(planned: RestoreScene, from: Place['from']): Promise<Place[]> {
  const console = await openSceneConsole(planned, planned.change);
  try {
    const { steps } = await console.volumeRestoreService.plan({
      run: planned.backup,
      fromProxy: from === 'proxy',
    });
    return steps
      .filter(({ leftOut }) => leftOut === undefined)
      .flatMap(({ step }) => moments.map((moment) => ({ from, step, moment })));
  } finally {
    await console.close();
  }
}

const isAt = ({ step, moment }: Place, event: RunEvent): boolean => {
  if (!('step' in event) || event.step !== step) return false;
  if (moment === 'begins') return event.type === 'step-started';
  return (
    (event.type === 'intent' && event.changes) || event.type === 'asked' || event.type === 'step-finished'
  );
};

/** What a console leaves that dies right after it has written a line. */
async function cutJournal(scene: RestoreScene, run: string, last: number): Promise<void> {
  const file = scene.state.journalFile(run);
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  const kept = lines.filter((line) => (JSON.parse(line) as { seq: number }).seq <= last);
  await writeFile(file, `${kept.join('\n')}\n`);
}

/** @returns the name of the run */
async function interrupted(scene: RestoreScene, place: Place): Promise<string> {
  const halt = new AbortController();
  const oracle = new RestoreOracle(scene);
  let last = 0;
  const end = await restoreScene(scene, {
    fromProxy: place.from === 'proxy',
    halt: halt.signal,
    onEvent(event) {
      oracle.hear(event);
      if (halt.signal.aborted || !isAt(place, event)) return;
      last = event.seq;
      halt.abort();
    },
  });
  expect(last, `${place.step} was not performed: ${end.sentence}`).toBeGreaterThan(0);
  expect(await oracle.wrong()).toEqual([]);
  if (place.moment === 'killed') await cutJournal(scene, end.run, last);
  return end.run;
}

/** True where a command of the run that has this word may have been sent. */
const hasSent = (events: readonly RunEvent[], word: string): boolean =>
  events.some((event) => event.type === 'intent' && event.argv.includes(word));

/** What must be true after the rollback, looked at in the lab. */
async function expectSafe(scene: RestoreScene, run: string): Promise<void> {
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
async function rollBack(scene: RestoreScene, run: string): Promise<void> {
  const { events } = await readRun(scene.state, run);
  const end = await takeUpScene(scene, 'unwind', run, { change: scene.change }).then(
    ({ exitStatus }) => exitStatus,
    (error: unknown) => (error as { code?: string }).code,
  );
  const isSent = hasSent(events, 'RejoinRestore');
  // At the last step everything is done but the locks.
  expect(isSent ? ['UNWIND_IMPOSSIBLE', 'RUN_ALREADY_ENDED'] : [1, 2, 3, 'RUN_ALREADY_ENDED']).toContain(end);
}

/** The way on that every refusal and every rollback names: restore again. */
async function expectRestorable(scene: RestoreScene, run: string, { from }: Place): Promise<void> {
  const { events } = await readRun(scene.state, run);
  if (hasSent(events, 'RejoinRestore')) return;
  const end = await restoreScene(scene, { fromProxy: from === 'proxy' });
  expect(end.exitStatus, end.sentence).toBe(0);
  expect(end.events).toContainEqual(provenMaster(scene, from));
}

/** Why a restore cannot be resumed: the answer to the part was lost. */
const lostPart = /nothing proves that this run has parted Volume2|Volume2 is not shown as parted/;

/** It ends as if it had not been interrupted. At the last step everything may be done but the locks. */
async function resume(scene: RestoreScene, run: string, { from }: Place): Promise<void> {
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
  const end = await takeUpScene(scene, 'resume', run, { change: scene.change, onEvent: hear }).catch(
    (error: unknown) => error as Error & { code?: string },
  );
  if (end instanceof Error) {
    if (end.code === 'RUN_ALREADY_ENDED') return;
    expect(end.message).toMatch(lostPart);
    return;
  }
  expect(end.exitStatus, [end.sentence, ...end.stands].join('\n')).toBe(0);
  const { events } = await readRun(scene.state, run);
  expect(events).toContainEqual(provenMaster(scene, from));
  const isProvenBefore = before.some((event) => event.type === 'restore-digest' && event.place === 'master');
  if (!isProvenBefore) expect(await restored).toEqual(wanted(scene, from));
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

/** The console dies while the tape moves: this one is in every sample, and the restore is repeated after it. */
const whileWriting: Place = { from: 'tape', step: 'write', moment: 'killed' };

/** The same, and where nothing can be rolled back: the copy to the master has begun, or is over. */
const alwaysResumed: readonly Place[] = [
  whileWriting,
  { from: 'tape', step: 'rejoin-restore', moment: 'killed' },
  { from: 'tape', step: 'open-master', moment: 'killed' },
  { from: 'files', step: 'write', moment: 'killed' },
];

let scene: RestoreScene | undefined;
afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

/** All of them, or the fixed one and, of one way, one more. */
async function chosen(): Promise<Place[]> {
  const places: Place[] = [];
  const some = fc.sample(fc.constantFrom(...ways), { seed, numRuns: 1 });
  for (const from of isWhole ? ways : some) {
    const planned = await open(from);
    places.push(...(await placesOf(planned, from).finally(() => planned.close())));
  }
  return isWhole ? places : [whileWriting, ...fc.sample(fc.constantFrom(...places), { seed, numRuns: 1 })];
}

const places = await chosen();

describe('a restore that is interrupted', () => {
  it.each(places)('from $from at step $step, $moment, then rolled back', async (place) => {
    scene = await open(place.from);
    const run = await interrupted(scene, place);
    await rollBack(scene, run);
    await expectSafe(scene, run);
    if (isWhole || place === whileWriting) await expectRestorable(scene, run, place);
  });

  it.each(isWhole ? places : [...alwaysResumed, ...places.slice(1)])(
    'from $from at step $step, $moment, then resumed',
    async (place) => {
      scene = await open(place.from);
      const run = await interrupted(scene, place);
      await scene.lab.copyingFinished();
      await resume(scene, run, place);
    },
  );
});
