/** A restore on the lab, and its observation from outside. */
import { randomBytes } from 'node:crypto';
import type { RunEvent } from '../../src/contract/events.ts';
import type { Ask, EndedRun } from '../../src/main/application/console.ts';
import {
  filesOfVolume,
  jobOf,
  openScene,
  openSceneConsole,
  runScene,
  type Scene,
  type SceneOptions,
  type SceneRun,
  type SiteTree,
} from './lab-run.ts';

/** 2 MiB: 64 records. */
const restoreBlocks = 4096;

/** A pair that is restored. */
interface Pair {
  readonly master: string;
  readonly proxy: string;
}

const firstPair: Pair = { master: 'Volume1', proxy: 'Volume2' };

export interface RestoreScene extends Scene, Pair {
  /** The run that wrote the backup. */
  readonly backup: string;
  /** SHA-256 of what its tape file holds. */
  readonly backupDigest: string;
  /** SHA-256 of each file of the master at the backup; empty if it held no file system. */
  readonly filesBefore: Readonly<Record<string, string>>;
  /** SHA-256 of the master once it was overwritten. */
  readonly noiseDigest: string;
  /** How many commands the hosts had been sent by then. */
  readonly commandsBefore: number;
  /** The site's changes, which backup and restore share. */
  readonly change: (site: SiteTree) => void;
}

export interface RestoreSceneOptions extends SceneOptions {
  /** The job that is backed up; raw-dd by default. */
  readonly job?: string;
  /** The pair of it whose master is lost. */
  readonly pair?: Pair;
  /** Answers the questions of the backup; it is approved by default. */
  readonly ask?: (scene: Scene) => Ask;
}

function volumeBytes([start]: readonly RunEvent[], proxy: string): number {
  const volumes = start?.type === 'run-started' ? start.volumes : [];
  return 512 * (volumes.find((volume) => volume.proxy === proxy)?.blocks ?? 0);
}

/**
 * A backup of a master, which holds noise since.
 * @param noiseFrom the byte from which on; a file system whose beginning is noise cannot be mounted again
 */
export async function openRestoreScene(
  set: Record<string, unknown> = {},
  noiseFrom = 0,
  { job = 'raw-dd', pair = firstPair, ask, ...options }: RestoreSceneOptions = {},
): Promise<RestoreScene> {
  const scene = await openScene({ blocks: restoreBlocks, jobs: [job], ...options });
  const change = (site: SiteTree) => {
    const tree = jobOf(site, job);
    Object.assign(tree, set, { media: { ...(tree['media'] as object), ...(set['media'] as object) } });
  };
  try {
    const run = await runScene(scene, { job, change, ...(ask ? { ask: ask(scene) } : {}) });
    if (run.exitStatus !== 0) throw new Error(`the backup failed: ${run.sentence}`);
    const dump = run.events.find(
      (event) => event.type === 'digest' && event.hop === 'handed' && event.volume === pair.proxy,
    );
    if (dump?.type !== 'digest') throw new Error(`the backup has no digest of ${pair.proxy}`);
    const { onTapeSha256: backupDigest = '' } = dump;
    const bytes = volumeBytes(run.events, pair.proxy);
    const filesBefore = await filesOfVolume(scene.lab, 'Class1', pair.master).catch(() => ({}));
    await scene.lab.writeMaster(noiseFrom, randomBytes(bytes - noiseFrom), pair.master);
    const noiseDigest = await scene.lab.volumeDigest('Class1', pair.master);
    const commandsBefore = scene.lab.commands.length;
    return {
      ...scene,
      ...pair,
      backup: run.run,
      backupDigest,
      filesBefore,
      noiseDigest,
      commandsBefore,
      change,
    };
  } catch (error) {
    await scene.close();
    throw error;
  }
}

export interface RestoreSetting {
  readonly run?: string;
  readonly replace?: readonly string[];
  readonly approveVerified?: boolean;
  readonly fromProxy?: boolean;
  readonly ask?: Ask;
  readonly halt?: AbortSignal;
  readonly change?: (site: SiteTree) => void;
  readonly onEvent?: (event: RunEvent) => void;
}

/** Restores the scene's backup completely. */
export async function restoreScene(scene: RestoreScene, setting: RestoreSetting = {}): Promise<SceneRun> {
  const console = await openSceneConsole(scene, setting.change ?? scene.change);
  const events: RunEvent[] = [];
  try {
    const end = await console.volumeRestoreService.restore({
      run: setting.run ?? scene.backup,
      replace: setting.replace ?? [scene.master],
      fromProxy: setting.fromProxy,
      ask: setting.ask,
      approveVerified: setting.approveVerified ?? setting.ask === undefined,
      cancel: new AbortController().signal,
      halt: setting.halt ?? new AbortController().signal,
      onEvent(event) {
        events.push(event);
        setting.onEvent?.(event);
      },
    });
    return { ...end, events };
  } finally {
    await console.close();
  }
}

/** Rolls back a restore that was halted. */
export async function rollBackRestore(scene: RestoreScene, run: string): Promise<EndedRun> {
  const console = await openSceneConsole(scene, scene.change);
  try {
    return await console.unwind({
      run,
      ask: undefined,
      approveVerified: true,
      cancel: new AbortController().signal,
      halt: new AbortController().signal,
      onEvent: () => undefined,
    });
  } finally {
    await console.close();
  }
}

/** The lines that change proxy, master or shadow, or write a device, since the master was overwritten; each with its host. */
export const restoringCommands = ({ lab, commandsBefore }: RestoreScene): string[] =>
  lab.commands
    .slice(commandsBefore)
    .map(({ host, line }) => `${host} ${line}`)
    .filter((line) => /sdxproxy|sdxvolume|sdxshadow|umount|mount |of=/.test(line))
    .filter((line) => !line.includes('command -v'));

/** Watches what must not happen: the master's bytes change before its replacement is approved, or anybody sends Rejoin. */
export class RestoreOracle {
  readonly #scene: RestoreScene;
  readonly #seen: Promise<string>[] = [];
  #isApproved = false;

  constructor(scene: RestoreScene) {
    this.#scene = scene;
  }

  readonly hear = (event: RunEvent): void => {
    if (event.type === 'answered' && event.question === 'approve-replace') this.#isApproved = true;
    const isLook = event.type === 'step-started' || event.type === 'step-finished';
    if (isLook && !this.#isApproved)
      this.#seen.push(this.#scene.lab.volumeDigest('Class1', this.#scene.master));
  };

  /** @returns the errors, one sentence each */
  async wrong(): Promise<string[]> {
    const { noiseDigest } = this.#scene;
    const changed = (await Promise.all(this.#seen)).filter((digest) => digest !== noiseDigest).length;
    const rejoins = restoringCommands(this.#scene).filter((line) =>
      / sdxproxy (Rejoin|Join|Break) /.test(line),
    );
    return [
      ...(changed > 0 ? [`the master changed before approval 2 at ${changed} steps`] : []),
      ...rejoins.map((line) => `sent: ${line}`),
      ...(this.#seen.length === 0 ? ['nothing was seen of the master'] : []),
    ];
  }
}
