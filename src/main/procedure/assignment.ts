/** What one run is to do: the job, with what the site file and sdxinfo say of it. Plain data. */
import type { Job, Method, Platform, Route } from '../site/site-schema.ts';

export interface ShadowDisk {
  /** The disk's name in GDS, the same on both sides. */
  readonly name: string;
  /** The device's name on the backup server. */
  readonly device: string;
}

export interface Assignment {
  readonly jobName: string;
  readonly siteName: string;
  readonly job: Job;
  readonly platform: Platform;
  readonly method: Method;
  readonly route: Route;
  /** Primary nodes, in the order of the site file; commands that any of them may run go to the first. */
  readonly primaryNodes: readonly string[];
  readonly backupServer: string;
  readonly tapeHost: string;
  readonly tapeDevice: string;
  readonly class: string;
  readonly master: string;
  readonly proxy: string;
  /** Size of master, proxy and shadow, in blocks of 512 bytes. */
  readonly blocks: number;
  readonly shadow: {
    readonly class: string;
    readonly group: string;
    readonly volume: string;
    /** In the order in which the proxy's group holds them. */
    readonly disks: readonly ShadowDisk[];
  };
  /** Which records the fingerprint samples depends on this and on the size alone. */
  readonly fingerprintSeed: string;
  /** What sdxinfo prints on a node without any object; undefined where the site file does not say. */
  readonly noObjectsMessage: string | undefined;
}

/** The primary node that runs the commands which "Node1 or Node2" may run (GDS guide 6.6.3.7, step 3). */
export function commandNode(assignment: Assignment): string {
  const first = assignment.primaryNodes[0];
  if (first === undefined) throw new Error('a site has at least one primary node');
  return first;
}

export const blockBytes = 512;

/** The file system that a method backs up; undefined for the raw device (GDS guide 6.6.3.7, steps 6a to 6e). */
export function fileSystemOf(method: Method): 'ufs' | 'sfxfs' | undefined {
  if (method === '6a') return undefined;
  return method === '6b' || method === '6c' ? 'ufs' : 'sfxfs';
}

/** The program that dumps a whole file system by itself; undefined for methods that have dd or tar read. */
export function dumpToolOf(method: Method): 'ufsdump' | 'sfxdump' | undefined {
  if (method === '6c') return 'ufsdump';
  return method === '6e' ? 'sfxdump' : undefined;
}

/** True where the method mounts the shadow volume. */
export function mounts(method: Method): boolean {
  return method === '6b' || method === '6d';
}
