/** A small lab in a temporary folder, and runs on it: what every scenario needs. */
import { crc32 } from 'node:zlib';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { RunEvent } from '../../src/contract/events.ts';
import { openLab, type Lab, type LabOptions } from '../../src/lab/lab.ts';
import { readFileSystem } from '../../src/lab/gds/lab-file-system.ts';
import { labSite } from '../../src/lab/lab-site.ts';
import {
  openConsole,
  StateFolder,
  type Ask,
  type EndedRun,
  type ShadowtapeConsole,
} from '../../src/main/application/console.ts';
import type { JobOverrides } from '../../src/main/procedure/model/assign.ts';
import { FastClock } from './fast-clock.ts';
import { sentWithoutLanguage, siteCommandLines } from './sent-language.ts';
import { survivingHolders } from './shadow-holders.ts';

/** 2 MiB: 64 records. */
export const smallBlocks = 4096;

/** 8 MiB, 256 records: for scenarios in which a sample must be a small part of a volume. */
export const manyBlocks = 16_384;

/** The lab's site as a tree that a scenario may change before it is written. */
export interface SiteTree {
  site: string;
  platform: string;
  hosts: Record<string, Record<string, unknown>>;
  tape: Record<string, unknown>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a scenario changes it at will
  jobs: Record<string, Record<string, any>>;
  connections?: Record<string, unknown>;
  notify?: unknown;
}

/** A job of the site, raw-dd by default. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a scenario changes it at will
export function jobOf(site: SiteTree, name = 'raw-dd'): Record<string, any> {
  const job = site.jobs[name];
  if (!job) throw new Error(`the lab has no job ${name}`);
  return job;
}

export interface Scene {
  readonly lab: Lab;
  readonly folder: string;
  readonly state: StateFolder;
  /** SHA-256 of the master volume at the beginning. */
  readonly masterBefore: string;
  /** Lines that may arrive without LC_ALL=C: commands of the site, and those that an operator types. */
  readonly inLoginLanguage: Set<string>;
  readonly threadsFromBytes: number | undefined;
  readonly checkpointBytes: number | undefined;
  /** See FastClock. */
  readonly pausesCount: number | undefined;
  /** Writes the lab's site file, changed as the scenario wants it. @returns its path */
  writeSite(change?: (site: SiteTree) => void): Promise<string>;
  /**
   * @throws if the program sent a command, other than one of the site, without LC_ALL=C, or if a process that held the
   *   shadow open has survived its run
   */
  close(): Promise<void>;
}

/** Labs are small, and their data uses one thread: SHADOWTAPE_THREADS=all uses separate threads for all data. */
const usualThreadsFrom = process.env['SHADOWTAPE_THREADS'] === 'all' ? 0 : undefined;

export interface SceneOptions extends Partial<LabOptions> {
  /** Which of the lab's sample jobs the site file has; those that each scenario has by default. */
  readonly jobs?: readonly string[];
  /** See SshHostsOptions. */
  readonly threadsFromBytes?: number;
  /** See RunOptions. */
  readonly checkpointBytes?: number;
  /** See FastClock. */
  readonly pausesCount?: number;
}

