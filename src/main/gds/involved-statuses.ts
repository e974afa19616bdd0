/**
 * The status words of everything that a volume is on, for the rule that none of them may be unknown.
 */

import { disksBelow, groupTree } from './group-tree.ts';
import { extentsOfPlace, findVolume, nameOfPlace, placeOf, slicesOfVolume } from './report-lookup.ts';
import type { NodeReport } from './sdxinfo-objects.ts';
import type { Status } from './status-words.ts';
import { phrase } from '../../contract/text/say.ts';

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
    { object: phrase('volume {name}', { name }), status: volume.status },
    { object: phrase('proxy state of {name}', { name }), status: volume.proxy },
    ...slicesOfVolume(report, className, name).map(({ disk, status }) => ({
      object: phrase('slice of {disk}', { disk }),
      status,
    })),
    ...disksBelow(groupTree(report, className, place)).map((disk) => ({
      object: phrase('disk {name}', { name: disk.name }),
      status: disk.status,
    })),
    ...extents.map(({ firstBlock, status }) => ({
      object: phrase('extent of {placeName} at block {firstBlock}', {
        placeName,
        firstBlock: firstBlock ?? '?',
      }),
      status,
    })),
  ];
  return found.flatMap(({ object, status }) => (status === undefined ? [] : [{ object, node, status }]));
}

/** The unknown words, as printed: `slice of Disk3 FROZEN-2 on node1`. */
export function unknownStatuses(shown: readonly ShownStatus[]): string[] {
  return shown
    .filter(({ status }) => !status.known)
    .map(({ object, node, status }) =>
      phrase('{object} {word} on {node}', { object, word: status.word, node }),
    );
}
