/** What the screens show of a site file that is written: what is wrong with it, and what was found on its hosts. */
import type { ErrorCode, Evidence } from './errors.ts';
import type { ChangedHostKey } from './changed-host-key.ts';
import type { HostInfo, JobInfo } from './screens.ts';

/** Where a site file is wrong. */
export interface SiteTrouble {
  readonly sentence: string;
  readonly hint: string;
  /** Path in the file, such as jobs.nightly.shadow.disks; undefined if it is the file as a whole. */
  readonly path: string | undefined;
  readonly line: number | undefined;
}

export interface SiteDraft {
  readonly text: string;
  readonly troubles: readonly SiteTrouble[];
  readonly hosts: readonly HostInfo[];
  readonly jobs: readonly JobInfo[];
}

export interface SiteFileView extends SiteDraft {
  readonly file: string;
  /** SHA-256 of what was read: saving refuses to overwrite what somebody else has changed. */
  readonly digest: string | undefined;
}

/** A host as the ssh configuration names and reaches it. */
export interface NamedHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Undefined if the configuration names none. */
  readonly user: string | undefined;
  /** The jump host; `ProxyCommand` for a command. */
  readonly through: string | undefined;
}

/** A host tried out, before it is in any site file. */
export interface ProbedHost {
  readonly host: string;
  readonly reached: boolean;
  /** Where it shows another host key than the known one. */
  readonly changedKey?: ChangedHostKey | undefined;
  readonly trouble: string | undefined;
  readonly hint: string | undefined;
  /** Of its trouble, with what was seen; absent if there is none. */
  readonly code?: ErrorCode | undefined;
  readonly evidence?: Evidence | undefined;
  /** What it is, as uname says. */
  readonly system: string | undefined;
  readonly hasGds: boolean;
  /** SHA256:… of the host key that it showed and that is known. */
  readonly fingerprint?: string | undefined;
}

/** A pair of the cluster that a job could back up. */
export interface FoundPair {
  readonly class: string;
  readonly master: string;
  readonly proxy: string;
  readonly group: string | undefined;
  readonly disks: readonly string[];
  readonly blocks: number | undefined;
  readonly joined: boolean;
  /** Disk name -> device that the backup server names the same, where that can be guessed. */
  readonly proposedDevices: Readonly<Record<string, string>>;
  /** Why it cannot be shadowed; undefined if it can. */
  readonly refusal: string | undefined;
}

export interface FoundSite {
  readonly pairs: readonly FoundPair[];
  /** Tape devices that the tape host has. */
  readonly tapeDevices: readonly string[];
  /** Disk devices that the backup server has. */
  readonly diskDevices: readonly string[];
  readonly proposedShadowClass: string;
}