/** Opens a lab of its own for one scenario. */
export async function openScene({
  jobs = ['raw-dd', 'ufs-tar'],
  threadsFromBytes = usualThreadsFrom,
  checkpointBytes,
  pausesCount,
  ...options
}: SceneOptions = {}): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'shadowtape-scene-'));
  const lab = await openLab({
    folder: join(folder, 'lab'),
    blocks: smallBlocks,
    rejoinBytesPerSecond: 64_000_000,
    // The lab runs in this process: killing a console does not end it.
    savesOnlyAtClose: true,
    ...options,
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const state = new StateFolder(join(folder, 'state'));
  const inLoginLanguage = new Set<string>();
  return {
    lab,
    folder,
    state,
    masterBefore: await lab.volumeDigest('Class1', 'Volume1'),
    inLoginLanguage,
    threadsFromBytes,
    checkpointBytes,
    pausesCount,
    async writeSite(change) {
      const site = labSite(lab, { approve: 'when-verified' }) as SiteTree;
      site.jobs = Object.fromEntries(Object.entries(site.jobs).filter(([name]) => jobs.includes(name)));
      for (const job of Object.values(site.jobs)) {
        job['verify'] = { fingerprint: 8, readback: true };
        job['resynchronisation'] = { everySeconds: 0.02 };
      }
      site.connections = { everySeconds: 0.02 };
      change?.(site);
      for (const line of siteCommandLines(site)) inLoginLanguage.add(line);
      const file = join(folder, 'site.yaml');
      await writeFile(file, stringify(site));
      return file;
    },
    async close() {
      const survivors = await survivingHolders(lab);
      await lab.close();
      await rm(folder, { recursive: true, force: true });
      if (survivors.length > 0)
        throw new Error(`a process still holds the shadow open:\n${survivors.join('\n')}`);
      const forgotten = sentWithoutLanguage(lab, inLoginLanguage);
      if (forgotten.length > 0)
        throw new Error(`commands were sent without LC_ALL=C:\n${forgotten.join('\n')}`);
    },
  };
}

export interface RunSetting extends JobOverrides {
  readonly job?: string;
  readonly change?: (site: SiteTree) => void;
  readonly nodesDown?: readonly string[];
  readonly ask?: Ask;
  readonly approveVerified?: boolean;
  readonly cancel?: AbortSignal;
  readonly halt?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
}

export interface SceneRun extends EndedRun {
  readonly events: readonly RunEvent[];
}

/** A console on the scene's site; host keys are those of the lab. */
export async function openSceneConsole(
  scene: Scene,
  change?: (site: SiteTree) => void,
): Promise<ShadowtapeConsole> {
  return openConsole({
    state: scene.state,
    siteFile: await scene.writeSite(change),
    lab: { fresh: false, faults: [] },
    confirmHostKey: () => Promise.resolve(true),
    askSecret: () => Promise.resolve(undefined),
    retryClock: new FastClock(scene.pausesCount),
    threadsFromBytes: scene.threadsFromBytes,
    checkpointBytes: scene.checkpointBytes,
  });
}

/** Runs a job (raw-dd by default) until it ends. */
export async function runScene(scene: Scene, setting: RunSetting = {}): Promise<SceneRun> {
  const console = await openSceneConsole(scene, setting.change);
  const events: RunEvent[] = [];
  try {
    const end = await console.run({
      job: setting.job ?? 'raw-dd',
      method: setting.method,
      route: setting.route,
      nodes: setting.nodes,
      nodesDown: setting.nodesDown,
      ask: setting.ask,
      approveVerified: setting.approveVerified ?? false,
      cancel: setting.cancel ?? new AbortController().signal,
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

/** The state of the cluster, for one comparison at the end of a scenario. */
export interface ClusterState {
  readonly masterUnchanged: boolean;
  readonly proxyEqualsMaster: boolean;
  readonly proxy: string;
  readonly sliceOfProxy: string;
  readonly shadowObjects: number;
  readonly mountsOnBackupServer: number;
  readonly services: string;
}

/** The normal state: what every run must leave behind, unless it ends with exit status 3. */
export const normalState: ClusterState = {
  masterUnchanged: true,
  proxyEqualsMaster: true,
  proxy: 'Join',
  sliceOfProxy: 'STOP',
  shadowObjects: 0,
  mountsOnBackupServer: 0,
  services: 'running',
};

/** CRC-32 of a volume of Class1: shows whether it has changed, in a tenth of the time of SHA-256. */
export async function volumeChecksum(lab: Lab, volume: string): Promise<number> {
  let checksum = 0;
  for await (const piece of lab.readVolume('Class1', volume)) checksum = crc32(piece as Buffer, checksum);
  return checksum;
}

/** Checks the lab from outside, not through the program. */
export async function clusterState({ lab, masterBefore }: Scene): Promise<ClusterState> {
  const world = lab.world();
  const [master, proxy] = [await volumeChecksum(lab, 'Volume1'), await volumeChecksum(lab, 'Volume2')];
  const { disks, groups, volumes } = world.shadow;
  return {
    masterUnchanged: (await lab.volumeDigest('Class1', 'Volume1')) === masterBefore,
    proxyEqualsMaster: master === proxy,
    proxy: world.proxy.state,
    sliceOfProxy: world.proxy.sliceStatusOn.node1 ?? 'none',
    shadowObjects: disks.length + groups.length + volumes.length,
    mountsOnBackupServer: world.mounts.node3.length,
    services: world.services.node1,
  };
}

/** SHA-256 of every file in the file system of a volume, by its path below the root; read from the disk, not through the program. */
export async function filesOfVolume(
  lab: Lab,
  className: string,
  volume: string,
): Promise<Record<string, string>> {
  const pieces: Buffer[] = [];
  for await (const piece of lab.readVolume(className, volume)) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  const { entries } = await readFileSystem({
    read: (target, position) => Promise.resolve(bytes.copy(target, 0, position)),
    write: () => Promise.reject(new Error('read only')),
  });
  const files = entries.filter(({ type }) => type === 'file');
  return Object.fromEntries(
    files.map(({ path, offset, size }) => [path, sha256(bytes.subarray(offset, offset + size))]),
  );
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
