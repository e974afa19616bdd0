/** What every failed run has in common: its journal is complete, and the dangerous commands came in order. */
import { expect } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  runScene,
  type RunSetting,
  type Scene,
  type SceneOptions,
  type SceneRun,
  type SiteTree,
} from './lab-run.ts';

/** A change of the job of a scenario (raw-dd by default). */
export const withJob =
  (set: Record<string, unknown>, name?: string) =>
  (site: SiteTree): void => {
    Object.assign(jobOf(site, name), set);
  };

/** The command lines that change the cluster or the shadow, or move data, since the `from`th command, each with its host. */
export function proceduralCommands({ lab }: Scene, from = 0): string[] {
  return lab.commands
    .slice(from)
    .map(({ host, line }) => `${host} ${line}`)
    .filter((line) =>
      /sdxproxy|sdxvolume|sdxshadow|umount|mount |mkdir \/mnt|rmdir \/mnt|fsck|tar cf|bs=32768$|dd ibs/.test(
        line,
      ),
    );
}

const removal = [
  'node3 sdxshadowvolume -F -c Class2 -v Volume2',
  'node3 sdxshadowvolume -R -c Class2 -v Volume2',
  'node3 sdxshadowgroup -R -c Class2 -g Group2',
  'node3 sdxshadowdisk -R -c Class2 -d Disk3',
] as const;
const rejoin = 'node1 sdxproxy Rejoin -c Class1 -p Volume2';

/** The guide's commands of steps 7 and 8-1, in their order. */
export const bringingBack = [...removal, rejoin] as const;

/** The lines for a rollback by hand, from the failed command on. */
export function byHand(from: (typeof bringingBack)[number]): string[] {
  const left = bringingBack.slice(bringingBack.indexOf(from));
  const shadowStands = left.length > 1;
  const told = left.map((command) => {
    const [host = '', ...words] = command.split(' ');
    const provided =
      command === rejoin && shadowStands ? ', once sdxinfo on node3 shows nothing of Class2' : '';
    return `run by hand on ${host}${provided}: ${words.join(' ')}`;
  });
  return [...told, 'run by hand on node1: sdxinfo -S -c Class1 -o Volume2'];
}

/** True if a command that opens the tape for writing was sent. */
export function tapeWasWritten({ lab }: Scene): boolean {
  return lab.commands.some(({ line }) => / of=\/dev\/rmt/.test(line));
}

/**
 * Watches every rejoin as the host receives it: none may arrive while a shadow object exists.
 * @returns ends the watch, and fails if one arrived
 */
export function watchRejoins({ lab }: Scene): () => void {
  const under: string[] = [];
  const stop = lab.onCommand(({ phase, line }) => {
    if (phase !== 'started' || !line.startsWith('sdxproxy Rejoin')) return;
    const { disks, groups, volumes } = lab.world().shadow;
    if (disks.length + groups.length + volumes.length > 0) under.push(line);
  });
  return () => {
    stop();
    expect(under, 'rejoins that were sent while a shadow lived').toEqual([]);
  };
}

/** The journal is complete, has the same end, and has an outcome for each intent. */
export async function expectWholeJournal(scene: Scene, end: SceneRun): Promise<void> {
  const { events, truncated } = await readRun(scene.state, end.run);
  expect(truncated).toBe(false);
  const { verdict, exitStatus, sentence, stands, error } = end;
  const told = error ? { code: error.code, hint: error.hint } : {};
  expect(events.at(-1)).toMatchObject({
    type: 'run-finished',
    verdict,
    exitStatus,
    sentence,
    stands,
    ...told,
  });
  const intents = events.filter((event) => event.type === 'intent').map(({ seq }) => seq);
  const outcomes = events.filter((event) => event.type === 'outcome').map(({ of }) => of);
  expect([...outcomes].sort((a, b) => a - b)).toEqual(intents);
  expect(events.filter(({ type }) => type === 'run-finished')).toHaveLength(1);
}

export interface Failing extends RunSetting {
  readonly faults?: readonly string[];
}

/** Runs a job that must fail, by default in a new lab, and checks what holds for every failure. */
export async function failingRun(scene: Scene, { faults = [], ...setting }: Failing = {}): Promise<SceneRun> {
  for (const fault of faults) scene.lab.faults.set(fault);
  const expectNoRejoinUnderShadow = watchRejoins(scene);
  const end = await runScene(scene, setting);
  for (const fault of scene.lab.faults.list()) scene.lab.faults.clear(fault);
  await scene.lab.copyingFinished();
  expect(end).toMatchObject({ verdict: 'failed', journalBroken: false });
  expect(end.sentence).toBe(end.error?.message);
  expectNoRejoinUnderShadow();
  await expectWholeJournal(scene, end);
  return end;
}

/** The lines of a cluster in its normal state. */
export const normalStands = ['Volume2: joined to Volume1, in sync', 'node3: no shadow object of Class2'];

/** What the last lines say of the tape. */
export const tapeStands = {
  incomplete: 'tape in /dev/rmt/0 on node3: not a backup: the dump did not finish',
  another: 'tape in /dev/rmt/0 on node3: not a backup: its records are not those of the cluster',
  written: 'tape in /dev/rmt/0 on node3: written completely, but not read back',
  verified: 'tape in /dev/rmt/0 on node3: written completely, read back and compared: it holds the backup',
  suspect: 'tape in /dev/rmt/0 on node3: suspect: it differs from the data of the proxy',
  bad: 'tape in /dev/rmt/0 on node3: not a backup: the read-back differs from what was written',
  unread:
    'tape in /dev/rmt/0 on node3: not a proven backup: it was written completely, but reading it back failed',
} as const;

/**
 * Gives a scenario its own lab, and checks afterwards from outside that it is unchanged, unless the scenario checks
 * that itself.
 */
export async function inScene(
  work: (scene: Scene) => Promise<void>,
  ends: 'normal' | 'otherwise' = 'normal',
  options: SceneOptions = {},
): Promise<void> {
  const scene = await openScene(options);
  try {
    await work(scene);
    if (ends === 'normal') expect(await clusterState(scene)).toEqual(normalState);
  } finally {
    await scene.close();
  }
}
