/**
 * The status words of everything that a volume stands on, for the rule that none of them may be unknown.
 */

import { disksOfGroup, extentsOfGroup, findVolume, slicesOfVolume } from './report-lookup.ts';
import type { NodeReport } from './sdxinfo-objects.ts';
import type { Status } from './status-words.ts';

export interface ShownStatus {
  /** The object as a person names it: `slice of Disk3`. */
  readonly object: string;
  readonly node: string;
  readonly status: Status;
}

/** Every status that one node shows of a volume, its proxy state, its slices, its group's disks and extents. */
export function statusesShown({ node, report }: NodeReport, className: string, name: string): ShownStatus[] {
  const volume = findVolume(report, className, name);
  if (volume === undefined) return [];
  const found: { object: string; status: Status | undefined }[] = [
    { object: `volume ${name}`, status: volume.status },
    { object: `proxy state of ${name}`, status: volume.proxy },
    ...slicesOfVolume(report, className, name).map(({ disk, status }) => ({
      object: `slice of ${disk}`,
      status,
    })),
    ...disksOfGroup(report, className, volume.group).map((disk) => ({
      object: `disk ${disk.name}`,
      status: disk.status,
    })),
    ...extentsOfGroup(report, className, volume.group).map(({ firstBlock, status }) => ({
      object: `extent of ${volume.group} at block ${firstBlock ?? '?'}`,
      status,
    })),
  ];
  return found.flatMap(({ object, status }) => (status === undefined ? [] : [{ object, node, status }]));
}

/** The unknown words, as printed: `slice of Disk3 FROZEN-2 on node1`. */
export function unknownStatuses(shown: readonly ShownStatus[]): string[] {
  return shown
    .filter(({ status }) => !status.known)
    .map(({ object, node, status }) => `${object} ${status.word} on ${node}`);
}
