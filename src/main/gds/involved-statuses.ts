/**
 * The status words of everything that a volume is on, for the rule that none of them may be unknown.
 */

import { disksBelow, groupTree } from './group-tree.ts';
import { extentsOfPlace, findVolume, nameOfPlace, placeOf, slicesOfVolume } from './report-lookup.ts';
import type { NodeReport } from './sdxinfo-objects.ts';
import type { Status } from './status-words.ts';

export interface ShownStatus {
  /** The object as a person names it: `slice of Disk3`. */
  readonly object: string;
  readonly node: string;
  readonly status: Status;
}

/** Every status that one node shows of a volume, its proxy state, its slices, the disks and extents of its group. */
export function statusesShown({ node, report }: NodeReport, className: string, name: string): ShownStatus[] {
  const volume = findVolume(report, className, name);
  if (volume === undefined) return [];
  const place = placeOf(volume);
  const extents = place === undefined ? [] : extentsOfPlace(report, className, place);
  const placeName = place === undefined ? '' : nameOfPlace(place);
  const found: { object: string; status: Status | undefined }[] = [
    { object: `volume ${name}`, status: volume.status },
    { object: `proxy state of ${name}`, status: volume.proxy },
    ...slicesOfVolume(report, className, name).map(({ disk, status }) => ({
      object: `slice of ${disk}`,
      status,
    })),
    ...disksBelow(groupTree(report, className, place)).map((disk) => ({
      object: `disk ${disk.name}`,
      status: disk.status,
    })),
    ...extents.map(({ firstBlock, status }) => ({
      object: `extent of ${placeName} at block ${firstBlock ?? '?'}`,
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
