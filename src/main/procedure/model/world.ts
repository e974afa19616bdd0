/** What the hosts show now. Never reused in a later step once a command has changed something. */
import type { Sight } from '../../gds/backup-sight.ts';
import type { DiskIdentities } from '../../gds/disk-identity.ts';
import type { NodeReport } from '../../gds/sdxinfo-objects.ts';

export interface Mount {
  readonly device: string;
  readonly mountPoint: string;
  readonly type: string;
  readonly options: string;
}

/** What is mounted on one node. */
export interface MountsOfNode {
  readonly node: string;
  readonly mounts: readonly Mount[];
}

export interface BackupReport extends NodeReport {
  readonly mounts: readonly Mount[];
  /** Its boot, if known; see model/boot-identity. */
  readonly boot?: string | undefined;
  /** Whether objects are shown, shown to be absent, or neither; `sightOf` is the default. */
  readonly sight?: Sight;
}

/** A primary node that does not answer, or whose GDS does not. */
export interface MissingNode {
  readonly node: string;
  /** When it was first found not to answer: ISO 8601, UTC. */
  readonly since: string;
  /** Why it could not be reached, or what its sdxinfo printed: a sentence. */
  readonly reason: string;
  /** True if the node answers, but its sdxinfo fails. What needs no GDS is done and checked there as on any node. */
  readonly gds?: true;
}

export interface World {
  /** What sdxinfo shows on each primary node; empty if not queried. */
  readonly primaries: readonly NodeReport[];
  readonly backup: BackupReport | undefined;
  /**
   * Primary nodes that did not answer, or whose GDS did not: what holds for `primaries` is not known for them. Absent
   * if all did, or if not queried.
   */
  readonly missing?: readonly MissingNode[];
  /** Which disks the devices of the first primary node and of the backup server are; absent if not queried. */
  readonly disks?: { readonly primary: DiskIdentities; readonly backup: DiskIdentities };
}

/** The octal escapes of mount tables (`\040` is a blank). */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_whole, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}

/**
 * Reads /etc/mnttab (Solaris, separated by tabs) or /proc/mounts (Linux, by blanks): device, mount point, type,
 * options, ... A line with fewer fields is skipped: neither system writes one.
 */
export function parseMountTable(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [device, mountPoint, type, options] = line.trim().split(/\s+/).map(unescape);
    if (device === undefined || mountPoint === undefined || type === undefined || options === undefined)
      return [];
    return [{ device, mountPoint, type, options }];
  });
}

/** Mounts of volumes of one class. */
export function mountsOfClass(mounts: readonly Mount[], className: string): Mount[] {
  return mounts.filter((mount) => mount.device.startsWith(`/dev/sfdsk/${className}/`));
}
